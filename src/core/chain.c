/*
 * chain.c
 *		The Markov chain that a population's journeys make.
 */
#include "core/chain.h"

#include <string.h>

#include "core/host.h"
#include "core/path_set.h"
#include "core/sum.h"
#include "core/tie_orders.h"

#define POLL_EVERY ((size_t) 1 << 18)

/* One transition, counted; those alike are put together now and then. */
typedef struct Transition
{
	uint64_t pair; /* from state, to state */
	double count;
} Transition;

typedef struct Builder
{
	InfChain *chain;
	InfPathTable sequences; /* order > 1: the states */
	Transition *transitions;
	size_t ntransitions;
	size_t capacity;
	uint32_t states_capacity;
	InfSum revenue;
	InfSum unattributed_revenue;
} Builder;

/* Stable, from the lowest byte that differs; the counts of alike pairs keep their order. */
static void
sort_transitions(Transition *items, Transition *other, size_t n)
{
	Transition *from = items;
	Transition *to = other;
	uint64_t differ = 0;

	for (size_t i = 1; i < n; i++)
		differ |= items[i].pair ^ items[0].pair;
	for (int shift = 0; shift < 64; shift += 8)
	{
		size_t start[256] = {0};
		size_t next = 0;
		Transition *swap;

		if (((differ >> shift) & 0xFF) == 0)
			continue;
		for (size_t i = 0; i < n; i++)
		{
			start[(from[i].pair >> shift) & 0xFF]++;
			if (i % POLL_EVERY == 0)
				inf_poll();
		}
		for (int b = 0; b < 256; b++)
		{
			size_t count = start[b];

			start[b] = next;
			next += count;
		}
		for (size_t i = 0; i < n; i++)
		{
			to[start[(from[i].pair >> shift) & 0xFF]++] = from[i];
			if (i % POLL_EVERY == 0)
				inf_poll();
		}
		swap = from;
		from = to;
		to = swap;
	}
	if (from != items)
		memcpy(items, from, n * sizeof(Transition));
}

/* Puts alike transitions together. */
static void
compact(Builder *b)
{
	Transition *other = INF_ALLOC_ARRAY(Transition, b->ntransitions);
	size_t kept = 0;

	sort_transitions(b->transitions, other, b->ntransitions);
	inf_free(other);
	for (size_t i = 0; i < b->ntransitions; i++)
	{
		if (kept > 0 && b->transitions[kept - 1].pair == b->transitions[i].pair)
			b->transitions[kept - 1].count += b->transitions[i].count;
		else
			b->transitions[kept++] = b->transitions[i];
	}
	b->ntransitions = kept;
}

static void
add_transition(Builder *b, uint32_t from, uint32_t to, double count)
{
	if (b->ntransitions == b->capacity)
	{
		if (b->ntransitions > 0)
			compact(b);
		if (b->ntransitions > b->capacity / 2 || b->capacity == 0)
		{
			b->capacity = b->capacity == 0 ? 4096 : b->capacity * 2;
			b->transitions =
			    inf_realloc(b->transitions, inf_array_size(b->capacity, sizeof(Transition)));
		}
	}
	b->transitions[b->ntransitions++] = (Transition){(uint64_t) from << 32 | to, count};
}

/* Room for what is counted by state. */
static void
reserve_states(Builder *b, uint32_t n)
{
	InfChain *chain = b->chain;
	double **arrays[4] = {&chain->start, &chain->conversions, &chain->nulls, &chain->revenue};
	uint32_t capacity = b->states_capacity;

	if (n <= capacity)
		return;
	b->states_capacity = n < 1024 ? 2048 : n * 2;
	for (int i = 0; i < 4; i++)
	{
		*arrays[i] = inf_realloc(*arrays[i], inf_array_size(b->states_capacity, sizeof(double)));
		memset(*arrays[i] + capacity, 0, (b->states_capacity - capacity) * sizeof(double));
	}
}

/* The number of a state, given by its influencers. */
static uint32_t
state_of(Builder *b, const uint32_t *code, size_t n)
{
	InfPath path = {.n = n, .code = code};
	size_t index;

	if (b->chain->order == 1)
		return code[0];
	index = inf_path_table_find(&b->sequences, &path);
	reserve_states(b, (uint32_t) index + 1);
	return (uint32_t) index;
}

/* One order of a journey: each of its orders and non-buyers counts "share". */
static void
add_sequence(Builder *b, const uint32_t *code, size_t n, const InfPopulationJourney *journey,
             double share)
{
	InfChain *chain = b->chain;
	size_t k = chain->order < n ? chain->order : n;
	double orders = (double) journey->orders * share;
	double non_buyers = (double) journey->non_buyers * share;
	uint32_t state = state_of(b, code, k);

	chain->start[state] += orders + non_buyers;
	for (size_t i = 1; i + k <= n; i++)
	{
		uint32_t next = state_of(b, code + i, k);

		add_transition(b, state, next, orders + non_buyers);
		state = next;
	}
	chain->conversions[state] += orders;
	chain->nulls[state] += non_buyers;
	chain->revenue[state] += journey->journey.revenue * share;
}

