/*
 * rate_score.c
 *		The score where only counts are known: orders and customers reached.
 */
#include "core/rate_score.h"

#include <math.h>
#include <stdlib.h>

#include "core/gamma_poisson.h"
#include "core/host.h"
#include "core/peer_rank.h"

#define AVERAGE_SCORE 50.0

/* Counts beyond these count as these: products of some of them stay doubles. */
#define LEAST_COUNT 1e-30
#define LARGEST_COUNT 1e30

static int
compare_rates(const void *left, const void *right)
{
	const InfRate *a = left;
	const InfRate *b = right;

	if (a->customers != b->customers)
		return a->customers < b->customers ? -1 : 1;
	return (a->orders > b->orders) - (a->orders < b->orders);
}

void
inf_rate_scores(InfRate *rates, size_t n)
{
	double *orders = INF_ALLOC_ARRAY(double, n);
	double *customers = INF_ALLOC_ARRAY(double, n);
	InfGammaPrior prior;

	qsort(rates, n, sizeof(InfRate), compare_rates);
	for (size_t i = 0; i < n; i++)
	{
		orders[i] = rates[i].orders < LEAST_COUNT ? 0 : fmin(rates[i].orders, LARGEST_COUNT);
		customers[i] = fmin(fmax(rates[i].customers, LEAST_COUNT), LARGEST_COUNT);
		rates[i].score = AVERAGE_SCORE;
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
			rates[i].score = 100 * better[i];
		inf_free(posteriors);
		inf_free(better);
	}
	inf_free(orders);
	inf_free(customers);
}
