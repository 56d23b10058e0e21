/*
 * set_scan_path.c
 *		Proposes a set scan for touch_agg() or purchase_agg() over a table.
 *
 * Offered beside the server's own aggregates where a query asks for one set of all rows of a table,
 * and no weights or priorities.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/planner.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"
#include "purchase_agg.h"
#include "set_scan.h"
#include "touch_agg.h"

bool inf_enable_set_scan = true;

static create_upper_paths_hook_type previous_hook = NULL;

/* The aggregate that the query asks for, if it asks for just one; or NULL. */
static Aggref *
only_aggregate(const RelOptInfo *grouped, const GroupPathExtraData *extra)
{
	List *asked = list_concat_copy(grouped->reltarget->exprs, (List *) extra->havingQual);
	List *parts = pull_var_clause((Node *) asked, PVC_INCLUDE_AGGREGATES | PVC_RECURSE_WINDOWFUNCS |
	                                                  PVC_INCLUDE_PLACEHOLDERS);
	ListCell *lc;

	if (parts == NIL || !IsA(linitial(parts), Aggref))
		return NULL;
	foreach (lc, parts)
	{
		if (!equal(lfirst(lc), linitial(parts)))
			return NULL;
	}
	return linitial_node(Aggref, parts);
}

/* What a set scan would have to make. */
typedef struct SetAsked
{
	Aggref *aggregate;
	Oid transition;
	Oid final;
	SetScanKind kind;
	const TransitionTypes *types;
} SetAsked;

/* A function in C, or whatever calls one of another language. */
static PGFunction
address_of(Oid function)
{
	FmgrInfo info;

	fmgr_info(function, &info);
	return info.fn_addr;
}

/*
 * Is it made as touch_agg() or purchase_agg() is? Anybody may make an aggregate of our transition
 * function: with another final function, or one that begins with more than an empty set.
 */
static bool
is_set_aggregate(SetAsked *asked)
{
	HeapTuple tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(asked->aggregate->aggfnoid));
	Form_pg_aggregate form;
	PGFunction final;
	bool is_plain;
	bool begins_empty;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_aggregate) GETSTRUCT(tuple);
	asked->transition = form->aggtransfn;
	asked->final = form->aggfinalfn;
	is_plain = form->aggkind == AGGKIND_NORMAL && !form->aggfinalextra;
	SysCacheGetAttr(AGGFNOID, tuple, Anum_pg_aggregate_agginitval, &begins_empty);
	ReleaseSysCache(tuple);
	if (!is_plain || !begins_empty || !OidIsValid(asked->final))
		return false;
	final = address_of(asked->final);
	if (final == touch_set_final)
	{
		asked->kind = SCAN_OF_TOUCHES;
		asked->types = inf_touch_agg_types(address_of(asked->transition));
	}
	else if (final == purchase_set_final)
	{
		asked->kind = SCAN_OF_PURCHASES;
		asked->types = inf_purchase_agg_types(address_of(asked->transition));
	}
	return asked->types != NULL;
}

