/*
 * markov.c
 *		Removal effects of the Markov model: the equations, and the credit.
 */
#include "core/markov.h"

#include <math.h>
#include <string.h>

#include "core/host.h"
#include "core/markov_system.h"
#include "core/sum.h"
#include "core/tally.h"

static double *
zeroes(size_t n)
{
	double *array = INF_ALLOC_ARRAY(double, n);

	memset(array, 0, n * sizeof(double));
	return array;
}

/* Which states each influencer is in, each once. */
static void
list_owners(InfMarkovSystem *system)
{
	const InfChain *chain = system->chain;
	uint32_t k = chain->ninfluencers;
	uint32_t *next;

	system->owner_first = INF_ALLOC_ARRAY(uint32_t, (size_t) k + 1);
	memset(system->owner_first, 0, ((size_t) k + 1) * sizeof(uint32_t));
	for (int pass = 0; pass < 2; pass++)
	{
		next = pass == 0 ? NULL : INF_ALLOC_ARRAY(uint32_t, k);
		if (pass == 1)
		{
			for (uint32_t i = 0; i < k; i++)
			{
				system->owner_first[i + 1] += system->owner_first[i];
				next[i] = system->owner_first[i];
			}
			system->owner_state = INF_ALLOC_ARRAY(uint32_t, system->owner_first[k]);
		}
		for (uint32_t s = 0; s < chain->nstates; s++)
		{
			for (uint32_t p = chain->state_first[s]; p < chain->state_first[s + 1]; p++)
			{
				uint32_t code = chain->state_code[p];
				bool repeated = false;

				for (uint32_t before = chain->state_first[s]; before < p; before++)
					repeated |= chain->state_code[before] == code;
				if (repeated)
					continue;
				if (pass == 0)
					system->owner_first[code + 1]++;
				else
					system->owner_state[next[code]++] = s;
			}
		}
		inf_free(next);
	}
}

static void
make_system(const InfChain *chain, InfMarkovSystem *system)
{
	uint32_t n = chain->nstates;

	memset(system, 0, sizeof(*system));
	system->chain = chain;
	system->n = n;
	system->q = chain->counts;
	system->q.value = INF_ALLOC_ARRAY(double, chain->counts.first[n]);
	system->start = zeroes(n);
	system->visits = zeroes(n);
	system->convert = zeroes(n);
	system->value = zeroes(n);
	system->absorb = zeroes(n);
	for (uint32_t i = 0; i < n; i++)
	{
		double ends = chain->conversions[i] + chain->nulls[i];
		double leaving = ends;

		for (uint64_t e = chain->counts.first[i]; e < chain->counts.first[i + 1]; e++)
			leaving += chain->counts.value[e];
		for (uint64_t e = chain->counts.first[i]; e < chain->counts.first[i + 1]; e++)
			system->q.value[e] = chain->counts.value[e] / leaving;
		if (leaving > 0)
		{
			system->convert[i] = chain->conversions[i] / leaving;
			system->value[i] = chain->revenue[i] / leaving;
			system->absorb[i] = ends / leaving;
		}
		if (chain->total_start > 0)
		{
			system->start[i] = chain->start[i] / chain->total_start;
			system->visits[i] = leaving / chain->total_start;
		}
	}
	list_owners(system);
}

void
inf_markov(const InfChain *chain, InfMarkov *result)
{
	inf_markov_by(chain, chain->nstates <= INF_DENSE_STATES, INF_MARKOV_WORK, result);
}

void
inf_markov_by(const InfChain *chain, bool dense, double work, InfMarkov *result)
{
	InfMarkovSystem system;
	uint32_t k = chain->ninfluencers;

	memset(result, 0, sizeof(*result));
	result->removal_effect = zeroes(k);
	result->value_effect = zeroes(k);
	if (chain->order == 1)
	{
		result->visit_probability = zeroes(k);
		result->conversion = zeroes(k);
	}
	make_system(chain, &system);
	if (dense)
		inf_markov_dense(&system, result);
	else
		inf_markov_sparse(&system, work, result);
	inf_free(system.q.value);
	inf_free(system.start);
	inf_free(system.visits);
	inf_free(system.convert);
	inf_free(system.value);
	inf_free(system.absorb);
	inf_free(system.owner_first);
	inf_free(system.owner_state);
}

void
inf_markov_free(InfMarkov *result)
{
	inf_free(result->removal_effect);
	inf_free(result->value_effect);
	inf_free(result->visit_probability);
	inf_free(result->conversion);
	memset(result, 0, sizeof(*result));
}

void
inf_markov_credit(const InfChain *chain, const InfMarkov *markov, uint64_t all, double *orders,
                  double *revenue)
{
	uint32_t k = chain->ninfluencers;
	InfTally *tally = INF_ALLOC_ARRAY(InfTally, k);
	InfSum effects = {0, 0};
	InfSum values = {0, 0};
	double sum, value_sum;

	memset(tally, 0, k * sizeof(InfTally));
	for (uint32_t i = 0; i < k; i++)
	{
		inf_sum_add(&effects, markov->removal_effect[i]);
		inf_sum_add(&values, markov->value_effect[i]);
	}
	sum = inf_sum_value(&effects);
	value_sum = inf_sum_value(&values);
	for (uint32_t i = 0; i < k; i++)
	{
		double share = sum > 0 ? markov->removal_effect[i] / sum : 0;

		inf_tally_add(&tally[i], share, chain->orders, 0);
		revenue[i] =
		    (value_sum > 0 ? markov->value_effect[i] / value_sum : share) * chain->total_revenue;
	}
	inf_tally_orders(tally, k, chain->orders, all, orders);
	inf_free(tally);
}
