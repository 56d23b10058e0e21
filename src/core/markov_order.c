/*
 * markov_order.c
 *		Held-out likelihood of Markov models of each order.
 */
#include "core/markov_order.h"

#include <math.h>
#include <string.h>

#include "core/hash.h"
#include "core/host.h"
#include "core/path_set.h"
#include "core/tie_orders.h"

#define POLL_EVERY 1024

/* What is counted of a context, or of a context with its next step, by fold. */
typedef struct Counts
{
	float by_fold[INF_ORDER_FOLDS];
	float total;
	uint32_t nexts[INF_ORDER_FOLDS + 1]; /* different next steps without the fold; with all */
} Counts;

/* A journey as it is foretold: so many alike. */
typedef struct Sample
{
	size_t start; /* of its influencers, in the samples' codes */
	uint32_t n;
	uint32_t fold;
	bool converts;
	double count;
} Sample;

typedef struct Fitting
{
	InfPathTable grams; /* contexts, and contexts with the next step */
	Counts *counts;
	size_t counts_capacity;
	Sample *samples;
	size_t nsamples;
	size_t samples_capacity;
	uint32_t *codes;
	size_t ncodes;
	size_t codes_capacity;
	uint32_t ninfluencers;
	uint32_t nsymbols; /* influencers, conversion and null */
} Fitting;

static size_t
gram(Fitting *f, const uint32_t *code, size_t n)
{
	InfPath path = {.n = n, .code = code};
	size_t index = inf_path_table_find(&f->grams, &path);

	if (index >= f->counts_capacity)
	{
		size_t capacity = f->counts_capacity == 0 ? 4096 : f->counts_capacity * 2;

		f->counts = inf_realloc(f->counts, inf_array_size(capacity, sizeof(Counts)));
		memset(f->counts + f->counts_capacity, 0, (capacity - f->counts_capacity) * sizeof(Counts));
		f->counts_capacity = capacity;
	}
	return index;
}

static void
add_sample(Fitting *f, const uint32_t *code, size_t n, uint32_t fold, bool converts, double count)
{
	if (count <= 0)
		return;
	if (f->nsamples == f->samples_capacity)
	{
		f->samples_capacity = f->samples_capacity == 0 ? 1024 : f->samples_capacity * 2;
		f->samples = inf_realloc(f->samples, inf_array_size(f->samples_capacity, sizeof(Sample)));
	}
	if (f->ncodes + n > f->codes_capacity)
	{
		while (f->ncodes + n > f->codes_capacity)
			f->codes_capacity = f->codes_capacity == 0 ? 8192 : f->codes_capacity * 2;
		f->codes = inf_realloc(f->codes, inf_array_size(f->codes_capacity, sizeof(uint32_t)));
	}
	memcpy(f->codes + f->ncodes, code, n * sizeof(uint32_t));
	f->samples[f->nsamples++] = (Sample){f->ncodes, (uint32_t) n, fold, converts, count};
	f->ncodes += n;
}

/* Alike journeys are dealt evenly to the folds; what is left over, by the number of the journey. */
static void
deal(Fitting *f, const uint32_t *code, size_t n, uint64_t number, bool converts, uint64_t count)
{
	uint32_t first = (uint32_t) (inf_mix64(number * 2 + converts) % INF_ORDER_FOLDS);

	for (uint32_t i = 0; i < INF_ORDER_FOLDS; i++)
	{
		uint64_t share = count / INF_ORDER_FOLDS + (i < count % INF_ORDER_FOLDS);

		add_sample(f, code, n, (first + i) % INF_ORDER_FOLDS, converts, (double) share);
	}
}

/* Step number "at" of a sample: the next influencer, or how it ends. */
static uint32_t
step_of(const Fitting *f, const Sample *sample, uint32_t at)
{
	if (at < sample->n)
		return f->codes[sample->start + at];
	return f->ninfluencers + (sample->converts ? 0 : 1);
}

