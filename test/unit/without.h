/*
 * without.h
 *		What an influencer's removal leaves, by plain iteration.
 */
#ifndef WITHOUT_H
#define WITHOUT_H

#include <math.h>
#include <stdlib.h>

#include "core/chain.h"

/* P, or the value, without an influencer, by plain iteration. */
static inline double
without(const InfChain *chain, uint32_t influencer, bool value)
{
	double *x = calloc(chain->nstates, sizeof(double));
	double change = 1;
	double p = 0;

	while (change > 1e-15)
	{
		change = 0;
		for (uint32_t s = 0; s < chain->nstates; s++)
		{
			double leaving = chain->conversions[s] + chain->nulls[s];
			double sum = value ? chain->revenue[s] : chain->conversions[s];
			bool removed = false;

			for (uint32_t i = chain->state_first[s]; i < chain->state_first[s + 1]; i++)
				removed |= chain->state_code[i] == influencer;
			for (uint64_t e = chain->counts.first[s]; e < chain->counts.first[s + 1]; e++)
			{
				leaving += chain->counts.value[e];
				sum += chain->counts.value[e] * x[chain->counts.to[e]];
			}
			sum = removed || leaving == 0 ? 0 : sum / leaving;
			change = fmax(change, fabs(sum - x[s]) / (1 + fabs(sum)));
			x[s] = sum;
		}
	}
	for (uint32_t s = 0; s < chain->nstates; s++)
		p += chain->start[s] / chain->total_start * x[s];
	free(x);
	return p;
}

#endif
