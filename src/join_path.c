/*
 * join_path.c
 *		Offers the attribution join to the planner, at its price.
 *
 * It is offered for joins with an equality and the attribution operator: the cheapest path of
 * one side is built into a table, which the other side's probes.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/restrictinfo.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "join_clause.h"
#include "join_plan.h"
#include "join_sieve.h"

bool inf_enable_attribution_join = true;
static set_join_pathlist_hook_type previous_hook = NULL;

/* A step of a search, or a row that is but marked: a comparison in memory, and no call. */
#define STEP_COST (0.1 * cpu_operator_cost)

/* What is joined with what, and how. */
typedef struct Proposal
{
	PlannerInfo *root;
	RelOptInfo *joinrel;
	RelOptInfo *probe;
	RelOptInfo *build;
	AttributionJoinKind kind;
	bool is_outer;
	bool in_order; /* what comes out is in the order of the probes */
	JoinPathExtraData *extra;
} Proposal;

/* How many pairs have equal keys, how many of these are within the window, if all rows come. */
typedef struct Pairs
{
	double equal;
	double within;
} Pairs;

static Pairs
estimate_pairs(const Proposal *p, const JoinClauses *clauses, double probe_rows, double build_rows)
{
	SpecialJoinInfo *sjinfo = makeNode(SpecialJoinInfo);
	Pairs pairs;
	ListCell *lc;

	sjinfo->min_lefthand = sjinfo->syn_lefthand = p->probe->relids;
	sjinfo->min_righthand = sjinfo->syn_righthand = p->build->relids;
	sjinfo->jointype = JOIN_INNER;
	pairs.equal = probe_rows * build_rows;
	foreach (lc, clauses->equalities)
		pairs.equal *= clause_selectivity(p->root, (Node *) lfirst(lc), 0, JOIN_INNER, sjinfo);
	pairs.equal = clamp_row_est(pairs.equal);
	pairs.within =
	    pairs.equal * clause_selectivity(p->root, (Node *) clauses->window, 0, JOIN_INNER, sjinfo);
	pairs.within = clamp_row_est(pairs.within);
	return pairs;
}

/* As the server reckons: the leader helps with what the workers leave it. */
static double
participants(int workers)
{
	double leader = 1.0 - 0.3 * workers;

	return workers + (parallel_leader_participation && leader > 0 ? leader : 0);
}

/*
 * The price of a join. Rows of a partial path are those of one participant, and each pays for its
 * own share. Unless the table is shared, each builds all of it. Does the table fit into memory?
 */
