/*
 * markov_system.h
 *		The chain's equations, for the two ways to solve them. Private to markov*.c.
 */
#ifndef INF_MARKOV_SYSTEM_H
#define INF_MARKOV_SYSTEM_H

#include <math.h>

#include "core/markov.h"

/* The error that is aimed at is this far below the one that is promised, for what comes on top. */
#define INF_MARKOV_GOAL (0.8 * INF_MARKOV_ERROR)

/* An effect on value that is so many times the removal effect is not followed. */
#define INF_MARKOV_CANCELLED 10

/*
 * What may be done to the results: to the effect, or to that on value, unless revenue and refunds nearly
 * cancel out, where this could be anything. v_size is the size of what "value" has a part of.
 */
static inline double
inf_effect_weight(double effect, double v_size, double value)
{
	double value_effect = value != 0 ? v_size / fabs(value) : 0;

	return fmax(effect, fmin(value_effect, INF_MARKOV_CANCELLED * effect));
}

/* Shares of all journeys that leave a state. States without any are left alone: all 0. */
typedef struct InfMarkovSystem
{
	const InfChain *chain;
	uint32_t n;
	InfSparse q;           /* rows shared with the chain's counts */
	double *start;         /* s */
	double *visits;        /* n, which are counted: all who come to a state leave it */
	double *convert;       /* r */
	double *value;         /* r times the mean value of a conversion from the state */
	double *absorb;        /* conversion or null */
	uint32_t *owner_first; /* states of influencer i: owner_state[owner_first[i]] ... */
	uint32_t *owner_state;
} InfMarkovSystem;

extern void inf_markov_dense(const InfMarkovSystem *system, InfMarkov *result);
extern void inf_markov_sparse(const InfMarkovSystem *system, double work, InfMarkov *result);

/*
 * k > 1: the effects, with h and v solved; returns the largest error of the removal effects. v_bound is
 * v with the values' sizes. "work" is what any eight influencers may take. The probability of
 * conversion is above 0.
 */
extern double inf_markov_removals(const InfMarkovSystem *system, const double *h, const double *v,
                                  const double *v_bound, double work, InfSparseStats *stats,
                                  InfMarkov *result);

/* Fills in effects from walks that convert by way of the influencer. */
static inline void
inf_set_effects(InfMarkov *result, uint32_t influencer, double by_way, double value_by_way)
{
	double effect =
	    result->conversion_probability > 0 ? by_way / result->conversion_probability : 0;

	/* rounding only */
	result->removal_effect[influencer] = effect < 0 ? 0 : effect > 1 ? 1 : effect;
	result->value_effect[influencer] = result->value != 0 ? value_by_way / result->value : 0;
}

#endif
