/*
 * The error that the Markov model of many states reports is a bound: against the solution by
 * elimination, on chains of every ill kind, with all the work it may take and with hardly any.
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

enum
{
	MIXED,       /* some influencers much more popular than others */
	EMPTY_PATHS, /* paths that nobody went: states that nobody visits */
	NEVER,       /* nobody buys */
	ALWAYS,      /* everybody does */
	ALONE,       /* one influencer */
	APART,       /* groups that never meet */
	CYCLES,      /* two influencers in turn, for long */
	HUB,         /* every second touch is of one influencer */
	LOOPS,       /* many touches of one influencer in a row */
	RARE,        /* an order in 2^40 */
	REFUNDS,     /* revenue and refunds nearly cancel out */
	CHAIN,       /* everybody goes the same long way */
	KINDS
};

static const char *const kind_names[KINDS] = {"mixed",
                                              "paths that nobody went",
                                              "no orders",
                                              "only orders",
                                              "one influencer",
                                              "groups",
                                              "cycles",
                                              "a hub",
                                              "repeated touches",
                                              "rare orders",
                                              "refunds",
                                              "one way"};

static uint32_t
next_code(int kind, uint32_t influencers, const uint32_t *code, size_t n)
{
	uint32_t popular = (uint32_t) (influencers * pow(random_unit(), 3));

	switch (kind)
	{
		case ALONE:
			return 0;
		case APART:
			return n == 0 ? popular : (code[0] & ~UINT32_C(3)) + random_below(4);
		case CYCLES:
			return n < 2 ? popular : code[n - 2];
		case HUB:
			return n % 2 == 0 ? popular : 0;
		case LOOPS:
			return n > 0 && random_below(3) > 0 ? code[n - 1] : popular;
		case CHAIN:
			return n == 0 ? random_below(influencers) : (code[n - 1] + 1) % influencers;
		default:
			return popular;
	}
}

static void
random_path(int kind, uint32_t influencers, double stay, uint32_t *code, InfPath *path)
{
	path->n = 0;
	do
	{
		code[path->n] = next_code(kind, influencers, code, path->n);
		if (code[path->n] >= influencers)
			code[path->n] = influencers - 1;
		path->n++;
	} while (path->n < 64 && random_unit() < (kind == CYCLES || kind == CHAIN ? 0.98 : stay));
	path->orders = kind == NEVER ? 0 : random_below(kind == RARE ? 2 : 4);
	path->non_buyers = kind == ALWAYS ? 0 : random_below(6);
	if (kind == RARE)
		path->non_buyers = UINT64_C(1) << (30 + random_below(11));
	if (kind == EMPTY_PATHS && random_below(2) == 0)
		path->orders = path->non_buyers = 0;
	inf_exact_add(&path->revenue, kind == REFUNDS ? (double) path->orders * (random_unit() - 0.5)
	                                              : (double) path->orders);
}

static InfChain
random_chain(int kind, uint32_t influencers, size_t npaths, double stay, uint32_t order)
{
	InfJourneyBuilder builder;
	InfBuffer set;
	InfJourneySet parts;
	InfChain chain;
	uint32_t code[64];

	begin_paths(&builder, influencers);
	for (size_t p = 0; p < npaths; p++)
	{
		InfPath path = {.code = code};

		random_path(kind, influencers, stay, code, &path);
		inf_journey_builder_add_path(&builder, &path);
	}
	if (inf_journey_builder_finish(&builder, 0, &set) != NULL ||
	    inf_open_journey_set(set.data, set.size, &parts) != NULL ||
	    inf_chain_build(&chain, &parts, order) != NULL)
		ok(false, "building a chain");
	inf_journey_builder_free(&builder);
	inf_buffer_free(&set);
	return chain;
}

typedef struct Comparison
{
	double worst;      /* difference of a removal effect or probability of a visit */
	double reported;   /* the largest error */
	uint32_t broken;   /* chains where a difference is above the reported error */
	uint32_t nonsense; /* results that are no numbers, or contradict each other */
} Comparison;

