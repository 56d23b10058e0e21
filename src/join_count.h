/*
 * join_count.h
 *		How many rows an attribution join has, in place of the rows.
 */
#ifndef INF_JOIN_COUNT_H
#define INF_JOIN_COUNT_H

#include "join_state.h"

/* The next count, where "next" gives the rows that are counted. */
extern TupleTableSlot *inf_join_count_next(AttributionJoinState *state,
                                           TupleTableSlot *(*next)(AttributionJoinState *) );

#endif
