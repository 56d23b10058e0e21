/*
 * chain.h
 *		The Markov chain that a population's journeys make.
 *
 * The states are influencers, or sequences of k influencers, besides start, conversion and null.
 * Consecutive touches of one influencer count once. A journey goes from the start through its
 * states to conversion (an order) or to null (none).
 *
 * Touches at one instant could stand in any order: a journey counts with an equal share for each
 * of these, up to MAX_TIE_ORDERS of them; where there are more, in the order of the names.
 */
#ifndef INF_CHAIN_H
#define INF_CHAIN_H

#include "core/population.h"
#include "core/sparse.h"

typedef struct InfChain
{
	uint32_t order; /* k */
	uint32_t nstates;
	uint32_t ninfluencers;
	InfNames names;        /* of the influencers */
	uint32_t *state_first; /* the influencers of state i are state_code[state_first[i]] ... */
	uint32_t *state_code;
	InfSparse counts;    /* from state to state */
	double *start;       /* journeys that start in the state */
	double *conversions; /* orders from the state */
	double *nulls;       /* journeys that end in it without one */
	double *revenue;     /* of the orders from the state */
	double total_start;  /* all journeys that have a touch */
	uint64_t orders;     /* that have a touch */
	uint64_t unattributed_orders;
	double total_revenue; /* of the former */
	double unattributed_revenue;
	uint32_t nobserved;    /* states that some journey goes through */
	uint64_t ntransitions; /* different ones, start, conversion and null included */
} InfChain;

/* Counts all journeys of the set. Returns what is wrong with it, or NULL. */
extern const char *inf_chain_build(InfChain *chain, const InfJourneySet *set, uint32_t order);

extern void inf_chain_free(InfChain *chain);

#endif
