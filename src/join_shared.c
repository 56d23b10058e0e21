/*
 * join_shared.c
 *		A table that the participants of a parallel attribution join build together.
 *
 * All scan their shares of the build side into chunks of shared memory, by part; then each takes
 * parts to finish. Where memory does not suffice, all rows of both sides go to shared files, by
 * part, and each participant takes parts to join by itself. Nobody emits a row before the last
 * time that anybody waits: who waits for a participant whose rows nobody fetches, waits forever.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

#include "compat.h"
#include "join_shared.h"
#include "join_shared_state.h"

static int
part_number(const SharedJoin *shared, uint64 key)
{
	return (int) (inf_join_hash(key) >> (64 - PART_BITS)) & (shared->nparts - 1);
}

static void
write_row(AttributionJoinState *state, int file, const RowShape *shape, uint64 *row)
{
	Size bytes = SHARED_ROW_HEADER + (1 + (Size) inf_row_length(shape, row)) * sizeof(uint64);

	if (bytes > PG_UINT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("row is too large for an attribution join"),
		                errhint("Set influence.enable_attribution_join to off.")));
	if (state->file_row == NULL || state->file_row_room < bytes)
	{
		if (state->file_row != NULL)
			pfree(state->file_row);
		state->file_row = MemoryContextAllocHuge(state->css.ss.ps.state->es_query_cxt, bytes);
		state->file_row_room = bytes;
	}
	*(uint32 *) state->file_row = (uint32) bytes;
	memcpy((char *) state->file_row + SHARED_ROW_HEADER, row - 1, bytes - SHARED_ROW_HEADER);
	sts_puttuple(state->shared_files[file], NULL, (MinimalTuple) state->file_row);
}

/* This participant's rows go from memory to files. */
static void
write_own_chunks(AttributionJoinState *state)
{
	SharedJoin *shared = state->shared;
	const RowShape *shape = &state->build.shape;

	for (int i = 0; i < shared->nparts; i++)
	{
		dsa_pointer *list = inf_list_of(shared, i, state->participant);

		for (dsa_pointer p = *list; DsaPointerIsValid(p);)
		{
			RowChunk *chunk = dsa_get_address(state->area, p);

			CHECK_FOR_INTERRUPTS();
			for (Size at = 0; at < chunk->used;)
			{
				uint64 *row = &chunk->words[at + 1];

				write_row(state, i, shape, row);
				at += 1 + (Size) inf_row_length(shape, row);
			}
			p = chunk->next.shared;
		}
		inf_free_list(state->area, list);
	}
	state->writes_files = true;
}

/* Room for one more row in the part's first chunk, or in a new one; NULL if memory is used up. */
static uint64 *
chunk_room(AttributionJoinState *state, int number, RowChunk **first, uint32 words)
{
	SharedJoin *shared = state->shared;
	RowChunk *chunk = *first;
	uint64 *row;

	if (chunk == NULL || chunk->room - chunk->used <= words)
	{
		Size room = Max(state->table->chunk_words, 1 + (Size) words);
		Size bytes = offsetof(RowChunk, words) + room * sizeof(uint64);
		dsa_pointer *list = inf_list_of(shared, number, state->participant);
		dsa_pointer p;
		Size charge = bytes + room / (1 + (Size) words) * DIRECTORY_BYTES;

		if (pg_atomic_add_fetch_u64(&shared->used, charge) > shared->limit)
			pg_atomic_write_u32(&shared->spilling, 1);
		if (pg_atomic_read_u32(&shared->spilling) != 0)
			return NULL;
		p = dsa_allocate_extended(state->area, bytes, DSA_ALLOC_HUGE);
		chunk = dsa_get_address(state->area, p);
		chunk->next.shared = *list;
		chunk->used = 0;
		chunk->room = room;
		*list = p;
		*first = chunk;
	}
	row = &chunk->words[chunk->used + 1];
	chunk->used += 1 + (Size) words;
	return row;
}

static void
raise_longest(SharedJoin *shared, uint64 longest)
{
	uint64 known = pg_atomic_read_u64(&shared->longest);

	while (known < longest && !pg_atomic_compare_exchange_u64(&shared->longest, &known, longest))
		;
}

