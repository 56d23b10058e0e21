/*
 * join_find.h
 *		Finding what matches a probe: its key's run, and the part of it in the window.
 */
#ifndef INF_JOIN_FIND_H
#define INF_JOIN_FIND_H

#include "common/int.h"

#include "join_search.h"
#include "join_state.h"

/*
 * Words are hashes of the keys: the run with these values, of those with the word, from the first one on;
 * or NULL. To compare values may take memory for a while.
 */
extern JoinRun *inf_run_with_values(AttributionJoinState *state, const JoinPart *part, JoinRun *run,
                                    const uint32 *place, const Datum *values);

/* The lookback of a whole scan, when it is first needed. */
extern void inf_know_span(AttributionJoinState *state);

/* A wrong lookback of a built row is an error once a probe has the same key. */
extern void inf_check_spans(AttributionJoinState *state, const JoinRun *run);

/* The run with that word, from one on, or NULL. There are at most a few at a place. */
static inline JoinRun *
inf_run_with_word(const AttributionJoinState *state, JoinRun *run, const JoinRun *end, uint64 key)
{
	for (; run < end; run = inf_next_run(&state->placed, run))
	{
		if (run->key == key)
			return run;
	}
	return NULL;
}

/* The first run of a place with that word, or NULL. */
static inline JoinRun *
inf_first_with_word(const AttributionJoinState *state, const JoinPart *part, uint64 key,
                    const uint32 *place)
{
	const JoinRun *end = inf_run_at_word(part, place[1]);
	JoinRun *run = inf_run_at_word(part, place[0]);

	/* which of two short runs it is, nobody could guess */
	if (run < end && run->count <= SHORT_SEARCH)
	{
		JoinRun *second = inf_next_run(&state->placed, run);

		second = second < end ? second : run;
		run = run->key == key ? run : second;
	}
	return inf_run_with_word(state, run, end, key);
}

/* The key's run, or NULL. The values are read only where they are no single word. */
static inline JoinRun *
inf_find_run(AttributionJoinState *state, const JoinPart *part, uint64 key, uint64 hash,
             const Datum *values)
{
	const uint32 *place;
	JoinRun *run;

	if (part->runs == NULL)
		return NULL;
	place = inf_place(part, hash);
	run = inf_first_with_word(state, part, key, place);
	return state->keys.is_word ? run : inf_run_with_values(state, part, run, place, values);
}

/* The number of the first row of the run at or after the instant. */
static inline uint32
inf_find_from(const JoinPart *part, const JoinRun *run, const uint64 *rows, int words, int64 at)
{
	uint32 *finger = NULL;
	uint32 guess = 0;
	uint32 from;

	if (run->count <= SHORT_SEARCH)
		return inf_run_from(rows, run->count, words, at, 0);
	if (part->fingers != NULL)
	{
		finger = &part->fingers[run->number];
		guess = *finger;
	}
	if (finger == NULL || !inf_run_is_near(rows, run->count, words, at, guess))
		guess = inf_run_guess(rows, run->count, words, at);
	from = inf_run_from(rows, run->count, words, at, guess);
	if (finger != NULL && *finger != from)
		*finger = Min(from, run->count - 1);
	return from;
}

/*
 * Where inf_find_window will read first. Who asks for memory ahead of time does so without a function of
 * its own: the compiler takes one that does nothing else for one that does nothing, and calls it not.
 */
static inline const uint64 *
inf_expected_row(const RowShape *placed, const JoinPart *part, const JoinRun *run)
{
	return inf_run_row(placed, run, part->fingers == NULL ? 0 : part->fingers[run->number]);
}

/* Sets next, left and high to what may be in the probe's window. */
static inline void
inf_find_window(AttributionJoinState *state, const JoinPart *part, const JoinRun *run)
{
	int words = state->placed.words;
	uint64 *rows = inf_run_row(&state->placed, run, 0);
	int64 low = state->probe_at;
	int64 high = state->probe_at;
	int64 reach;
	uint32 before;

	switch (state->span_source)
	{
		case SPAN_PROBE:
			reach = state->probe_span;
			break;
		case SPAN_BUILD:
			if (unlikely(part->has_bad_span))
				inf_check_spans(state, run);
			reach = part->longest;
			break;
		case SPAN_CONSTANT:
			if (unlikely(!state->span_known))
				inf_know_span(state);
			if (state->span_null)
				return;
			reach = state->span;
			break;
		default:
			reach = state->span;
			break;
	}
	if (unlikely(reach < 0))
		inf_span_error(reach, state->time_type);
	if (state->orders_built)
	{
		if (pg_add_s64_overflow(low, reach, &high))
			high = PG_INT64_MAX;
	}
	else if (pg_sub_s64_overflow(high, reach, &low))
		low = PG_INT64_MIN;

	before = inf_find_from(part, run, rows, words, low);
	state->part = part;
	state->next = rows + (Size) before * words;
	state->left = run->count - before;
	state->high = high;
	state->counters.removed_by_window += before;
}

/* Does the sieve tell that the probe matches nothing? */
static inline bool
inf_is_sieved_out(AttributionJoinState *state, uint64 hash)
{
	if (state->sieve.words == NULL || inf_sieve_passes(&state->sieve, hash, state->probe.instant))
		return false;
	state->counters.removed_by_sieve++;
	return true;
}

/* The next page of probes, all of which are asked of the sieve, if there is one. False: there is none. */
static inline bool
inf_load_probes(AttributionJoinState *state, JoinPage *page)
{
	if (!inf_page_load(page))
		return false;
	if (state->sieve.words != NULL)
		state->counters.removed_by_sieve +=
		    (uint64) inf_sieve_page(&state->sieve, page, !state->keeps_probe);
	return true;
}

/* Can the probe that was just read match anything, as far as the sieve knows? Its page may have told. */
static inline bool
inf_probe_may_match(AttributionJoinState *state)
{
	const PageRow *row = state->probe.row;

	return row != NULL && row->is_read ? row->may_match
	                                   : !inf_is_sieved_out(state, state->probe.hash);
}

static inline void
inf_start_probe(AttributionJoinState *state)
{
	state->probing = true;
	state->matched = false;
	state->filled = false;
	state->left = 0;
}

/* A probe that was kept as a row; its run, or NULL. */
static inline void
inf_start_row(AttributionJoinState *state, uint64 *row, const JoinPart *part, const JoinRun *run)
{
	const RowShape *shape = &state->probe.shape;

	inf_start_probe(state);
	state->row = row;
	state->probe_at = ROW_AT(row);
	if (shape->span)
		state->probe_span = (int64) row[shape->span];
	if (run != NULL)
		inf_find_window(state, part, run);
}

/* The values of its keys, which are no single word. */
static inline const Datum *
inf_keys_of_row(AttributionJoinState *state, const uint64 *row)
{
	const RowShape *shape = &state->probe.shape;
	int nkeys = state->keys.nkeys;
	Datum *values = state->probe.key_values;

	for (int k = 0; k < nkeys; k++)
		values[k] = inf_row_datum(shape, row, (const char *) row, shape->ncolumns - nkeys + k);
	return values;
}

#endif