static bool
set_cost(const Proposal *p, const JoinClauses *clauses, CustomPath *path, Path *probe, Path *build)
{
	int workers = path->path.parallel_workers;
	double share = workers > 0 ? participants(workers) : 1;
	bool shared = path->path.parallel_aware;
	double all_built = build->rows * (shared ? share : 1);
	int nkeys = list_length(clauses->equalities);
	Pairs pairs = estimate_pairs(p, clauses, probe->rows, all_built);
	double run = pairs.equal / Max(probe->rows, 1);
	double bytes = all_built * inf_join_row_bytes(build->pathtarget->width);
	double limit = (double) inf_join_table_limit(shared ? workers + 1 : 1);
	double looked_up = probe->rows;
	bool keeps_probe = p->kind == AJ_LEFT || p->kind == AJ_ANTI;
	QualCost filter;
	Cost startup = probe->startup_cost + build->total_cost;
	Cost cost = probe->total_cost - probe->startup_cost;

	path->path.rows = path->path.param_info ? path->path.param_info->ppi_rows : p->joinrel->rows;
	path->path.rows = clamp_row_est(path->path.rows / share);

	startup +=
	    build->rows * (cpu_tuple_cost + cpu_operator_cost * nkeys + STEP_COST * log2(2 + run));
	/* the sieve asks for a bit, and lets through about twice as many as match something */
	if (clauses->span_source != SPAN_PROBE && all_built >= INF_SIEVE_MIN_ROWS &&
	    (bytes <= limit ||
	     (!(shared && keeps_probe) && inf_sieve_share(all_built, (Size) limit) > 0)))
	{
		looked_up = Min(probe->rows, 2 * pairs.within);
		cost += probe->rows * 0.5 * cpu_operator_cost * nkeys;
	}
	cost += looked_up * (cpu_operator_cost * (nkeys + 0.5) + STEP_COST * log2(2 + run));
	cost_qual_eval(&filter, clauses->filters, p->root);
	startup += filter.startup;
	/* without a filter, one match in the window decides */
	if ((p->kind == AJ_SEMI || p->kind == AJ_ANTI) && clauses->filters == NIL)
		cost += cpu_tuple_cost * Min(pairs.within, path->path.rows);
	else if ((p->kind == AJ_BUILD_SEMI || p->kind == AJ_BUILD_ANTI) && clauses->filters == NIL)
		cost += STEP_COST * pairs.within + cpu_tuple_cost * path->path.rows;
	else
		cost += (cpu_tuple_cost + filter.per_tuple) * pairs.within;
	cost_qual_eval(&filter, clauses->quals, p->root);
	startup += filter.startup + path->path.pathtarget->cost.startup;
	cost += (filter.per_tuple + path->path.pathtarget->cost.per_tuple) * path->path.rows;

	/* what does not fit is written to files, of both sides, and read again */
	if (bytes > limit)
	{
		double spilled = 1 - limit / bytes;
		double build_pages =
		    build->rows * inf_join_row_bytes(build->pathtarget->width) / BLCKSZ * spilled;
		double probe_pages =
		    looked_up * inf_join_row_bytes(probe->pathtarget->width) / BLCKSZ * spilled;

		startup += seq_page_cost * build_pages;
		cost += seq_page_cost * (build_pages + 2 * probe_pages);
	}
	path->path.startup_cost = startup;
	path->path.total_cost = startup + cost;
	SET_DISABLED_NODES(&path->path, DISABLED_NODES(probe) + DISABLED_NODES(build));
	return bytes <= limit;
}

static List *
plan_numbers(const Proposal *p, const JoinClauses *clauses)
{
	int numbers[NUMBER_COUNT];
	List *list = NIL;

	numbers[NUMBER_KIND] = p->kind;
	numbers[NUMBER_SPAN_SOURCE] = clauses->span_source;
	numbers[NUMBER_IS_WINDOW] = clauses->is_window;
	numbers[NUMBER_ORDERS_BUILT] = clauses->orders_built;
	numbers[NUMBER_TIME_TYPE] = clauses->time_type;
	numbers[NUMBER_IN_ORDER] = p->in_order;
	numbers[NUMBER_COUNTS] = COUNTS_NOTHING;
	for (int i = 0; i < NUMBER_COUNT; i++)
		list = lappend_int(list, numbers[i]);
	return list;
}

/* What the plan will need, as the path carries it: private list, expressions and quals. */
static List *
path_private(const Proposal *p, const JoinClauses *clauses, double rows, List *restrictlist)
{
	List *private = NIL;
	List *expressions = NIL;

	private = lappend(private, plan_numbers(p, clauses));
	private = lappend(private, clauses->operators);
	private = lappend(private, clauses->built_same);
	private = lappend(private, clauses->collations);
	/* with a decimal point, lest it be read as an integer in a worker */
	private = lappend(private, makeFloat(psprintf("%.1f", rows)));

	expressions = lappend(expressions, clauses->probe_keys);
	expressions = lappend(expressions, clauses->build_keys);
	expressions = lappend(expressions, list_make2(clauses->probe_at, clauses->build_at));
	expressions = lappend(expressions, clauses->span ? list_make1(clauses->span) : NIL);
	expressions = lappend(expressions, clauses->filters);
	expressions = lappend(expressions, get_actual_clauses(clauses->equalities));
	expressions = lappend(expressions, list_make1(clauses->window->clause));
	return list_make4(private, expressions, clauses->quals, restrictlist);
}

