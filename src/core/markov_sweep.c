/*
 * markov_sweep.c
 *		What comes back to the states of an influencer, by sweeps over all states.
 *
 * A sweep takes the states in turn, each with what has come to it from states before it in this sweep
 * and from states behind it in the last one (the steps of Gauss and Seidel).
 * With G for a sweep and d for what a sweep moved, what comes back of d, back(d), is
 * hit(d) + back(G d), where hit(d) comes back within the sweep. As G is linear, for any number z
 *
 *		back(d) = hit(d) / (1 - z) + back(d')			d' = (G d - z d) / (1 - z)
 *
 * If sweeps have come to be like each other, G d near z d, nothing much is left in d' (Lyusternik
 * 1947). It is taken if its bound, |d'| for d, is the smaller one.
 *
 * Eight influencers share each sweep: their numbers of a state are a cache line.
 */
#include "core/markov_sweep.h"

#include <math.h>
#include <string.h>

#include "core/cache_line.h"
#include "core/sum.h"

#define LANES 8

/* Rows between two looks at whether the query was cancelled. */
#define POLL 256

/* Nanoseconds, about, for a multiplication in all lanes. */
#define STEP_COST 5.0

/* Every so many sweeps it is seen whether they are like each other. */
#define PERIOD 4

/* How much smaller the bound must become, for what rounding this adds. */
#define WORTH_WHILE 0.8

typedef struct Group
{
	const InfMarkovSystem *system;
	const InfLive *live;
	void *memory[2];
	double *moved; /* d, lane by lane in each state */
	double *before;
	uint8_t *removed; /* a bit a lane */

	uint32_t influencer[LANES];
	double goal[LANES];
	InfSum hit[LANES]; /* h, and v, where walks came back */
	InfSum value_hit[LANES];
	double left[LANES];     /* bound of what is on its way */
	double rounding[LANES]; /* and of what rounding has done */
} Group;

/* What leaves the states of a lane's influencer, to where it goes first. */
static void
start_lane(Group *group, int lane)
{
	const InfMarkovSystem *system = group->system;
	const InfLive *live = group->live;
	uint32_t i = group->influencer[lane];

	group->hit[lane] = group->value_hit[lane] = (InfSum){0, 0};
	group->left[lane] = group->rounding[lane] = 0;
	for (uint32_t o = system->owner_first[i]; o < system->owner_first[i + 1]; o++)
	{
		uint32_t s = system->owner_state[o];

		if (live->place[s] == INF_NOT_LIVE)
			continue;
		group->removed[live->place[s]] |= (uint8_t) (1 << lane);
		for (uint64_t e = system->q.first[s]; e < system->q.first[s + 1]; e++)
		{
			uint32_t to = live->place[system->q.to[e]];
			double leaves = system->visits[s] * system->q.value[e];

			if (to == INF_NOT_LIVE)
				continue;
			group->moved[(size_t) to * LANES + (size_t) lane] += leaves;
			group->left[lane] += leaves * live->weight[to];
		}
	}
}

/* What comes to a state that is removed has come back. */
static void
take_back(Group *group, uint32_t place, double *sum)
{
	for (int l = 0; l < LANES; l++)
	{
		if (!(group->removed[place] >> l & 1))
			continue;
		inf_sum_add(&group->hit[l], sum[l] * group->live->h[place]);
		inf_sum_add(&group->value_hit[l], sum[l] * group->live->v[place]);
		sum[l] = 0;
	}
}

static void
sweep(Group *group, bool first)
{
	const InfLive *live = group->live;
	const InfSparse *from = &live->from;
	double left[LANES] = {0};
	double rounding[LANES] = {0};

	for (uint32_t i = 0; i < live->n; i++)
	{
		double *moved = group->moved + (size_t) i * LANES;
		double sum[LANES] = {0};
		uint64_t e = from->first[i];
		uint64_t end = from->first[i + 1];
		double behind = live->behind[i];
		double rough = live->rough[i];

		if (first)
		{
			/* what stands at places behind this one has not moved yet */
			while (end > e && from->to[end - 1] >= i)
				end--;
			for (int l = 0; l < LANES; l++)
				sum[l] = moved[l];
		}
		for (; e < end; e++)
		{
			double q = from->value[e];
			const double *other = group->moved + (size_t) from->to[e] * LANES;

			for (int l = 0; l < LANES; l++)
				sum[l] += q * other[l];
		}
		for (int l = 0; l < LANES; l++)
			rounding[l] += fabs(sum[l]) * rough;
		if (group->removed[i] != 0)
			take_back(group, i, sum);
		for (int l = 0; l < LANES; l++)
		{
			moved[l] = sum[l];
			left[l] += fabs(sum[l]) * behind;
		}
		if (i % POLL == 0)
			inf_poll();
	}
	for (int l = 0; l < LANES; l++)
	{
		group->rounding[l] += rounding[l];
		group->left[l] = left[l];
	}
}

/* How like the last sweep was to the one before it, for each lane: z, from 0 to 1. */
static void
compare_sweeps(const Group *group, double *ratio)
{
	const InfLive *live = group->live;
	double square[LANES] = {0};
	double product[LANES] = {0};

	for (uint32_t i = 0; i < live->n; i++)
	{
		const double *moved = group->moved + (size_t) i * LANES;
		const double *before = group->before + (size_t) i * LANES;
		double like = live->like[i];

		for (int l = 0; l < LANES; l++)
		{
			square[l] += like * before[l] * before[l];
			product[l] += like * before[l] * moved[l];
		}
		if (i % INF_SPARSE_POLL == 0)
			inf_poll();
	}
	for (int l = 0; l < LANES; l++)
	{
		ratio[l] = square[l] > 0 ? product[l] / square[l] : 0;
		if (!(ratio[l] > 0 && ratio[l] < 1))
			ratio[l] = 0;
	}
}

