/*
 * join_shared_state.h
 *		What the participants of a parallel attribution join share. Private to join_shared*.c.
 */
#ifndef INF_JOIN_SHARED_STATE_H
#define INF_JOIN_SHARED_STATE_H

#include "port/atomics.h"
#include "storage/barrier.h"
#include "storage/dsm.h"
#include "storage/sharedfileset.h"
#include "utils/dsa.h"
#include "utils/sharedtuplestore.h"

#include "join_sieve.h"

typedef enum SharedPhase
{
	SHARED_SCAN,
	SHARED_SIEVE,               /* one makes room for it */
	SHARED_FINISH,              /* parts, or what is left to be written to files */
	SHARED_PROBE,               /* the table; or, with all rows in files, instead of that: */
	SHARED_ROOM = SHARED_PROBE, /* memory is free again: one makes room for the sieve */
	SHARED_MARK,                /* its bits are set */
	SHARED_WRITE,               /* the probes to files */
	SHARED_PARTS                /* join parts in files */
} SharedPhase;

typedef struct SharedPart
{
	dsa_pointer runs;
	dsa_pointer places;
	dsa_pointer marks;
	dsa_pointer references;
	uint64 nplaces;
	uint32 nruns;
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
	pg_atomic_uint32 next_marked;       /* part in files */
	pg_atomic_uint64 longest;           /* lookback of built rows that have their own */
	pg_atomic_uint32 has_bad_span;      /* one of these is an error */
	pg_atomic_uint64 removed_by_window; /* by those who are done */
	pg_atomic_uint64 removed_by_sieve;
	pg_atomic_uint64 counted;
	pg_atomic_uint64 groups_peak;
	pg_atomic_uint64 rounds;
	pg_atomic_uint64 peak;
	pg_atomic_uint32 skip_unmatched; /* somebody stopped before the end of its probes */
	dsm_handle segment;              /* of the files and of all this */
	JoinSieve sieve;                 /* its shape */
	dsa_pointer sieve_words;
	SharedFileSet files;
	SharedPart parts[1 << PART_BITS];
	/*
	 * then: first chunks by part and participant, samples of the built rows' instants by
	 * participant, files of the build and of the probe side
	 */
} SharedJoin;

static inline Size
inf_lists_size(int nparticipants)
{
	return MAXALIGN(sizeof(dsa_pointer) * (1 << PART_BITS) * nparticipants);
}

static inline dsa_pointer *
inf_list_of(SharedJoin *shared, int part, int participant)
{
	dsa_pointer *lists = (dsa_pointer *) ((char *) shared + MAXALIGN(sizeof(SharedJoin)));

	return &lists[part * shared->nparticipants + participant];
}

static inline Size
inf_samples_size(int nparticipants)
{
	return MAXALIGN(sizeof(InstantSample) * nparticipants);
}

static inline InstantSample *
inf_sample_of(SharedJoin *shared, int participant)
{
	char *samples = (char *) inf_list_of(shared, 0, 0) + inf_lists_size(shared->nparticipants);

	return (InstantSample *) samples + participant;
}

static inline SharedTuplestore *
inf_file_of(SharedJoin *shared, int number)
{
	char *files = (char *) inf_sample_of(shared, 0) + inf_samples_size(shared->nparticipants);

	return (SharedTuplestore *) (files + number * MAXALIGN(sts_estimate(shared->nparticipants)));
}

static inline void
inf_free_pointer(dsa_area *area, dsa_pointer *pointer)
{
	if (DsaPointerIsValid(*pointer))
		dsa_free(area, *pointer);
	*pointer = InvalidDsaPointer;
}

static inline void
inf_free_list(dsa_area *area, dsa_pointer *list)
{
	while (DsaPointerIsValid(*list))
	{
		RowChunk *chunk = dsa_get_address(area, *list);
		dsa_pointer next = chunk->next.shared;

		dsa_free(area, *list);
		*list = next;
	}
}

#endif
