/*
 * join_probe.c
 *		Finding what matches a probe: its key's run, and the part of it in the window.
 */
#include "postgres.h"

#include "common/int.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "join_mark.h"
#include "join_search.h"
#include "join_state.h"

/* While a probe is answered, so many of the batch wait for rows, as many for runs, as many for places. */
#define LOOK_AHEAD 8

#define LINE_WORDS (INF_CACHE_LINE / sizeof(uint64))

/* Rows of different lengths: a batch has no more than one beyond this, and its memory is given back. */
#define BATCH_WORDS 8192
#define MOST_KEPT_WORDS (16 * (Size) BATCH_WORDS)

/* Tables that stay in the processor's cache are not worth reading ahead for. */
#define BATCH_TABLE_BYTES (512 * 1024)

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

/* The run with that word, from one on, or NULL. There are at most a few at a place. */
static inline JoinRun *
run_with_word(const AttributionJoinState *state, JoinRun *run, const JoinRun *end, uint64 key)
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
first_with_word(const AttributionJoinState *state, const JoinPart *part, uint64 key,
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
	return run_with_word(state, run, end, key);
}

/*
 * Words are hashes of the keys: the run with these values, of those with the word, from the first one on;
 * or NULL. To compare values may take memory for a while.
 */
static JoinRun *
run_with_values(AttributionJoinState *state, const JoinPart *part, JoinRun *run,
                const uint32 *place, const Datum *values)
{
	const JoinRun *end = inf_run_at_word(part, place[1]);
	MemoryContext old = CurrentMemoryContext;

	if (state->keys.calls_functions)
		MemoryContextSwitchTo(state->css.ss.ps.ps_ExprContext->ecxt_per_tuple_memory);
	while (run != NULL && !keys_match(state, part, run, values))
		run = run_with_word(state, inf_next_run(&state->placed, run), end, run->key);
	MemoryContextSwitchTo(old);
	return run;
}

/* The key's run, or NULL. The values are read only where they are no single word. */
static inline JoinRun *
find_run(AttributionJoinState *state, const JoinPart *part, uint64 key, uint64 hash,
         const Datum *values)
{
	const uint32 *place;
	JoinRun *run;

	if (part->runs == NULL)
		return NULL;
	place = inf_place(part, hash);
	run = first_with_word(state, part, key, place);
	return state->keys.is_word ? run : run_with_values(state, part, run, place, values);
}

/* The lookback of a whole scan, when it is first needed. */
static void
know_span(AttributionJoinState *state)
{
	ExprContext *econtext = state->css.ss.ps.ps_ExprContext;
	Datum value = ExecEvalExprSwitchContext(state->span_state, econtext, &state->span_null);

	if (!state->span_null)
		state->span = inf_span_of_interval(DatumGetIntervalP(value), state->time_type == TIME_DATE);
	state->span_known = true;
}

int64
inf_join_reach(AttributionJoinState *state, int64 longest)
{
	switch (state->span_source)
	{
		case SPAN_DEFAULT:
			return state->span;
		case SPAN_CONSTANT:
			if (!state->span_settled)
				return -1;
			know_span(state);
			return state->span_null ? -1 : state->span;
		case SPAN_PROBE:
			return -1;
		case SPAN_BUILD:
			break;
	}
	return longest;
}

/* A wrong lookback of a built row is an error once a probe has the same key. */
static void
check_spans(AttributionJoinState *state, const JoinRun *run)
{
	const RowShape *placed = &state->placed;

	for (uint32 i = 0; i < run->count; i++)
	{
		int64 span = (int64) inf_run_row(placed, run, i)[placed->span];

		if (span < 0)
			inf_span_error(span, state->time_type);
	}
}

/* The number of the first row of the run at or after the instant. */
static inline uint32
run_from(const JoinPart *part, const JoinRun *run, const uint64 *rows, int words, int64 at)
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
 * Where find_window will read first. Who asks for memory ahead of time does so without a function of
 * its own: the compiler takes one that does nothing else for one that does nothing, and calls it not.
 */
static inline const uint64 *
expected_row(const RowShape *placed, const JoinPart *part, const JoinRun *run)
{
	return inf_run_row(placed, run, part->fingers == NULL ? 0 : part->fingers[run->number]);
}

/* Sets next, left and high to what may be in the probe's window. */
static inline void
find_window(AttributionJoinState *state, const JoinPart *part, const JoinRun *run)
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
				check_spans(state, run);
			reach = part->longest;
			break;
		case SPAN_CONSTANT:
			if (unlikely(!state->span_known))
				know_span(state);
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

	before = run_from(part, run, rows, words, low);
	state->part = part;
	state->next = rows + (Size) before * words;
	state->left = run->count - before;
	state->high = high;
	state->counters.removed_by_window += before;
}

