/*
 * The two ways to solve the Markov equations against each other, and against the removal itself:
 * the chain made again without the influencer.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/host.h"
#include "core/markov.h"
#include "paths.h"
#include "tap.h"
#include "without.h"

/* Random paths over so many influencers, some of them much more popular than others. */
static InfBuffer
random_paths(uint32_t influencers, size_t npaths, uint32_t max_length, double stay)
{
	InfJourneyBuilder builder;
	InfBuffer out;
	uint32_t code[64];

	begin_paths(&builder, influencers);
	for (size_t p = 0; p < npaths; p++)
	{
		InfPath path = {.n = 1, .code = code};

		code[0] = (uint32_t) (influencers * pow(random_unit(), 2));
		while (path.n < max_length && random_unit() < stay)
		{
			/* neighbours follow each other more often than chance would have it */
			code[path.n] = random_below(3) == 0
			                   ? (code[path.n - 1] + 1 + random_below(3)) % influencers
			                   : (uint32_t) (influencers * pow(random_unit(), 2));
			path.n++;
		}
		path.orders = random_below(4);
		path.non_buyers = random_below(9);
		if (path.orders > 0)
			inf_exact_add(&path.revenue, (double) random_below(10000) / 100);
		inf_journey_builder_add_path(&builder, &path);
	}
	if (inf_journey_builder_finish(&builder, 0, &out) != NULL)
		ok(false, "finishing journeys");
	inf_journey_builder_free(&builder);
	return out;
}

static InfChain
chain_of(const InfBuffer *set, uint32_t order)
{
	InfJourneySet parts;
	InfChain chain;

	if (inf_open_journey_set(set->data, set->size, &parts) != NULL ||
	    inf_chain_build(&chain, &parts, order) != NULL)
		ok(false, "building a chain");
	return chain;
}

int
main(void)
{
	double worst_removal = 0, worst_value = 0;
	double worst_sparse = 0;
	double worst_visit = 0;

	for (int round = 0; round < 300; round++)
	{
		uint32_t order = 1 + (uint32_t) round % 3;
		uint32_t influencers = 1 + random_below(round % 10 == 0 ? 40 : 8);
		InfBuffer set =
		    random_paths(influencers, 1 + random_below(200), 12, 0.3 + 0.6 * random_unit());
		InfChain chain = chain_of(&set, order);
		InfMarkov dense, sparse;
		double p = without(&chain, UINT32_MAX, false);
		double value = without(&chain, UINT32_MAX, true);

		inf_markov_by(&chain, true, 0, &dense);
		inf_markov_by(&chain, false, INF_MARKOV_WORK, &sparse);
		for (uint32_t i = 0; i < chain.ninfluencers; i++)
		{
			double effect = p > 0 ? 1 - without(&chain, i, false) / p : 0;
			double value_effect = value != 0 ? 1 - without(&chain, i, true) / value : 0;

			worst_removal = fmax(worst_removal, fabs(effect - dense.removal_effect[i]));
			worst_value = fmax(worst_value, fabs(value_effect - dense.value_effect[i]));
			worst_sparse =
			    fmax(worst_sparse, fabs(sparse.removal_effect[i] - dense.removal_effect[i]));
			worst_sparse = fmax(worst_sparse, fabs(sparse.value_effect[i] - dense.value_effect[i]));
			if (order == 1)
				worst_visit = fmax(worst_visit,
				                   fabs(sparse.visit_probability[i] - dense.visit_probability[i]));
		}
		if (dense.removal_effect != NULL && sparse.error < 0)
			ok(false, "an error below zero");
		inf_markov_free(&dense);
		inf_markov_free(&sparse);
		inf_chain_free(&chain);
		inf_buffer_free(&set);
	}
	ok(worst_removal < 1e-12, "removal effects, dense, against removal (worst %g)", worst_removal);
	ok(worst_value < 1e-11, "the same in value (worst %g)", worst_value);
	ok(worst_sparse < INF_MARKOV_ERROR, "sparse against dense (worst %g)", worst_sparse);
	ok(worst_visit < INF_MARKOV_ERROR, "probabilities of a visit, sparse against dense (worst %g)",
	   worst_visit);

	/* long journeys: the walk goes on nearly for ever */
	{
		InfBuffer set = random_paths(6, 60, 64, 0.999);
		InfChain chain = chain_of(&set, 1);
		InfMarkov dense, sparse;
		double worst = 0;

		inf_markov_by(&chain, true, 0, &dense);
		inf_markov_by(&chain, false, INF_MARKOV_WORK, &sparse);
		for (uint32_t i = 0; i < 6; i++)
			worst = fmax(worst, fabs(sparse.removal_effect[i] - dense.removal_effect[i]));
		ok(worst < 1e-10, "long journeys (worst %g, %u iterations)", worst, sparse.iterations);
		inf_markov_free(&dense);
		inf_markov_free(&sparse);
		inf_chain_free(&chain);
		inf_buffer_free(&set);
	}
	return done();
}
