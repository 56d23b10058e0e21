/*
 * join_shared.h
 *		A table that the participants of a parallel attribution join build together.
 */
#ifndef INF_JOIN_SHARED_H
#define INF_JOIN_SHARED_H

#include "access/parallel.h"

#include "join_state.h"

/* Builds the table with the others, or files if it is too large; sets the next phase. */
extern void inf_shared_build(AttributionJoinState *state);

/* The next part in files that nobody else has taken, as a round; false at the end. */
extern bool inf_shared_next_round(AttributionJoinState *state);

/* This participant has no more probes. Is it the one to emit the built rows without a match? */
extern bool inf_shared_end_probes(AttributionJoinState *state);

/* Adds up what the participants have counted. */
extern void inf_shared_count(AttributionJoinState *state);

/* No longer takes part, whatever the others do. */
extern void inf_shared_leave(AttributionJoinState *state);

/* join_shared_init.c: what the server asks of a node that runs in parallel. */
extern Size inf_shared_estimate(CustomScanState *node, ParallelContext *pcxt);
extern void inf_shared_initialize(CustomScanState *node, ParallelContext *pcxt, void *coordinate);
extern void inf_shared_reinitialize(CustomScanState *node, ParallelContext *pcxt, void *coordinate);
extern void inf_shared_attach(CustomScanState *node, shm_toc *toc, void *coordinate);

#endif
