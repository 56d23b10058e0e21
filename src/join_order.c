/*
 * join_order.c
 *		Rows of an attribution join in the order of the probes, even if parts went to files.
 *
 * The planner counts on the order of the probes where it expects that the table fits into memory.
 * If it does not, rows come out part by part; then they are sorted by the number of their probe,
 * which takes what memory a sort above the join would have taken.
 */
#include "postgres.h"

#include "catalog/pg_operator_d.h"
#include "catalog/pg_type_d.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/tuplesort.h"

#include "compat.h"
#include "join_order.h"

/* A column of the probe's rows that is no attribute and no key, but the row's number. */
void
inf_join_order_begin(AttributionJoinState *state)
{
	RowShape *shape = &state->probe.shape;

	state->number_column = shape->ncolumns;
	inf_row_shape_add(shape, ROW_NUMBER, sizeof(int64), true);
}

static int64
probe_number(const AttributionJoinState *state)
{
	if (state->slot != NULL)
		return state->probe.number;
	return (int64) state->row[state->probe.shape.first + state->number_column];
}

/* The columns that come out, and the number. */
static void
begin_sort(AttributionJoinState *state)
{
	EState *estate = state->css.ss.ps.state;
	MemoryContext old = MemoryContextSwitchTo(estate->es_query_cxt);
	TupleDesc result = state->css.ss.ps.ps_ResultTupleSlot->tts_tupleDescriptor;
	AttrNumber number = (AttrNumber) (result->natts + 1);
	Oid operator= Int8LessOperator;
	Oid collation = InvalidOid;
	bool nulls_first = false;

	if (state->sort_in == NULL)
	{
		TupleDesc sorted = CreateTemplateTupleDesc(number);

		for (AttrNumber i = 1; i < number; i++)
			TupleDescCopyEntry(sorted, i, result, i);
		TupleDescInitEntry(sorted, number, "number", INT8OID, -1, 0);
		state->sort_in = ExecInitExtraTupleSlot(estate, sorted, &TTSOpsVirtual);
		state->sort_out = ExecInitExtraTupleSlot(estate, sorted, &TTSOpsMinimalTuple);
	}
	state->sort =
	    tuplesort_begin_heap(state->sort_in->tts_tupleDescriptor, 1, &number,
	                         &operator, & collation, &nulls_first, work_mem, NULL, TUPLESORT_NONE);
	MemoryContextSwitchTo(old);
}

static void
put_row(AttributionJoinState *state, TupleTableSlot *slot)
{
	TupleTableSlot *in = state->sort_in;
	int natts = slot->tts_tupleDescriptor->natts;

	slot_getallattrs(slot);
	ExecClearTuple(in);
	memcpy(in->tts_values, slot->tts_values, natts * sizeof(Datum));
	memcpy(in->tts_isnull, slot->tts_isnull, natts * sizeof(bool));
	in->tts_values[natts] = Int64GetDatum(probe_number(state));
	in->tts_isnull[natts] = false;
	ExecStoreVirtualTuple(in);
	tuplesort_puttupleslot(state->sort, in);
	state->counters.sorted++;
}

static TupleTableSlot *
get_row(AttributionJoinState *state)
{
	TupleTableSlot *from = state->sort_out;
	TupleTableSlot *to = state->css.ss.ps.ps_ResultTupleSlot;
	int natts = to->tts_tupleDescriptor->natts;

	ExecClearTuple(to);
	if (!tuplesort_gettupleslot(state->sort, true, false, from, NULL))
		return NULL;
	slot_getallattrs(from);
	memcpy(to->tts_values, from->tts_values, natts * sizeof(Datum));
	memcpy(to->tts_isnull, from->tts_isnull, natts * sizeof(bool));
	return ExecStoreVirtualTuple(to);
}

TupleTableSlot *
inf_join_order_next(AttributionJoinState *state, TupleTableSlot *(*next)(AttributionJoinState *) )
{
	TupleTableSlot *slot;

	if (state->phase == PHASE_BUILD)
		inf_join_build(state);
	if (state->whole)
		return next(state);
	if (state->sort == NULL)
	{
		begin_sort(state);
		while ((slot = next(state)) != NULL)
		{
			CHECK_FOR_INTERRUPTS();
			put_row(state, slot);
		}
		tuplesort_performsort(state->sort);
	}
	return get_row(state);
}

void
inf_join_order_forget(AttributionJoinState *state)
{
	if (state->sort_out != NULL)
		ExecClearTuple(state->sort_out);
	if (state->sort != NULL)
		tuplesort_end(state->sort);
	state->sort = NULL;
}
