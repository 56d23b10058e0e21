/*
 * set_scan.c
 *		Puts a table's rows into a set where it finds them.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "compat.h"
#include "rights.h"
#include "set_scan.h"

/* Before rows are added: the memory that they may use is cleared. Returns the current one. */
static MemoryContext
begin_adding(SetScanState *state)
{
	ExprContext *econtext = state->css.ss.ps.ps_ExprContext;

	ResetExprContext(econtext);
	return MemoryContextSwitchTo(econtext->ecxt_per_tuple_memory);
}

/* The rest of a scan that has given its first row, page by page; false if that cannot be done. */
static bool
add_pages(SetScanState *state, PlanState *child)
{
	ScanState *scan = (ScanState *) child;
	PageScan pages;
	int attnos[SET_COLUMNS];

	if (!inf_page_scan_begin(&pages, scan))
		return false;
	if (child->qual != NULL)
		inf_page_scan_filter(&pages, state->filtered);
	for (int i = 0; i < SET_COLUMNS; i++)
		attnos[i] = state->columns[i].attno;
	inf_row_columns_init(&state->places, state->context,
	                     scan->ss_ScanTupleSlot->tts_tupleDescriptor, attnos, SET_COLUMNS);
	while (inf_page_scan_next(&pages))
	{
		MemoryContext old = begin_adding(state);

		state->filler->add_page(state, &pages);
		MemoryContextSwitchTo(old);
	}
	return true;
}

/* The next row of the child, with the columns that are read in it; or NULL. */
static TupleTableSlot *
next_slot(SetScanState *state, PlanState *child)
{
	TupleTableSlot *slot = ExecProcNode(child);

	if (TupIsNull(slot))
		return NULL;
	return state->picks_columns ? child->ps_ExprContext->ecxt_scantuple : slot;
}

static void
add_rows(SetScanState *state)
{
	PlanState *child = linitial(state->css.custom_ps);
	TupleTableSlot *slot = next_slot(state, child);
	bool is_first = true;

	if (slot != NULL)
		state->filler->begin(state);
	for (; slot != NULL; slot = next_slot(state, child))
	{
		MemoryContext old = begin_adding(state);

		CHECK_FOR_INTERRUPTS();
		state->filler->add_slot(state, slot);
		MemoryContextSwitchTo(old);
		if (is_first && inf_is_bare_scan(child, state->exec, state->picks_columns) &&
		    add_pages(state, child))
			return;
		is_first = false;
	}
}

static void
begin_set_scan(CustomScanState *node, EState *estate, int eflags)
{
	SetScanState *state = (SetScanState *) node;
	CustomScan *scan = castNode(CustomScan, node->ss.ps.plan);
	List *private = scan->custom_private;
	List *numbers = list_nth(private, SET_NUMBERS);
	PlanState *child;

	eflags &= ~(EXEC_FLAG_BACKWARD | EXEC_FLAG_MARK);
	child = ExecInitNode((Plan *) linitial(scan->custom_plans), estate, eflags);
	node->custom_ps = list_make1(child);
	/* as the aggregate would that this node stands for */
	inf_check_aggregate(linitial_oid(list_nth(private, SET_AGGREGATE)),
	                    lsecond_oid(list_nth(private, SET_AGGREGATE)),
	                    lthird_oid(list_nth(private, SET_AGGREGATE)));
	state->filler = list_nth_int(numbers, SET_KIND) == SCAN_OF_TOUCHES ? &inf_touch_filler
	                                                                   : &inf_purchase_filler;
	state->exec = child->ExecProcNodeReal;
	state->picks_columns = inf_only_picks_columns(child);
	state->time_type = list_nth_int(numbers, SET_TIME_TYPE);
	for (int i = 0; i < SET_COLUMNS; i++)
	{
		SetColumn *column = &state->columns[i];

		column->attno = list_nth_int(list_nth(private, SET_ATTNOS), i);
		if (state->picks_columns)
			column->attno = inf_picked_attno(child, column->attno);
		column->type = list_nth_oid(list_nth(private, SET_TYPES), i);
		column->length = get_typlen(column->type);
		state->natts = Max(state->natts, column->attno);
	}
	state->columns[SET_CUSTOMER].identity = list_nth_int(numbers, SET_CUSTOMERS);
	if (state->filler == &inf_touch_filler)
		state->columns[TOUCH_INFLUENCER].identity = list_nth_int(numbers, SET_INFLUENCERS);
	state->context = AllocSetContextCreate(estate->es_query_cxt, "SetScan", ALLOCSET_SMALL_SIZES);
}

static TupleTableSlot *
exec_set_scan(CustomScanState *node)
{
	SetScanState *state = (SetScanState *) node;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	ExprContext *econtext = node->ss.ps.ps_ExprContext;
	MemoryContext old;

	ExecClearTuple(slot);
	if (state->done)
		return NULL;
	state->done = true;
	state->set = inf_new_state_in(state->context, state->filler->kind);
	add_rows(state);
	old = MemoryContextSwitchTo(state->context);
	slot->tts_values[0] = inf_finish_state(state->set);
	slot->tts_isnull[0] = false;
	ExecStoreVirtualTuple(slot);
	MemoryContextDelete(state->set->header.eoh_context);
	MemoryContextSwitchTo(old);

	ResetExprContext(econtext);
	econtext->ecxt_scantuple = slot;
	if (node->ss.ps.qual != NULL && !ExecQual(node->ss.ps.qual, econtext))
	{
		InstrCountFiltered1(node, 1);
		return NULL;
	}
	return node->ss.ps.ps_ProjInfo == NULL ? slot : ExecProject(node->ss.ps.ps_ProjInfo);
}

static void
rescan_set_scan(CustomScanState *node)
{
	SetScanState *state = (SetScanState *) node;
	PlanState *child = linitial(node->custom_ps);

	ExecClearTuple(node->ss.ss_ScanTupleSlot);
	/* unlike other nodes' children, those of a custom node are not told by the server */
	if (node->ss.ps.chgParam != NULL)
		UpdateChangedParamSet(child, node->ss.ps.chgParam);
	if (child->chgParam == NULL)
		ExecReScan(child);
	MemoryContextReset(state->context);
	state->done = false;
}

static void
end_set_scan(CustomScanState *node)
{
	ExecEndNode(linitial(node->custom_ps));
}

static const CustomExecMethods exec_methods = {
    .CustomName = SET_SCAN_NAME,
    .BeginCustomScan = begin_set_scan,
    .ExecCustomScan = exec_set_scan,
    .EndCustomScan = end_set_scan,
    .ReScanCustomScan = rescan_set_scan,
};

static Node *
create_set_scan_state(CustomScan *scan)
{
	SetScanState *state = palloc0(sizeof(SetScanState));

	NodeSetTag(state, T_CustomScanState);
	state->css.methods = &exec_methods;
	return (Node *) state;
}

const CustomScanMethods inf_set_scan_methods = {
    .CustomName = SET_SCAN_NAME,
    .CreateCustomScanState = create_set_scan_state,
};
