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
 * which subtracts nothing and so loses no digits. Beyond, by iteration: n and h with a residual that
 * bounds their error. For k = 1 so is N_ii for each influencer (see markov_flow.h), and "error" is a
 * bound. For k > 1 the removal of each influencer is solved, the most important first, for as many as a
 * fixed amount of work allows; the others' returns are estimated, and the estimate is audited against
 * the exact ones. There "error" is the larger of the bound and the audit's worst difference.
 */
#ifndef INF_MARKOV_H
#define INF_MARKOV_H

#include "core/chain.h"

#define INF_DENSE_STATES 1500

/* The error of the effects that is aimed at, and the work that it may take: nanoseconds, about. */
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
	uint32_t nexact;     /* influencers whose removal was solved, k = 1: to INF_MARKOV_ERROR */
	uint32_t iterations; /* of the longest solution */
	double residual;     /* largest of all solutions */
	double error;        /* of the removal effects, absolute: see above */
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
