/*
 * markov_removal.c
 *		Removal effects of influencers with many states each (k > 1), each with a bound of its error.
 *
 * Walks that convert by way of the influencer's states S, each counted where it first comes to S,
 * are all visits to S that convert but for those by walks that were there before (see markov.h;
 * N_SS^-1 is 1 less the returns R to S):
 *
 *		n_S (N_SS)^-1 h_S = n_S h_S - n_S R h_S
 *
 * The visits n are counted and not solved, so following what comes back once per influencer gives its
 * effects on orders and on value.
 */
#include <math.h>

#include "core/host.h"
#include "core/markov_sweep.h"
#include "core/sort.h"
#include "core/sum.h"

/* n_S x_S less what comes back of it. */
static double
by_way(const InfMarkovSystem *system, uint32_t influencer, const double *x, double returned)
{
	InfSum sum = {0, 0};

	for (uint32_t o = system->owner_first[influencer]; o < system->owner_first[influencer + 1]; o++)
		inf_sum_add(&sum, system->visits[system->owner_state[o]] * x[system->owner_state[o]]);
	inf_sum_add(&sum, -returned);
	return inf_sum_value(&sum);
}

/* The influencers, those with the most visits that convert first, for they need the most sweeps. */
static InfReturn *
rank_influencers(const InfMarkovSystem *system, const double *h)
{
	uint32_t k = system->chain->ninfluencers;
	InfKey *ranked = INF_ALLOC_ARRAY(InfKey, k);
	InfReturn *returns = INF_ALLOC_ARRAY(InfReturn, k);

	for (uint32_t i = 0; i < k; i++)
		ranked[i] = (InfKey){~inf_key_of_weight(by_way(system, i, h, 0)), i};
	inf_sort(ranked, k);
	for (uint32_t i = 0; i < k; i++)
		returns[i] = (InfReturn){.influencer = (uint32_t) ranked[i].index, .goal = INF_MARKOV_GOAL};
	inf_free(ranked);
	return returns;
}

double
inf_markov_removals(const InfMarkovSystem *system, const double *h, const double *v,
                    const double *v_bound, double work, InfSparseStats *stats, InfMarkov *result)
{
	uint32_t k = system->chain->ninfluencers;
	InfReturn *returns = rank_influencers(system, h);
	double largest = 0;
	InfLive live;

	inf_live_build(system, h, v, v_bound, result->conversion_probability, result->value, &live);
	inf_sweep_returns(system, &live, returns, k, work, &stats->iterations);
	for (uint32_t r = 0; r < k; r++)
	{
		uint32_t i = returns[r].influencer;
		double all = by_way(system, i, h, 0);
		double error = fmin(all / result->conversion_probability, returns[r].error);

		inf_set_effects(result, i, fmin(all, by_way(system, i, h, returns[r].h)),
		                by_way(system, i, v, returns[r].v));
		result->nexact += error < INF_MARKOV_ERROR;
		largest = fmax(largest, error);
	}
	inf_live_free(&live);
	inf_free(returns);
	return largest;
}
