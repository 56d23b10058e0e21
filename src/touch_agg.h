/*
 * touch_agg.h
 *		What a set scan knows of touch_agg().
 */
#ifndef INF_TOUCH_AGG_H
#define INF_TOUCH_AGG_H

#include "fmgr.h"

#include "set_arguments.h"

/*
 * What a transition function of touch_agg() takes, without weight and priority; NULL if it is another
 * function.
 */
extern const TransitionTypes *inf_touch_agg_types(PGFunction transition);

/* Raises 22008: an instant that is infinite. */
extern void inf_reject_touched_at(void);

#endif
