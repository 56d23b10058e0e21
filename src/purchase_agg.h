/*
 * purchase_agg.h
 *		What a set scan knows of purchase_agg().
 */
#ifndef INF_PURCHASE_AGG_H
#define INF_PURCHASE_AGG_H

#include "fmgr.h"

#include "set_arguments.h"

/* What a transition function of purchase_agg() takes; NULL if it is another function. */
extern const TransitionTypes *inf_purchase_agg_types(PGFunction transition);

/* Raises 22008 or 22023 if that is no order: an instant that is infinite, a revenue that is no number. */
extern void inf_check_order(int64 at, double revenue);

#endif
