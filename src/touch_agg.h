/*
 * touch_agg.h
 *		What a set scan knows of touch_agg().
 */
#ifndef INF_TOUCH_AGG_H
#define INF_TOUCH_AGG_H

#include "fmgr.h"

#include "time_type.h"

/*
 * The type of the instants that a transition function of touch_agg() takes, if customer and influencer
 * are whole numbers; 0 if it is another function.
 */
extern TimeType inf_touch_agg_of_numbers(PGFunction transition);

/* Raises 22008: an instant that is infinite. */
extern void inf_reject_touched_at(void);

#endif