/* Counts every step of a sample, with each length of memory. */
static void
count_sample(Fitting *f, const Sample *sample, uint32_t max_order)
{
	uint32_t code[INF_MAX_MARKOV_ORDER + 1];

	for (uint32_t at = 0; at <= sample->n; at++)
	{
		for (uint32_t length = 0; length <= max_order && length <= at; length++)
		{
			size_t both[2];

			memcpy(code, f->codes + sample->start + at - length, length * sizeof(uint32_t));
			code[length] = step_of(f, sample, at);
			/* the memory itself is told from a step by a length that no gram has */
			both[0] = gram(f, code, length + 1);
			code[length] = UINT32_MAX;
			both[1] = gram(f, code, length + 1);
			for (int i = 0; i < 2; i++)
			{
				f->counts[both[i]].by_fold[sample->fold] += (float) sample->count;
				f->counts[both[i]].total += (float) sample->count;
			}
		}
	}
}

/* How many different next steps each memory has, without each fold. */
static void
count_nexts(Fitting *f)
{
	uint32_t code[INF_MAX_MARKOV_ORDER + 1];
	size_t n = f->grams.nentries;

	for (size_t i = 0; i < n; i++)
	{
		InfPath path = inf_path_table_get(&f->grams, i);
		size_t memory;

		if (path.code[path.n - 1] == UINT32_MAX)
			continue;
		memcpy(code, path.code, path.n * sizeof(uint32_t));
		code[path.n - 1] = UINT32_MAX;
		memory = gram(f, code, path.n);
		for (int fold = 0; fold < INF_ORDER_FOLDS; fold++)
			f->counts[memory].nexts[fold] += f->counts[i].total - f->counts[i].by_fold[fold] > 0;
		f->counts[memory].nexts[INF_ORDER_FOLDS]++;
		if (i % POLL_EVERY == 0)
			inf_poll();
	}
}

/* Log-probability of a sample under each order, from the other folds. */
static void
foretell(const Fitting *f, const Sample *sample, uint32_t max_order, double *log_likelihood)
{
	uint32_t code[INF_MAX_MARKOV_ORDER + 1];

	memset(log_likelihood, 0, max_order * sizeof(double));
	for (uint32_t at = 0; at <= sample->n; at++)
	{
		double p = 1.0 / f->nsymbols;
		uint32_t step = step_of(f, sample, at);

		for (uint32_t length = 0; length <= max_order; length++)
		{
			if (length <= at)
			{
				InfPath path = {.n = length + 1, .code = code};
				size_t index;
				double seen = 0, all = 0, nexts = 0;

				memcpy(code, f->codes + sample->start + at - length, length * sizeof(uint32_t));
				code[length] = UINT32_MAX;
				if (inf_path_table_has(&f->grams, &path, &index))
				{
					all = f->counts[index].total - f->counts[index].by_fold[sample->fold];
					nexts = f->counts[index].nexts[sample->fold];
				}
				code[length] = step;
				if (inf_path_table_has(&f->grams, &path, &index))
					seen = f->counts[index].total - f->counts[index].by_fold[sample->fold];
				if (all + nexts > 0)
					p = (seen + nexts * p) / (all + nexts);
			}
			if (length > 0)
				log_likelihood[length - 1] += log(p);
		}
	}
}

static const char *
collect(const InfJourneySet *set, Fitting *f, uint64_t *njourneys)
{
	InfPopulation population;
	InfPopulationJourney journey;
	InfTieOrders ties;
	uint64_t total = 0;
	const char *problem;

	/* how many are there? */
	inf_population_open(&population, set, true);
	while (inf_population_next(&population, &journey))
		total += journey.journey.n > 0;
	problem = population.problem;
	inf_population_close(&population);
	if (problem != NULL)
		return problem;

	inf_tie_orders_init(&ties);
	inf_population_open(&population, set, true);
	f->ninfluencers = population.names.count;
	f->nsymbols = f->ninfluencers + 2;
	*njourneys = 0;
	for (uint64_t number = 0; inf_population_next(&population, &journey);)
	{
		if (journey.journey.n == 0)
			continue;
		number++;
		if (total > INF_ORDER_JOURNEYS && inf_mix64(~number) % total >= INF_ORDER_JOURNEYS)
			continue;
		/* one order of the touches will do */
		inf_tie_orders_start(&ties, &journey.journey, !population.in_paths);
		inf_tie_orders_next(&ties);
		deal(f, ties.sequence, ties.n, number, true, journey.orders);
		deal(f, ties.sequence, ties.n, number, false, journey.non_buyers);
		*njourneys += journey.orders + journey.non_buyers;
	}
	problem = population.problem;
	inf_population_close(&population);
	inf_tie_orders_free(&ties);
	return problem;
}