/* Keys may have to be kept beside the columns, and a probe's number. */
static bool
few_columns(const Path *path, const JoinClauses *clauses)
{
	return list_length(path->pathtarget->exprs) + list_length(clauses->probe_keys) < AJ_MAX_COLUMNS;
}

/*
 * As long as the table is in memory, rows come out in the order of the probes; but built rows
 * without a match come last. Returns as much of the order as may be of use.
 */
static List *
kept_order(const Proposal *p, List *pathkeys)
{
	switch (p->kind)
	{
		case AJ_INNER:
			return build_join_pathkeys(p->root, p->joinrel, JOIN_INNER, pathkeys);
		case AJ_LEFT:
			return build_join_pathkeys(p->root, p->joinrel, JOIN_LEFT, pathkeys);
		case AJ_SEMI:
			return build_join_pathkeys(p->root, p->joinrel, JOIN_SEMI, pathkeys);
		case AJ_ANTI:
			return build_join_pathkeys(p->root, p->joinrel, JOIN_ANTI, pathkeys);
		default:
			return NIL;
	}
}

static CustomPath *
make_path(const Proposal *p, Path *probe, Path *build, int workers, bool shared)
{
	CustomPath *path = makeNode(CustomPath);
	Relids required = NULL;
	List *restrictlist = p->extra->restrictlist;
	JoinClauses clauses;
	bool fits;

	path->path.pathtype = T_CustomScan;
	path->path.parent = p->joinrel;
	path->path.pathtarget = p->joinrel->reltarget;
	path->path.parallel_safe =
	    p->joinrel->consider_parallel && probe->parallel_safe && build->parallel_safe;
	path->path.parallel_aware = shared;
	path->path.parallel_workers = workers;
	if (PATH_REQ_OUTER(probe) != NULL || PATH_REQ_OUTER(build) != NULL)
	{
		required = calc_non_nestloop_required_outer(probe, build);
		/* its clauses would have to be rewritten for the single partitions */
		if (!bms_overlap(required, p->extra->param_source_rels) || enable_partitionwise_join)
			return NULL;
		restrictlist = list_copy(restrictlist);
		path->path.param_info = get_joinrel_parampathinfo(
		    p->root, p->joinrel, probe, build, p->extra->sjinfo, required, &restrictlist);
	}
	if (!inf_join_clauses(p->root, restrictlist, p->joinrel->relids, p->probe->relids,
	                      p->build->relids, required, p->is_outer, &clauses))
		return NULL;
	if (!few_columns(probe, &clauses) || !few_columns(build, &clauses))
		return NULL;
	path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
	path->custom_paths = list_make2(probe, build);
	SET_RESTRICTINFO(path, restrictlist);
	path->custom_private =
	    path_private(p, &clauses, build->rows * (shared ? participants(workers) : 1), restrictlist);
	path->methods = &inf_join_path_methods;
	fits = set_cost(p, &clauses, path, probe, build);
	if (p->in_order)
	{
		/* out of files, rows would have to be sorted again: that is no better than to sort them */
		path->path.pathkeys = kept_order(p, probe->pathkeys);
		if (path->path.pathkeys == NIL || !fits)
			return NULL;
	}
	return path;
}

/* A path whose probes come in an order that is kept. The server's paths with parameters have none. */
static void
propose_order(const Proposal *p, Path *probe, Path *build, bool partial)
{
	Proposal ordered = *p;
	CustomPath *path;

	if (PATH_REQ_OUTER(probe) != NULL || PATH_REQ_OUTER(build) != NULL ||
	    kept_order(p, probe->pathkeys) == NIL)
		return;
	ordered.in_order = true;
	path = make_path(&ordered, probe, build, partial ? probe->parallel_workers : 0, false);
	if (path == NULL)
		return;
	if (partial)
		add_partial_path(p->joinrel, (Path *) path);
	else
		add_path(p->joinrel, (Path *) path);
}