static void
scan_build_side(AttributionJoinState *state)
{
	SharedJoin *shared = state->shared;
	JoinSide *side = &state->build;
	RowChunk *first[1 << PART_BITS] = {NULL};
	uint64 rows[1 << PART_BITS] = {0};
	TupleTableSlot *slot;
	bool matchable;
	uint64 nrows = 0;

	inf_join_begin_built(state);
	while ((slot = inf_join_read_side(state, side, state->keeps_build, &matchable)) != NULL)
	{
		uint32 words;
		uint64 *row = NULL;
		int number;

		words = inf_side_collect(side, slot, matchable);
		number = part_number(shared, side->key);
		if (!state->writes_files)
		{
			row = chunk_room(state, number, &first[number], words);
			if (row == NULL)
				write_own_chunks(state);
		}
		if (row == NULL)
			row = inf_table_scratch(state->table, words);
		inf_row_begin(&side->shape, row, side->key, words);
		inf_side_fill(side, row, matchable);
		if (state->writes_files)
			write_row(state, number, &side->shape, row);
		rows[number]++;
		nrows++;
		if (matchable)
			inf_join_note_built(state);
	}
	raise_longest(shared, (uint64) state->built_longest);
	if (state->built_bad_span)
		pg_atomic_write_u32(&shared->has_bad_span, 1);
	*inf_sample_of(shared, state->participant) = state->built_sample;
	for (int i = 0; i < shared->nparts; i++)
		pg_atomic_fetch_add_u64(&shared->parts[i].built_rows, rows[i]);
	pg_atomic_fetch_add_u64(&shared->nrows, nrows);
}

static void *
allocate_shared(AttributionJoinState *state, Size bytes, dsa_pointer *pointer)
{
	if (bytes == 0)
		return NULL;
	*pointer = dsa_allocate_extended(state->area, bytes, DSA_ALLOC_HUGE);
	return dsa_get_address(state->area, *pointer);
}

/* Clears the words of the sieve that are the part's, too: all of them together would make others wait. */
static void
sieve_shared_part(AttributionJoinState *state, const JoinPart *finished, int number)
{
	if (state->sieve.words != NULL)
		inf_sieve_add(&state->sieve, &state->placed, finished, number, state->shared->nparts);
}

/* Returns how many runs another part may be expected to have. */
static uint64
finish_shared_part(AttributionJoinState *state, int number, uint64 expected_runs)
{
	SharedJoin *shared = state->shared;
	SharedPart *part = &shared->parts[number];
	JoinPart finished = {0};
	uint64 built = pg_atomic_read_u64(&part->built_rows);
	List *list = NIL;
	RowChunk **chunks;
	int nchunks = 0;
	PartSizes sizes;
	ListCell *lc;

	if (built == 0)
	{
		sieve_shared_part(state, &finished, number);
		return expected_runs;
	}
	for (int i = 0; i < shared->nparticipants; i++)
	{
		dsa_pointer p = *inf_list_of(shared, number, i);

		while (DsaPointerIsValid(p))
		{
			RowChunk *chunk = dsa_get_address(state->area, p);

			list = lappend(list, chunk);
			p = chunk->next.shared;
		}
	}
	chunks = palloc(list_length(list) * sizeof(RowChunk *));
	foreach (lc, list)
		chunks[nchunks++] = lfirst(lc);
	sizes = inf_part_measure(state->table, chunks, nchunks, built, expected_runs);
	finished.runs = allocate_shared(state, sizes.run_bytes, &part->runs);
	finished.places = allocate_shared(state, sizes.place_bytes, &part->places);
	finished.marks = allocate_shared(state, sizes.mark_bytes, &part->marks);
	finished.references = allocate_shared(state, sizes.reference_bytes, &part->references);
	inf_part_fill(state->table, &finished, chunks, nchunks, &sizes);
	part->nplaces = finished.nplaces;
	part->nruns = finished.nruns;
	part->nrows = finished.nrows;
	part->has_bad_span = finished.has_bad_span;
	part->longest = finished.longest;
	sieve_shared_part(state, &finished, number);
	for (int i = 0; i < shared->nparticipants; i++)
		inf_free_list(state->area, inf_list_of(shared, number, i));
	return sizes.nruns;
}

