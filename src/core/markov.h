/*
 * markov.h
 *		Removal effects of the Markov model, by linear algebra.
 *
 * With Q the transitions between states, s the start and r the conversions (each a share of all
 * journeys that leave a state), N = (I - Q)^-1 has the expected visits:
 *
 *		n = s N		visits from the start
 *		h = N r		probability of conversion from a state;	P = s h
 *
 * Removing an influencer sends whoever would come to one of its states S to null. The walks that
 * convert by way of S are
 *
 *		P - P(without S) = n_S (N_SS)^-1 h_S
 *
 * which for one state i is P(visit i) P(conversion | i) with P(visit i) = n_i / N_ii.
 * The same with the mean value of the conversions from each state gives revenue.
 * Anderl, Becker, von Wangenheim, Schumann, "Mapping the customer journey: Lessons learned from
 * graph-based online attribution modeling", IJRM 33 (2016).
 *
 * Up to INF_DENSE_STATES states N is had by state reduction (Grassmann, Taksar, Heyman 1985),
 * which subtracts nothing and so loses no digits. Beyond, by iteration: n is counted, h has a residual
 * that bounds its error, and so has N_ii for k = 1 (see markov_flow.h), and what comes back to S for
 * k > 1 (see markov_removal.c). "error" is a bound.
 */
#ifndef INF_MARKOV_H
#define INF_MARKOV_H

#include "core/chain.h"

#define INF_DENSE_STATES 1500

/*
 * The error of the effects that is aimed at, and the work that it may take, in nanoseconds, about: for
 * k = 1 that of all influencers, and ten times as much where that is too little; for k > 1 that of any
 * eight of them.
 */
#define INF_MARKOV_ERROR 1e-9
#define INF_MARKOV_WORK 4e10

/* What the chain gives for its influencers. */
typedef struct InfMarkov
{
	double conversion_probability; /* P */
	double value;                  /* the same with the values of conversions */
	double *removal_effect;        /* an influencer each, 0..1; 0 without conversions */
	double *value_effect;          /* by value; may have any sign if revenue has */
	double *visit_probability;     /* k = 1 only; else NULL */
	double *conversion;            /* k = 1 only: probability of conversion from the influencer */
	bool dense;
	uint32_t nexact;     /* influencers whose error is below INF_MARKOV_ERROR */
	uint32_t iterations; /* of the longest solution */
	double residual;     /* largest of all solutions */
	double error;        /* bound of that of the removal effects, absolute */
} InfMarkov;

extern void inf_markov(const InfChain *chain, InfMarkov *result);
/* The same by the way that is asked for, with so much work for sparse systems; for tests. */
extern void inf_markov_by(const InfChain *chain, bool dense, double work, InfMarkov *result);

extern void inf_markov_free(InfMarkov *result);

/*
 * Orders and revenue of each influencer: in proportion to its effects. orders sums to the chain's
 * orders exactly, also together with all others, of which there are "all". If the effects by value
 * do not sum to something above 0, revenue is shared as orders are.
 */
extern void inf_markov_credit(const InfChain *chain, const InfMarkov *markov, uint64_t all,
                              double *orders, double *revenue);

#endif
