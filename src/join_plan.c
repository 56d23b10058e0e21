/*
 * join_plan.c
 *		Makes the plan of an attribution join out of its path.
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/tlist.h"

#include "compat.h"
#include "join_plan.h"
#include "table_plan.h"

/* The columns of the scan tuple, while they are collected. */
typedef struct Columns
{
	Relids joined;
	List *tlists[2]; /* of the probe's and the build's plan */
	List *tlist;
	List *sides;
	List *attnos;
} Columns;

/* The same value? From 16 on it is marked by the outer joins that may have made it NULL. */
static bool
is_same_value(const Node *a, const Node *b)
{
	if (nodeTag(a) != nodeTag(b))
		return false;
	if (IsA(a, Var))
		return ((const Var *) a)->varno == ((const Var *) b)->varno &&
		       ((const Var *) a)->varattno == ((const Var *) b)->varattno &&
		       ((const Var *) b)->varlevelsup == 0;
	if (IsA(a, PlaceHolderVar))
		return ((const PlaceHolderVar *) a)->phid == ((const PlaceHolderVar *) b)->phid;
	return equal(a, b);
}

/* The column that has the value, or NULL. */
static Node *
column_of(const Columns *columns, const Node *node)
{
	ListCell *lc;

	foreach (lc, columns->tlist)
	{
		Node *column = (Node *) lfirst_node(TargetEntry, lc)->expr;

		if (is_same_value(column, node))
			return column;
	}
	return NULL;
}

static void
add_column(Columns *columns, Node *node, JoinColumnSide side, int attno)
{
	columns->tlist =
	    lappend(columns->tlist,
	            makeTargetEntry((Expr *) copyObject(node),
	                            (AttrNumber) (list_length(columns->tlist) + 1), NULL, false));
	columns->sides = lappend_int(columns->sides, side);
	columns->attnos = lappend_int(columns->attnos, attno);
}

static bool
add_input_column(Columns *columns, Node *node)
{
	ListCell *lc;

	if (column_of(columns, node) != NULL)
		return true;
	for (JoinColumnSide side = COLUMN_OF_PROBE; side <= COLUMN_OF_BUILD; side++)
	{
		foreach (lc, columns->tlists[side])
		{
			TargetEntry *entry = lfirst_node(TargetEntry, lc);

			if (!is_same_value((Node *) entry->expr, node))
				continue;
			add_column(columns, node, side, entry->resno);
			return true;
		}
	}
	return false;
}

/* What the expression needs of the two sides; parts that they computed already are taken whole. */
static void
add_columns(Columns *columns, Node *expression)
{
	ListCell *lc;

	if (add_input_column(columns, expression))
		return;
	/* the only aggregates that a join is asked for are counts of its pairs */
	if (IsA(expression, Aggref))
	{
		add_column(columns, expression, COLUMN_OF_COUNT, 0);
		return;
	}
	if (IsA(expression, PlaceHolderVar))
	{
		add_columns(columns, (Node *) ((PlaceHolderVar *) expression)->phexpr);
		return;
	}
	foreach (lc, pull_var_clause(expression, PVC_RECURSE_AGGREGATES | PVC_RECURSE_WINDOWFUNCS |
	                                             PVC_INCLUDE_PLACEHOLDERS))
	{
		Node *node = (Node *) lfirst(lc);

		if (add_input_column(columns, node))
			continue;
		if (IsA(node, PlaceHolderVar))
			add_columns(columns, (Node *) ((PlaceHolderVar *) node)->phexpr);
		else if (bms_is_member(castNode(Var, node)->varno, columns->joined))
			elog(ERROR, "column %d of relation %d is in neither side of the join",
			     ((Var *) node)->varattno, (int) ((Var *) node)->varno);
		/* else it will be a parameter from an outer node */
	}
}

static void
add_columns_of_list(Columns *columns, List *expressions)
{
	ListCell *lc;

	foreach (lc, expressions)
	{
		if (lfirst(lc) == NULL)
			continue;
		if (IsA(lfirst(lc), List))
			add_columns_of_list(columns, (List *) lfirst(lc));
		else
			add_columns(columns, (Node *) lfirst(lc));
	}
}

/*
 * The expression with values as the columns have them. Above an outer join a value is marked otherwise
 * than in the join's own conditions, but it is one column, and the server insists on equal marks.
 */
static Node *
of_columns(Node *node, void *columns)
{
	Node *column;

	if (node == NULL)
		return NULL;
	column = IsA(node, List) ? NULL : column_of(columns, node);
	if (column != NULL)
		return copyObject(column);
	return expression_tree_mutator(node, of_columns, columns);
}

static Plan *
plan_attribution_join(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist,
                      List *clauses, List *custom_plans)
{
	CustomScan *scan = makeNode(CustomScan);
	List *private = list_nth(path->custom_private, PATH_PRIVATE);
	List *expressions = list_nth(path->custom_private, PATH_EXPRESSIONS);
	List *quals = list_nth(path->custom_private, PATH_QUALS);
	Columns columns = {0};

	inf_take_whole_rows(root, linitial(custom_plans));
	inf_take_whole_rows(root, lsecond(custom_plans));
	columns.joined = rel->relids;
	columns.tlists[0] = ((Plan *) linitial(custom_plans))->targetlist;
	columns.tlists[1] = ((Plan *) lsecond(custom_plans))->targetlist;
	add_columns_of_list(&columns, path->path.pathtarget->exprs);
	add_columns_of_list(&columns, expressions);
	add_columns_of_list(&columns, quals);

	scan->scan.plan.targetlist = tlist;
	scan->scan.plan.qual = (List *) of_columns((Node *) quals, &columns);
	scan->custom_plans = custom_plans;
	scan->custom_exprs = (List *) of_columns((Node *) expressions, &columns);
	scan->custom_scan_tlist = columns.tlist;
	scan->custom_private = lappend(lappend(list_copy(private), columns.sides), columns.attnos);
	scan->flags = path->flags;
	scan->methods = &inf_join_scan_methods;
	return (Plan *) scan;
}

const CustomPathMethods inf_join_path_methods = {
    .CustomName = AJ_NAME,
    .PlanCustomPath = plan_attribution_join,
};