/* The transitions as sparse rows. */
static void
make_rows(Builder *b)
{
	InfSparse *counts = &b->chain->counts;
	uint32_t n = b->chain->nstates;

	compact(b);
	counts->n = n;
	counts->first = INF_ALLOC_ARRAY(uint64_t, (size_t) n + 1);
	counts->to = INF_ALLOC_ARRAY(uint32_t, b->ntransitions);
	counts->value = INF_ALLOC_ARRAY(double, b->ntransitions);
	memset(counts->first, 0, ((size_t) n + 1) * sizeof(uint64_t));
	for (size_t i = 0; i < b->ntransitions; i++)
	{
		counts->first[(b->transitions[i].pair >> 32) + 1]++;
		counts->to[i] = (uint32_t) b->transitions[i].pair;
		counts->value[i] = b->transitions[i].count;
	}
	for (uint32_t i = 0; i < n; i++)
		counts->first[i + 1] += counts->first[i];
}

/* Which influencers each state has. */
static void
list_states(Builder *b)
{
	InfChain *chain = b->chain;
	size_t total = chain->order == 1 ? chain->nstates : b->sequences.ncodes;

	chain->state_first = INF_ALLOC_ARRAY(uint32_t, (size_t) chain->nstates + 1);
	chain->state_code = INF_ALLOC_ARRAY(uint32_t, total);
	chain->state_first[0] = 0;
	for (uint32_t s = 0; s < chain->nstates; s++)
	{
		if (chain->order == 1)
		{
			chain->state_code[s] = s;
			chain->state_first[s + 1] = s + 1;
		}
		else
		{
			InfPath path = inf_path_table_get(&b->sequences, s);

			memcpy(chain->state_code + chain->state_first[s], path.code, path.n * sizeof(uint32_t));
			chain->state_first[s + 1] = chain->state_first[s] + (uint32_t) path.n;
		}
	}
}

static void
count_ends(InfChain *chain, uint64_t between)
{
	chain->ntransitions = between;
	for (uint32_t s = 0; s < chain->nstates; s++)
	{
		chain->total_start += chain->start[s];
		chain->ntransitions +=
		    (chain->start[s] > 0) + (chain->conversions[s] > 0) + (chain->nulls[s] > 0);
		/* every journey leaves each of its states */
		chain->nobserved += chain->counts.first[s + 1] > chain->counts.first[s] ||
		                    chain->conversions[s] > 0 || chain->nulls[s] > 0;
	}
}

const char *
inf_chain_build(InfChain *chain, const InfJourneySet *set, uint32_t order)
{
	Builder b;
	InfPopulation population;
	InfPopulationJourney journey;
	InfTieOrders ties;
	const char *problem;

	memset(chain, 0, sizeof(*chain));
	memset(&b, 0, sizeof(b));
	b.chain = chain;
	chain->order = order;
	inf_path_table_init(&b.sequences);
	inf_tie_orders_init(&ties);
	inf_population_open(&population, set, true);
	if (population.problem == NULL)
	{
		chain->ninfluencers = population.names.count;
		if (order == 1)
			chain->nstates = chain->ninfluencers;
		reserve_states(&b, chain->nstates + 1);
	}
	while (inf_population_next(&population, &journey))
	{
		if (journey.journey.n == 0)
		{
			chain->unattributed_orders += journey.orders;
			inf_sum_add(&b.unattributed_revenue, journey.journey.revenue);
			continue;
		}
		chain->orders += journey.orders;
		inf_sum_add(&b.revenue, journey.journey.revenue);
		inf_tie_orders_start(&ties, &journey.journey, !population.in_paths);
		while (inf_tie_orders_next(&ties))
			add_sequence(&b, ties.sequence, ties.n, &journey, 1.0 / ties.norders);
	}
	problem = population.problem;
	if (problem == NULL)
	{
		if (order > 1)
			chain->nstates = (uint32_t) b.sequences.nentries;
		chain->total_revenue = inf_sum_value(&b.revenue);
		chain->unattributed_revenue = inf_sum_value(&b.unattributed_revenue);
		list_states(&b);
		make_rows(&b);
		count_ends(chain, b.ntransitions);
		chain->names = population.names;
		memset(&population.names, 0, sizeof(InfNames)); /* they are the chain's now */
	}
	inf_free(b.transitions);
	inf_path_table_free(&b.sequences);
	inf_tie_orders_free(&ties);
	inf_population_close(&population);
	return problem;
}

void
inf_chain_free(InfChain *chain)
{
	inf_names_free(&chain->names);
	inf_free(chain->state_first);
	inf_free(chain->state_code);
	inf_sparse_free(chain->counts);
	inf_free(chain->start);
	inf_free(chain->conversions);
	inf_free(chain->nulls);
	inf_free(chain->revenue);
	memset(chain, 0, sizeof(*chain));
}
