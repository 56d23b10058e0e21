/*
 * self_control.c
 *		Orders after touches against orders before them, of the same people.
 */
#include "core/self_control.h"

#include <stddef.h>

#include "core/distribution.h"

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

void
inf_count_orders(const InfCustomerOrders *orders, int64_t from, int64_t to, uint64_t *count)
{
	*count += orders_before(orders, to) - orders_before(orders, from);
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
