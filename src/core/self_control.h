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

#include "core/instant.h"
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

/* Adds the orders from "from" to "to" to the count. */
extern void inf_count_orders(const InfCustomerOrders *orders, int64_t from, int64_t to,
                             uint64_t *count);

/* Adds the time from "from" to "to", as far as it is observed, and its orders. */
static inline void
inf_add_period(const InfObservation *observation, int64_t from, int64_t to,
               const InfCustomerOrders *orders, InfShares *time, uint64_t *count)
{
	from = from < observation->from ? observation->from : from;
	to = to > observation->to ? observation->to : to;
	if (from >= to)
		return;
	*time += inf_elapsed(from, to);
	if (orders->n > 0 && orders->at[0] < to && orders->at[orders->n - 1] >= from)
		inf_count_orders(orders, from, to, count);
}

/*
 * A touch at an instant: the customer's touches by the influencer in order of time. "is_first" of this
 * customer. The orders are all of the customer's.
 */
static inline void
inf_self_control_add(InfSelfControl *control, const InfObservation *observation, int64_t touched_at,
                     bool is_first, const InfCustomerOrders *orders)
{
	int64_t window = observation->window;
	int64_t before = touched_at < INT64_MIN + window ? INT64_MIN : touched_at - window;
	int64_t after = touched_at;

	if (!is_first)
	{
		before = before < control->covered_to ? control->covered_to : before;
		after = after < control->covered_to ? control->covered_to : after;
	}
	window += observation->unit;
	control->covered_to = touched_at > INT64_MAX - window ? INT64_MAX : touched_at + window;
	inf_add_period(observation, before, touched_at, orders, &control->time_before,
	               &control->orders_before);
	inf_add_period(observation, after, control->covered_to, orders, &control->time_after,
	               &control->orders_after);
}

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
