/*
 * markov_sweep.h
 *		What comes back to the states of an influencer, by sweeps over all states. Private to
 *		markov*.c.
 *
 * With S for its states: what leaves S, n_S Q, is followed until it comes back to S, where it counts
 * with h and with v, or ends. Nothing of it is negative, and of what is still on its way, m, no more
 * than m h counts in the end, if nobody can count with more than h further on: that is the bound of
 * the error. It holds whatever the chain.
 */
#ifndef INF_MARKOV_SWEEP_H
#define INF_MARKOV_SWEEP_H

#include "core/markov_live.h"

typedef struct InfReturn
{
	uint32_t influencer;
	double goal; /* the error that is aimed at, in terms of the live states' weight */
	double h;    /* what came back, each with the h of where it did */
	double v;
	double error; /* in terms of the live states' weight */
} InfReturn;

/*
 * Solves "count" of them, any eight with so much work at most: nanoseconds, about. Returns the work of
 * all. Those that need like numbers of sweeps should stand together.
 */
extern double inf_sweep_returns(const InfMarkovSystem *system, const InfLive *live,
                                InfReturn *returns, uint32_t count, double work,
                                uint32_t *iterations);

#endif
