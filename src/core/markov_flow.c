/*
 * markov_flow.c
 *		The chain of k = 1 in the form in which its returns are solved: scaled, and the mixed part of
 *		its walks solved.
 */
#include "core/markov_flow.h"

#include <math.h>
#include <string.h>

#include "core/host.h"
#include "core/sort.h"

/*
 * Numbers the states that journeys go through by their visits. All who come to a state start there
 * or come from another, and all leave: so visits are counts, and nothing needs to be solved.
 */
static uint32_t *
number_states(const InfMarkovSystem *system, InfFlow *flow)
{
	uint32_t *place = INF_ALLOC_ARRAY(uint32_t, system->n);
	InfKey *keys = INF_ALLOC_ARRAY(InfKey, system->n);

	for (uint32_t s = 0; s < system->n; s++)
	{
		if (system->visits[s] > 0)
			keys[flow->n++] = (InfKey){~inf_key_of_weight(system->visits[s]), s};
	}
	inf_sort(keys, flow->n);
	flow->state = INF_ALLOC_ARRAY(uint32_t, flow->n);
	flow->visits = INF_ALLOC_ARRAY(double, flow->n);
	for (uint32_t i = 0; i < flow->n; i++)
	{
		flow->state[i] = (uint32_t) keys[i].index;
		flow->visits[i] = system->visits[keys[i].index];
		place[keys[i].index] = i;
	}
	inf_free(keys);
	return place;
}

/* A' and A. */
static void
scale_transitions(const InfMarkovSystem *system, InfFlow *flow, const uint32_t *place)
{
	const InfSparse *counts = &system->chain->counts;
	uint64_t nnz = 0;
	InfSparse *t = &flow->matrix[1];
	uint64_t *next = INF_ALLOC_ARRAY(uint64_t, flow->n);

	t->n = flow->n;
	t->first = INF_ALLOC_ARRAY(uint64_t, (size_t) flow->n + 1);
	memset(t->first, 0, ((size_t) flow->n + 1) * sizeof(uint64_t));
	for (uint32_t i = 0; i < flow->n; i++)
	{
		uint32_t s = flow->state[i];

		for (uint64_t e = counts->first[s]; e < counts->first[s + 1]; e++)
		{
			if (counts->value[e] > 0)
			{
				t->first[place[counts->to[e]] + 1]++;
				nnz++;
			}
		}
		if (i % INF_SPARSE_POLL == 0)
			inf_poll();
	}
	for (uint32_t i = 0; i < flow->n; i++)
	{
		t->first[i + 1] += t->first[i];
		next[i] = t->first[i];
	}
	t->to = INF_ALLOC_ARRAY(uint32_t, nnz);
	t->value = INF_ALLOC_ARRAY(double, nnz);
	for (uint32_t i = 0; i < flow->n; i++)
	{
		uint32_t s = flow->state[i];

		for (uint64_t e = counts->first[s]; e < counts->first[s + 1]; e++)
		{
			uint32_t to = place[counts->to[e]];

			if (counts->value[e] > 0)
			{
				t->to[next[to]] = i;
				t->value[next[to]++] =
				    system->q.value[e] * sqrt(flow->visits[i] / flow->visits[to]);
			}
		}
		if (i % INF_SPARSE_POLL == 0)
			inf_poll();
	}
	inf_free(next);
	flow->matrix[0] = inf_sparse_transpose(*t);
}

double
inf_flow_project(const InfFlow *flow, double *x)
{
	double along = 0;

	for (uint32_t i = 0; i < flow->n; i++)
		along += flow->w[i] * x[i];
	for (uint32_t i = 0; i < flow->n; i++)
		x[i] -= along * flow->w[i];
	return along;
}

/* M w or w M; "rest" is what is left of the equations. */
static double *
solve_total(const InfFlow *flow, int side, double *rest, InfSparseStats *stats)
{
	double *x = inf_zero_vector(flow->n);

	inf_sparse_solve(flow->matrix[side], flow->w, x, stats);
	inf_sparse_residual(flow->matrix[side], flow->w, x, rest);
	return x;
}

/* Schur's test of M - I and of M: see markov_flow.h. */
static void
bound_returns(InfFlow *flow, const double *rest0, const double *rest1)
{
	double alpha[2] = {0, 0};
	bool positive = true;

	/* u and v are what the computed totals solve exactly */
	for (uint32_t i = 0; i < flow->n; i++)
	{
		double u = flow->w[i] - rest0[i];
		double v = flow->w[i] - rest1[i];

		positive &= u > 0 && v > 0;
		alpha[0] = fmax(alpha[0], (flow->total[0][i] - u) / v);
		alpha[1] = fmax(alpha[1], (flow->total[1][i] - v) / u);
	}
	/* the differences above are not exact to all digits where walks hardly go on */
	flow->returns = positive ? sqrt(alpha[0] * alpha[1]) + 1e-12 : INF_NO_BOUND;
	if (!(flow->returns < INF_NO_BOUND))
		flow->returns = INF_NO_BOUND;
	flow->all = 1 + flow->returns;
	flow->contraction = inf_flow_contraction(flow);
	if (flow->contraction < 1)
		flow->returns = fmin(flow->returns, flow->contraction / (1 - flow->contraction));
}

void
inf_flow_build(const InfMarkovSystem *system, InfFlow *flow, InfSparseStats *stats)
{
	uint32_t *place;
	double *rest[2];
	double sum = 0;

	memset(flow, 0, sizeof(*flow));
	place = number_states(system, flow);
	scale_transitions(system, flow, place);
	inf_free(place);
	flow->w = INF_ALLOC_ARRAY(double, flow->n);
	for (uint32_t i = 0; i < flow->n; i++)
		sum += flow->visits[i];
	for (uint32_t i = 0; i < flow->n; i++)
		flow->w[i] = sqrt(flow->visits[i] / sum);
	for (int side = 0; side < 2; side++)
	{
		flow->step[side] = INF_ALLOC_ARRAY(double, flow->n);
		inf_sparse_multiply(flow->matrix[side], flow->w, flow->step[side]);
		rest[side] = INF_ALLOC_ARRAY(double, flow->n);
		flow->total[side] = solve_total(flow, side, rest[side], stats);
		flow->rest[side] = inf_norm(rest[side], flow->n);
	}
	flow->wstep = inf_dot(flow->w, flow->step[0], flow->n);
	flow->wtotal = inf_dot(flow->w, flow->total[0], flow->n);
	bound_returns(flow, rest[0], rest[1]);
	for (int side = 0; side < 2; side++)
	{
		const double *total = flow->total[1 - side];

		flow->size[side] = inf_norm(total, flow->n) + flow->all * flow->rest[1 - side];
	}
	inf_free(rest[0]);
	inf_free(rest[1]);
}

void
inf_flow_free(InfFlow *flow)
{
	for (int side = 0; side < 2; side++)
	{
		inf_sparse_free(flow->matrix[side]);
		inf_free(flow->step[side]);
		inf_free(flow->total[side]);
	}
	inf_free(flow->state);
	inf_free(flow->visits);
	inf_free(flow->w);
	memset(flow, 0, sizeof(*flow));
}
