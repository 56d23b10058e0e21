/*
 * sweep.c
 *		Matching touches and purchases.
 */
#include "core/sweep.h"

#include <string.h>

#include "core/host.h"
#include "core/instant.h"
#include "core/sort.h"

/* Orders, and the touches of their journeys. */
#define POLL_EVERY ((size_t) 1 << 16)

void
inf_sweep_open(InfSweep *sweep, const InfJourneySet *set)
{
	memset(sweep, 0, sizeof(*sweep));
	inf_touch_reader_open(&sweep->touches, set->touches.bytes, set->touches.size);
	inf_purchase_reader_open(&sweep->purchases, set->purchases.bytes, set->purchases.size);
	sweep->lookback = sweep->purchases.header.lookback;
	sweep->touch_use = sweep->purchases.header.touch_use;
	sweep->has_touches = inf_touch_reader_next(&sweep->touches, &sweep->next_touches);
	sweep->has_orders = inf_purchase_reader_next(&sweep->purchases, &sweep->next_orders);
	sweep->problem =
	    sweep->touches.problem != NULL ? sweep->touches.problem : sweep->purchases.problem;
}

void
inf_sweep_close(InfSweep *sweep)
{
	inf_touch_reader_close(&sweep->touches);
	inf_purchase_reader_close(&sweep->purchases);
	inf_free(sweep->at);
	inf_free(sweep->code);
	inf_free(sweep->weight);
	inf_free(sweep->mirrored_at);
	inf_free(sweep->mirrored_code);
	inf_free(sweep->mirrored_weight);
	memset(sweep, 0, sizeof(*sweep));
}

/*
 * A side that was given out is read on only when the next customer is asked for: what the customer
 * has must stay valid until then.
 */
bool
inf_sweep_next(InfSweep *sweep, InfCustomer *customer)
{
	bool takes_touches, takes_orders;

	if (sweep->next_touches.n == 0 && sweep->has_touches)
		sweep->has_touches = inf_touch_reader_next(&sweep->touches, &sweep->next_touches);
	if (sweep->next_orders.n == 0 && sweep->has_orders)
		sweep->has_orders = inf_purchase_reader_next(&sweep->purchases, &sweep->next_orders);
	sweep->problem =
	    sweep->touches.problem != NULL ? sweep->touches.problem : sweep->purchases.problem;
	if (sweep->problem != NULL || (!sweep->has_touches && !sweep->has_orders))
		return false;

	takes_touches = sweep->has_touches &&
	                (!sweep->has_orders || sweep->next_touches.key <= sweep->next_orders.key);
	takes_orders = sweep->has_orders &&
	               (!sweep->has_touches || sweep->next_orders.key <= sweep->next_touches.key);
	customer->key = takes_orders ? sweep->next_orders.key : sweep->next_touches.key;
	customer->touches = sweep->next_touches;
	customer->orders = sweep->next_orders;
	if (takes_touches)
		sweep->next_touches.n = 0;
	else
		customer->touches.n = 0;
	if (takes_orders)
		sweep->next_orders.n = 0;
	else
		customer->orders.n = 0;
	sweep->from = sweep->to = 0;
	sweep->any_order = false;
	sweep->lost_order = 0;
	sweep->placebo_to = 0;
	return true;
}

/* Touches at one instant, by weight. */
static void
order_instant_by_weight(InfSweep *sweep, size_t from, size_t n)
{
	InfKey few[16];
	InfKey *keys = n <= 16 ? few : INF_ALLOC_ARRAY(InfKey, n);
	uint32_t *code = sweep->code + from;
	double *weight = sweep->weight + from;

	for (size_t i = 0; i < n; i++)
		keys[i] = (InfKey){inf_key_of_weight(weight[i]), code[i]};
	inf_sort(keys, n);
	for (size_t i = 0; i < n; i++)
	{
		code[i] = (uint32_t) keys[i].index;
		weight[i] = inf_weight_of_key(keys[i].key);
	}
	if (keys != few)
		inf_free(keys);
}

/* Touches at one instant by weight, as credits want them. */
static void
order_by_weight(InfSweep *sweep, size_t n)
{
	for (size_t i = 0; i < n;)
	{
		size_t end = i + 1;

		while (end < n && sweep->at[end] == sweep->at[i])
			end++;
		if (end - i > 1)
			order_instant_by_weight(sweep, i, end - i);
		i = end;
	}
}

