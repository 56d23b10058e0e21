/*
 * join_count_path.c
 *		Lets an attribution join count its rows where they are found.
 *
 * A query that asks for nothing but how many pairs there are, in all or by what is known of the
 * probes, need not have them handed on one by one. The join then gives partial counts, as a worker
 * does of its share, and the server's aggregate above adds them up.
 */
#include "postgres.h"

#include <math.h>

#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/planner.h"
#include "optimizer/prep.h"
#include "optimizer/tlist.h"
#include "utils/fmgroids.h"
#include "utils/selfuncs.h"

#include "compat.h"
#include "join_count_groups.h"
#include "join_plan.h"

static create_upper_paths_hook_type previous_hook = NULL;

/* A query that asks for counts. */
typedef struct CountQuery
{
	PlannerInfo *root;
	RelOptInfo *grouped;
	GroupPathExtraData *extra;
	PathTarget *partial; /* what the counts are grouped by, and the counts themselves */
	List *groups;        /* expressions */
	AggClauseCosts costs;
} CountQuery;

/* Is it the number of rows, and nothing else? */
static bool
counts_rows(const Aggref *aggregate)
{
	if (aggregate->aggdistinct != NIL || aggregate->aggorder != NIL ||
	    aggregate->aggfilter != NULL || aggregate->agglevelsup != 0)
		return false;
	if (aggregate->aggfnoid == F_COUNT_)
		return true;
	if (aggregate->aggfnoid == F_COUNT_ANY)
	{
		const Expr *argument = linitial_node(TargetEntry, aggregate->args)->expr;

		return IsA(argument, Const) && !((const Const *) argument)->constisnull;
	}
	return false;
}

/*
 * An expression that may be calculated once for several rows, where it would be for each of them. Of
 * GROUPING() only the aggregate above knows the answer.
 */
static bool
is_group(Node *node)
{
	return !IsA(node, GroupingFunc) && !contain_volatile_functions(node) &&
	       !contain_subplans(node) && !expression_returns_set(node);
}

/*
 * What the join would have to give: as the server lays it out for partial aggregates. False if the
 * query asks for more than counts.
 */
static bool
lay_out(CountQuery *q)
{
	PathTarget *target = q->grouped->reltarget;
	List *others = NIL;
	ListCell *lc;
	int i = 0;

	q->partial = create_empty_pathtarget();
	foreach (lc, target->exprs)
	{
		Expr *expression = (Expr *) lfirst(lc);
		Index ref = get_pathtarget_sortgroupref(target, i++);

		if (ref != 0 && q->root->parse->groupClause != NIL &&
		    get_sortgroupref_clause_noerr(ref, q->root->parse->groupClause) != NULL)
			add_column_to_pathtarget(q->partial, expression, ref);
		else
			others = lappend(others, expression);
	}
	if (q->extra->havingQual != NULL)
		others = lappend(others, q->extra->havingQual);
	add_new_columns_to_pathtarget(q->partial,
	                              pull_var_clause((Node *) others, PVC_INCLUDE_AGGREGATES |
	                                                                   PVC_RECURSE_WINDOWFUNCS |
	                                                                   PVC_INCLUDE_PLACEHOLDERS));
	foreach (lc, q->partial->exprs)
	{
		Node *node = (Node *) lfirst(lc);

		if (IsA(node, Aggref))
		{
			Aggref *aggregate = (Aggref *) node;

			if (!counts_rows(aggregate))
				return false;
			/* shared with others */
			aggregate = copyObject(aggregate);
			mark_partial_aggref(aggregate, AGGSPLIT_INITIAL_SERIAL);
			lfirst(lc) = aggregate;
		}
		else if (is_group(node))
			q->groups = lappend(q->groups, node);
		else
			return false;
	}
	set_pathtarget_cost_width(q->root, q->partial);
	return true;
}

/* The join that the path is, whatever is calculated of its rows; or NULL. */
static CustomPath *
join_of(Path *path)
{
	if (IsA(path, ProjectionPath))
		path = ((ProjectionPath *) path)->subpath;
	if (!IsA(path, CustomPath) || ((CustomPath *) path)->methods != &inf_join_path_methods)
		return NULL;
	return path->param_info == NULL ? (CustomPath *) path : NULL;
}

