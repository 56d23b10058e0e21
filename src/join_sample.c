/*
 * join_sample.c
 *		When the built rows of an attribution join are, as a sample of their instants tells.
 */
#include "postgres.h"

#include "compat.h"
#include "join_sample.h"

/* At each end this share of the instants, a thirty-second, may be left out. */
#define LEFT_OUT 32

/* An instant of a sample stands for as many as its step. */
typedef struct Weighted
{
	int64 at;
	uint64 weight;
} Weighted;

#define ST_SORT sort_weighted
#define ST_ELEMENT_TYPE Weighted
#define ST_COMPARE(a, b) ((a)->at < (b)->at ? -1 : (a)->at > (b)->at)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

void
inf_sample_begin(InstantSample *sample)
{
	sample->step = sample->left = 1;
	sample->n = 0;
}

void
inf_sample_take(InstantSample *sample, int64 at)
{
	sample->at[sample->n++] = at;
	if (sample->n == INSTANT_SAMPLE_ROOM)
	{
		sample->n /= 2;
		sample->step *= 2;
		for (int i = 0; i < sample->n; i++)
			sample->at[i] = sample->at[2 * i + 1];
	}
	sample->left = sample->step;
}

bool
inf_sample_range(const InstantSample *samples, int nsamples, int64 reach, InstantRange *range)
{
	Weighted *all = palloc(Max(nsamples, 1) * sizeof(Weighted) * INSTANT_SAMPLE_ROOM);
	uint64 total = 0;
	uint64 before = 0; /* instants up to the present one */
	InstantRange most;
	int n = 0;

	for (int i = 0; i < nsamples; i++)
	{
		for (int j = 0; j < samples[i].n; j++)
		{
			all[n].at = samples[i].at[j];
			all[n++].weight = samples[i].step;
		}
		total += (uint64) samples[i].n * samples[i].step;
	}
	if (n > 0)
	{
		sort_weighted(all, n);
		range->earliest = most.earliest = most.latest = all[0].at;
		range->latest = all[n - 1].at;
		for (int i = 0; i < n; i++)
		{
			if (before <= total / LEFT_OUT)
				most.earliest = all[i].at;
			before += all[i].weight;
			if (before < total - total / LEFT_OUT)
				most.latest = all[i + 1].at;
		}
		if (((uint64) range->latest - (uint64) range->earliest) / 2 >
		    (uint64) most.latest - (uint64) most.earliest + (uint64) reach)
			*range = most;
	}
	pfree(all);
	return n > 0;
}
