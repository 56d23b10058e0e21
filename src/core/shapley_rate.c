/*
 * shapley_rate.c
 *		Shapley values of the game on conversion rates.
 */
#include "core/shapley_rate.h"

#include <math.h>
#include <string.h>

#include "core/hash.h"
#include "core/host.h"
#include "core/model.h"
#include "core/path_set.h"
#include "core/sort.h"
#include "core/sum.h"
#include "core/tally.h"

#define POLL_EVERY 1024

typedef struct Game
{
	InfPathTable sets; /* the different sets, as ascending sequences */
	uint32_t exact_up_to;
	double *worth; /* v of each coalition of the current set, by its bits */
	double *share; /* of each member */
	double *variance;
	uint32_t *members; /* a coalition, for looking up */
} Game;

/* v of the coalition in game->members; 0 if no journey has just these. */
static double
rate_of(Game *game, uint32_t n)
{
	InfPath path = {.n = n, .code = game->members};
	size_t index;
	const InfPathEntry *entry;

	if (!inf_path_table_has(&game->sets, &path, &index))
		return 0;
	entry = &game->sets.entries[index];
	if (entry->orders == 0)
		return 0;
	return (double) entry->orders / (double) (entry->orders + entry->non_buyers);
}

/* All coalitions: each adds to those without the member what it is worth with it. */
static void
solve_exactly(Game *game, const uint32_t *code, uint32_t n)
{
	uint32_t ncoalitions = (uint32_t) 1 << n;
	double weight[INF_MAX_SHAPLEY_EXACT];

	/* (s! (n - s - 1)!) / n! for coalitions of s others */
	weight[0] = 1.0 / n;
	for (uint32_t s = 1; s < n; s++)
		weight[s] = weight[s - 1] * s / (n - s);

	for (uint32_t bits = 0; bits < ncoalitions; bits++)
	{
		uint32_t size = 0;

		for (uint32_t i = 0; i < n; i++)
		{
			if (bits >> i & 1)
				game->members[size++] = code[i];
		}
		game->worth[bits] = size == 0 ? 0 : rate_of(game, size);
		if (bits % POLL_EVERY == 0)
			inf_poll();
	}
	for (uint32_t i = 0; i < n; i++)
	{
		InfSum sum = {0, 0};

		for (uint32_t bits = 0; bits < ncoalitions; bits++)
		{
			if (bits >> i & 1)
				continue;
			inf_sum_add(&sum, weight[__builtin_popcount(bits)] *
			                      (game->worth[bits | (uint32_t) 1 << i] - game->worth[bits]));
		}
		game->share[i] = inf_sum_value(&sum);
		game->variance[i] = 0;
		inf_poll();
	}
}

/* splitmix64: the same numbers in the same order, always */
static uint64_t
next_random(uint64_t *state)
{
	*state += UINT64_C(0x9E3779B97F4A7C15);
	return inf_mix64(*state);
}

/* The coalition of those who joined, ascending, with one more: where it goes in. */
static void
join(uint32_t *members, uint32_t n, uint32_t code)
{
	uint32_t at = n;

	while (at > 0 && members[at - 1] > code)
	{
		members[at] = members[at - 1];
		at--;
	}
	members[at] = code;
}

static void
solve_by_sampling(Game *game, const uint32_t *code, uint32_t n)
{
	uint32_t *order = INF_ALLOC_ARRAY(uint32_t, n);
	double *square = INF_ALLOC_ARRAY(double, n);
	uint64_t state = n; /* of its own for each size, and nothing else */

	for (uint32_t i = 0; i < n; i++)
	{
		order[i] = i;
		game->share[i] = square[i] = 0;
	}
	for (uint32_t sample = 0; sample < INF_SHAPLEY_SAMPLES; sample++)
	{
		double before = 0;

		for (uint32_t i = n; i > 1; i--)
		{
			uint32_t j = (uint32_t) (next_random(&state) % i);
			uint32_t swap = order[i - 1];

			order[i - 1] = order[j];
			order[j] = swap;
		}
		for (uint32_t i = 0; i < n; i++)
		{
			double worth;

			join(game->members, i, code[order[i]]);
			worth = rate_of(game, i + 1);
			game->share[order[i]] += worth - before;
			square[order[i]] += (worth - before) * (worth - before);
			before = worth;
		}
		inf_poll();
	}
	for (uint32_t i = 0; i < n; i++)
	{
		double mean = game->share[i] / INF_SHAPLEY_SAMPLES;
		double spread = square[i] / INF_SHAPLEY_SAMPLES - mean * mean;

		game->share[i] = mean;
		game->variance[i] = spread > 0 ? spread / (INF_SHAPLEY_SAMPLES - 1) : 0;
	}
	inf_free(order);
	inf_free(square);
}

/* The different influencers of a journey, ascending; returns how many. */
static uint32_t
distinct(const InfJourney *journey, uint32_t **code, InfKey **keys, size_t *capacity)
{
	uint32_t n = 0;

	if (journey->n > *capacity)
	{
		*capacity = journey->n * 2;
		*code = inf_realloc(*code, inf_array_size(*capacity, sizeof(uint32_t)));
		*keys = inf_realloc(*keys, inf_array_size(*capacity, sizeof(InfKey)));
	}
	for (size_t i = 0; i < journey->n; i++)
		(*keys)[i] = (InfKey){journey->code[i], i};
	inf_sort(*keys, journey->n);
	for (size_t i = 0; i < journey->n; i++)
	{
		if (n == 0 || (*code)[n - 1] != (*keys)[i].key)
			(*code)[n++] = (uint32_t) (*keys)[i].key;
	}
	return n;
}