/* By the one who was chosen for it: room for the bits that all will set, at most so many bytes. */
static void
make_shared_sieve(AttributionJoinState *state, Size most)
{
	SharedJoin *shared = state->shared;
	Size bytes;

	state->built_longest = (int64) pg_atomic_read_u64(&shared->longest);
	state->built_bad_span = pg_atomic_read_u32(&shared->has_bad_span) != 0;
	bytes = inf_sieve_shape(&shared->sieve, pg_atomic_read_u64(&shared->nrows),
	                        inf_sample_of(shared, 0), shared->nparticipants, state->orders_built,
	                        inf_join_reach(state), most);
	if (bytes == 0)
		return;
	shared->sieve_words = dsa_allocate_extended(state->area, bytes, DSA_ALLOC_HUGE);
	pg_atomic_fetch_add_u64(&shared->used, bytes);
}

/* With the table of all rows. */
static void
make_sieve_of_table(AttributionJoinState *state)
{
	SharedJoin *shared = state->shared;
	uint64 used = pg_atomic_read_u64(&shared->used);

	if (pg_atomic_read_u32(&shared->spilling) == 0)
		make_shared_sieve(state, shared->limit > used ? shared->limit - used : 0);
}

/*
 * Of rows in files. It keeps probes from these; but those that come out whatever they match have to go there
 * in any case.
 */
static void
make_sieve_of_files(AttributionJoinState *state)
{
	SharedJoin *shared = state->shared;

	if (!state->keeps_probe)
		make_shared_sieve(
		    state, inf_sieve_share((double) pg_atomic_read_u64(&shared->nrows), shared->limit));
}

static void
see_sieve(AttributionJoinState *state)
{
	SharedJoin *shared = state->shared;

	state->sieve.words = NULL;
	if (!DsaPointerIsValid(shared->sieve_words))
		return;
	state->sieve = shared->sieve;
	state->sieve.words = dsa_get_address(state->area, shared->sieve_words);
}

static int
take_part(SharedJoin *shared, pg_atomic_uint32 *next)
{
	uint32 number = pg_atomic_fetch_add_u32(next, 1);

	return number < (uint32) shared->nparts ? (int) number : -1;
}

