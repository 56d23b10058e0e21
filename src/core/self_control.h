/*
 * self_control.h
 *		Orders after touches against orders before them, of the same people.
 *
 * For the customers whom an influencer touched: orders per day in the window after a touch, against
 * orders per day in the equal window before it. Windows of one customer are merged: time after one touch and
 * before another is time after. Both are clipped to the period of observation, so that a window that
 * is not over yet counts with what there is of it. Each customer is compared with itself (the idea of
 * the self-controlled case series: Farrington 1995; Whitaker et al. 2006).
 */
#ifndef INF_SELF_CONTROL_H
#define INF_SELF_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/purchase_set.h"
#include "core/tally.h"

/* What holds for all. Periods are half-open: a day of dates, or a microsecond, is the unit. */
typedef struct InfObservation
{
	int64_t from;
	int64_t to;     /* behind the last unit */
	int64_t window; /* the length of each window */
	int64_t unit;
} InfObservation;

typedef struct InfSelfControl
{
	uint64_t orders_after;
	uint64_t orders_before;
	InfShares time_after; /* microseconds of customers */
	InfShares time_before;
	int64_t covered_to; /* of the current customer: until when time is after a touch */
} InfSelfControl;

/*
 * A touch at an instant: the customer's touches by the influencer in order of time. "is_first" of this
 * customer. The orders are all of the customer's.
 */
extern void inf_self_control_add(InfSelfControl *control, const InfObservation *observation,
                                 int64_t touched_at, bool is_first,
                                 const InfCustomerOrders *orders);

/*
 * lift = (orders after / time after) / (orders before / time before) - 1, and its 95 % interval: exact,
 * for given all orders, those after are binomial (Clopper and Pearson 1934). What cannot be told is not
 * set: no time on a side; no orders before (lift and high); no orders at all.
 */
typedef struct InfLift
{
	bool has_lift;
	bool has_low;
	bool has_high;
	double lift;
	double low;
	double high;
} InfLift;

extern InfLift inf_self_control_lift(const InfSelfControl *control);

#endif