static int
number_of(const CustomPath *join, PlanNumber number)
{
	List *private = list_nth(join->custom_private, PATH_PRIVATE);

	return list_nth_int(list_nth(private, PRIVATE_NUMBERS), number);
}

static AttributionJoinKind
kind_of(const CustomPath *join)
{
	return (AttributionJoinKind) number_of(join, NUMBER_KIND);
}

/* Can the rows of a probe be counted without a look at each? */
static bool
counts_by_probe(const CountQuery *q, CustomPath *join)
{
	Path *probe = (Path *) linitial(join->custom_paths);
	List *expressions = list_nth(join->custom_private, PATH_EXPRESSIONS);
	AttributionJoinKind kind = kind_of(join);

	return (kind == AJ_INNER || kind == AJ_LEFT) &&
	       number_of(join, NUMBER_SPAN_SOURCE) != SPAN_BUILD &&
	       list_nth(expressions, EXPRESSION_FILTERS) == NIL &&
	       list_nth(join->custom_private, PATH_QUALS) == NIL &&
	       bms_is_subset(pull_varnos(q->root, (Node *) q->groups), probe->parent->relids);
}

/* The path's private list, with the numbers that say what is counted, and that counts have no order. */
static List *
counting_private(CustomPath *join, JoinCounts counts)
{
	List *all = list_copy(join->custom_private);
	List *private = list_copy(list_nth(all, PATH_PRIVATE));
	List *numbers = list_copy(list_nth(private, PRIVATE_NUMBERS));

	lfirst_int(list_nth_cell(numbers, NUMBER_COUNTS)) = counts;
	lfirst_int(list_nth_cell(numbers, NUMBER_IN_ORDER)) = false;
	lfirst(list_nth_cell(private, PRIVATE_NUMBERS)) = numbers;
	lfirst(list_nth_cell(all, PATH_PRIVATE)) = private;
	return all;
}

/* How many rows have to come out for so many probes: see join_count_groups.h. */
static double
rows_of_groups(const CountQuery *q, double probes)
{
	/* of what is known of a probe, nothing is calculated before it comes out */
	List *columns = pull_var_clause((Node *) q->groups, PVC_INCLUDE_PLACEHOLDERS);
	double groups = estimate_num_groups(q->root, columns, probes, NULL, NULL);
	double kept = Min(groups, inf_count_groups_most(q->partial->width));

	return kept + probes * (1 - kept / groups);
}

/* The same join, but that it gives counts; or NULL. */
static Path *
counting_path(const CountQuery *q, CustomPath *join)
{
	JoinCounts counts = q->groups == NIL ? COUNTS_ALL : COUNTS_BY_PROBE;
	Path *probe = (Path *) linitial(join->custom_paths);
	double probes = Max(probe->rows, 1);
	double rows = join->path.rows;
	Cost least = join->path.startup_cost + probe->total_cost - probe->startup_cost;
	CustomPath *path;
	double counted = 0; /* one by one, by what is known of the probe */
	Cost saved;

	if (counts == COUNTS_BY_PROBE && !counts_by_probe(q, join))
		return NULL;
	path = makeNode(CustomPath);
	memcpy(path, join, sizeof(CustomPath));
	path->custom_private = counting_private(join, counts);
	path->path.pathtarget = q->partial;
	path->path.pathkeys = NIL;
	/* rows that fall to one probe or the other by chance leave some without */
	if (counts == COUNTS_ALL)
		path->path.rows = 1;
	else
	{
		counted = kind_of(join) != AJ_LEFT ? probes * (1 - exp(-rows / probes)) : probes;
		counted = clamp_row_est(counted);
		path->path.rows = rows_of_groups(q, counted);
	}
	path->path.rows = clamp_row_est(path->path.rows);
	/* a row that is handed on has that cost, one that is counted next to none */
	saved = cpu_tuple_cost * rows - cpu_operator_cost * Max(counted, path->path.rows);
	path->path.total_cost = Max(path->path.total_cost - Max(saved, 0), least);
	path->path.startup_cost += q->partial->cost.startup;
	path->path.total_cost +=
	    q->partial->cost.startup + q->partial->cost.per_tuple * path->path.rows;
	return (Path *) path;
}