static const char *
collect_sets(const InfJourneySet *set, Game *game, InfShapleyRate *result)
{
	InfPopulation population;
	InfPopulationJourney journey;
	uint32_t *code = NULL;
	InfKey *keys = NULL;
	size_t capacity = 0;
	InfSum unattributed = {0, 0};
	const char *problem;

	inf_population_open(&population, set, true);
	while (inf_population_next(&population, &journey))
	{
		InfPath path;

		if (journey.journey.n == 0)
		{
			result->unattributed_orders += journey.orders;
			inf_sum_add(&unattributed, journey.journey.revenue);
			continue;
		}
		path.n = distinct(&journey.journey, &code, &keys, &capacity);
		path.code = code;
		path.orders = journey.orders;
		path.non_buyers = journey.non_buyers;
		path.revenue = journey.revenue;
		inf_path_table_add(&game->sets, &path);
		result->credited_orders += journey.orders;
	}
	problem = population.problem;
	result->unattributed_revenue = inf_sum_value(&unattributed);
	result->names = population.names;
	memset(&population.names, 0, sizeof(InfNames)); /* they are the result's now */
	inf_population_close(&population);
	inf_free(code);
	inf_free(keys);
	return problem;
}

/* Shares of the orders of one set. */
static void
credit_set(Game *game, const InfPathEntry *entry, InfSum *orders, InfSum *revenue, double *variance,
           InfShapleyRate *result)
{
	const uint32_t *code = game->sets.codes + entry->start;
	uint32_t n = (uint32_t) entry->n;
	double value = inf_exact_value(&entry->revenue);
	double all;

	if (n <= game->exact_up_to)
		solve_exactly(game, code, n);
	else
	{
		solve_by_sampling(game, code, n);
		result->nsampled++;
	}
	all = (double) entry->orders / (double) (entry->orders + entry->non_buyers);
	for (uint32_t i = 0; i < n; i++)
	{
		double share = game->share[i] / all;

		inf_sum_add(&orders[code[i]], share * (double) entry->orders);
		inf_sum_add(&revenue[code[i]], share * value);
		variance[code[i]] +=
		    game->variance[i] / all / all * (double) entry->orders * (double) entry->orders;
	}
}

const char *
inf_shapley_rate(const InfJourneySet *set, uint32_t exact_up_to, InfShapleyRate *result)
{
	Game game;
	const char *problem;
	uint32_t k;
	InfSum *orders, *revenue;
	double *variance;
	size_t largest = 1;

	memset(result, 0, sizeof(*result));
	memset(&game, 0, sizeof(game));
	inf_path_table_init(&game.sets);
	game.exact_up_to = exact_up_to;
	problem = collect_sets(set, &game, result);
	if (problem != NULL)
	{
		inf_path_table_free(&game.sets);
		return problem;
	}
	/* the same sums in the same order, however the sets were met */
	inf_path_table_sort(&game.sets);
	result->nsets = game.sets.nentries;
	for (size_t i = 0; i < game.sets.nentries; i++)
		largest = game.sets.entries[i].n > largest ? game.sets.entries[i].n : largest;
	k = result->names.count;
	orders = INF_ALLOC_ARRAY(InfSum, k);
	revenue = INF_ALLOC_ARRAY(InfSum, k);
	variance = INF_ALLOC_ARRAY(double, k);
	memset(orders, 0, k * sizeof(InfSum));
	memset(revenue, 0, k * sizeof(InfSum));
	memset(variance, 0, k * sizeof(double));
	game.worth =
	    INF_ALLOC_ARRAY(double, (size_t) 1 << (largest < exact_up_to ? largest : exact_up_to));
	game.share = INF_ALLOC_ARRAY(double, largest);
	game.variance = INF_ALLOC_ARRAY(double, largest);
	game.members = INF_ALLOC_ARRAY(uint32_t, largest);

	for (size_t i = 0; i < game.sets.nentries; i++)
	{
		const InfPathEntry *entry = &game.sets.entries[i];

		if (entry->orders > 0)
			credit_set(&game, entry, orders, revenue, variance, result);
		if (i % POLL_EVERY == 0)
			inf_poll();
	}

	result->orders = INF_ALLOC_ARRAY(double, k);
	result->revenue = INF_ALLOC_ARRAY(double, k);
	result->standard_error = INF_ALLOC_ARRAY(double, k);
	for (uint32_t i = 0; i < k; i++)
	{
		result->orders[i] = inf_sum_value(&orders[i]);
		result->revenue[i] = inf_sum_value(&revenue[i]);
		result->standard_error[i] = sqrt(variance[i]);
	}
	inf_reconcile(result->orders, k, result->credited_orders,
	              result->credited_orders + result->unattributed_orders);
	inf_free(orders);
	inf_free(revenue);
	inf_free(variance);
	inf_free(game.worth);
	inf_free(game.share);
	inf_free(game.variance);
	inf_free(game.members);
	inf_path_table_free(&game.sets);
	return NULL;
}

void
inf_shapley_rate_free(InfShapleyRate *result)
{
	inf_names_free(&result->names);
	inf_free(result->orders);
	inf_free(result->revenue);
	inf_free(result->standard_error);
	memset(result, 0, sizeof(*result));
}
