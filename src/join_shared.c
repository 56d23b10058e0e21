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
#include "port/atomics.h"
#include "storage/barrier.h"
#include "storage/dsm.h"
#include "storage/sharedfileset.h"
#include "utils/dsa.h"
#include "utils/memutils.h"
#include "utils/sharedtuplestore.h"
#include "utils/wait_event.h"

#include "compat.h"
#include "join_shared.h"

typedef enum SharedPhase
{
	SHARED_SCAN,
	SHARED_FINISH, /* parts, or what is left to be written to files */
	SHARED_PROBE,  /* or write the probes to files */
	SHARED_PARTS   /* join parts in files, if there are any */
} SharedPhase;

typedef struct SharedPart
{
	dsa_pointer rows;
	dsa_pointer runs;
	dsa_pointer references;
	uint64 mask;
	uint32 nrows;
	bool has_bad_span;
	int64 longest;
	pg_atomic_uint64 built_rows;
} SharedPart;

typedef struct SharedJoin
{
	Barrier barrier;
	int nparticipants;
	int nparts;
	Size limit;
	pg_atomic_uint64 used;
	pg_atomic_uint64 nrows;
	pg_atomic_uint32 spilling;
	pg_atomic_uint32 next_part;
	pg_atomic_uint64 removed_by_window; /* by those who are done */
	pg_atomic_uint64 rounds;
	pg_atomic_uint64 peak;
	pg_atomic_uint32 skip_unmatched; /* somebody stopped before the end of its probes */
	dsm_handle segment;              /* of the files and of all this */
	SharedFileSet files;
	SharedPart parts[1 << PART_BITS];
	/* then: first chunks by part and participant, files of the build and of the probe side */
} SharedJoin;

static Size
lists_size(int nparticipants)
{
	return MAXALIGN(sizeof(dsa_pointer) * (1 << PART_BITS) * nparticipants);
}

static dsa_pointer *
list_of(SharedJoin *shared, int part, int participant)
{
	dsa_pointer *lists = (dsa_pointer *) ((char *) shared + MAXALIGN(sizeof(SharedJoin)));

	return &lists[part * shared->nparticipants + participant];
}

static SharedTuplestore *
file_of(SharedJoin *shared, int number)
{
	char *files =
	    (char *) shared + MAXALIGN(sizeof(SharedJoin)) + lists_size(shared->nparticipants);

	return (SharedTuplestore *) (files + number * MAXALIGN(sts_estimate(shared->nparticipants)));
}

Size
inf_shared_estimate(CustomScanState *node, ParallelContext *pcxt)
{
	int nparticipants = pcxt->nworkers + 1;

	return MAXALIGN(sizeof(SharedJoin)) + lists_size(nparticipants) +
	       mul_size(2 << PART_BITS, MAXALIGN(sts_estimate(nparticipants)));
}

static void
reset_shared(SharedJoin *shared)
{
	BarrierInit(&shared->barrier, 0);
	pg_atomic_write_u64(&shared->used, 0);
	pg_atomic_write_u64(&shared->nrows, 0);
	pg_atomic_write_u32(&shared->spilling, 0);
	pg_atomic_write_u32(&shared->next_part, 0);
	pg_atomic_write_u32(&shared->skip_unmatched, 0);
	for (int i = 0; i < (1 << PART_BITS); i++)
	{
		SharedPart *part = &shared->parts[i];

		part->rows = part->runs = part->references = InvalidDsaPointer;
		part->nrows = 0;
		part->has_bad_span = false;
		part->longest = 0;
		pg_atomic_write_u64(&part->built_rows, 0);
	}
	memset(list_of(shared, 0, 0), 0, lists_size(shared->nparticipants));
}

