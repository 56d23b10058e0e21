/*
 * join_exec.c
 *		Runs an attribution join: probes one side's rows and emits what matches.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "join_count.h"
#include "join_count_groups.h"
#include "join_init.h"
#include "join_mark.h"
#include "join_order.h"
#include "join_shared.h"
#include "join_state.h"

/* The probe's columns, once for all of its matches. */
static void
fill_probe(AttributionJoinState *state)
{
	Datum *values = state->out->tts_values;
	bool *isnull = state->out->tts_isnull;

	if (state->slot != NULL)
	{
		slot_getsomeattrs(state->slot, state->probe.natts);
		for (int i = 0; i < state->nprobe_out; i++)
		{
			const OutputColumn *column = &state->probe_out[i];

			values[column->to] = state->slot->tts_values[column->from];
			isnull[column->to] = state->slot->tts_isnull[column->from];
		}
	}
	else
	{
		const RowShape *shape = &state->probe.shape;
		uint64 nulls = shape->nulls ? state->row[shape->nulls] : 0;

		for (int i = 0; i < state->nprobe_out; i++)
		{
			const OutputColumn *column = &state->probe_out[i];

			values[column->to] =
			    inf_row_datum(shape, state->row, (const char *) state->row, column->row);
			isnull[column->to] = (nulls >> column->row) & 1;
		}
	}
	state->filled = true;
}

static void
null_probe(AttributionJoinState *state)
{
	for (int i = 0; i < state->nprobe_out; i++)
	{
		state->out->tts_values[state->probe_out[i].to] = (Datum) 0;
		state->out->tts_isnull[state->probe_out[i].to] = true;
	}
	state->filled = false;
}

static inline void
fill_built(AttributionJoinState *state, const JoinPart *part, const uint64 *row)
{
	Datum *values = state->out->tts_values;
	const uint64 *columns = row + state->placed.first;
	uint64 nulls;

	if (state->nbuild_out == 0)
		return;
	for (int i = 0; i < state->nbuild_out; i++)
	{
		const OutputColumn *column = &state->build_out[i];
		Datum word = (Datum) columns[column->from];

		values[column->to] = column->by_value ? word : PointerGetDatum(part->references + word);
	}
	nulls = row[state->placed.nulls];
	if (nulls | state->last_nulls)
	{
		for (int i = 0; i < state->nbuild_out; i++)
			state->out->tts_isnull[state->build_out[i].to] =
			    (nulls >> state->build_out[i].from) & 1;
		state->last_nulls = nulls;
	}
}

static void
null_built(AttributionJoinState *state)
{
	for (int i = 0; i < state->nbuild_out; i++)
	{
		state->out->tts_values[state->build_out[i].to] = (Datum) 0;
		state->out->tts_isnull[state->build_out[i].to] = true;
	}
	state->last_nulls = ~UINT64CONST(0);
}

/* Nothing is known of what the slot holds. */
static inline void
forget_slot(AttributionJoinState *state)
{
	state->filled = false;
	state->last_nulls = ~UINT64CONST(0);
}

/* Whoever had the slot may have made the row its own, or thrown it away. */
static inline void
ready_slot(AttributionJoinState *state)
{
	TupleTableSlot *out = state->out;

	if (unlikely(TTS_SHOULDFREE(out)))
		ExecClearTuple(out);
	if (unlikely(TTS_EMPTY(out)))
	{
		ExecStoreVirtualTuple(out);
		forget_slot(state);
	}
}

/* The slot itself goes out. */
static inline TupleTableSlot *
give_slot(AttributionJoinState *state)
{
	if (unlikely(state->out_changes))
		forget_slot(state);
	return state->out;
}

/* The filled slot as it goes out, or NULL if it does not meet the conditions of an outer join. */
static inline TupleTableSlot *
finish_slot(AttributionJoinState *state)
{
	ScanState *scan = &state->css.ss;
	ExprContext *econtext = scan->ps.ps_ExprContext;

	if (likely(state->direct))
		return give_slot(state);
	ResetExprContext(econtext);
	econtext->ecxt_scantuple = state->out;
	if (scan->ps.qual != NULL && !ExecQual(scan->ps.qual, econtext))
	{
		InstrCountFiltered2(scan, 1);
		return NULL;
	}
	if (scan->ps.ps_ProjInfo == NULL || state->counts != COUNTS_NOTHING)
		return give_slot(state);
	return ExecProject(scan->ps.ps_ProjInfo);
}

