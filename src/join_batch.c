/*
 * join_batch.c
 *		Probes in batches, so that the memory they need can be asked for ahead of time.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "join_batch.h"
#include "join_find.h"
#include "join_mark.h"

/* While a probe is answered, so many of the batch wait for rows, as many for runs, as many for places. */
#define LOOK_AHEAD 8

#define LINE_WORDS (INF_CACHE_LINE / sizeof(uint64))

/* Rows of different lengths: a batch has no more than one beyond this, and its memory is given back. */
#define BATCH_WORDS 8192
#define MOST_KEPT_WORDS (16 * (Size) BATCH_WORDS)

/* Tables that stay in the processor's cache are not worth reading ahead for. */
#define BATCH_TABLE_BYTES (512 * 1024)

bool
inf_batches_begin(AttributionJoinState *state)
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
			if (!inf_load_probes(state, page))
			{
				state->exhausted = true;
				break;
			}
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
		if (matchable && inf_probe_may_match(state))
		{
			ready->hash = side->hash;
			ready->part = inf_table_part(state->table, side->hash);
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

	ready->run = inf_first_with_word(state, ready->part, key, ready->place);
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
	JoinRun *run = inf_run_with_values(state, ready->part, ready->run, ready->place,
	                                   inf_keys_of_row(state, row));

	if (state->keys.calls_functions)
		ResetExprContext(state->css.ss.ps.ps_ExprContext);
	return run;
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
		ready->run = is_word ? inf_first_with_word(state, ready->part, ROW_KEY(row), ready->place)
		                     : run_of_row(state, ready, row);
		if (ready->run == NULL)
			continue;
		first = inf_expected_row(&state->placed, ready->part, ready->run);
		if (ready->part->fingers != NULL)
			__builtin_prefetch(first);
		if (state->marks)
			__builtin_prefetch(inf_row_marks(ready->part, first), 1);
	}
}

bool
inf_batches_next(AttributionJoinState *state)
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
		inf_start_row(state, row, ready->part, ready->run);
		return true;
	}
}