/* Does the sieve tell that the probe matches nothing? */
static inline bool
is_sieved_out(AttributionJoinState *state, uint64 hash)
{
	if (state->sieve.words == NULL || inf_sieve_passes(&state->sieve, hash, state->probe.instant))
		return false;
	state->counters.removed_by_sieve++;
	return true;
}

static inline void
start_probe(AttributionJoinState *state)
{
	state->probing = true;
	state->matched = false;
	state->filled = false;
	state->left = 0;
}

/* A probe of the plan, as it comes. */
static bool
next_slot(AttributionJoinState *state)
{
	ExprContext *econtext = state->css.ss.ps.ps_ExprContext;
	JoinSide *side = &state->probe;

	for (;;)
	{
		TupleTableSlot *slot = inf_side_next(side);
		uint64 hash;
		JoinPart *part;
		JoinRun *run = NULL;

		if (slot == NULL)
			return false;
		if (state->keys.calls_functions)
			ResetExprContext(econtext);
		if (!inf_side_read(side, slot, econtext))
		{
			if (!state->keeps_probe || !inf_side_has_row(side, slot))
				continue;
			start_probe(state);
			inf_side_settle(side);
			state->slot = slot;
			return true;
		}
		hash = side->hash;
		part = inf_table_part(state->table, hash);
		if (unlikely(part->build_file != NULL))
		{
			if (inf_side_has_row(side, slot))
				inf_join_spill_slot(state, part, slot);
			continue;
		}
		if (is_sieved_out(state, hash))
			CHECK_FOR_INTERRUPTS();
		else
		{
			inf_side_know_keys(side, slot);
			run = find_run(state, part, side->key, hash, side->key_values);
		}
		if ((run == NULL && !state->keeps_probe) || !inf_side_has_row(side, slot))
			continue;
		start_probe(state);
		inf_side_settle(side);
		state->slot = slot;
		state->probe_at = side->instant;
		state->probe_span = side->lookback;
		if (run != NULL)
			find_window(state, part, run);
		return true;
	}
}

/* Is it worth while to read probes ahead? Then the processor can fetch their runs meanwhile. */
static bool
start_batches(AttributionJoinState *state)
{
	const RowShape *shape = &state->probe.shape;

	if (state->table->used < BATCH_TABLE_BYTES)
		return false;
	if (state->batch == NULL)
	{
		MemoryContext context = state->css.ss.ps.state->es_query_cxt;

		state->batch = MemoryContextAlloc(context, MAX_BATCH * sizeof(ReadyProbe));
		state->batch_words =
		    shape->has_references ? BATCH_WORDS : MAX_BATCH * (Size) (1 + shape->words);
		state->batch_rows = MemoryContextAlloc(context, state->batch_words * sizeof(uint64));
		if (shape->has_references)
			state->batch_starts = MemoryContextAlloc(context, MAX_BATCH * sizeof(Size));
	}
	/* a cursor's first row should not wait for many */
	state->batch_room = 8;
	state->nbatch = state->batch_at = 0;
	return true;
}

static inline uint64 *
batch_row(const AttributionJoinState *state, int number)
{
	Size start = unlikely(state->batch_starts != NULL)
	                 ? state->batch_starts[number]
	                 : (Size) number * (1 + state->probe.shape.words);

	return state->batch_rows + start + 1;
}

/* Room for one more row, with its key; what the batch has may come to another place. */
static uint64 *
batch_room_for(AttributionJoinState *state, uint32 words)
{
	Size start = state->batch_used;

	state->batch_used += 1 + (Size) words;
	if (state->batch_used > state->batch_words)
	{
		state->batch_words = Max(state->batch_used, 2 * state->batch_words);
		state->batch_rows = repalloc_huge(state->batch_rows, state->batch_words * sizeof(uint64));
	}
	state->batch_starts[state->nbatch] = start;
	return state->batch_rows + start + 1;
}

/* The rows of the last batch are done with. */
static void
empty_batch(AttributionJoinState *state)
{
	state->nbatch = state->batch_at = 0;
	state->batch_used = 0;
	if (state->batch_starts != NULL && state->batch_words > MOST_KEPT_WORDS)
	{
		state->batch_words = BATCH_WORDS;
		state->batch_rows = repalloc_huge(state->batch_rows, BATCH_WORDS * sizeof(uint64));
	}
	if (state->keys.calls_functions)
		ResetExprContext(state->css.ss.ps.ps_ExprContext);
}

