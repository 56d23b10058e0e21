/*
 * join_count.c
 *		How many rows an attribution join has, in place of the rows.
 *
 * What comes out are partial counts: one of each probe's rows, with what is known of the probe, or one
 * of all rows. The aggregate above adds them up, and those of other participants.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"

#include "join_count.h"
#include "join_count_groups.h"
#include "join_search.h"

/* Are rows that are left of a run matches by their instant alone? */
static inline bool
counts_runs(const AttributionJoinState *state)
{
	return state->emits_all && state->css.ss.ps.qual == NULL;
}

/* The present probe's further matches, all at once. */
static uint32
take_run(AttributionJoinState *state)
{
	uint32 matches = state->left;

	if (matches == 0)
		return 0;
	if (state->high < PG_INT64_MAX)
		matches = inf_run_from(state->next, state->left, state->placed.words, state->high + 1, 0);
	state->counters.removed_by_window += state->left - matches;
	state->left = 0;
	return matches;
}

static TupleTableSlot *
give_count(AttributionJoinState *state, uint64 count)
{
	ExprContext *econtext = state->css.ss.ps.ps_ExprContext;

	state->counters.counted += count;
	if (TTS_EMPTY(state->out))
		ExecStoreVirtualTuple(state->out);
	for (int i = 0; i < state->ncount_out; i++)
	{
		state->out->tts_values[state->count_out[i]] = Int64GetDatum((int64) count);
		state->out->tts_isnull[state->count_out[i]] = false;
	}
	/* what is filled directly is what comes out: it has the columns of no other slot */
	if (state->direct || state->css.ss.ps.ps_ProjInfo == NULL)
		return state->out;
	ResetExprContext(econtext);
	econtext->ecxt_scantuple = state->out;
	return ExecProject(state->css.ss.ps.ps_ProjInfo);
}

/* One row, or none if there is nothing to count. The last row counted is still in the slot. */
static TupleTableSlot *
count_all(AttributionJoinState *state, TupleTableSlot *(*next)(AttributionJoinState *) )
{
	uint64 count = 0;
	bool runs = counts_runs(state);

	while (next(state) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		count++;
		if (runs)
			count += take_run(state);
	}
	return count == 0 ? NULL : give_count(state, count);
}

/* The next probe's count; false if there is none. */
static bool
next_count(AttributionJoinState *state, TupleTableSlot *(*next)(AttributionJoinState *),
           uint64 *count)
{
	if (next(state) == NULL)
		return false;
	*count = 1;
	if (counts_runs(state))
		*count += take_run(state);
	return true;
}

/* Counts of probes that are the same in all that comes out of them are added up, as far as there is room. */
static TupleTableSlot *
count_by_probe(AttributionJoinState *state, TupleTableSlot *(*next)(AttributionJoinState *) )
{
	TupleTableSlot *out = state->out;
	uint64 count;

	if (state->nprobe_out > INF_COUNT_COLUMNS)
		return next_count(state, next, &count) ? give_count(state, count) : NULL;
	if (state->count_groups == NULL)
		state->count_groups =
		    inf_count_groups_create(state->css.ss.ps.state->es_query_cxt, state->probe_out,
		                            state->nprobe_out, out->tts_tupleDescriptor);
	while (next_count(state, next, &count))
	{
		CHECK_FOR_INTERRUPTS();
		if (!inf_count_groups_add(state->count_groups, out->tts_values, out->tts_isnull, count))
			return give_count(state, count);
	}
	state->counters.groups_peak = inf_count_groups_peak(state->count_groups);
	/* whoever had the slot may have made the row its own */
	if (TTS_SHOULDFREE(out))
		ExecClearTuple(out);
	count = inf_count_groups_next(state->count_groups, out->tts_values, out->tts_isnull);
	return count == 0 ? NULL : give_count(state, count);
}

TupleTableSlot *
inf_join_count_next(AttributionJoinState *state, TupleTableSlot *(*next)(AttributionJoinState *) )
{
	return state->counts == COUNTS_ALL ? count_all(state, next) : count_by_probe(state, next);
}