/* The server's aggregate on top, which adds the counts up. */
static void
add_up(const CountQuery *q, Path *path, AggStrategy strategy, double groups)
{
	/* where there is but one group, there is nothing to sort by */
	if (strategy == AGG_SORTED && !pathkeys_contained_in(q->root->group_pathkeys, path->pathkeys))
		path = (Path *) create_sort_path(q->root, q->grouped, path, q->root->group_pathkeys, -1);
	add_path(q->grouped,
	         (Path *) create_agg_path(q->root, q->grouped, path, q->grouped->reltarget, strategy,
	                                  AGGSPLIT_FINAL_DESERIAL, PROCESSED_GROUP_CLAUSE(q->root),
	                                  (List *) q->extra->havingQual, &q->costs, groups));
}

static void
propose(const CountQuery *q, Path *path)
{
	List *clause = PROCESSED_GROUP_CLAUSE(q->root);
	double groups = 1;

	if (clause == NIL)
	{
		/* of groups that are all the same, there may be none: the server takes them for sorted */
		add_up(q, path, q->root->parse->groupClause == NIL ? AGG_PLAIN : AGG_SORTED, groups);
		return;
	}
	groups = estimate_num_groups(q->root, get_sortgrouplist_exprs(clause, q->root->processed_tlist),
	                             path->rows, NULL, NULL);
	if ((q->extra->flags & GROUPING_CAN_USE_HASH) != 0)
		add_up(q, path, AGG_HASHED, groups);
	if ((q->extra->flags & GROUPING_CAN_USE_SORT) != 0)
		add_up(q, path, AGG_SORTED, groups);
}

static bool
has_joins(List *paths)
{
	ListCell *lc;

	foreach (lc, paths)
	{
		if (join_of(lfirst(lc)) != NULL)
			return true;
	}
	return false;
}

/*
 * The joins among the paths, each with its exchange: where rows are handed on, the planner may have
 * dropped the one with the probes that can be counted by.
 */
static List *
joins_of(PlannerInfo *root, List *paths)
{
	List *joins = NIL;
	ListCell *lc;

	foreach (lc, paths)
	{
		CustomPath *join = join_of(lfirst(lc));
		CustomPath *exchanged;

		if (join == NULL)
			continue;
		joins = lappend(joins, join);
		exchanged = inf_join_exchange(root, join);
		if (exchanged != NULL)
			joins = lappend(joins, exchanged);
	}
	return joins;
}

static void
propose_counts(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *grouped,
               GroupPathExtraData *extra)
{
	CountQuery q = {.root = root, .grouped = grouped, .extra = extra};
	ListCell *lc;

	if ((!has_joins(joinrel->pathlist) && !has_joins(joinrel->partial_pathlist)) || !lay_out(&q))
		return;
	get_agg_clause_costs(root, AGGSPLIT_FINAL_DESERIAL, &q.costs);
	foreach (lc, joins_of(root, joinrel->pathlist))
	{
		Path *path = counting_path(&q, lfirst(lc));

		if (path != NULL)
			propose(&q, path);
	}
	if (!grouped->consider_parallel)
		return;
	foreach (lc, joins_of(root, joinrel->partial_pathlist))
	{
		Path *path = counting_path(&q, lfirst(lc));
		double rows;

		if (path == NULL)
			continue;
		rows = path->rows * path->parallel_workers;
		propose(&q, (Path *) create_gather_path(root, grouped, path, q.partial, NULL, &rows));
	}
}

static void
upper_paths_hook(PlannerInfo *root, UpperRelationKind stage, RelOptInfo *input, RelOptInfo *output,
                 void *extra)
{
	if (previous_hook)
		previous_hook(root, stage, input, output, extra);
	/* grouping sets, DISTINCT or ORDER BY within an aggregate: not in parts */
	if (stage != UPPERREL_GROUP_AGG || !inf_enable_attribution_join || !root->parse->hasAggs ||
	    root->parse->groupingSets != NIL || root->hasNonPartialAggs || !IS_JOIN_REL(input) ||
	    IS_OTHER_REL(input))
		return;
	propose_counts(root, input, output, (GroupPathExtraData *) extra);
}

void
inf_join_count_path_init(void)
{
	previous_hook = create_upper_paths_hook;
	create_upper_paths_hook = upper_paths_hook;
}
