/*
 * sweep.h
 *		Matching touches and purchases: one pass over both, customer by customer.
 *
 * The pass is linear in touches and orders; a journey costs what it is long.
 */
#ifndef INF_SWEEP_H
#define INF_SWEEP_H

#include "core/journey_set.h"
#include "core/purchase_set.h"
#include "core/touch_set.h"

/* All that a set knows of one customer; either side may be empty. */
typedef struct InfCustomer
{
	uint64_t key;
	InfCustomerTouches touches;
	InfCustomerOrders orders;
} InfCustomer;

/*
 * A journey: the touches that share an order, or, of a non-buyer, those that no order's window
 * reaches, in the order of (instant, weight). Touches of weight 0 are not in it, nor are those of a
 * lower priority than the highest present.
 */
typedef struct InfJourney
{
	bool is_order;
	int64_t ordered_at;
	double revenue;
	size_t order; /* its place among the customer's orders */
	size_t n;
	const int64_t *at;
	const uint32_t *code;
	const double *weight; /* NULL: all are alike */
} InfJourney;

typedef struct InfSweep
{
	const char *problem; /* what is wrong with the set: no more is read */
	InfTouchReader touches;
	InfPurchaseReader purchases;
	int64_t lookback;
	InfTouchUse touch_use;

	/* private */
	bool has_touches;
	bool has_orders;
	InfCustomerTouches next_touches;
	InfCustomerOrders next_orders;
	size_t from; /* the window of the order before */
	size_t to;
	bool any_order;     /* has an order been asked for? */
	int64_t ordered_at; /* its instant */
	int64_t before;     /* the last instant of an order before that one */
	size_t lost_order;  /* how far the orders are passed by the lost journeys */
	size_t unpolled;    /* orders and touches of journeys since the query could be cancelled */
	size_t placebo_to;  /* the end of the mirrored window of the order before */
	int64_t *at;        /* a filtered journey */
	uint32_t *code;
	double *weight;
	size_t capacity;
	int64_t *mirrored_at; /* a placebo journey */
	uint32_t *mirrored_code;
	double *mirrored_weight;
	size_t mirrored_capacity;
} InfSweep;

/* Starts; "problem" tells whether that worked. Both parts must be there. */
extern void inf_sweep_open(InfSweep *sweep, const InfJourneySet *set);

/* The next customer, in the order of their keys; false at the end or if there is a problem. */
extern bool inf_sweep_next(InfSweep *sweep, InfCustomer *customer);

/*
 * The journey of a customer's order. To be asked for the customer's orders one after the other;
 * valid until the next call. n may be 0.
 */
extern void inf_order_journey(InfSweep *sweep, const InfCustomer *customer, size_t order,
                              InfJourney *journey);

/*
 * What the journey would be if time ran backwards: the touches *after* the order, up to the lookback
 * window away, the nearest last; their instants are counted from the order, negative. To be asked for
 * right after inf_order_journey() of the same order. Rules of eligibility hold as they do there: under
 * next_order a touch serves the last order before it, under first_order only the first order has any.
 */
extern void inf_placebo_journey(InfSweep *sweep, const InfCustomer *customer, size_t order,
                                InfJourney *journey);

/*
 * The customer's next journey without an order, a "lost" one: each maximal run of touches that no order's window
 * reaches, whose gaps are at most the lookback window. *next is 0 at first, and is moved on.
 * Runs of excluded touches alone are passed over.
 */
extern bool inf_next_lost_journey(InfSweep *sweep, const InfCustomer *customer, size_t *next,
                                  InfJourney *journey);

extern void inf_sweep_close(InfSweep *sweep);

#endif