/* The probe just read, as a row of the batch. Where no columns are kept, there is little to it. */
static inline void
keep_in_batch(AttributionJoinState *state, TupleTableSlot *slot, bool matchable)
{
	JoinSide *side = &state->probe;
	uint32 words = (uint32) side->shape.words;
	bool is_bare = side->shape.ncolumns == 0 && !side->shape.span;
	uint64 *row;

	if (!is_bare)
		words = inf_side_collect(side, slot, matchable);
	row = state->batch_starts == NULL ? batch_row(state, state->nbatch)
	                                  : batch_room_for(state, words);
	inf_row_begin(&side->shape, row, side->key, words);
	if (!is_bare)
		inf_side_fill(side, row, matchable);
	else
	{
		ROW_AT(row) = matchable ? side->instant : 0;
		if (side->shape.has_head)
			ROW_HEAD(row)->state = matchable ? ROW_MATCHABLE : ROW_UNMATCHABLE;
	}
	state->nbatch++;
}

static void
read_batch(AttributionJoinState *state)
{
	ExprContext *econtext = state->css.ss.ps.ps_ExprContext;
	JoinSide *side = &state->probe;

	empty_batch(state);
	while (state->nbatch < state->batch_room && state->batch_used < BATCH_WORDS)
	{
		JoinPage *page = side->page; /* after the first row */
		TupleTableSlot *slot;
		ReadyProbe *ready = &state->batch[state->nbatch];
		bool matchable;

		if (page != NULL && page->next == page->nhanded)
		{
			if (!inf_page_load(page))
			{
				state->exhausted = true;
				break;
			}
			if (state->sieve.words != NULL)
				state->counters.removed_by_sieve +=
				    (uint64) inf_sieve_page(&state->sieve, page, !state->keeps_probe);
			continue;
		}
		slot = inf_side_next(side);
		if (slot == NULL)
		{
			state->exhausted = true;
			break;
		}
		ready->part = NULL;
		ready->place = NULL;
		ready->run = NULL;
		matchable = inf_side_read(side, slot, econtext);
		if (matchable)
		{
			uint64 hash = side->hash;
			bool is_told = side->row != NULL && side->row->is_read;

			if (is_told ? side->row->may_match : !is_sieved_out(state, hash))
			{
				ready->hash = hash;
				ready->part = inf_table_part(state->table, hash);
			}
		}
		if ((ready->part == NULL && !state->keeps_probe) || !inf_side_has_row(side, slot))
		{
			CHECK_FOR_INTERRUPTS();
			continue;
		}
		if (unlikely(ready->part != NULL && ready->part->build_file != NULL))
		{
			inf_join_spill_slot(state, ready->part, slot);
			continue;
		}
		keep_in_batch(state, slot, matchable);
	}
	state->batch_asked = state->batch_placed = state->batch_alike = state->batch_found = 0;
	state->batch_room = Min(2 * state->batch_room, MAX_BATCH);
}

/*
 * Keys that are no words stand apart from the rows. Finds the first run whose word is that of a probe's
 * key: nearly always it is the key's own. Asks for the values of that.
 */
static void
ask_for_keys(AttributionJoinState *state, ReadyProbe *ready, uint64 key)
{
	const RowShape *placed = &state->placed;
	const uint64 *row;

	ready->run = first_with_word(state, ready->part, key, ready->place);
	if (ready->run == NULL)
		return;
	row = inf_run_row(placed, ready->run, 0);
	for (int k = 0; k < state->keys.nkeys; k++)
	{
		int column = state->keys.keys[k].column;

		if (!placed->columns[column].by_value)
			__builtin_prefetch(
			    DatumGetPointer(inf_row_datum(placed, row, ready->part->references, column)));
	}
}

/* The run of a probe in the batch: see ask_for_keys. */
static JoinRun *
run_of_row(AttributionJoinState *state, const ReadyProbe *ready, const uint64 *row)
{
	const RowShape *shape = &state->probe.shape;
	Datum *values = state->probe.key_values;

	for (int k = 0; k < state->keys.nkeys; k++)
		values[k] =
		    inf_row_datum(shape, row, (const char *) row, shape->ncolumns - state->keys.nkeys + k);
	return run_with_values(state, ready->part, ready->run, ready->place, values);
}

/*
 * Asks for the places of probes some way ahead, then for the runs there, then finds theirs among them
 * and asks for its rows: little by little, as the processor waits for some lines of memory at a time.
 */
