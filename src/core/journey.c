/*
 * journey.c
 *		Eligibility, priority and time order of one order's touches.
 */
#include "core/journey.h"

#include <string.h>

#include "core/credit.h"
#include "core/host.h"
#include "core/instant.h"
#include "core/sort.h"

/* Journeys up to this length need no memory of their own. */
#define SHORT_JOURNEY 32

static bool
is_before(const InfTouch *a, const InfTouch *b)
{
	return a->at < b->at || (a->at == b->at && a->weight < b->weight);
}

static void
sort_long(InfTouch *touches, size_t n)
{
	InfKey *keys = INF_ALLOC_ARRAY(InfKey, n);
	InfTouch *sorted;

	/* stable: by weight first, then by instant */
	for (size_t i = 0; i < n; i++)
		keys[i] = (InfKey){inf_key_of_weight(touches[i].weight), i};
	inf_sort(keys, n);
	for (size_t i = 0; i < n; i++)
		keys[i].key = inf_key_of_int64(touches[keys[i].index].at);
	inf_sort(keys, n);

	sorted = INF_ALLOC_ARRAY(InfTouch, n);
	for (size_t i = 0; i < n; i++)
		sorted[i] = touches[keys[i].index];
	memcpy(touches, sorted, n * sizeof(InfTouch));
	inf_free(sorted);
	inf_free(keys);
}

static void
sort_touches(InfTouch *touches, size_t n)
{
	if (n > SHORT_JOURNEY)
	{
		sort_long(touches, n);
		return;
	}
	for (size_t i = 1; i < n; i++)
	{
		InfTouch x = touches[i];
		size_t j = i;

		while (j > 0 && is_before(&x, &touches[j - 1]))
		{
			touches[j] = touches[j - 1];
			j--;
		}
		touches[j] = x;
	}
}

/* Moves the touches that earn to the front and returns how many there are; the others get 0. */
static size_t
keep_earning(int64_t ordered_at, InfTouch *touches, size_t n, double *credit)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
	{
		InfTouch t = touches[i];

		credit[t.index] = 0;
		if (t.weight == 0 || !inf_came_before(t.at, ordered_at))
			continue;
		if (kept > 0 && t.priority < touches[0].priority)
			continue;
		if (kept > 0 && t.priority > touches[0].priority)
			kept = 0;
		touches[kept++] = t;
	}
	return kept;
}

const char *
inf_journey_credit(const InfModel *model, int64_t ordered_at, InfTouch *touches, size_t n,
                   double *credit, size_t *nearning)
{
	int64_t at_space[SHORT_JOURNEY];
	double weight_space[SHORT_JOURNEY];
	double share_space[SHORT_JOURNEY];
	int64_t *at = at_space;
	double *weight = weight_space;
	double *share = share_space;
	bool weighted = false;
	const char *problem;

	n = keep_earning(ordered_at, touches, n, credit);
	*nearning = n;
	if (n == 0)
		return NULL;
	if (n == 1)
	{
		credit[touches[0].index] = 1;
		return NULL;
	}
	sort_touches(touches, n);

	if (n > SHORT_JOURNEY)
	{
		at = INF_ALLOC_ARRAY(int64_t, n);
		weight = INF_ALLOC_ARRAY(double, n);
		share = INF_ALLOC_ARRAY(double, n);
	}
	for (size_t i = 0; i < n; i++)
	{
		at[i] = touches[i].at;
		weight[i] = touches[i].weight;
		weighted |= (weight[i] != weight[0]);
	}
	problem = inf_credit(model, at, weighted ? weight : NULL, n, share);
	if (problem == NULL)
	{
		for (size_t i = 0; i < n; i++)
			credit[touches[i].index] = share[i];
	}
	if (n > SHORT_JOURNEY)
	{
		inf_free(at);
		inf_free(weight);
		inf_free(share);
	}
	return problem;
}
