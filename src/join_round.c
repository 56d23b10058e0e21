/*
 * join_round.c
 *		The rounds of an attribution join: the plan's own rows first, then what went to files.
 *
 * A part that was too large for memory is joined by itself, in parts of its own. Where that does
 * not help, as when most rows have one key, its built rows come to the table in portions, and the
 * probes are read once for each.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "join_find.h"
#include "join_order.h"
#include "join_shared.h"
#include "join_state.h"

/* Splitting is of use if no part has more of the rows than this. */
#define USEFUL_SHARE 0.8

/*
 * The next row of a side's plan that is to be stored: one that can match or, if the side keeps such
 * rows too, one that cannot, which gets a key that spreads them. NULL if there are no more. Where
 * probes are not kept, those that match nothing as far as the sieve knows cannot match, either.
 */
TupleTableSlot *
inf_join_read_side(AttributionJoinState *state, JoinSide *side, bool keeps, bool *matchable)
{
	ExprContext *econtext = state->css.ss.ps.ps_ExprContext;
	bool asks_sieve = side == &state->probe && !keeps;

	for (;;)
	{
		JoinPage *page = side->page; /* after the first row */
		TupleTableSlot *slot;

		CHECK_FOR_INTERRUPTS();
		if (asks_sieve && page != NULL && page->next == page->nhanded)
		{
			if (!inf_load_probes(state, page))
				return NULL;
			continue;
		}
		slot = inf_side_next(side);
		if (slot == NULL)
			return NULL;
		*matchable = inf_side_read(side, slot, econtext);
		if (asks_sieve && *matchable && !inf_probe_may_match(state))
			continue;
		if ((!*matchable && !keeps) || !inf_side_has_row(side, slot))
			continue;
		if (!*matchable)
			side->key = state->unmatchable++;
		return slot;
	}
}

static void
build_from_plan(AttributionJoinState *state)
{
	JoinSide *side = &state->build;
	TupleTableSlot *slot;
	bool matchable;

	inf_join_begin_built(state);
	while ((slot = inf_join_read_side(state, side, state->keeps_build, &matchable)) != NULL)
	{
		uint64 *row;

		row = inf_table_room(state->table, side->key, inf_side_collect(side, slot, matchable));
		inf_side_fill(side, row, matchable);
		inf_table_add(state->table, row);
		if (matchable)
			inf_join_note_built(state);
	}
}

static void
build_from_file(AttributionJoinState *state)
{
	uint64 *row;

	while ((row = inf_row_file_read(&state->build_reader)) != NULL)
	{
		uint32 words = inf_row_length(&state->build.shape, row);
		uint64 *copy;

		CHECK_FOR_INTERRUPTS();
		copy = inf_table_room(state->table, ROW_KEY(row), words);
		memcpy(copy, row, words * sizeof(uint64));
		inf_table_add(state->table, copy);
		if (state->round->streaming && inf_table_is_full(state->table))
			return;
	}
	state->last_stream = true;
}

static void
start_table(AttributionJoinState *state, int level, double rows, bool may_spill)
{
	MemoryContextReset(state->table_context);
	state->table = inf_table_create(state->table_context, state->spill_context, &state->build.shape,
	                                &state->placed, &state->keys, level, rows,
	                                inf_join_table_limit(1), may_spill);
	state->table->has_marks = state->marks;
}

static void
finish_table(AttributionJoinState *state)
{
	inf_table_finish(state->table);
	state->counters.peak = Max(state->counters.peak, state->table->peak);
	state->counters.rounds++;
	state->phase = PHASE_PROBE;
}

/* The bits of all built rows, for the plan's own probes. At most so many bytes. */
static void
make_sieve(AttributionJoinState *state, int64 reach, Size most)
{
	JoinTable *table = state->table;
	Size bytes;

	bytes = inf_sieve_shape(&state->sieve, table->nrows, &state->built_sample, 1,
	                        state->orders_built, reach, most);
	if (bytes == 0)
		return;
	state->sieve.words = inf_table_extra_room(table, bytes);
	for (int i = 0; i < table->nparts; i++)
	{
		JoinPart *part = &table->parts[i];

		if (part->build_file == NULL)
		{
			inf_sieve_add(&state->sieve, &state->placed, part, i, table->nparts);
			continue;
		}
		state->build_reader.file = part->build_file;
		inf_sieve_add_file(&state->sieve, &state->build_reader, i, table->nparts);
	}
}

void
inf_join_build(AttributionJoinState *state)
{
	JoinTable *table;
	int64 reach;
	Size share = 0;

	start_table(state, 0, state->expected_rows, true);
	table = state->table;
	build_from_plan(state);
	state->counters.built += table->nrows;
	state->last_stream = true;
	state->whole = true;
	for (int i = 0; i < table->nparts; i++)
	{
		if (table->parts[i].build_file != NULL)
			state->whole = false;
	}
	state->exhausted = false;
	state->batches = false;
	state->batch_room = 0;
	reach = inf_join_reach(state);
	/* a sieve keeps most probes from the files: for that, some more of the built rows go there */
	if (!state->whole && reach >= 0)
	{
		share = inf_sieve_share((double) table->nrows, table->limit);
		inf_table_leave(table, share);
	}
	finish_table(state);
	if (state->whole && table->limit > table->used)
		share = table->limit - table->used;
	make_sieve(state, reach, share);
	state->counters.peak = Max(state->counters.peak, table->peak);
	/* nothing can come of no built rows: the probes need not be read */
	if (table->nrows == 0 && !state->keeps_probe)
		state->exhausted = true;
}

