/*
 * self_control.c
 *		Orders after touches against orders before them, of the same people.
 */
#include "core/self_control.h"

#include <stddef.h>

#include "core/distribution.h"
#include "core/instant.h"

/* Instants lie far within the range of 64 bits, and lengths within what is left of it below it. */
static int64_t
later(int64_t at, int64_t span)
{
	return at > INT64_MAX - span ? INT64_MAX : at + span;
}

static int64_t
earlier(int64_t at, int64_t span)
{
	return at < INT64_MIN + span ? INT64_MIN : at - span;
}

/* How many orders lie before the instant. */
static size_t
orders_before(const InfCustomerOrders *orders, int64_t at)
{
	size_t low = 0;
	size_t high = orders->n;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (orders->at[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Adds the time from "from" to "to", as far as it is observed, and its orders. */
static void
add_period(const InfObservation *observation, int64_t from, int64_t to,
           const InfCustomerOrders *orders, InfShares *time, uint64_t *count)
{
	from = from < observation->from ? observation->from : from;
	to = to > observation->to ? observation->to : to;
	if (from >= to)
		return;
	*time += inf_elapsed(from, to);
	if (orders->n > 0 && orders->at[0] < to)
		*count += orders_before(orders, to) - orders_before(orders, from);
}

void
inf_self_control_add(InfSelfControl *control, const InfObservation *observation, int64_t touched_at,
                     bool is_first, const InfCustomerOrders *orders)
{
	int64_t before = earlier(touched_at, observation->window);
	int64_t after = touched_at;

	if (!is_first)
	{
		before = before < control->covered_to ? control->covered_to : before;
		after = after < control->covered_to ? control->covered_to : after;
	}
	control->covered_to = later(later(touched_at, observation->window), observation->unit);
	add_period(observation, before, touched_at, orders, &control->time_before,
	           &control->orders_before);
	add_period(observation, after, control->covered_to, orders, &control->time_after,
	           &control->orders_after);
}

InfLift
inf_self_control_lift(const InfSelfControl *control)
{
	double after = (double) control->orders_after;
	double before = (double) control->orders_before;
	InfLift lift = {false, false, false, 0, 0, 0};
	double exposure;

	if (control->time_after == 0 || control->time_before == 0 || after + before == 0)
		return lift;
	exposure = (double) control->time_before / (double) control->time_after;
	lift.has_low = true;
	lift.low = -1;
	if (after > 0)
	{
		/* the least share of orders after that would give so many with 2.5 % */
		InfUnitPoint point = inf_beta_point(0.025, 0.975, after, before + 1);

		lift.low = point.x / point.y * exposure - 1;
	}
	if (before > 0)
	{
		InfUnitPoint point = inf_beta_point(0.975, 0.025, after + 1, before);

		lift.has_lift = lift.has_high = true;
		lift.lift = after / before * exposure - 1;
		lift.high = point.x / point.y * exposure - 1;
	}
	return lift;
}
