/*
 * reach_scores.c
 *		The reach scores of 2008 to 2018, rebuilt from what their makers published.
 */
#include "core/reach_scores.h"

#include <math.h>
#include <string.h>

#include "core/host.h"
#include "core/sort.h"

#define MANY_FOLLOWERS 10000
#define FACTOR_OF_MANY 5

#define FIRST_LEVEL 100.0
#define LEVEL_GROWTH 1.7

#define KRED_SPAN 999.0
#define KLOUT_PARTS 3
#define KLOUT_SPAN 99.0

#define POLL_EVERY ((size_t) 1 << 16)

/* PeerIndex: authority counts three times. */
#define PEERINDEX_PARTS 3
static const uint64_t peerindex_weight[PEERINDEX_PARTS] = {3, 1, 1};

typedef struct KindPoints
{
	const char *kind;
	int64_t points;
} KindPoints;

static const KindPoints kind_points[] = {
    {"comment", 10}, {"follow", 1},   {"like", 1},   {"mention", 10},
    {"reply", 10},   {"retweet", 10}, {"share", 10},
};

int64_t
inf_kred_points(const char *kind, size_t length, int64_t followers)
{
	for (size_t i = 0; i < sizeof(kind_points) / sizeof(kind_points[0]); i++)
	{
		if (strlen(kind_points[i].kind) == length && memcmp(kind_points[i].kind, kind, length) == 0)
			return kind_points[i].points * (followers > MANY_FOLLOWERS ? FACTOR_OF_MANY : 1);
	}
	return -1;
}

/* Level 1 takes 100 points, level 2 another 170, each further one 1.7 times as many. */
int64_t
inf_kred_outreach(double points)
{
	int64_t level = 0;
	double needed = FIRST_LEVEL;
	double step = FIRST_LEVEL;

	while (points >= needed)
	{
		level++;
		step *= LEVEL_GROWTH;
		needed += step;
	}
	return level;
}

static double
largest(const double *value, size_t n)
{
	double top = 0;

	for (size_t i = 0; i < n; i++)
		top = fmax(top, value[i]);
	return top;
}

static double
smallest(const double *value, size_t n)
{
	double low = value[0];

	for (size_t i = 1; i < n; i++)
		low = fmin(low, value[i]);
	return low;
}

/* Each further step towards the top takes more points than the one before. */
void
inf_kred_influence(const double *const *part, size_t n, double *score)
{
	double top = log1p(largest(part[0], n));

	for (size_t i = 0; i < n; i++)
	{
		score[i] = 1 + floor(KRED_SPAN * (top > 0 ? log1p(part[0][i]) / top : 0));
		if (i % POLL_EVERY == 0)
			inf_poll();
	}
}

/* From the smallest to the largest on a logarithmic scale; where all are equal, in the middle. */
void
inf_klout_score(const double *const *part, size_t n, double *score)
{
	double low[KLOUT_PARTS], top[KLOUT_PARTS];

	for (int p = 0; p < KLOUT_PARTS; p++)
	{
		low[p] = log1p(smallest(part[p], n));
		top[p] = log1p(largest(part[p], n));
	}
	for (size_t i = 0; i < n; i++)
	{
		double sum = 0;

		for (int p = 0; p < KLOUT_PARTS; p++)
			sum += top[p] > low[p] ? (log1p(part[p][i]) - low[p]) / (top[p] - low[p]) : 0.5;
		score[i] = 1 + KLOUT_SPAN * (sum / KLOUT_PARTS);
		if (i % POLL_EVERY == 0)
			inf_poll();
	}
}

/* Twice the number of rows below each, and once that of its equals: whole numbers, 0 to 2(n - 1). */
static void
rank_keys(InfKey *keys, size_t n, uint64_t *rank)
{
	inf_sort(keys, n);
	for (size_t first = 0, end; first < n; first = end)
	{
		for (end = first + 1; end < n && keys[end].key == keys[first].key;)
			end++;
		for (size_t i = first; i < end; i++)
			rank[keys[i].index] = 2 * first + (end - first - 1);
	}
}

void
inf_peerindex_score(const double *const *part, size_t n, double *score)
{
	InfKey *keys = INF_ALLOC_ARRAY(InfKey, n);
	uint64_t *rank = INF_ALLOC_ARRAY(uint64_t, n);
	uint64_t *total = INF_ALLOC_ARRAY(uint64_t, n);

	memset(total, 0, n * sizeof(uint64_t));
	for (int p = 0; p < PEERINDEX_PARTS; p++)
	{
		for (size_t i = 0; i < n; i++)
			keys[i] = (InfKey){inf_key_of_weight(part[p][i]), i};
		rank_keys(keys, n, rank);
		for (size_t i = 0; i < n; i++)
			total[i] += peerindex_weight[p] * rank[i];
	}
	for (size_t i = 0; i < n; i++)
		keys[i] = (InfKey){total[i], i};
	rank_keys(keys, n, rank);
	/* who is alone stands in the middle */
	for (size_t i = 0; i < n; i++)
		score[i] = n == 1 ? 50 : 100 * ((double) rank[i] / (2 * (double) (n - 1)));
	inf_free(keys);
	inf_free(rank);
	inf_free(total);
}