/* A row of the probe side, whose turn comes when the part's does. */
void
inf_join_spill_row(AttributionJoinState *state, JoinPart *part, uint64 *row)
{
	if (part->probe_file == NULL)
		part->probe_file = inf_row_file_create(state->spill_context);
	inf_row_file_write(part->probe_file, &state->probe.shape, row);
}

/* The same of the plan's row that was just read. */
void
inf_join_spill_slot(AttributionJoinState *state, JoinPart *part, TupleTableSlot *slot)
{
	JoinSide *side = &state->probe;
	uint32 words = inf_side_collect(side, slot, true);
	uint64 *row = inf_table_scratch(state->table, words);

	inf_row_begin(&side->shape, row, side->key, words);
	inf_side_fill(side, row, true);
	inf_join_spill_row(state, part, row);
}

static void
load_round(AttributionJoinState *state)
{
	SpilledPart *round = state->round;

	/* these probes have been asked already; and its memory is that of the table before */
	state->sieve.words = NULL;
	start_table(state, round->level, (double) round->built_rows, !round->streaming);
	build_from_file(state);
	finish_table(state);
	state->probe_reader.file = round->probe_file;
	state->probe_reader.shared = round->probe_shared;
	inf_row_file_rewind(&state->probe_reader);
	state->probe_number = 0;
}

/* Is there anything to be had from the part's two files? */
static bool
is_of_interest(const AttributionJoinState *state, const JoinPart *part)
{
	return part->build_file != NULL && (part->probe_file != NULL || state->keeps_build);
}

static void
keep_spilled(AttributionJoinState *state)
{
	JoinTable *table = state->table;

	for (int i = 0; i < table->nparts; i++)
	{
		JoinPart *part = &table->parts[i];
		SpilledPart *spilled;
		MemoryContext old;

		if (part->build_file == NULL)
			continue;
		if (!is_of_interest(state, part))
		{
			BufFileClose(part->build_file);
			part->build_file = NULL;
			continue;
		}
		old = MemoryContextSwitchTo(state->spill_context);
		spilled = palloc0(sizeof(SpilledPart));
		spilled->build_file = part->build_file;
		spilled->probe_file = part->probe_file;
		spilled->level = table->level + 1;
		spilled->built_rows = part->built_rows;
		spilled->streaming = spilled->level >= MAX_LEVEL ||
		                     (double) part->built_rows > USEFUL_SHARE * (double) table->nrows;
		state->spilled = lcons(spilled, state->spilled);
		MemoryContextSwitchTo(old);
		part->build_file = part->probe_file = NULL;
	}
}

static void
close_round(AttributionJoinState *state)
{
	SpilledPart *round = state->round;

	if (round->build_shared != NULL)
	{
		sts_end_parallel_scan(round->build_shared);
		sts_end_parallel_scan(round->probe_shared);
	}
	if (round->build_file != NULL)
		BufFileClose(round->build_file);
	if (round->probe_file != NULL)
		BufFileClose(round->probe_file);
	pfree(round);
	state->round = NULL;
}

/* The present round's table is done with. */
void
inf_join_end_round(AttributionJoinState *state)
{
	if (state->round != NULL && state->round->streaming && !state->last_stream)
		return;
	keep_spilled(state);
	if (state->round != NULL)
		close_round(state);
}

/* False at the end of the join. */
bool
inf_join_next_round(AttributionJoinState *state)
{
	if (state->round == NULL)
	{
		if (state->spilled != NIL)
		{
			state->round = linitial(state->spilled);
			state->spilled = list_delete_first(state->spilled);
		}
		else if (!inf_shared_next_round(state))
			return false;
		state->last_stream = false;
		state->build_reader.file = state->round->build_file;
		state->build_reader.shared = state->round->build_shared;
		inf_row_file_rewind(&state->build_reader);
		if (state->probe_matched != NULL)
			memset(state->probe_matched, 0, state->probe_matched_room);
	}
	load_round(state);
	return true;
}

/* Forgets table and files, before a rescan or at the end. */
void
inf_join_forget(AttributionJoinState *state)
{
	ListCell *lc;

	inf_join_order_forget(state);
	if (state->table != NULL)
	{
		for (int i = 0; i < state->table->nparts; i++)
		{
			JoinPart *part = &state->table->parts[i];

			if (part->build_file != NULL)
				BufFileClose(part->build_file);
			if (part->probe_file != NULL)
				BufFileClose(part->probe_file);
		}
	}
	if (state->round != NULL)
		close_round(state);
	foreach (lc, state->spilled)
	{
		SpilledPart *spilled = lfirst(lc);

		BufFileClose(spilled->build_file);
		if (spilled->probe_file != NULL)
			BufFileClose(spilled->probe_file);
	}
	state->spilled = NIL;
	state->table = NULL;
	state->sieve.words = NULL;
	if (state->table_context != NULL)
		MemoryContextReset(state->table_context);
	if (state->spill_context != NULL)
		MemoryContextReset(state->spill_context);
	state->build_reader.buffer = state->probe_reader.buffer = NULL;
	state->probe_matched = NULL;
	state->probe_matched_room = 0;
}
