/*
 * join_init.c
 *		Setting an attribution join up, from what the planner left in the plan.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "compat.h"
#include "core/instant.h"
#include "join_init.h"
#include "join_order.h"
#include "join_state.h"
#include "rights.h"
#include "table_plan.h"

/* Columns of the scan tuple by the attributes that are read: the plan's, or the table's own. */
static List *
read_attnos(AttributionJoinState *state, List *sides, List *attnos)
{
	List *result = NIL;
	ListCell *lc;
	ListCell *side_number;

	forboth (lc, attnos, side_number, sides)
	{
		JoinSide *side = lfirst_int(side_number) == COLUMN_OF_PROBE ? &state->probe : &state->build;
		int attno = lfirst_int(lc);

		if (side->reads_table && lfirst_int(side_number) != COLUMN_OF_COUNT)
			attno = inf_picked_attno(side->plan, attno);
		result = lappend_int(result, attno);
	}
	return result;
}

/* How columns of the scan tuple are to be read of one side's rows. */
typedef struct Translation
{
	List *attnos;
} Translation;

/* The server made the expressions refer to the scan tuple; here they refer to one side's row. */
static Node *
translate(Node *node, Translation *translation)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, Var) && ((Var *) node)->varno == INDEX_VAR)
	{
		Var *var = copyObject((Var *) node);

		var->varno = OUTER_VAR;
		var->varattno = (AttrNumber) list_nth_int(translation->attnos, var->varattno - 1);
		return (Node *) var;
	}
	return expression_tree_mutator(node, translate, translation);
}

static void
init_plan(JoinSide *side, PlanState *plan)
{
	side->plan = plan;
	side->exec = plan->ExecProcNodeReal;
	side->reads_table = inf_only_picks_columns(plan);
	/* what a subplan calls is not seen */
	side->may_filter = !contain_volatile_functions((Node *) plan->plan->qual) &&
	                   !contain_subplans((Node *) plan->plan->qual);
	side->desc = side->reads_table ? ((ScanState *) plan)->ss_ScanTupleSlot->tts_tupleDescriptor
	                               : ExecGetResultType(plan);
}

/* Keys, instant and lookback of one side. */
static void
init_side(AttributionJoinState *state, JoinSide *side, List *key_expressions, Expr *at, List *span,
          Translation *translation)
{
	PlanState *parent = &state->css.ss.ps;
	int nkeys = state->keys.nkeys;

	side->keys = &state->keys;
	side->key_expressions = palloc0(nkeys * sizeof(SideExpression));
	side->key_lengths = palloc0(nkeys * sizeof(int));
	side->key_values = palloc0(nkeys * sizeof(Datum));
	for (int i = 0; i < nkeys; i++)
	{
		Expr *key = (Expr *) translate(list_nth(key_expressions, i), translation);

		side->key_expressions[i] = inf_side_expression(side, key, parent);
		side->key_lengths[i] = get_typlen(exprType((Node *) key));
	}
	side->at = inf_side_expression(side, (Expr *) translate((Node *) at, translation), parent);
	if (side->has_span && !side->is_window)
		side->span =
		    inf_side_expression(side, (Expr *) translate(linitial(span), translation), parent);
	side->shape.columns = palloc0((AJ_MAX_COLUMNS + nkeys) * sizeof(RowColumn));
	side->values = palloc0((AJ_MAX_COLUMNS + nkeys) * sizeof(Datum));
	side->isnull = palloc0((AJ_MAX_COLUMNS + nkeys) * sizeof(bool));
}

/* The column of the side's rows that holds an attribute. */
static int
row_column(JoinSide *side, AttrNumber attno)
{
	RowShape *shape = &side->shape;
	Form_pg_attribute attribute;

	for (int i = 0; i < shape->ncolumns; i++)
	{
		if (shape->columns[i].source == attno)
			return i;
	}
	attribute = TupleDescAttr(side->desc, attno - 1);
	inf_row_shape_add(shape, attno, attribute->attlen, attribute->attbyval);
	side->natts = Max(side->natts, attno);
	return shape->ncolumns - 1;
}

static void
add_output(AttributionJoinState *state, int to, JoinColumnSide from, int attno)
{
	JoinSide *side = from == COLUMN_OF_PROBE ? &state->probe : &state->build;
	OutputColumn *column;

	if (from == COLUMN_OF_COUNT)
	{
		state->count_out[state->ncount_out++] = to;
		return;
	}
	column = from == COLUMN_OF_PROBE ? &state->probe_out[state->nprobe_out++]
	                                 : &state->build_out[state->nbuild_out++];
	column->to = to;
	column->row = row_column(side, (AttrNumber) attno);
	column->from = from == COLUMN_OF_PROBE ? attno - 1 : column->row;
	column->by_value = side->shape.columns[column->row].by_value;
}