/* An argument's column: what is only called by another type, as varchar is by text, is the same. */
static Node *
column_of_argument(const TargetEntry *argument)
{
	Node *node = (Node *) argument->expr;

	while (IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	return node;
}

/* Is the aggregate one of a relation's columns, of the kind that a set scan can stand for? */
static bool
is_set_of_columns(SetAsked *asked, Index relid)
{
	const Aggref *aggregate = asked->aggregate;
	ListCell *lc;

	/* weights and priorities make it more than three */
	if (list_length(aggregate->args) != SET_COLUMNS || aggregate->aggdistinct != NIL ||
	    aggregate->aggorder != NIL || aggregate->aggfilter != NULL || aggregate->agglevelsup != 0 ||
	    aggregate->aggfnoid < FirstNormalObjectId)
		return false;
	foreach (lc, aggregate->args)
	{
		const Var *var = (const Var *) column_of_argument(lfirst_node(TargetEntry, lc));

		if (!IsA(var, Var) || var->varno != relid || var->varattno <= 0 || var->varlevelsup != 0)
			return false;
	}
	return is_set_aggregate(asked);
}

/* The scan of a table that the path is, whatever is calculated of its rows; or NULL. */
static Path *
table_scan_of(Path *path)
{
	if (IsA(path, ProjectionPath))
		path = ((ProjectionPath *) path)->subpath;
	return IsA(path, Path) && path->pathtype == T_SeqScan && path->param_info == NULL ? path : NULL;
}

static const CustomPathMethods path_methods;

static Path *
set_path(PlannerInfo *root, Path *scan, RelOptInfo *grouped, List *having, const SetAsked *asked)
{
	CustomPath *path = makeNode(CustomPath);
	const QualCost *target = &grouped->reltarget->cost;
	QualCost condition;
	/* rows that are read in place are not handed on one by one */
	Cost saved = cpu_tuple_cost * (scan->parent->baserestrictinfo == NIL ? 0.7 : 0.3);

	path->path.pathtype = T_CustomScan;
	path->path.parent = grouped;
	path->path.pathtarget = grouped->reltarget;
	path->path.parallel_safe = grouped->consider_parallel && scan->parallel_safe;
	path->path.rows = 1;
	cost_qual_eval(&condition, having, root);
	path->path.startup_cost = scan->total_cost - saved * scan->parent->tuples + target->startup +
	                          condition.startup + condition.per_tuple;
	path->path.total_cost = path->path.startup_cost + target->per_tuple + cpu_tuple_cost;
	path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
	path->custom_paths = list_make1(scan);
	path->custom_private =
	    list_make4(list_make4_int(asked->kind, asked->types->time_type, asked->types->customers,
	                              asked->types->influencers),
	               asked->aggregate, having,
	               list_make3_oid(asked->aggregate->aggfnoid, asked->transition, asked->final));
	path->methods = &path_methods;
	SET_DISABLED_NODES(&path->path, DISABLED_NODES(scan));
	return (Path *) path;
}

static void
propose_sets(PlannerInfo *root, RelOptInfo *input, RelOptInfo *grouped,
             const GroupPathExtraData *extra)
{
	SetAsked asked = {.aggregate = only_aggregate(grouped, extra)};
	List *having = (List *) extra->havingQual;
	ListCell *lc;

	/* of several conditions, the server knows which to ask first */
	if (asked.aggregate == NULL || list_length(having) > 1 ||
	    !is_set_of_columns(&asked, input->relid))
		return;
	foreach (lc, input->pathlist)
	{
		Path *scan = table_scan_of(lfirst(lc));

		if (scan != NULL)
			add_path(grouped, set_path(root, scan, grouped, having, &asked));
	}
}

static void
upper_paths_hook(PlannerInfo *root, UpperRelationKind stage, RelOptInfo *input, RelOptInfo *output,
                 void *extra)
{
	if (previous_hook)
		previous_hook(root, stage, input, output, extra);
	if (stage != UPPERREL_GROUP_AGG || !inf_enable_set_scan || !root->parse->hasAggs ||
	    root->parse->groupClause != NIL || root->parse->groupingSets != NIL ||
	    root->hasNonPartialAggs || input->reloptkind != RELOPT_BASEREL ||
	    input->rtekind != RTE_RELATION)
		return;
	propose_sets(root, input, output, (GroupPathExtraData *) extra);
}

/* The number of the child's column that has the value. */
static int
column_of(const Plan *child, const Node *value)
{
	ListCell *lc;

	foreach (lc, child->targetlist)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);

		if (equal(entry->expr, value))
			return entry->resno;
	}
	elog(ERROR, "column of a set is not in the scan");
}

static Plan *
plan_set_scan(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist, List *clauses,
              List *custom_plans)
{
	CustomScan *scan = makeNode(CustomScan);
	Plan *child = linitial(custom_plans);
	List *numbers = linitial(path->custom_private);
	Aggref *aggregate = lsecond(path->custom_private);
	List *attnos = NIL;
	List *types = NIL;
	ListCell *lc;

	inf_take_whole_rows(root, child);
	foreach (lc, aggregate->args)
	{
		TargetEntry *argument = lfirst_node(TargetEntry, lc);

		attnos = lappend_int(attnos, column_of(child, column_of_argument(argument)));
		types = lappend_oid(types, getBaseType(exprType((Node *) argument->expr)));
	}
	scan->scan.plan.targetlist = tlist;
	scan->scan.plan.qual = copyObject((List *) lthird(path->custom_private));
	scan->custom_plans = custom_plans;
	scan->custom_scan_tlist =
	    list_make1(makeTargetEntry((Expr *) copyObject(aggregate), 1, NULL, false));
	scan->custom_private =
	    list_make4(copyObject(numbers), attnos, types, lfourth(path->custom_private));
	scan->flags = path->flags;
	scan->methods = &inf_set_scan_methods;
	return (Plan *) scan;
}

static const CustomPathMethods path_methods = {
    .CustomName = SET_SCAN_NAME,
    .PlanCustomPath = plan_set_scan,
};

/*
 * Supports the transition functions. The server asks it for their cost, about which it says nothing,
 * before it calls the hook for the query: so the library is loaded in time.
 */
PG_FUNCTION_INFO_V1(set_scan_support);
Datum
set_scan_support(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(NULL);
}

void
inf_set_scan_init(void)
{
	RegisterCustomScanMethods(&inf_set_scan_methods);
	previous_hook = create_upper_paths_hook;
	create_upper_paths_hook = upper_paths_hook;
}
