/*
 * join_probe.c
 *		The probes of an attribution join: the plan's own, one by one or in batches, or those in a file.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"

#include "compat.h"
#include "join_batch.h"
#include "join_find.h"

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
			inf_start_probe(state);
			inf_side_settle(side);
			state->slot = slot;
			return true;
		}
		hash = side->hash;
		part = inf_table_part(state->table, hash);
		if (inf_is_sieved_out(state, hash))
			CHECK_FOR_INTERRUPTS();
		else if (unlikely(part->build_file != NULL))
		{
			if (inf_side_has_row(side, slot))
				inf_join_spill_slot(state, part, slot);
			continue;
		}
		else
		{
			inf_side_know_keys(side, slot);
			run = inf_find_run(state, part, side->key, hash, side->key_values);
		}
		if ((run == NULL && !state->keeps_probe) || !inf_side_has_row(side, slot))
			continue;
		inf_start_probe(state);
		inf_side_settle(side);
		state->slot = slot;
		state->probe_at = side->instant;
		state->probe_span = side->lookback;
		if (run != NULL)
			inf_find_window(state, part, run);
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
			inf_start_probe(state);
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
		run = inf_find_run(state, part, ROW_KEY(row), hash,
		                   state->keys.is_word ? NULL : inf_keys_of_row(state, row));
		if (run == NULL && !state->keeps_probe)
			continue;
		inf_start_row(state, row, part, run);
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
		return inf_batches_next(state);
	if (state->exhausted)
		return false;
	if (state->batch_room == 0)
	{
		state->batches = inf_batches_begin(state);
		if (state->batches)
			return inf_batches_next(state);
		state->batch_room = -1;
	}
	if (next_slot(state))
		return true;
	state->exhausted = true;
	return false;
}