/* Are the conditions met that the order of the rows does not prove? */
static bool
row_matches(AttributionJoinState *state, const uint64 *row)
{
	if (state->span_source == SPAN_BUILD)
	{
		int64 elapsed =
		    state->orders_built ? ROW_AT(row) - state->probe_at : state->probe_at - ROW_AT(row);

		if (elapsed > (int64) row[state->placed.span])
		{
			state->counters.removed_by_window++;
			return false;
		}
	}
	if (state->filter != NULL)
	{
		ExprContext *econtext = state->css.ss.ps.ps_ExprContext;

		ready_slot(state);
		if (!state->filled)
			fill_probe(state);
		fill_built(state, state->part, row);
		ResetExprContext(econtext);
		econtext->ecxt_scantuple = state->out;
		if (!ExecQual(state->filter, econtext))
		{
			InstrCountFiltered1(&state->css.ss, 1);
			return false;
		}
	}
	return true;
}

static TupleTableSlot *
emit_pair(AttributionJoinState *state, const uint64 *row)
{
	ready_slot(state);
	if (!state->filled)
		fill_probe(state);
	fill_built(state, state->part, row);
	return finish_slot(state);
}

static TupleTableSlot *
emit_probe(AttributionJoinState *state)
{
	ready_slot(state);
	if (!state->filled)
		fill_probe(state);
	null_built(state);
	return finish_slot(state);
}

static TupleTableSlot *
emit_built(AttributionJoinState *state, const JoinPart *part, const uint64 *row)
{
	ready_slot(state);
	null_probe(state);
	fill_built(state, part, row);
	return finish_slot(state);
}

/* Probes that are read several times, once for each portion of the built rows, are remembered. */
static inline bool
is_streaming(const AttributionJoinState *state)
{
	return state->round != NULL && state->round->streaming;
}

static bool
matched_before(const AttributionJoinState *state)
{
	uint64 number = state->probe_number - 1;

	return number / 8 < state->probe_matched_room &&
	       (state->probe_matched[number / 8] & (1 << (number % 8))) != 0;
}

static void
remember_match(AttributionJoinState *state)
{
	uint64 number = state->probe_number - 1;

	if (number / 8 >= state->probe_matched_room)
	{
		Size room = Max(1024, number / 4);

		if (state->probe_matched == NULL)
			state->probe_matched = MemoryContextAllocHuge(state->spill_context, room);
		else
			state->probe_matched = repalloc_huge(state->probe_matched, room);
		memset(state->probe_matched + state->probe_matched_room, 0,
		       room - state->probe_matched_room);
		state->probe_matched_room = room;
	}
	state->probe_matched[number / 8] |= (uint8) (1 << (number % 8));
}

static inline bool
mark_row(const AttributionJoinState *state, const uint64 *row)
{
	return inf_row_mark(state->part, row, state->shared != NULL && state->round == NULL);
}

/* The present probe's next match, as it goes out; NULL if there is none. */
static TupleTableSlot *
next_match(AttributionJoinState *state)
{
	int words = state->placed.words;

	while (state->left > 0)
	{
		uint64 *row = state->next;
		TupleTableSlot *slot;

		if (ROW_AT(row) > state->high)
		{
			state->counters.removed_by_window += state->left;
			state->left = 0;
			break;
		}
		state->next += words;
		state->left--;
		if (state->checks_rows)
		{
			CHECK_FOR_INTERRUPTS();
			if (state->kind == AJ_BUILD_SEMI && inf_row_is_marked(state->part, row))
				continue;
			if (!row_matches(state, row))
				continue;
		}
		state->matched = true;
		switch (state->kind)
		{
			case AJ_RIGHT:
				(void) mark_row(state, row);
				break;
			case AJ_BUILD_ANTI:
				CHECK_FOR_INTERRUPTS();
				(void) mark_row(state, row);
				continue;
			case AJ_BUILD_SEMI:
				CHECK_FOR_INTERRUPTS();
				if (!mark_row(state, row))
					continue;
				break;
			case AJ_SEMI:
				state->left = 0;
				if (is_streaming(state) && matched_before(state))
					continue;
				break;
			case AJ_ANTI:
				state->left = 0;
				continue;
			default:
				break;
		}
		slot = emit_pair(state, row);
		if (slot != NULL)
			return slot;
		CHECK_FOR_INTERRUPTS();
	}
	return NULL;
}

/* The present probe has no more matches: does it come out by itself? */
static TupleTableSlot *
end_probe(AttributionJoinState *state)
{
	state->probing = false;
	if (unlikely(is_streaming(state)) && (state->keeps_probe || state->kind == AJ_SEMI))
	{
		if (matched_before(state))
			return NULL;
		if (state->matched && !state->last_stream)
			remember_match(state);
	}
	if (!state->keeps_probe || state->matched || !state->last_stream)
		return NULL;
	return emit_probe(state);
}

