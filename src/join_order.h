/*
 * join_order.h
 *		Rows of an attribution join in the order of the probes, even if parts went to files.
 */
#ifndef INF_JOIN_ORDER_H
#define INF_JOIN_ORDER_H

#include "join_state.h"

/* Numbers the probes; to be called when the plan promised an order, before the shape is finished. */
extern void inf_join_order_begin(AttributionJoinState *state);

/* The next row in order, where "next" gives them as they come. */
extern TupleTableSlot *inf_join_order_next(AttributionJoinState *state,
                                           TupleTableSlot *(*next)(AttributionJoinState *) );

/* Forgets the rows, before a rescan or at the end. */
extern void inf_join_order_forget(AttributionJoinState *state);

#endif
