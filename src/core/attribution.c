/*
 * attribution.c
 *		Credit per influencer under several models, from one pass.
 */
#include "core/attribution.h"

#include <string.h>

#include "core/host.h"

void
inf_attributions_init(InfAttributions *all, const InfModel *models, size_t nmodels,
                      uint32_t ninfluencers)
{
	memset(all, 0, sizeof(*all));
	all->nmodels = nmodels;
	all->ninfluencers = ninfluencers;
	all->models = INF_ALLOC_ARRAY(InfAttribution, nmodels);
	memset(all->models, 0, nmodels * sizeof(InfAttribution));
	for (size_t m = 0; m < nmodels; m++)
	{
		all->models[m].model = models[m];
		all->models[m].tally = INF_ALLOC_ARRAY(InfTally, ninfluencers);
		memset(all->models[m].tally, 0, ninfluencers * sizeof(InfTally));
	}
	inf_creditor_init(&all->creditor, ninfluencers);
}

void
inf_attributions_free(InfAttributions *all)
{
	for (size_t m = 0; m < all->nmodels; m++)
	{
		inf_free(all->models[m].tally);
		inf_free(all->models[m].orders);
		inf_free(all->models[m].revenue);
	}
	inf_free(all->models);
	inf_creditor_free(&all->creditor);
	memset(all, 0, sizeof(*all));
}

const char *
inf_attributions_add(InfAttributions *all, const InfJourney *journey, uint64_t count)
{
	for (size_t m = 0; m < all->nmodels; m++)
	{
		InfAttribution *attribution = &all->models[m];
		InfCredits credits;
		const char *problem;

		if (journey->n == 0)
		{
			attribution->unattributed_orders += count;
			inf_sum_add(&attribution->unattributed_revenue, journey->revenue);
			continue;
		}
		attribution->credited_orders += count;
		problem = inf_journey_credits(&all->creditor, &attribution->model, journey, &credits);
		if (problem != NULL)
			return problem;
		for (size_t i = 0; i < credits.n; i++)
			inf_tally_add(&attribution->tally[credits.code[i]], credits.share[i], count,
			              journey->revenue);
	}
	return NULL;
}

void
inf_attributions_finish(InfAttributions *all)
{
	uint32_t n = all->ninfluencers;

	for (size_t m = 0; m < all->nmodels; m++)
	{
		InfAttribution *attribution = &all->models[m];

		attribution->orders = INF_ALLOC_ARRAY(double, n);
		attribution->revenue = INF_ALLOC_ARRAY(double, n);
		if (inf_model_sums_to_one(attribution->model.kind))
			inf_tally_orders(attribution->tally, n, attribution->credited_orders,
			                 attribution->credited_orders + attribution->unattributed_orders,
			                 attribution->orders);
		else
		{
			for (uint32_t i = 0; i < n; i++)
				attribution->orders[i] = inf_shares_value(attribution->tally[i].shares);
		}
		for (uint32_t i = 0; i < n; i++)
			attribution->revenue[i] = inf_sum_value(&attribution->tally[i].revenue);
	}
}