static TupleTableSlot *
next_built(AttributionJoinState *state)
{
	const RowShape *placed = &state->placed;

	for (; state->built_part < state->table->nparts; state->built_part++)
	{
		JoinPart *part = &state->table->parts[state->built_part];
		JoinRun *run = state->built_run;
		const JoinRun *last;

		if (part->runs == NULL)
			continue;
		last = inf_last_run(part);
		if (run == NULL)
			run = inf_run_at_word(part, 0);
		for (; run <= last; run = inf_next_run(placed, run), state->built_row = 0)
		{
			CHECK_FOR_INTERRUPTS();
			while (state->built_row < run->count)
			{
				uint64 *row = inf_run_row(placed, run, state->built_row++);
				TupleTableSlot *slot;

				if (inf_row_is_marked(part, row))
					continue;
				state->built_run = run;
				slot = emit_built(state, part, row);
				if (slot != NULL)
					return slot;
				CHECK_FOR_INTERRUPTS();
			}
		}
		state->built_run = NULL;
	}
	return NULL;
}

/* Until there is a row to emit: goes on with the probe, finds the next, goes from phase to phase. */
static pg_noinline TupleTableSlot *
next_row(AttributionJoinState *state)
{
	TupleTableSlot *slot;

	for (;;)
	{
		switch (state->phase)
		{
			case PHASE_BUILD:
				if (state->shared != NULL)
					inf_shared_build(state);
				else
					inf_join_build(state);
				break;
			case PHASE_PROBE:
				if (state->probing)
				{
					slot = next_match(state);
					if (slot == NULL)
						slot = end_probe(state);
					if (slot != NULL)
						return slot;
					CHECK_FOR_INTERRUPTS();
				}
				if (!inf_join_next_probe(state))
				{
					state->built_part = 0;
					state->built_run = NULL;
					state->built_row = 0;
					state->phase = state->keeps_build ? PHASE_BUILT : PHASE_NEXT;
					/* of several participants, the last one knows what has matched */
					if (state->shared != NULL && state->round == NULL &&
					    !inf_shared_end_probes(state))
						state->phase = PHASE_NEXT;
				}
				break;
			case PHASE_BUILT:
				slot = next_built(state);
				if (slot != NULL)
					return slot;
				state->phase = PHASE_NEXT;
				break;
			case PHASE_NEXT:
				if (!state->whole)
					inf_join_end_round(state);
				if (state->whole || !inf_join_next_round(state))
					state->phase = PHASE_DONE;
				break;
			case PHASE_DONE:
				return NULL;
		}
	}
}

/* Is the row at hand one more match of the same probe, and is that all there is to know of it? */
static inline bool
is_next_match(const AttributionJoinState *state)
{
	return state->emits_all && state->left > 0 && ROW_AT(state->next) <= state->high;
}

static inline uint64 *
take_match(AttributionJoinState *state)
{
	uint64 *row = state->next;

	state->next = row + state->placed.words;
	state->left--;
	state->matched = true;
	return row;
}

static inline TupleTableSlot *
next_other(AttributionJoinState *state)
{
	return state->in_order ? inf_join_order_next(state, next_row) : next_row(state);
}

/* What exec_directly leaves: matches that are projected, a slot without a row, an interrupt. */
static pg_noinline TupleTableSlot *
next_output(AttributionJoinState *state)
{
	CHECK_FOR_INTERRUPTS();
	while (is_next_match(state))
	{
		TupleTableSlot *slot = emit_pair(state, take_match(state));

		if (likely(slot != NULL))
			return slot;
		CHECK_FOR_INTERRUPTS();
	}
	return next_other(state);
}

/*
 * What the server's ExecCustomScan does, without a call through a second pointer for each row. Nearly
 * all rows of a join with many are one more match of the same probe, and all that has to be done for
 * them stands here: it calls nothing, and so has no registers to save.
 */
static TupleTableSlot *
exec_directly(PlanState *node)
{
	AttributionJoinState *state = (AttributionJoinState *) node;

	if (unlikely(InterruptPending))
		return next_output(state);
	if (!is_next_match(state))
		return next_other(state);
	if (unlikely(!state->direct || !state->filled ||
	             (state->out->tts_flags & (TTS_FLAG_EMPTY | TTS_FLAG_SHOULDFREE)) != 0))
		return next_output(state);
	fill_built(state, state->part, take_match(state));
	return give_slot(state);
}

static TupleTableSlot *
exec_counting(PlanState *node)
{
	CHECK_FOR_INTERRUPTS();
	return inf_join_count_next((AttributionJoinState *) node, next_row);
}

/* For whoever calls the method itself. */
static TupleTableSlot *
exec_attribution_join(CustomScanState *node)
{
	return ((AttributionJoinState *) node)->counts != COUNTS_NOTHING ? exec_counting(&node->ss.ps)
	                                                                 : exec_directly(&node->ss.ps);
}