/* The files of both sides: those of the build come first. */
static void
open_files(AttributionJoinState *state, bool create)
{
	SharedJoin *shared = state->shared;
	MemoryContext old;
	int nfiles = 2 * shared->nparts;

	/* there may have been others, before a rescan */
	if (state->shared_context == NULL)
		state->shared_context =
		    AllocSetContextCreate(state->css.ss.ps.state->es_query_cxt,
		                          "AttributionJoin shared files", ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(state->shared_context);
	old = MemoryContextSwitchTo(state->shared_context);
	state->shared_files = palloc0(nfiles * sizeof(SharedTuplestoreAccessor *));
	for (int i = 0; i < nfiles; i++)
	{
		char name[32];

		snprintf(name, sizeof(name), "%c%d", i < shared->nparts ? 'b' : 'p', i % shared->nparts);
		state->shared_files[i] =
		    create ? sts_initialize(file_of(shared, i), shared->nparticipants, 0, 0, 0,
		                            &shared->files, name)
		           : sts_attach(file_of(shared, i), state->participant, &shared->files);
	}
	MemoryContextSwitchTo(old);
}

void
inf_shared_initialize(CustomScanState *node, ParallelContext *pcxt, void *coordinate)
{
	AttributionJoinState *state = (AttributionJoinState *) node;
	SharedJoin *shared = coordinate;

	/* without shared memory there are no workers, and the table is an ordinary one */
	if (pcxt->seg == NULL)
		return;
	state->shared = shared;
	state->participant = 0;
	shared->nparticipants = pcxt->nworkers + 1;
	shared->limit = get_hash_memory_limit() * shared->nparticipants;
	shared->nparts = inf_table_parts(&state->build.shape, state->expected_rows, shared->limit);
	pg_atomic_init_u64(&shared->used, 0);
	pg_atomic_init_u64(&shared->nrows, 0);
	pg_atomic_init_u64(&shared->removed_by_window, 0);
	pg_atomic_init_u64(&shared->rounds, 0);
	pg_atomic_init_u64(&shared->peak, 0);
	pg_atomic_init_u32(&shared->spilling, 0);
	pg_atomic_init_u32(&shared->next_part, 0);
	pg_atomic_init_u32(&shared->skip_unmatched, 0);
	for (int i = 0; i < (1 << PART_BITS); i++)
		pg_atomic_init_u64(&shared->parts[i].built_rows, 0);
	reset_shared(shared);
	shared->segment = dsm_segment_handle(pcxt->seg);
	SharedFileSetInit(&shared->files, pcxt->seg);
	open_files(state, true);
}

static void
free_list(dsa_area *area, dsa_pointer *list)
{
	while (DsaPointerIsValid(*list))
	{
		RowChunk *chunk = dsa_get_address(area, *list);
		dsa_pointer next = chunk->next.shared;

		dsa_free(area, *list);
		*list = next;
	}
}

static void
free_pointer(dsa_area *area, dsa_pointer *pointer)
{
	if (DsaPointerIsValid(*pointer))
		dsa_free(area, *pointer);
	*pointer = InvalidDsaPointer;
}

/* Before another scan, when there are no workers. */
void
inf_shared_reinitialize(CustomScanState *node, ParallelContext *pcxt, void *coordinate)
{
	AttributionJoinState *state = (AttributionJoinState *) node;
	SharedJoin *shared = coordinate;
	dsa_area *area = node->ss.ps.state->es_query_dsa;

	if (pcxt->seg == NULL)
		return;
	inf_shared_leave(state);
	inf_join_forget(state);
	state->shared = shared;
	for (int i = 0; i < shared->nparts; i++)
	{
		SharedPart *part = &shared->parts[i];

		free_pointer(area, &part->rows);
		free_pointer(area, &part->runs);
		free_pointer(area, &part->references);
		for (int j = 0; j < shared->nparticipants; j++)
			free_list(area, list_of(shared, i, j));
	}
	SharedFileSetDeleteAll(&shared->files);
	reset_shared(shared);
	open_files(state, true);
}

void
inf_shared_attach(CustomScanState *node, shm_toc *toc, void *coordinate)
{
	AttributionJoinState *state = (AttributionJoinState *) node;
	SharedJoin *shared = coordinate;

	state->shared = shared;
	state->participant = ParallelWorkerNumber + 1;
	SharedFileSetAttach(&shared->files, dsm_find_mapping(shared->segment));
	open_files(state, false);
}

static int
part_number(const SharedJoin *shared, uint64 key)
{
	return (int) (inf_join_hash(key) >> (64 - PART_BITS)) & (shared->nparts - 1);
}

static void
write_row(AttributionJoinState *state, int file, uint64 *row)
{
	Size bytes = SHARED_ROW_HEADER + (1 + (Size) ROW_HEAD(row)->words) * sizeof(uint64);

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

	for (int i = 0; i < shared->nparts; i++)
	{
		dsa_pointer *list = list_of(shared, i, state->participant);

		for (dsa_pointer p = *list; DsaPointerIsValid(p);)
		{
			RowChunk *chunk = dsa_get_address(state->area, p);

			CHECK_FOR_INTERRUPTS();
			for (Size at = 0; at < chunk->used;)
			{
				uint64 *row = &chunk->words[at + 1];

				write_row(state, i, row);
				at += 1 + (Size) ROW_HEAD(row)->words;
			}
			p = chunk->next.shared;
		}
		free_list(state->area, list);
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
		dsa_pointer *list = list_of(shared, number, state->participant);
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
scan_build_side(AttributionJoinState *state)
{
	SharedJoin *shared = state->shared;
	JoinSide *side = &state->build;
	RowChunk *first[1 << PART_BITS] = {NULL};
	uint64 rows[1 << PART_BITS] = {0};
	TupleTableSlot *slot;
	bool matchable;
	uint64 nrows = 0;

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
		ROW_KEY(row) = side->key;
		ROW_HEAD(row)->words = words;
		inf_side_fill(side, row, matchable);
		if (state->writes_files)
			write_row(state, number, row);
		rows[number]++;
		nrows++;
	}
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

static void
finish_shared_part(AttributionJoinState *state, int number)
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
		return;
	for (int i = 0; i < shared->nparticipants; i++)
	{
		dsa_pointer p = *list_of(shared, number, i);

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
	sizes = inf_part_measure(&state->build.shape, &state->keys, chunks, nchunks, built);
	finished.rows = allocate_shared(state, sizes.row_bytes, &part->rows);
	finished.runs = allocate_shared(state, sizes.run_bytes, &part->runs);
	finished.references = allocate_shared(state, sizes.reference_bytes, &part->references);
	inf_part_fill(&state->build.shape, &finished, chunks, nchunks, &sizes);
	part->mask = finished.mask;
	part->nrows = finished.nrows;
	part->has_bad_span = finished.has_bad_span;
	part->longest = finished.longest;
	for (int i = 0; i < shared->nparticipants; i++)
		free_list(state->area, list_of(shared, number, i));
}

static int
take_part(SharedJoin *shared)
{
	uint32 number = pg_atomic_fetch_add_u32(&shared->next_part, 1);

	return number < (uint32) shared->nparts ? (int) number : -1;
}

static void
finish_parts(AttributionJoinState *state)
{
	MemoryContext passing =
	    AllocSetContextCreate(state->table_context, "AttributionJoin part", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(passing);
	int number;

	while ((number = take_part(state->shared)) >= 0)
	{
		finish_shared_part(state, number);
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
		to->rows = dsa_get_address(state->area, from->rows);
		to->runs = dsa_get_address(state->area, from->runs);
		if (DsaPointerIsValid(from->references))
			to->references = dsa_get_address(state->area, from->references);
		to->mask = from->mask;
		to->nrows = from->nrows;
		to->has_bad_span = from->has_bad_span;
		to->longest = from->longest;
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

/* All probes of this participant go to files: also those that match nothing, as none is emitted. */
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
		ROW_KEY(row) = side->key;
		ROW_HEAD(row)->words = words;
		inf_side_fill(side, row, matchable);
		write_row(state, shared->nparts + part_number(shared, side->key), row);
	}
}

void
inf_shared_build(AttributionJoinState *state)
{
	SharedJoin *shared = state->shared;

	MemoryContextReset(state->table_context);
	state->area = state->css.ss.ps.state->es_query_dsa;
	state->table = inf_table_create(state->table_context, state->spill_context, &state->build.shape,
	                                &state->keys, 0, state->expected_rows, shared->limit, false);
	Assert(state->table->nparts == shared->nparts);
	state->writes_files = false;
	state->whole = true;
	state->last_stream = true;
	state->exhausted = false;
	state->batches = false;
	state->batch_room = 0;
	state->attached = true;
	switch (BarrierAttach(&shared->barrier))
	{
		case SHARED_SCAN:
			scan_build_side(state);
			BarrierArriveAndWait(&shared->barrier, WAIT_EVENT_HASH_BUILD_HASH_INNER);
			/* FALLTHROUGH */
		case SHARED_FINISH:
			if (pg_atomic_read_u32(&shared->spilling) == 0)
				finish_parts(state);
			else
			{
				if (!state->writes_files)
					write_own_chunks(state);
				end_writing(state);
			}
			BarrierArriveAndWait(&shared->barrier, WAIT_EVENT_HASH_BUILD_HASH_INNER);
			/* FALLTHROUGH */
		case SHARED_PROBE:
			if (pg_atomic_read_u32(&shared->spilling) == 0)
			{
				see_table(state);
				state->counters.peak = Max(state->counters.peak, state->table->peak);
				state->counters.rounds = 1;
				state->exhausted = state->table->nrows == 0 && !state->keeps_probe;
				state->phase = PHASE_PROBE;
				break;
			}
			write_probes(state);
			end_writing(state);
			BarrierArriveAndWait(&shared->barrier, WAIT_EVENT_HASH_BATCH_LOAD);
			/* FALLTHROUGH */
		default:
			state->whole = false;
			state->phase = PHASE_NEXT;
			inf_shared_leave(state);
			break;
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
	while ((number = take_part(shared)) >= 0)
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
		pg_atomic_fetch_add_u64(&shared->rounds, rounds);
		pg_atomic_fetch_add_u64(&shared->peak, own->peak);
		return;
	}
	own->removed_by_window += pg_atomic_read_u64(&shared->removed_by_window);
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