/* Which columns of the scan tuple do the expressions read? */
static bool
collect_scan_columns(Node *node, Bitmapset **columns)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var))
	{
		if (((Var *) node)->varno == INDEX_VAR)
			*columns = bms_add_member(*columns, ((Var *) node)->varattno);
		return false;
	}
	return expression_tree_walker(node, collect_scan_columns, columns);
}

/* Are the output columns plain columns of either side, and nothing more? */
static bool
is_direct(const CustomScan *scan, const AttributionJoinState *state)
{
	ListCell *lc;

	if (state->filter != NULL || scan->scan.plan.qual != NIL)
		return false;
	foreach (lc, scan->scan.plan.targetlist)
	{
		Var *var = (Var *) lfirst_node(TargetEntry, lc)->expr;

		if (!IsA(var, Var) || var->varno != INDEX_VAR)
			return false;
	}
	return true;
}

static void
init_output(AttributionJoinState *state, CustomScan *scan, List *filters, List *sides, List *attnos)
{
	int room = Max(list_length(sides), list_length(scan->scan.plan.targetlist));
	ListCell *lc;

	state->probe_out = palloc0(Max(room, 1) * sizeof(OutputColumn));
	state->build_out = palloc0(Max(room, 1) * sizeof(OutputColumn));
	state->count_out = palloc0(Max(room, 1) * sizeof(int));
	state->direct = is_direct(scan, state);
	if (state->direct)
	{
		int to = 0;

		state->out = state->css.ss.ps.ps_ResultTupleSlot;
		foreach (lc, scan->scan.plan.targetlist)
		{
			Var *var = (Var *) lfirst_node(TargetEntry, lc)->expr;

			add_output(state, to++, list_nth_int(sides, var->varattno - 1),
			           list_nth_int(attnos, var->varattno - 1));
		}
	}
	else
	{
		Bitmapset *needed = NULL;
		int i = -1;

		state->out = state->css.ss.ss_ScanTupleSlot;
		collect_scan_columns((Node *) scan->scan.plan.targetlist, &needed);
		collect_scan_columns((Node *) scan->scan.plan.qual, &needed);
		collect_scan_columns((Node *) filters, &needed);
		while ((i = bms_next_member(needed, i)) >= 0)
			add_output(state, i - 1, list_nth_int(sides, i - 1), list_nth_int(attnos, i - 1));
	}
}

/* Keys that are no single word are compared, so they are kept with the row: after all columns. */
static void
keep_keys(AttributionJoinState *state, List *build_keys, List *probe_keys)
{
	for (int i = 0; i < state->keys.nkeys && !state->keys.is_word; i++)
	{
		JoinKey *key = &state->keys.keys[i];
		int16 length;
		bool by_value;

		key->column = state->build.shape.ncolumns;
		get_typlenbyval(exprType(list_nth(build_keys, i)), &length, &by_value);
		inf_row_shape_add(&state->build.shape, -1 - i, length, by_value || key->kind == KEY_WORD);
		get_typlenbyval(exprType(list_nth(probe_keys, i)), &length, &by_value);
		inf_row_shape_add(&state->probe.shape, -1 - i, length, by_value || key->kind == KEY_WORD);
	}
}

static bool
has_parameters(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param) || IsA(node, SubPlan))
		return true;
	return expression_tree_walker(node, has_parameters, context);
}

static void
init_kind(AttributionJoinState *state)
{
	state->keeps_probe = state->kind == AJ_LEFT || state->kind == AJ_ANTI;
	state->keeps_build = state->kind == AJ_RIGHT || state->kind == AJ_BUILD_ANTI;
	state->marks = state->keeps_build || state->kind == AJ_BUILD_SEMI;
	state->checks_rows = state->filter != NULL || state->span_source == SPAN_BUILD;
	state->emits_all = !state->checks_rows && (state->kind == AJ_INNER || state->kind == AJ_LEFT);
}

/* What the table proves is not called, but only those who may call it get to know. */
static void
check_rights(List *clauses)
{
	ListCell *lc;

	foreach (lc, clauses)
	{
		Node *clause = (Node *) lfirst(lc);
		Oid function = IsA(clause, OpExpr) ? ((OpExpr *) clause)->opfuncid
		                                   : castNode(FuncExpr, clause)->funcid;

		inf_check_function(function);
	}
}