/* What was added to a sum, times the factor. */
static void
stretch(InfSum *sum, const InfSum *before, double factor)
{
	double added = (sum->total - before->total) + (sum->lost - before->lost);

	*sum = *before;
	inf_sum_add(sum, added * factor);
}

/* A sweep, and d' instead of what it moved in the lanes where that is better. */
static void
sweep_and_compare(Group *group)
{
	const InfLive *live = group->live;
	size_t size = (size_t) live->n * LANES * sizeof(double);
	double ratio[LANES];
	double factor[LANES];
	double left[LANES] = {0};
	double rounding[LANES];
	double rough[LANES] = {0};
	InfSum hit[LANES];
	InfSum value_hit[LANES];
	bool any = false;

	memcpy(group->before, group->moved, size);
	memcpy(hit, group->hit, sizeof(hit));
	memcpy(value_hit, group->value_hit, sizeof(value_hit));
	memcpy(rounding, group->rounding, sizeof(rounding));
	sweep(group, false);
	compare_sweeps(group, ratio);
	for (int l = 0; l < LANES; l++)
		factor[l] = 1 / (1 - ratio[l]);
	for (uint32_t i = 0; i < live->n; i++)
	{
		const double *moved = group->moved + (size_t) i * LANES;
		const double *before = group->before + (size_t) i * LANES;
		double behind = live->behind[i];

		for (int l = 0; l < LANES; l++)
		{
			left[l] += fabs(moved[l] - ratio[l] * before[l]) * behind;
			rough[l] += (fabs(moved[l]) + fabs(before[l])) * live->rough[i];
		}
		if (i % INF_SPARSE_POLL == 0)
			inf_poll();
	}
	for (int l = 0; l < LANES; l++)
	{
		left[l] *= factor[l];
		if (left[l] < WORTH_WHILE * group->left[l])
		{
			any = true;
			stretch(&group->hit[l], &hit[l], factor[l]);
			stretch(&group->value_hit[l], &value_hit[l], factor[l]);
			group->rounding[l] =
			    rounding[l] + (group->rounding[l] - rounding[l] + rough[l]) * factor[l];
			group->left[l] = left[l];
		}
		else
		{
			ratio[l] = 0;
			factor[l] = 1;
		}
	}
	for (uint32_t i = 0; any && i < live->n; i++)
	{
		double *moved = group->moved + (size_t) i * LANES;
		const double *before = group->before + (size_t) i * LANES;

		for (int l = 0; l < LANES; l++)
			moved[l] = (moved[l] - ratio[l] * before[l]) * factor[l];
		if (i % INF_SPARSE_POLL == 0)
			inf_poll();
	}
}

static bool
group_is_done(const Group *group)
{
	for (int l = 0; l < LANES; l++)
	{
		if (group->left[l] > group->goal[l])
			return false;
	}
	return true;
}

/* Follows what leaves the states of each influencer of the group. Returns the work. */
static double
solve_group(Group *group, double work, uint32_t *iterations)
{
	double cost = STEP_COST * (double) (group->live->from.first[group->live->n] + group->live->n);
	double spent = 0;
	uint32_t sweeps = 0;

	memset(group->moved, 0, (size_t) group->live->n * LANES * sizeof(double));
	memset(group->removed, 0, group->live->n);
	for (int l = 0; l < LANES; l++)
		start_lane(group, l);
	while (!group_is_done(group) && spent + cost <= work)
	{
		if (sweeps % PERIOD == PERIOD - 1)
			sweep_and_compare(group);
		else
			sweep(group, sweeps == 0);
		sweeps++;
		spent += cost;
	}
	*iterations = sweeps > *iterations ? sweeps : *iterations;
	return spent;
}

double
inf_sweep_returns(const InfMarkovSystem *system, const InfLive *live, InfReturn *returns,
                  uint32_t count, double work, uint32_t *iterations)
{
	Group group = {.system = system, .live = live};
	double spent = 0;

	for (int i = 0; i < 2; i++)
		group.memory[i] = inf_alloc_cache_lines(live->n);
	group.moved = inf_cache_lines(group.memory[0]);
	group.before = inf_cache_lines(group.memory[1]);
	group.removed = inf_alloc((size_t) live->n + 1);
	for (uint32_t done = 0; done < count; done += LANES)
	{
		for (uint32_t l = 0; l < LANES; l++)
		{
			const InfReturn *r = &returns[done + l < count ? done + l : count - 1];

			group.influencer[l] = r->influencer;
			group.goal[l] = r->goal;
		}
		spent += solve_group(&group, work, iterations);
		for (uint32_t l = 0; l < LANES && done + l < count; l++)
		{
			InfReturn *r = &returns[done + l];

			r->h = inf_sum_value(&group.hit[l]);
			r->v = inf_sum_value(&group.value_hit[l]);
			r->error = group.left[l] + group.rounding[l];
		}
		inf_poll();
	}
	for (int i = 0; i < 2; i++)
		inf_free(group.memory[i]);
	inf_free(group.removed);
	return spent;
}