static inline void
look_ahead(AttributionJoinState *state)
{
	bool is_word = state->keys.is_word;
	int behind = state->batch_at + (is_word ? 0 : LOOK_AHEAD);
	int asked = Min(behind + 3 * LOOK_AHEAD, state->nbatch);
	int placed = Min(behind + 2 * LOOK_AHEAD, state->nbatch);
	int found = Min(state->batch_at + LOOK_AHEAD, state->nbatch);

	for (; state->batch_asked < asked; state->batch_asked++)
	{
		ReadyProbe *ready = &state->batch[state->batch_asked];

		if (ready->part == NULL || ready->part->runs == NULL)
			continue;
		ready->place = inf_place(ready->part, ready->hash);
		__builtin_prefetch(ready->place);
	}
	for (; state->batch_placed < placed; state->batch_placed++)
	{
		ReadyProbe *ready = &state->batch[state->batch_placed];

		if (ready->place == NULL)
			continue;
		/* the first line, and where a short run would go on */
		__builtin_prefetch(ready->part->runs + ready->place[0]);
		__builtin_prefetch(ready->part->runs +
		                   Min(ready->place[1], ready->place[0] + LINE_WORDS - 1));
	}
	if (!is_word)
	{
		int alike = Min(state->batch_at + 2 * LOOK_AHEAD, state->nbatch);

		for (; state->batch_alike < alike; state->batch_alike++)
		{
			ReadyProbe *ready = &state->batch[state->batch_alike];

			if (ready->place != NULL)
				ask_for_keys(state, ready, ROW_KEY(batch_row(state, state->batch_alike)));
		}
	}
	for (; state->batch_found < found; state->batch_found++)
	{
		ReadyProbe *ready = &state->batch[state->batch_found];
		uint64 *row = batch_row(state, state->batch_found);
		const uint64 *first;

		if (ready->place == NULL)
			continue;
		ready->run = is_word ? first_with_word(state, ready->part, ROW_KEY(row), ready->place)
		                     : run_of_row(state, ready, row);
		if (ready->run == NULL)
			continue;
		first = expected_row(&state->placed, ready->part, ready->run);
		if (ready->part->fingers != NULL)
			__builtin_prefetch(first);
		if (state->marks)
			__builtin_prefetch(inf_row_marks(ready->part, first), 1);
	}
}

static bool
next_in_batch(AttributionJoinState *state)
{
	for (;;)
	{
		ReadyProbe *ready;
		uint64 *row;

		if (state->batch_at == state->nbatch)
		{
			if (state->exhausted)
				return false;
			CHECK_FOR_INTERRUPTS();
			read_batch(state);
			continue;
		}
		look_ahead(state);
		ready = &state->batch[state->batch_at];
		row = batch_row(state, state->batch_at++);
		if (ready->run == NULL && !state->keeps_probe)
			continue;
		start_probe(state);
		state->row = row;
		state->probe_at = ROW_AT(row);
		if (state->probe.shape.span)
			state->probe_span = (int64) row[state->probe.shape.span];
		if (ready->run != NULL)
			find_window(state, ready->part, ready->run);
		return true;
	}
}

static bool
next_in_file(AttributionJoinState *state)
{
	RowShape *shape = &state->probe.shape;

	for (;;)
	{
		uint64 *row;
		uint64 hash;
		JoinPart *part;
		JoinRun *run;

		CHECK_FOR_INTERRUPTS();
		row = inf_row_file_read(&state->probe_reader);
		if (row == NULL)
			return false;
		state->probe_number++;
		if (shape->has_head && ROW_HEAD(row)->state == ROW_UNMATCHABLE)
		{
			start_probe(state);
			state->row = row;
			return true;
		}
		hash = inf_join_hash(ROW_KEY(row));
		part = inf_table_part(state->table, hash);
		if (unlikely(part->build_file != NULL))
		{
			inf_join_spill_row(state, part, row);
			continue;
		}
		ResetExprContext(state->css.ss.ps.ps_ExprContext);
		for (int k = 0; k < state->keys.nkeys && !state->keys.is_word; k++)
			state->probe.key_values[k] = inf_row_datum(shape, row, (const char *) row,
			                                           shape->ncolumns - state->keys.nkeys + k);
		run = find_run(state, part, ROW_KEY(row), hash, state->probe.key_values);
		if (run == NULL && !state->keeps_probe)
			continue;
		start_probe(state);
		state->row = row;
		state->probe_at = ROW_AT(row);
		if (shape->span)
			state->probe_span = (int64) row[shape->span];
		if (run != NULL)
			find_window(state, part, run);
		return true;
	}
}

bool
inf_join_next_probe(AttributionJoinState *state)
{
	state->slot = NULL;
	state->row = NULL;
	if (state->round != NULL)
		return next_in_file(state);
	if (state->batches)
		return next_in_batch(state);
	if (state->exhausted)
		return false;
	if (state->batch_room == 0)
	{
		state->batches = start_batches(state);
		if (state->batches)
			return next_in_batch(state);
		state->batch_room = -1;
	}
	if (next_slot(state))
		return true;
	state->exhausted = true;
	return false;
}