/*
 * Is the order that of a column, or of what the probes have computed already? Any other expression is
 * for the rows that come out: there are others that it may fail for.
 */
static bool
has_column_of(const RelOptInfo *rel, EquivalenceClass *eclass)
{
	ListCell *lc;

	foreach (lc, rel->reltarget->exprs)
	{
		if (find_ec_member_matching_expr(eclass, lfirst(lc), rel->relids) != NULL)
			return true;
	}
	return false;
}

/* How much of the order that the query needs in the end can the probes have already? */
static List *
needed_order(const Proposal *p, bool partial)
{
	List *pathkeys = NIL;
	ListCell *lc;

	foreach (lc, p->root->query_pathkeys)
	{
		PathKey *key = lfirst_node(PathKey, lc);

		if (!has_column_of(p->probe, key->pk_eclass) ||
		    !relation_can_be_sorted_early(p->root, p->probe, key->pk_eclass, partial))
			break;
		pathkeys = lappend(pathkeys, key);
	}
	return pathkeys;
}

/*
 * Paths that keep an order which some path of the probes has, or is given by a sort: where a probe
 * has many matches, sorting the probes is far less work than sorting what comes out.
 */
static void
propose_orders(const Proposal *p, List *probes, Path *cheapest, Path *build, bool partial)
{
	List *needed = needed_order(p, partial);
	ListCell *lc;

	foreach (lc, probes)
		propose_order(p, (Path *) lfirst(lc), build, partial);
	if (needed != NIL && !pathkeys_contained_in(needed, cheapest->pathkeys) &&
	    PATH_REQ_OUTER(cheapest) == NULL)
		propose_order(p, (Path *) create_sort_path(p->root, p->probe, cheapest, needed, -1), build,
		              partial);
}

static void
propose_partial(const Proposal *p)
{
	Path *probe;
	Path *build;
	CustomPath *path;

	if (!p->joinrel->consider_parallel || p->probe->partial_pathlist == NIL ||
	    !bms_is_empty(p->joinrel->lateral_relids))
		return;
	probe = (Path *) linitial(p->probe->partial_pathlist);

	/* all build one table */
	if (p->build->partial_pathlist != NIL)
	{
		build = (Path *) linitial(p->build->partial_pathlist);
		path = make_path(p, probe, build, probe->parallel_workers, true);
		if (path != NULL)
			add_partial_path(p->joinrel, (Path *) path);
	}

	/* or each its own; but then nobody knows which built rows match nothing */
	if (p->kind == AJ_RIGHT || p->kind == AJ_BUILD_SEMI || p->kind == AJ_BUILD_ANTI)
		return;
	build = p->build->cheapest_total_path;
	if (build == NULL || !build->parallel_safe || PATH_REQ_OUTER(build) != NULL)
		build = get_cheapest_parallel_safe_total_inner(p->build->pathlist);
	if (build != NULL)
	{
		path = make_path(p, probe, build, probe->parallel_workers, false);
		if (path != NULL)
			add_partial_path(p->joinrel, (Path *) path);
		propose_orders(p, p->probe->partial_pathlist, probe, build, true);
	}
}

/* Does the path need values of the other side's rows? */
static bool
depends_on(Path *path, const RelOptInfo *rel)
{
	return bms_overlap(PATH_REQ_OUTER(path), rel->relids) ||
	       bms_overlap(PATH_REQ_OUTER(path), rel->top_parent_relids);
}

static void
propose(const Proposal *p)
{
	Path *probe = p->probe->cheapest_total_path;
	Path *build = p->build->cheapest_total_path;
	CustomPath *path;

	/* no side can be had that does not depend on the other */
	if (probe == NULL || build == NULL || depends_on(build, p->probe) ||
	    depends_on(probe, p->build))
		return;
	path = make_path(p, probe, build, 0, false);
	if (path == NULL)
		return;
	add_path(p->joinrel, (Path *) path);
	if (p->probe->cheapest_startup_path != NULL && p->probe->cheapest_startup_path != probe &&
	    PATH_REQ_OUTER(p->probe->cheapest_startup_path) == NULL && PATH_REQ_OUTER(build) == NULL)
	{
		path = make_path(p, p->probe->cheapest_startup_path, build, 0, false);
		if (path != NULL)
			add_path(p->joinrel, (Path *) path);
	}
	propose_orders(p, p->probe->pathlist, probe, build, false);
	propose_partial(p);
}

