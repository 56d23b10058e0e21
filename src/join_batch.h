/*
 * join_batch.h
 *		Probes in batches, so that the memory they need can be asked for ahead of time.
 */
#ifndef INF_JOIN_BATCH_H
#define INF_JOIN_BATCH_H

#include "join_state.h"

/* Is it worth while to read probes ahead? Then the processor can fetch their runs meanwhile. */
extern bool inf_batches_begin(AttributionJoinState *state);

/* The next probe of the plan that may match something, or comes out by itself; false if there is none. */
extern bool inf_batches_next(AttributionJoinState *state);

#endif