/* The journey is touches from..to-1, without those that are excluded or of a lower priority. */
static void
filter_weighted(InfSweep *sweep, const InfCustomerTouches *touches, size_t from, size_t to,
                InfJourney *journey)
{
	int32_t highest = INT32_MIN;
	size_t n = 0;
	bool alike = true;

	if (to - from > sweep->capacity)
	{
		sweep->capacity = (to - from) * 2;
		sweep->at = inf_realloc(sweep->at, inf_array_size(sweep->capacity, sizeof(int64_t)));
		sweep->code = inf_realloc(sweep->code, inf_array_size(sweep->capacity, sizeof(uint32_t)));
		sweep->weight = inf_realloc(sweep->weight, inf_array_size(sweep->capacity, sizeof(double)));
	}
	for (size_t i = from; i < to; i++)
	{
		double weight = touches->weight == NULL ? 1 : touches->weight[i];
		int32_t priority = touches->priority == NULL ? 0 : touches->priority[i];

		if (weight == 0 || (n > 0 && priority < highest))
			continue;
		if (n == 0 || priority > highest)
		{
			highest = priority;
			n = 0;
			alike = true;
		}
		sweep->at[n] = touches->at[i];
		sweep->code[n] = touches->code[i];
		sweep->weight[n] = weight;
		alike &= weight == sweep->weight[0];
		n++;
	}
	if (!alike)
		order_by_weight(sweep, n);
	journey->n = n;
	journey->at = sweep->at;
	journey->code = sweep->code;
	journey->weight = alike ? NULL : sweep->weight;
}

static inline void
filter(InfSweep *sweep, const InfCustomerTouches *touches, size_t from, size_t to,
       InfJourney *journey)
{
	if (touches->weight != NULL || touches->priority != NULL)
	{
		filter_weighted(sweep, touches, from, to, journey);
		return;
	}
	journey->n = to - from;
	journey->at = touches->at + from;
	journey->code = touches->code + from;
	journey->weight = NULL;
}

/* May the order have touches at all? Only those after "after". */
static bool
may_have_touches(InfSweep *sweep, const InfCustomerOrders *orders, int64_t ordered_at,
                 int64_t *after)
{
	*after = INF_MINUS_INFINITY;
	switch (sweep->touch_use)
	{
		case INF_EVERY_ORDER:
			break;
		case INF_FIRST_ORDER:
			return ordered_at == orders->at[0];
		case INF_NEXT_ORDER:
			/* what the orders before took is gone; orders at one instant share what is left */
			if (!sweep->any_order)
				sweep->before = INF_MINUS_INFINITY;
			else if (ordered_at != sweep->ordered_at)
				sweep->before = sweep->ordered_at;
			sweep->any_order = true;
			sweep->ordered_at = ordered_at;
			*after = sweep->before;
			break;
	}
	return true;
}

void
inf_order_journey(InfSweep *sweep, const InfCustomer *customer, size_t order, InfJourney *journey)
{
	const InfCustomerTouches *touches = &customer->touches;
	int64_t ordered_at = customer->orders.at[order];
	int64_t after;

	journey->is_order = true;
	journey->ordered_at = ordered_at;
	journey->revenue = customer->orders.revenue[order];
	journey->order = order;
	if (touches->n == 0)
	{
		journey->n = 0;
		journey->at = NULL;
		journey->code = NULL;
		journey->weight = NULL;
		return;
	}
	/* both ends of the window move forward only */
	while (sweep->to < touches->n && touches->at[sweep->to] <= ordered_at)
		sweep->to++;
	while (sweep->from < sweep->to &&
	       inf_elapsed(touches->at[sweep->from], ordered_at) > (uint64_t) sweep->lookback)
		sweep->from++;
	/* one customer's orders, each with many touches, can take long */
	sweep->unpolled += sweep->to - sweep->from + 1;
	if (sweep->unpolled >= POLL_EVERY)
	{
		sweep->unpolled = 0;
		inf_poll();
	}
	if (!may_have_touches(sweep, &customer->orders, ordered_at, &after))
	{
		filter(sweep, touches, sweep->to, sweep->to, journey);
		return;
	}
	while (sweep->from < sweep->to && touches->at[sweep->from] <= after)
		sweep->from++;
	filter(sweep, touches, sweep->from, sweep->to, journey);
}