static void
begin_attribution_join(CustomScanState *node, EState *estate, int eflags)
{
	inf_join_begin(node, estate, eflags);
	node->ss.ps.ExecProcNode =
	    ((AttributionJoinState *) node)->counts != COUNTS_NOTHING ? exec_counting : exec_directly;
}

static void
end_attribution_join(CustomScanState *node)
{
	AttributionJoinState *state = (AttributionJoinState *) node;
	ListCell *lc;

	inf_join_forget(state);
	foreach (lc, node->custom_ps)
		ExecEndNode((PlanState *) lfirst(lc));
}

/* Soon there is no shared memory any more. */
static void
shutdown_attribution_join(CustomScanState *node)
{
	AttributionJoinState *state = (AttributionJoinState *) node;
	Instrumentation *instrument = node->ss.ps.instrument;

	if (state->shared == NULL)
	{
		/* where each participant has a table of its own, this alone is added up by the server */
		if (IsParallelWorker() && instrument != NULL)
		{
			instrument->ntuples2 += (double) state->counters.removed_by_window;
			state->counters.removed_by_window = 0;
		}
		return;
	}
	inf_shared_leave(state);
	inf_shared_count(state);
	inf_join_forget(state);
	state->shared = NULL;
	state->exhausted = true;
	state->probing = false;
	state->left = 0;
	state->phase = PHASE_DONE;
}

/* May the table serve once more? */
static bool
can_reuse_table(AttributionJoinState *state)
{
	return state->shared == NULL && state->table != NULL && state->phase != PHASE_BUILD &&
	       state->whole && state->build.plan->chgParam == NULL &&
	       (state->css.ss.ps.chgParam == NULL || !state->build_has_parameters);
}

static void
forget_matches(AttributionJoinState *state)
{
	for (int i = 0; i < state->table->nparts; i++)
	{
		if (state->table->parts[i].marks != NULL)
			inf_part_unmark(&state->placed, &state->table->parts[i]);
	}
}

static void
rescan_attribution_join(CustomScanState *node)
{
	AttributionJoinState *state = (AttributionJoinState *) node;
	ListCell *lc;

	inf_shared_leave(state);
	/* unlike other nodes' children, those of a custom node are not told by the server */
	foreach (lc, node->custom_ps)
	{
		PlanState *child = (PlanState *) lfirst(lc);

		if (node->ss.ps.chgParam != NULL)
			UpdateChangedParamSet(child, node->ss.ps.chgParam);
	}
	if (can_reuse_table(state))
	{
		if (state->marks)
			forget_matches(state);
		state->exhausted = state->table->nrows == 0 && !state->keeps_probe;
		state->batches = false;
		state->batch_room = 0;
		state->phase = PHASE_PROBE;
	}
	else
	{
		inf_join_forget(state);
		state->phase = PHASE_BUILD;
		if (state->build.plan->chgParam == NULL)
			ExecReScan(state->build.plan);
	}
	if (state->probe.plan->chgParam == NULL)
		ExecReScan(state->probe.plan);
	inf_side_forget_scan(&state->probe);
	inf_side_forget_scan(&state->build);
	if (state->count_groups != NULL)
		inf_count_groups_forget(state->count_groups);
	state->probing = false;
	state->left = 0;
	state->span_known = false;
	ExecClearTuple(state->out);
}

static const CustomExecMethods exec_methods = {
    .CustomName = AJ_NAME,
    .BeginCustomScan = begin_attribution_join,
    .ExecCustomScan = exec_attribution_join,
    .EndCustomScan = end_attribution_join,
    .ReScanCustomScan = rescan_attribution_join,
    .EstimateDSMCustomScan = inf_shared_estimate,
    .InitializeDSMCustomScan = inf_shared_initialize,
    .ReInitializeDSMCustomScan = inf_shared_reinitialize,
    .InitializeWorkerCustomScan = inf_shared_attach,
    .ShutdownCustomScan = shutdown_attribution_join,
    .ExplainCustomScan = inf_join_explain,
};

static Node *
create_state(CustomScan *scan)
{
	AttributionJoinState *state = palloc0(sizeof(AttributionJoinState));

	NodeSetTag(state, T_CustomScanState);
	state->css.methods = &exec_methods;
	return (Node *) state;
}

const CustomScanMethods inf_join_scan_methods = {
    .CustomName = AJ_NAME,
    .CreateCustomScanState = create_state,
};

void
inf_join_init(void)
{
	RegisterCustomScanMethods(&inf_join_scan_methods);
	inf_join_path_init();
	inf_join_count_path_init();
}