static void
propose_as(Proposal proposal, RelOptInfo *probe, RelOptInfo *build, AttributionJoinKind kind)
{
	proposal.probe = probe;
	proposal.build = build;
	proposal.kind = kind;
	propose(&proposal);
}

CustomPath *
inf_join_exchange(PlannerInfo *root, const CustomPath *join)
{
	Path *probe = lsecond(join->custom_paths);
	Path *build = linitial(join->custom_paths);
	List *numbers = list_nth(list_nth(join->custom_private, PATH_PRIVATE), PRIVATE_NUMBERS);
	JoinPathExtraData extra = {.restrictlist = list_nth(join->custom_private, PATH_CLAUSES)};
	Proposal p = {.root = root,
	              .joinrel = join->path.parent,
	              .probe = probe->parent,
	              .build = build->parent,
	              .extra = &extra};

	/* a table that is not shared has all rows of its side, the probes' share is none */
	if (join->path.parallel_workers > 0 && !join->path.parallel_aware)
		return NULL;
	switch (list_nth_int(numbers, NUMBER_KIND))
	{
		case AJ_INNER:
			p.kind = AJ_INNER;
			break;
		case AJ_LEFT:
			p.kind = AJ_RIGHT;
			break;
		case AJ_RIGHT:
			p.kind = AJ_LEFT;
			break;
		default:
			return NULL;
	}
	p.is_outer = p.kind != AJ_INNER;
	return make_path(&p, probe, build, join->path.parallel_workers, join->path.parallel_aware);
}

/*
 * Does the join hand the identities of an inherited or partitioned target's rows through? A custom
 * scan's tuple cannot have them: they are known by a number that stands for no relation.
 */
static bool
has_row_identities(const RelOptInfo *joinrel)
{
	ListCell *lc;

	foreach (lc, joinrel->reltarget->exprs)
	{
		Var *var = (Var *) lfirst(lc);

		if (IsA(var, Var) && var->varno == ROWID_VAR)
			return true;
	}
	return false;
}

static void
join_pathlist_hook(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *outerrel,
                   RelOptInfo *innerrel, JoinType jointype, JoinPathExtraData *extra)
{
	Proposal p = {.root = root, .joinrel = joinrel, .extra = extra};

	if (previous_hook)
		previous_hook(root, joinrel, outerrel, innerrel, jointype, extra);
	if (!inf_enable_attribution_join || !inf_join_has_operator(extra->restrictlist) ||
	    has_row_identities(joinrel))
		return;
	p.is_outer = IS_OUTER_JOIN(jointype);
	switch (jointype)
	{
		case JOIN_INNER:
			propose_as(p, outerrel, innerrel, AJ_INNER);
			break;
		case JOIN_LEFT:
			propose_as(p, outerrel, innerrel, AJ_LEFT);
			break;
		case JOIN_RIGHT:
			propose_as(p, outerrel, innerrel, AJ_RIGHT);
			break;
		case JOIN_SEMI:
			propose_as(p, outerrel, innerrel, AJ_SEMI);
			propose_as(p, innerrel, outerrel, AJ_BUILD_SEMI);
			break;
		case JOIN_ANTI:
			propose_as(p, outerrel, innerrel, AJ_ANTI);
			propose_as(p, innerrel, outerrel, AJ_BUILD_ANTI);
			break;
		default:
			/* full joins are left to the server; unique sides are semi joins, offered above */
			break;
	}
}

void
inf_join_path_init(void)
{
	previous_hook = set_join_pathlist_hook;
	set_join_pathlist_hook = join_pathlist_hook;
}