/* Until when may touches after the order be its own? The end is part of it. */
static bool
may_have_later_touches(const InfSweep *sweep, const InfCustomerOrders *orders, size_t order,
                       int64_t *until)
{
	int64_t ordered_at = orders->at[order];

	*until = INF_PLUS_INFINITY;
	if (sweep->touch_use == INF_FIRST_ORDER)
		return ordered_at == orders->at[0];
	if (sweep->touch_use == INF_NEXT_ORDER)
	{
		while (order < orders->n && orders->at[order] == ordered_at)
			order++;
		if (order < orders->n)
			*until = orders->at[order];
	}
	return true;
}

/* Turns a journey round: instants become distances from the order, negative. */
static void
mirror(InfSweep *sweep, int64_t ordered_at, InfJourney *journey)
{
	size_t n = journey->n;

	if (n > sweep->mirrored_capacity)
	{
		sweep->mirrored_capacity = n * 2;
		sweep->mirrored_at = inf_realloc(sweep->mirrored_at,
		                                 inf_array_size(sweep->mirrored_capacity, sizeof(int64_t)));
		sweep->mirrored_code = inf_realloc(
		    sweep->mirrored_code, inf_array_size(sweep->mirrored_capacity, sizeof(uint32_t)));
		sweep->mirrored_weight = inf_realloc(
		    sweep->mirrored_weight, inf_array_size(sweep->mirrored_capacity, sizeof(double)));
	}
	for (size_t i = 0; i < n;)
	{
		size_t end = i + 1;

		/* what lies at one instant stays in its order, which is that of the weights */
		while (end < n && journey->at[end] == journey->at[i])
			end++;
		for (size_t k = i; k < end; k++)
		{
			size_t to = n - end + (k - i);

			sweep->mirrored_at[to] = -(int64_t) inf_elapsed(ordered_at, journey->at[k]);
			sweep->mirrored_code[to] = journey->code[k];
			if (journey->weight != NULL)
				sweep->mirrored_weight[to] = journey->weight[k];
		}
		i = end;
	}
	journey->at = sweep->mirrored_at;
	journey->code = sweep->mirrored_code;
	if (journey->weight != NULL)
		journey->weight = sweep->mirrored_weight;
}

void
inf_placebo_journey(InfSweep *sweep, const InfCustomer *customer, size_t order, InfJourney *journey)
{
	const InfCustomerTouches *touches = &customer->touches;
	int64_t ordered_at = customer->orders.at[order];
	size_t from = sweep->to; /* the first touch after the order */
	size_t to;
	int64_t until;

	journey->is_order = true;
	journey->ordered_at = ordered_at;
	journey->revenue = customer->orders.revenue[order];
	journey->order = order;
	if (from == touches->n || !may_have_later_touches(sweep, &customer->orders, order, &until))
	{
		filter(sweep, touches, from, from, journey);
		return;
	}
	to = sweep->placebo_to > from ? sweep->placebo_to : from;
	while (to < touches->n && touches->at[to] <= until &&
	       inf_elapsed(ordered_at, touches->at[to]) <= (uint64_t) sweep->lookback)
		to++;
	sweep->placebo_to = to;
	filter(sweep, touches, from, to, journey);
	mirror(sweep, ordered_at, journey);
}

/* Does an order's window reach touch i? To be asked for ascending touches; the same one again is fine. */
static bool
is_reached(InfSweep *sweep, const InfCustomer *customer, size_t i)
{
	const InfCustomerOrders *orders = &customer->orders;
	int64_t touched_at = customer->touches.at[i];

	/* the first order that does not come before the touch */
	while (sweep->lost_order < orders->n && orders->at[sweep->lost_order] < touched_at)
		sweep->lost_order++;
	return sweep->lost_order < orders->n &&
	       inf_elapsed(touched_at, orders->at[sweep->lost_order]) <= (uint64_t) sweep->lookback;
}

bool
inf_next_lost_journey(InfSweep *sweep, const InfCustomer *customer, size_t *next,
                      InfJourney *journey)
{
	const InfCustomerTouches *touches = &customer->touches;

	while (*next < touches->n)
	{
		size_t from = *next;
		size_t to = from + 1;

		if (is_reached(sweep, customer, from))
		{
			*next = to;
			continue;
		}
		while (to < touches->n && !is_reached(sweep, customer, to) &&
		       inf_elapsed(touches->at[to - 1], touches->at[to]) <= (uint64_t) sweep->lookback)
			to++;
		*next = to;
		journey->is_order = false;
		journey->ordered_at = 0;
		journey->revenue = 0;
		journey->order = 0;
		filter(sweep, touches, from, to, journey);
		if (journey->n > 0)
			return true;
	}
	return false;
}