void
inf_join_begin(CustomScanState *node, EState *estate, int eflags)
{
	AttributionJoinState *state = (AttributionJoinState *) node;
	CustomScan *scan = castNode(CustomScan, node->ss.ps.plan);
	List *numbers = list_nth(scan->custom_private, PRIVATE_NUMBERS);
	List *probe_keys = list_nth(scan->custom_exprs, EXPRESSION_PROBE_KEYS);
	List *build_keys = list_nth(scan->custom_exprs, EXPRESSION_BUILD_KEYS);
	List *instants = list_nth(scan->custom_exprs, EXPRESSION_INSTANTS);
	List *span = list_nth(scan->custom_exprs, EXPRESSION_SPAN);
	List *filters = list_nth(scan->custom_exprs, EXPRESSION_FILTERS);
	List *sides = list_nth(scan->custom_private, PRIVATE_SIDES);
	Translation translation;
	bool is_window = list_nth_int(numbers, NUMBER_IS_WINDOW);
	PlanState *probe;
	PlanState *build;

	eflags &= ~(EXEC_FLAG_BACKWARD | EXEC_FLAG_MARK);
	probe = ExecInitNode((Plan *) linitial(scan->custom_plans), estate, eflags);
	build = ExecInitNode((Plan *) lsecond(scan->custom_plans), estate, eflags);
	node->custom_ps = list_make2(probe, build);

	check_rights(list_nth(scan->custom_exprs, EXPRESSION_EQUALITY));
	check_rights(list_nth(scan->custom_exprs, EXPRESSION_WINDOW));
	state->kind = list_nth_int(numbers, NUMBER_KIND);
	state->span_source = list_nth_int(numbers, NUMBER_SPAN_SOURCE);
	state->orders_built = list_nth_int(numbers, NUMBER_ORDERS_BUILT);
	state->time_type = list_nth_int(numbers, NUMBER_TIME_TYPE);
	state->expected_rows = floatVal(list_nth(scan->custom_private, PRIVATE_ROWS));
	inf_keys_init(&state->keys, list_nth(scan->custom_private, PRIVATE_OPERATORS),
	              list_nth(scan->custom_private, PRIVATE_BUILT_SAME),
	              list_nth(scan->custom_private, PRIVATE_COLLATIONS));

	state->build.is_build = true;
	state->probe.sieve = &state->sieve;
	state->probe.is_date = state->build.is_date = state->time_type == TIME_DATE;
	state->probe.time_type = state->build.time_type = state->time_type;
	state->probe.is_window = is_window && !state->orders_built;
	state->build.is_window = is_window && state->orders_built;
	state->probe.has_span = state->span_source == SPAN_PROBE;
	state->build.has_span = state->span_source == SPAN_BUILD;
	init_plan(&state->probe, probe);
	init_plan(&state->build, build);
	translation.attnos = read_attnos(state, sides, list_nth(scan->custom_private, PRIVATE_ATTNOS));
	init_side(state, &state->probe, probe_keys, linitial(instants), span, &translation);
	init_side(state, &state->build, build_keys, lsecond(instants), span, &translation);
	if (state->span_source == SPAN_CONSTANT)
	{
		state->span_state = ExecInitExpr(linitial(span), &node->ss.ps);
		state->span_settled = IsA(linitial(span), Const);
	}
	else
		state->span = state->time_type == TIME_DATE ? INF_DEFAULT_LOOKBACK / INF_US_PER_DAY
		                                            : INF_DEFAULT_LOOKBACK;
	state->build_has_parameters = has_parameters((Node *) build_keys, NULL) ||
	                              has_parameters((Node *) lsecond(instants), NULL) ||
	                              (state->build.has_span && has_parameters((Node *) span, NULL));

	if (filters != NIL)
		state->filter = ExecInitQual(filters, &node->ss.ps);
	init_kind(state);
	init_output(state, scan, filters, sides, translation.attnos);
	state->out_changes = estate->es_plannedstmt->commandType != CMD_SELECT ||
	                     estate->es_plannedstmt->hasModifyingCTE;
	state->counts = list_nth_int(numbers, NUMBER_COUNTS);
	state->in_order = list_nth_int(numbers, NUMBER_IN_ORDER);
	if (state->in_order)
		inf_join_order_begin(state);
	keep_keys(state, build_keys, probe_keys);
	inf_row_shape_finish(&state->probe.shape, state->probe.has_span, state->keeps_probe);
	inf_row_shape_finish(&state->build.shape, state->build.has_span, state->keeps_build);
	state->placed = inf_row_shape_without_head(&state->build.shape);

	state->table_context = AllocSetContextCreate(estate->es_query_cxt, "AttributionJoin table",
	                                             ALLOCSET_DEFAULT_SIZES);
	state->spill_context = AllocSetContextCreate(estate->es_query_cxt, "AttributionJoin files",
	                                             ALLOCSET_DEFAULT_SIZES);
	state->build_reader.shape = &state->build.shape;
	state->probe_reader.shape = &state->probe.shape;
	state->build_reader.context = state->probe_reader.context = state->spill_context;
	state->phase = PHASE_BUILD;
}
