/*
 * rate_score.c
 *		The score where only counts are known: orders and customers reached.
 */
#include "core/rate_score.h"

#include <math.h>

#include "core/gamma_poisson.h"
#include "core/host.h"
#include "core/peer_rank.h"
#include "core/sort.h"

#define AVERAGE_SCORE 50.0

/* Counts beyond these count as these: products of some of them stay doubles. */
#define LEAST_COUNT 1e-30
#define LARGEST_COUNT 1e30

/* The rates by (customers, orders); stable, and equal rates are alike. */
static InfKey *
sorted_rates(const InfRate *rates, size_t n)
{
	InfKey *keys = INF_ALLOC_ARRAY(InfKey, n);

	for (size_t i = 0; i < n; i++)
		keys[i] = (InfKey){inf_key_of_weight(fmax(rates[i].orders, 0)), i};
	inf_sort(keys, n);
	for (size_t i = 0; i < n; i++)
		keys[i].key = inf_key_of_weight(rates[keys[i].index].customers);
	inf_sort(keys, n);
	return keys;
}

void
inf_rate_scores(InfRate *rates, size_t n)
{
	InfKey *sorted = sorted_rates(rates, n);
	double *orders = INF_ALLOC_ARRAY(double, n);
	double *customers = INF_ALLOC_ARRAY(double, n);
	InfGammaPrior prior;

	for (size_t i = 0; i < n; i++)
	{
		InfRate *rate = &rates[sorted[i].index];

		orders[i] = rate->orders < LEAST_COUNT ? 0 : fmin(rate->orders, LARGEST_COUNT);
		customers[i] = fmin(fmax(rate->customers, LEAST_COUNT), LARGEST_COUNT);
		rate->score = AVERAGE_SCORE;
	}
	prior = inf_gamma_prior(orders, customers, n);
	if (!prior.is_flat)
	{
		InfPosterior *posteriors = INF_ALLOC_ARRAY(InfPosterior, n);
		double *better = INF_ALLOC_ARRAY(double, n);

		for (size_t i = 0; i < n; i++)
		{
			posteriors[i].shape = prior.shape + orders[i];
			posteriors[i].center = log(posteriors[i].shape / (prior.rate + customers[i]));
			posteriors[i].scale = 0;
		}
		inf_peer_rank(posteriors, n, better);
		for (size_t i = 0; i < n; i++)
			rates[sorted[i].index].score = 100 * better[i];
		inf_free(posteriors);
		inf_free(better);
	}
	inf_free(orders);
	inf_free(customers);
	inf_free(sorted);
}