static void
finish_parts(AttributionJoinState *state)
{
	MemoryContext passing =
	    AllocSetContextCreate(state->table_context, "AttributionJoin part", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(passing);
	uint64 expected_runs = 0;
	int number;

	while ((number = take_part(state->shared, &state->shared->next_part)) >= 0)
	{
		expected_runs = finish_shared_part(state, number, expected_runs);
		MemoryContextReset(passing);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(passing);
}

/* The finished table as this process sees it. */
static void
see_table(AttributionJoinState *state)
{
	SharedJoin *shared = state->shared;
	JoinTable *table = state->table;

	for (int i = 0; i < shared->nparts; i++)
	{
		SharedPart *from = &shared->parts[i];
		JoinPart *to = &table->parts[i];

		if (from->nrows == 0)
			continue;
		to->runs = dsa_get_address(state->area, from->runs);
		to->places = dsa_get_address(state->area, from->places);
		if (DsaPointerIsValid(from->marks))
			to->marks = dsa_get_address(state->area, from->marks);
		if (DsaPointerIsValid(from->references))
			to->references = dsa_get_address(state->area, from->references);
		to->nplaces = from->nplaces;
		to->nruns = from->nruns;
		to->place_shift = inf_place_shift(table);
		to->nrows = from->nrows;
		to->has_bad_span = from->has_bad_span;
		to->longest = from->longest;
		inf_part_point(to, table->context);
	}
	table->nrows = pg_atomic_read_u64(&shared->nrows);
	table->used = pg_atomic_read_u64(&shared->used);
	table->peak = table->used;
}

static void
end_writing(AttributionJoinState *state)
{
	for (int i = 0; i < 2 * state->shared->nparts; i++)
		sts_end_write(state->shared_files[i]);
}

/* The bits of the rows in files. Each part is read by one participant, and again when it is joined. */
static void
sieve_files(AttributionJoinState *state)
{
	SharedJoin *shared = state->shared;
	int number;

	if (state->sieve.words == NULL)
		return;
	while ((number = take_part(shared, &shared->next_marked)) >= 0)
	{
		state->build_reader.shared = state->shared_files[number];
		inf_sieve_add_file(&state->sieve, &state->build_reader, number, shared->nparts);
		sts_end_parallel_scan(state->build_reader.shared);
		state->build_reader.shared = NULL;
	}
}

/*
 * Probes of this participant go to files: also those that match nothing, as none is emitted, but for what the
 * sieve keeps from them.
 */
static void
write_probes(AttributionJoinState *state)
{
	SharedJoin *shared = state->shared;
	JoinSide *side = &state->probe;
	TupleTableSlot *slot;
	bool matchable;

	while ((slot = inf_join_read_side(state, side, state->keeps_probe, &matchable)) != NULL)
	{
		uint32 words;
		uint64 *row;

		words = inf_side_collect(side, slot, matchable);
		row = inf_table_scratch(state->table, words);
		inf_row_begin(&side->shape, row, side->key, words);
		inf_side_fill(side, row, matchable);
		write_row(state, shared->nparts + part_number(shared, side->key), &side->shape, row);
	}
}

static bool
wait_for_all(SharedJoin *shared)
{
	return BarrierArriveAndWait(&shared->barrier, WAIT_EVENT_HASH_BUILD_HASH_INNER);
}

/* The build side's rows, from the phase on that others are in: to a finished table, or to files. */
static void
gather(AttributionJoinState *state, int phase)
{
	SharedJoin *shared = state->shared;

	switch (phase)
	{
		case SHARED_SCAN:
			scan_build_side(state);
			if (wait_for_all(shared))
				make_sieve_of_table(state);
			/* FALLTHROUGH */
		case SHARED_SIEVE:
			wait_for_all(shared);
			/* FALLTHROUGH */
		case SHARED_FINISH:
			if (pg_atomic_read_u32(&shared->spilling) == 0)
			{
				see_sieve(state);
				finish_parts(state);
				wait_for_all(shared);
				break;
			}
			if (!state->writes_files)
				write_own_chunks(state);
			end_writing(state);
			if (wait_for_all(shared))
				make_sieve_of_files(state);
			break;
	}
}

/* The probe side's rows to files, as far as the sieve of those of the build side lets them. */
static void
sieve_probes(AttributionJoinState *state, int phase)
{
	SharedJoin *shared = state->shared;

	switch (phase)
	{
		case SHARED_ROOM:
			wait_for_all(shared);
			/* FALLTHROUGH */
		case SHARED_MARK:
			see_sieve(state);
			sieve_files(state);
			wait_for_all(shared);
			/* FALLTHROUGH */
		case SHARED_WRITE:
			see_sieve(state);
			write_probes(state);
			end_writing(state);
			state->sieve.words = NULL;
			if (BarrierArriveAndWait(&shared->barrier, WAIT_EVENT_HASH_BATCH_LOAD))
				inf_free_pointer(state->area, &shared->sieve_words);
			break;
	}
	state->whole = false;
	state->phase = PHASE_NEXT;
	inf_shared_leave(state);
}

/* The finished table is to be probed. */
static void
probe_table(AttributionJoinState *state)
{
	see_table(state);
	see_sieve(state);
	state->counters.peak = Max(state->counters.peak, state->table->peak);
	state->counters.rounds = 1;
	state->exhausted = state->table->nrows == 0 && !state->keeps_probe;
	state->phase = PHASE_PROBE;
}

void
inf_shared_build(AttributionJoinState *state)
{
	SharedJoin *shared = state->shared;
	int phase;

	MemoryContextReset(state->table_context);
	state->area = state->css.ss.ps.state->es_query_dsa;
	state->table = inf_table_create(state->table_context, state->spill_context, &state->build.shape,
	                                &state->placed, &state->keys, 0, state->expected_rows,
	                                shared->limit, false);
	Assert(state->table->nparts == shared->nparts);
	state->table->has_marks = state->marks;
	state->writes_files = false;
	state->whole = true;
	state->last_stream = true;
	state->exhausted = false;
	state->batches = false;
	state->batch_room = 0;
	state->attached = true;
	phase = BarrierAttach(&shared->barrier);
	if (phase <= SHARED_FINISH)
	{
		gather(state, phase);
		phase = SHARED_PROBE; /* or SHARED_ROOM */
	}
	if (pg_atomic_read_u32(&shared->spilling) != 0)
		sieve_probes(state, phase);
	else if (phase == SHARED_PROBE)
		probe_table(state);
	else
	{
		/* all others have read their last probe */
		state->phase = PHASE_NEXT;
		inf_shared_leave(state);
	}
	state->counters.built = pg_atomic_read_u64(&shared->nrows);
}

bool
inf_shared_next_round(AttributionJoinState *state)
{
	SharedJoin *shared = state->shared;
	int number;

	if (shared == NULL || pg_atomic_read_u32(&shared->spilling) == 0)
		return false;
	while ((number = take_part(shared, &shared->next_part)) >= 0)
	{
		uint64 rows = pg_atomic_read_u64(&shared->parts[number].built_rows);
		SpilledPart *round;

		if (rows == 0 && !state->keeps_probe)
			continue;
		round = MemoryContextAllocZero(state->spill_context, sizeof(SpilledPart));
		round->build_shared = state->shared_files[number];
		round->probe_shared = state->shared_files[shared->nparts + number];
		round->level = 1;
		round->built_rows = rows;
		round->streaming = (double) rows > 0.8 * (double) pg_atomic_read_u64(&shared->nrows);
		state->round = round;
		return true;
	}
	return false;
}

bool
inf_shared_end_probes(AttributionJoinState *state)
{
	SharedJoin *shared = state->shared;
	bool last;

	if (!state->attached)
		return false;
	state->attached = false;
	last = BarrierArriveAndDetach(&shared->barrier);
	return last && pg_atomic_read_u32(&shared->skip_unmatched) == 0;
}

/* For EXPLAIN: what all participants did, of whom the leader is the last to ask. */
void
inf_shared_count(AttributionJoinState *state)
{
	SharedJoin *shared = state->shared;
	JoinCounters *own = &state->counters;
	uint64 rounds = state->round != NULL || !state->whole ? own->rounds : 0;

	if (IsParallelWorker())
	{
		pg_atomic_fetch_add_u64(&shared->removed_by_window, own->removed_by_window);
		pg_atomic_fetch_add_u64(&shared->removed_by_sieve, own->removed_by_sieve);
		pg_atomic_fetch_add_u64(&shared->counted, own->counted);
		pg_atomic_fetch_add_u64(&shared->groups_peak, own->groups_peak);
		pg_atomic_fetch_add_u64(&shared->rounds, rounds);
		pg_atomic_fetch_add_u64(&shared->peak, own->peak);
		return;
	}
	own->removed_by_window += pg_atomic_read_u64(&shared->removed_by_window);
	own->removed_by_sieve += pg_atomic_read_u64(&shared->removed_by_sieve);
	own->counted += pg_atomic_read_u64(&shared->counted);
	own->groups_peak += pg_atomic_read_u64(&shared->groups_peak);
	own->built = pg_atomic_read_u64(&shared->nrows);
	if (pg_atomic_read_u32(&shared->spilling) == 0)
	{
		/* one table, whoever was there to see it */
		own->rounds = 1;
		own->peak = pg_atomic_read_u64(&shared->used);
	}
	else
	{
		own->rounds = rounds + pg_atomic_read_u64(&shared->rounds);
		own->peak += pg_atomic_read_u64(&shared->peak);
		/* before it went to files, all had this together */
		own->peak = Max(own->peak, shared->limit);
	}
}

void
inf_shared_leave(AttributionJoinState *state)
{
	SharedJoin *shared = state->shared;

	if (shared == NULL || !state->attached)
		return;
	state->attached = false;
	if (state->phase == PHASE_PROBE)
		pg_atomic_write_u32(&shared->skip_unmatched, 1);
	BarrierDetach(&shared->barrier);
}
