/*
 * shapley_rate.h
 *		Shapley values of the game on conversion rates.
 *
 * For each set R of influencers that led to orders, a game among its members: a coalition S is worth
 *
 *		v(S) = orders / journeys, of the journeys whose different influencers are just S,
 *
 * non-buyers included; 0 if there are none. The Shapley value of member i (Shapley 1953) is the mean,
 * over all orders of joining, of what it adds to those before it; divided by v(R), they sum to 1 and
 * are the shares of each of R's orders. A share may be negative: journeys with the influencer
 * convert less often than those without.
 *
 * Exact up to so many members; for larger sets the mean over random orders of joining, always the
 * same ones, with the standard error of the result.
 */
#ifndef INF_SHAPLEY_RATE_H
#define INF_SHAPLEY_RATE_H

#include "core/population.h"

/* Orders of joining that are drawn for a set too large to be exact. */
#define INF_SHAPLEY_SAMPLES 4096

typedef struct InfShapleyRate
{
	InfNames names;
	double *orders;
	double *revenue;
	double *standard_error; /* of orders; 0 where all is exact */
	uint64_t credited_orders;
	uint64_t unattributed_orders;
	double unattributed_revenue;
	uint64_t nsets;    /* different sets of influencers */
	uint64_t nsampled; /* of them, those that were too large to be exact */
} InfShapleyRate;

/* Returns what is wrong with the set, or NULL. */
extern const char *inf_shapley_rate(const InfJourneySet *set, uint32_t exact_up_to,
                                    InfShapleyRate *result);

extern void inf_shapley_rate_free(InfShapleyRate *result);

#endif