static void
compare(const InfChain *chain, const InfMarkov *dense, double work, Comparison *c)
{
	InfMarkov sparse;
	double worst = 0;

	inf_markov_by(chain, false, work, &sparse);
	for (uint32_t i = 0; i < chain->ninfluencers; i++)
	{
		worst = fmax(worst, fabs(sparse.removal_effect[i] - dense->removal_effect[i]));
		if (!isfinite(sparse.removal_effect[i]) || !isfinite(sparse.value_effect[i]))
			c->nonsense++;
		if (chain->order > 1)
			continue;
		worst = fmax(worst, fabs(sparse.visit_probability[i] - dense->visit_probability[i]));
		if (!isfinite(sparse.visit_probability[i]) || !isfinite(sparse.conversion[i]))
			c->nonsense++;
	}
	if (!(sparse.error >= 0 && sparse.error <= 1) || !isfinite(sparse.residual))
		c->nonsense++;
	if (sparse.nexact > chain->ninfluencers ||
	    (sparse.error < INF_MARKOV_ERROR && sparse.nexact < chain->ninfluencers &&
	     sparse.conversion_probability > 0) ||
	    (sparse.error > 2 * INF_MARKOV_ERROR && sparse.nexact == chain->ninfluencers))
		c->nonsense++;
	if (worst > sparse.error + dense->error)
		c->broken++;
	c->worst = fmax(c->worst, worst);
	c->reported = fmax(c->reported, sparse.error);
	inf_markov_free(&sparse);
}

/* M_ii of some states of a chain that is too large for elimination, by Jacobi's steps. */
static double
worst_of_sample(const InfChain *chain, const InfMarkov *sparse, uint32_t every)
{
	uint32_t n = chain->nstates;
	double *x = calloc(n, sizeof(double));
	double *leaving = calloc(n, sizeof(double));
	double worst = 0;

	for (uint32_t s = 0; s < n; s++)
	{
		leaving[s] = chain->conversions[s] + chain->nulls[s];
		for (uint64_t e = chain->counts.first[s]; e < chain->counts.first[s + 1]; e++)
			leaving[s] += chain->counts.value[e];
	}
	for (uint32_t i = 0; i < n; i += every)
	{
		double change = 1;

		memset(x, 0, n * sizeof(double));
		while (change > 1e-14)
		{
			change = 0;
			for (uint32_t s = 0; s < n; s++)
			{
				double sum = 0;

				for (uint64_t e = chain->counts.first[s]; e < chain->counts.first[s + 1]; e++)
					sum += chain->counts.value[e] * x[chain->counts.to[e]];
				sum = (s == i) + (leaving[s] > 0 ? sum / leaving[s] : 0);
				change = fmax(change, fabs(sum - x[s]));
				x[s] = sum;
			}
		}
		worst = fmax(worst,
		             fabs(leaving[i] / chain->total_start / x[i] - sparse->visit_probability[i]));
	}
	free(x);
	free(leaving);
	return worst;
}

/* A chain of many states against elimination, with all the work and with two amounts of little. */
static void
check_large(int kind, uint32_t influencers, size_t npaths, uint32_t order, double little,
            double more)
{
	InfChain chain = random_chain(kind, influencers, npaths, 0.75, order);
	InfMarkov dense;
	Comparison c = {0};

	inf_markov_by(&chain, true, 0, &dense);
	compare(&chain, &dense, INF_MARKOV_WORK, &c);
	ok(c.broken == 0 && c.nonsense == 0 && c.reported < INF_MARKOV_ERROR,
	   "k = %u, %u states, %s (worst %.2g of %.2g)", order, chain.nstates, kind_names[kind],
	   c.worst, c.reported);
	memset(&c, 0, sizeof(c));
	compare(&chain, &dense, little, &c);
	compare(&chain, &dense, more, &c);
	ok(c.broken == 0 && c.nonsense == 0, "the same with little work (worst %.2g of %.2g)", c.worst,
	   c.reported);
	inf_markov_free(&dense);
	inf_chain_free(&chain);
}

