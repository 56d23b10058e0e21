/*
 * tie_orders.h
 *		The orders in which a journey's touches can stand, as sequences of influencers without
 *		immediate repetition.
 */
#ifndef INF_TIE_ORDERS_H
#define INF_TIE_ORDERS_H

#include "core/sweep.h"

/* So many orders are told apart; of journeys that have more, only that by name is taken. */
#define INF_MAX_TIE_ORDERS 720

typedef struct InfTieOrders
{
	uint32_t norders;   /* equally likely ones of the current journey */
	uint32_t *sequence; /* the current order's influencers */
	size_t n;

	/* private */
	uint32_t *code; /* the journey's influencers in the order of (instant, code) */
	size_t ncodes;
	uint32_t *group; /* where the group of touches at one instant begins, for each touch */
	size_t capacity;
	uint32_t next;
} InfTieOrders;

extern void inf_tie_orders_init(InfTieOrders *orders);
extern void inf_tie_orders_free(InfTieOrders *orders);

/* Begins with a journey; paths (has_instants false) stand in one order. */
extern void inf_tie_orders_start(InfTieOrders *orders, const InfJourney *journey,
                                 bool has_instants);

/* The next order; false if there are no more. */
extern bool inf_tie_orders_next(InfTieOrders *orders);

#endif
