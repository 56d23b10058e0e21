/*
 * join_shared_init.c
 *		What the server asks of an attribution join that runs in parallel: shared memory and files.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "join_shared.h"
#include "join_shared_state.h"

Size
inf_shared_estimate(CustomScanState *node, ParallelContext *pcxt)
{
	int nparticipants = pcxt->nworkers + 1;

	return MAXALIGN(sizeof(SharedJoin)) + inf_lists_size(nparticipants) +
	       inf_samples_size(nparticipants) +
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
	pg_atomic_write_u32(&shared->next_marked, 0);
	pg_atomic_write_u32(&shared->skip_unmatched, 0);
	pg_atomic_write_u64(&shared->longest, 0);
	pg_atomic_write_u32(&shared->has_bad_span, 0);
	shared->sieve_words = InvalidDsaPointer;
	for (int i = 0; i < (1 << PART_BITS); i++)
	{
		SharedPart *part = &shared->parts[i];

		part->runs = part->places = part->marks = part->references = InvalidDsaPointer;
		part->nrows = 0;
		part->has_bad_span = false;
		part->longest = 0;
		pg_atomic_write_u64(&part->built_rows, 0);
	}
	memset(inf_list_of(shared, 0, 0), 0, inf_lists_size(shared->nparticipants));
	for (int i = 0; i < shared->nparticipants; i++)
		inf_sample_begin(inf_sample_of(shared, i));
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
		    create ? sts_initialize(inf_file_of(shared, i), shared->nparticipants, 0, 0, 0,
		                            &shared->files, name)
		           : sts_attach(inf_file_of(shared, i), state->participant, &shared->files);
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
	shared->limit = inf_join_table_limit(shared->nparticipants);
	shared->nparts = inf_table_parts(&state->build.shape, state->expected_rows, shared->limit);
	pg_atomic_init_u64(&shared->used, 0);
	pg_atomic_init_u64(&shared->nrows, 0);
	pg_atomic_init_u64(&shared->longest, 0);
	pg_atomic_init_u32(&shared->has_bad_span, 0);
	pg_atomic_init_u64(&shared->removed_by_window, 0);
	pg_atomic_init_u64(&shared->removed_by_sieve, 0);
	pg_atomic_init_u64(&shared->counted, 0);
	pg_atomic_init_u64(&shared->groups_peak, 0);
	pg_atomic_init_u64(&shared->rounds, 0);
	pg_atomic_init_u64(&shared->peak, 0);
	pg_atomic_init_u32(&shared->spilling, 0);
	pg_atomic_init_u32(&shared->next_part, 0);
	pg_atomic_init_u32(&shared->next_marked, 0);
	pg_atomic_init_u32(&shared->skip_unmatched, 0);
	for (int i = 0; i < (1 << PART_BITS); i++)
		pg_atomic_init_u64(&shared->parts[i].built_rows, 0);
	reset_shared(shared);
	shared->segment = dsm_segment_handle(pcxt->seg);
	SharedFileSetInit(&shared->files, pcxt->seg);
	open_files(state, true);
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

		inf_free_pointer(area, &part->runs);
		inf_free_pointer(area, &part->places);
		inf_free_pointer(area, &part->marks);
		inf_free_pointer(area, &part->references);
		for (int j = 0; j < shared->nparticipants; j++)
			inf_free_list(area, inf_list_of(shared, i, j));
	}
	inf_free_pointer(area, &shared->sieve_words);
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