int
main(void)
{
	static const double works[] = {INF_MARKOV_WORK, 0, 3e3, 1e5};
	Comparison comparisons[2][KINDS][4]; /* k = 1, k > 1 */

	memset(comparisons, 0, sizeof(comparisons));
	for (int round = 0; round < 240 * KINDS; round++)
	{
		int kind = round % KINDS;
		uint32_t order = round / KINDS % 2 == 0 ? 1 : 2 + random_below(3);
		uint32_t influencers = kind == ALONE ? 1 : 2 + random_below(round % 50 < KINDS ? 120 : 12);
		size_t paths = 1 + random_below(round % 3 || order > 1 ? 60 : 1500);
		InfChain chain = random_chain(kind, influencers, paths, random_unit(), order);
		InfMarkov dense;

		inf_markov_by(&chain, true, 0, &dense);
		for (int w = 0; w < 4; w++)
			compare(&chain, &dense, works[w], &comparisons[order > 1][kind][w]);
		inf_markov_free(&dense);
		inf_chain_free(&chain);
	}
	for (int k = 0; k < 2; k++)
	{
		for (int kind = 0; kind < KINDS; kind++)
		{
			const Comparison *c = comparisons[k][kind];

			ok(c[0].broken == 0 && c[0].nonsense == 0 && c[0].reported < INF_MARKOV_ERROR,
			   "%s, %s: the error is below 1e-9 and holds (worst %.2g of %.2g, %u broken, %u "
			   "nonsense)",
			   k == 0 ? "k = 1" : "k > 1", kind_names[kind], c[0].worst, c[0].reported, c[0].broken,
			   c[0].nonsense);
			for (int w = 1; w < 4; w++)
				ok(c[w].broken == 0 && c[w].nonsense == 0,
				   "%s, %s: it holds with little work (worst %.2g of %.2g, %u broken, %u nonsense)",
				   k == 0 ? "k = 1" : "k > 1", kind_names[kind], c[w].worst, c[w].reported,
				   c[w].broken, c[w].nonsense);
		}
	}

	/* some hundreds of states, where whole steps are taken */
	check_large(MIXED, 600, 30000, 1, 1e6, 1e7);
	check_large(APART, 600, 30000, 1, 1e6, 1e7);
	check_large(HUB, 600, 30000, 1, 1e6, 1e7);
	check_large(CYCLES, 600, 30000, 1, 1e6, 1e7);
	{
		InfChain chain = random_chain(MIXED, 5000, 60000, 0.75, 1);
		InfMarkov sparse;
		double worst;

		inf_markov(&chain, &sparse);
		worst = worst_of_sample(&chain, &sparse, 50);
		ok(!sparse.dense && sparse.error < INF_MARKOV_ERROR && worst <= sparse.error,
		   "5000 states: 100 of them solved (worst %.2g of %.2g)", worst, sparse.error);
		inf_markov_free(&sparse);
		inf_chain_free(&chain);
	}
	/* sequences: of hundreds of states against elimination, of thousands against removal */
	check_large(MIXED, 24, 4000, 2, 1e5, 3e5);
	check_large(APART, 24, 4000, 2, 1e5, 3e5);
	check_large(HUB, 24, 4000, 2, 1e5, 3e5);
	check_large(LOOPS, 24, 4000, 2, 1e5, 3e5);
	{
		InfChain chain = random_chain(MIXED, 200, 10000, 0.75, 2);
		InfMarkov sparse;
		double p = without(&chain, UINT32_MAX, false);
		double value = without(&chain, UINT32_MAX, true);
		double worst = 0, worst_value = 0;

		inf_markov(&chain, &sparse);
		for (uint32_t i = 0; i < chain.ninfluencers; i += 9)
		{
			worst = fmax(worst, fabs(1 - without(&chain, i, false) / p - sparse.removal_effect[i]));
			worst_value = fmax(worst_value,
			                   fabs(1 - without(&chain, i, true) / value - sparse.value_effect[i]));
		}
		ok(!sparse.dense && sparse.error < INF_MARKOV_ERROR && worst <= sparse.error &&
		       worst_value < INF_MARKOV_ERROR,
		   "k = 2, %u states: every ninth influencer removed (worst %.2g and %.2g of %.2g)",
		   chain.nstates, worst, worst_value, sparse.error);
		inf_markov_free(&sparse);
		inf_chain_free(&chain);
	}
	return done();
}