/* Means over journeys, and the errors of their differences. */
static void
judge(const Fitting *f, uint32_t max_order, InfOrderFit *fits)
{
	double sum[INF_MAX_MARKOV_ORDER] = {0};
	double difference[INF_MAX_MARKOV_ORDER][INF_MAX_MARKOV_ORDER] = {{0}};
	double square[INF_MAX_MARKOV_ORDER][INF_MAX_MARKOV_ORDER] = {{0}};
	double n = 0;
	uint32_t best = 0;

	for (size_t i = 0; i < f->nsamples; i++)
	{
		double log_likelihood[INF_MAX_MARKOV_ORDER];
		double count = f->samples[i].count;

		foretell(f, &f->samples[i], max_order, log_likelihood);
		n += count;
		for (uint32_t a = 0; a < max_order; a++)
		{
			sum[a] += count * log_likelihood[a];
			for (uint32_t b = 0; b < a; b++)
			{
				double d = log_likelihood[a] - log_likelihood[b];

				difference[a][b] += count * d;
				square[a][b] += count * d * d;
			}
		}
		if (i % POLL_EVERY == 0)
			inf_poll();
	}
	for (uint32_t a = 0; a < max_order; a++)
	{
		fits[a].log_likelihood = n > 0 ? sum[a] / n : 0;
		if (fits[a].log_likelihood > fits[best].log_likelihood)
			best = a;
	}
	for (uint32_t a = 1; a < max_order && n > 1; a++)
	{
		double mean = difference[a][a - 1] / n;

		fits[a].gain = mean;
		fits[a].gain_error = sqrt(fmax(square[a][a - 1] / n - mean * mean, 0) / (n - 1));
	}
	/* the lowest that the best does not beat by more than a standard error */
	for (uint32_t a = 0; a < max_order; a++)
	{
		double mean = a < best ? difference[best][a] / n : 0;
		double error =
		    a < best ? sqrt(fmax(square[best][a] / n - mean * mean, 0) / fmax(n - 1, 1)) : 0;

		if (a == best || mean <= error)
		{
			fits[a].recommended = true;
			break;
		}
	}
}

const char *
inf_markov_order(const InfJourneySet *set, uint32_t max_order, InfOrderFit *fits,
                 uint64_t *njourneys)
{
	Fitting f;
	const char *problem;

	memset(&f, 0, sizeof(f));
	memset(fits, 0, max_order * sizeof(InfOrderFit));
	inf_path_table_init(&f.grams);
	problem = collect(set, &f, njourneys);
	if (problem == NULL)
	{
		for (size_t i = 0; i < f.nsamples; i++)
		{
			count_sample(&f, &f.samples[i], max_order);
			if (i % POLL_EVERY == 0)
				inf_poll();
		}
		count_nexts(&f);
		for (size_t i = 0; i < f.grams.nentries; i++)
		{
			InfPath path = inf_path_table_get(&f.grams, i);

			if (path.n > 1 && path.code[path.n - 1] == UINT32_MAX)
				fits[path.n - 2].contexts++;
		}
		judge(&f, max_order, fits);
	}
	inf_path_table_free(&f.grams);
	inf_free(f.counts);
	inf_free(f.samples);
	inf_free(f.codes);
	return problem;
}
