/*
 * net_effect.c
 *		What an influencer adds to the sales, beyond what would have come anyway, and the score.
 */
#include "core/net_effect.h"

#include <math.h>

#include "core/gamma_poisson.h"
#include "core/host.h"
#include "core/peer_rank.h"

/* The 95 % point of the standard normal distribution. */
#define Z95 1.6448536269514722

#define AVERAGE_SCORE 50.0

/* What all influencers have in common. */
typedef struct Market
{
	double orders; /* per customer; means over influencers */
	double placebo;
	double square; /* k: of a credit, per credited order */
	double added;  /* b: customers */
} Market;

/* Nothing tells the influencers apart: each has the effect of all together. */
static void
all_alike(const InfNetEvidence *evidence, size_t n, InfNetEffect *effects)
{
	InfNetEvidence all = {0, 0, 0, 0};
	double effect, spread;

	for (size_t i = 0; i < n; i++)
	{
		all.customers += evidence[i].customers;
		all.orders += evidence[i].orders;
		all.placebo += evidence[i].placebo;
		all.squares += evidence[i].squares;
	}
	effect = (all.orders - all.placebo) / all.customers;
	spread = Z95 * sqrt(all.squares) / all.customers;
	for (size_t i = 0; i < n; i++)
		effects[i] = (InfNetEffect){effect, effect - spread, effect + spread, AVERAGE_SCORE};
}

/* Returns whether there are differences between the influencers. */
static bool
fit_market(const InfNetEvidence *evidence, size_t n, Market *market)
{
	double *events = INF_ALLOC_ARRAY(double, n);
	double *customers = INF_ALLOC_ARRAY(double, n);
	double squares = 0, credits = 0, weights = 0;
	InfGammaPrior prior;

	*market = (Market){0, 0, 0, 0};
	for (size_t i = 0; i < n; i++)
	{
		squares += evidence[i].squares;
		credits += evidence[i].orders + evidence[i].placebo;
	}
	market->square = credits > 0 ? squares / credits : 1;
	for (size_t i = 0; i < n; i++)
	{
		events[i] = (evidence[i].orders + evidence[i].placebo) / market->square;
		customers[i] = evidence[i].customers;
	}
	prior = inf_gamma_prior(events, customers, n);
	inf_free(events);
	inf_free(customers);
	if (prior.is_flat)
		return false;
	market->added = prior.rate;
	for (size_t i = 0; i < n; i++)
	{
		double weight = 1 / (evidence[i].customers + prior.rate);

		weights += evidence[i].customers * weight;
		market->orders += evidence[i].orders * weight;
		market->placebo += evidence[i].placebo * weight;
	}
	market->orders /= weights;
	market->placebo /= weights;
	return true;
}

void
inf_net_effects(const InfNetEvidence *evidence, size_t n, InfNetEffect *effects)
{
	Market market;
	InfPosterior *posteriors;
	double *better;

	if (n == 0)
		return;
	if (!fit_market(evidence, n, &market))
	{
		all_alike(evidence, n, effects);
		return;
	}
	posteriors = INF_ALLOC_ARRAY(InfPosterior, n);
	better = INF_ALLOC_ARRAY(double, n);
	for (size_t i = 0; i < n; i++)
	{
		const InfNetEvidence *e = &evidence[i];
		double customers = e->customers + market.added;
		double net = e->orders - e->placebo + market.added * (market.orders - market.placebo);
		double gross = e->orders + e->placebo + market.added * (market.orders + market.placebo);

		posteriors[i].shape = 0;
		posteriors[i].center = net / customers;
		posteriors[i].scale = sqrt(market.square * gross) / customers;
	}
	inf_peer_rank(posteriors, n, better);
	for (size_t i = 0; i < n; i++)
	{
		double effect = posteriors[i].center;
		double spread = Z95 * posteriors[i].scale;

		effects[i] = (InfNetEffect){effect, effect - spread, effect + spread, 100 * better[i]};
	}
	inf_free(posteriors);
	inf_free(better);
}
