/*
 * join_find.c
 *		Finding what matches a probe: values of keys, and lookbacks.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "utils/memutils.h"

#include "compat.h"
#include "join_find.h"

static bool
keys_match(AttributionJoinState *state, const JoinPart *part, const JoinRun *run,
           const Datum *values)
{
	const RowShape *placed = &state->placed;
	const uint64 *row = inf_run_row(placed, run, 0);

	for (int i = 0; i < state->keys.nkeys; i++)
	{
		JoinKey *key = &state->keys.keys[i];
		Datum built = inf_row_datum(placed, row, part->references, key->column);

		if (!inf_keys_are_equal(key, &key->equal, values[i], built))
			return false;
	}
	return true;
}

JoinRun *
inf_run_with_values(AttributionJoinState *state, const JoinPart *part, JoinRun *run,
                    const uint32 *place, const Datum *values)
{
	const JoinRun *end = inf_run_at_word(part, place[1]);
	MemoryContext old = CurrentMemoryContext;

	if (state->keys.calls_functions)
		MemoryContextSwitchTo(state->css.ss.ps.ps_ExprContext->ecxt_per_tuple_memory);
	while (run != NULL && !keys_match(state, part, run, values))
		run = inf_run_with_word(state, inf_next_run(&state->placed, run), end, run->key);
	MemoryContextSwitchTo(old);
	return run;
}

void
inf_know_span(AttributionJoinState *state)
{
	ExprContext *econtext = state->css.ss.ps.ps_ExprContext;
	Datum value = ExecEvalExprSwitchContext(state->span_state, econtext, &state->span_null);

	if (!state->span_null)
		state->span = inf_span_of_interval(DatumGetIntervalP(value), state->time_type == TIME_DATE);
	state->span_known = true;
}

int64
inf_join_reach(AttributionJoinState *state)
{
	if (state->built_bad_span)
		return -1;
	switch (state->span_source)
	{
		case SPAN_DEFAULT:
			return state->span;
		case SPAN_CONSTANT:
			if (!state->span_settled)
				return -1;
			inf_know_span(state);
			return state->span_null ? -1 : state->span;
		case SPAN_PROBE:
			return -1;
		case SPAN_BUILD:
			break;
	}
	return state->built_longest;
}

void
inf_check_spans(AttributionJoinState *state, const JoinRun *run)
{
	const RowShape *placed = &state->placed;

	for (uint32 i = 0; i < run->count; i++)
	{
		int64 span = (int64) inf_run_row(placed, run, i)[placed->span];

		if (span < 0)
			inf_span_error(span, state->time_type);
	}
}
