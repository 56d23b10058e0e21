/*
 * markov_sparse.c
 *		The Markov equations of many states.
 */
#include <math.h>
#include <string.h>

#include "core/host.h"
#include "core/markov_flow.h"
#include "core/markov_sweep.h"
#include "core/sum.h"

/* What rounding may come to, in effects of at most 1. */
#define ROUNDING 1e-11

/* What the error of a state may be for the promise to be kept. */
#define ENOUGH (INF_MARKOV_ERROR - 2 * ROUNDING)

/* Where pushing is too much work, this many times as much may be spent in all. */
#define MORE_WORK 10

/* Sweeps over so many states tell what all will need. */
#define TRIAL 8

/* Solutions of one system: the first, and corrections by what was left. */
#define SOLUTIONS 4

/*
 * Solves (I - Q) x = b. Returns what the error of x can come to in n_i x_i / N_ii, i being any
 * state: sum of n |res|, for n_i N_ij <= n_j N_ii; and in what converts by way of a set of states,
 * for no more can come to a state by that way than visits it. Where what converts is rare, one
 * solution does not go far enough for that. If no element of b is negative, none of x is.
 */
static double
solve(const InfMarkovSystem *system, const double *b, double scale, double *x,
      InfSparseStats *stats)
{
	uint32_t n = system->n;
	double *res = inf_zero_vector(n);
	double *more = inf_zero_vector(n);
	double least = 0;
	double error = 0;

	memset(x, 0, n * sizeof(double));
	for (uint32_t i = 0; i < n; i++)
		least = fmin(least, b[i]);
	for (int solution = 0; solution < SOLUTIONS; solution++)
	{
		InfSparseStats corrections = {0, 0};

		if (solution == 0)
			inf_sparse_solve(system->q, b, x, stats);
		else
		{
			memset(more, 0, n * sizeof(double));
			inf_sparse_solve(system->q, res, more, &corrections);
			for (uint32_t i = 0; i < n; i++)
				x[i] += more[i];
		}
		for (uint32_t i = 0; least == 0 && i < n; i++)
			x[i] = fmax(0, x[i]);
		inf_sparse_residual(system->q, b, x, res);
		error = 0;
		/* what is left, and what rounding may have done to it */
		for (uint32_t i = 0; i < n; i++)
			error += system->visits[i] * (fabs(res[i]) + 0x1p-50 * fabs(x[i]));
		if (error <= 0.1 * ROUNDING * scale)
			break;
	}
	inf_free(res);
	inf_free(more);
	return error;
}

/*
 * What an error of N_ii does to the results: to n_i / N_ii, the probability of a visit; to the
 * removal effect, which is that times h_i / P; and to the effect on value, times v_i / V.
 */
static double
weight_of_returns(const InfMarkov *result, double visits, double h, double v)
{
	double effect =
	    result->conversion_probability > 0 ? fmax(1, h / result->conversion_probability) : 1;

	return visits * inf_effect_weight(effect, fabs(v), result->value);
}

/*
 * The states whose error is above what is promised. A walk comes back with a probability of at most
 * 1, which is h here; what that does to the results is weight / visits times as much.
 */
static InfReturn *
list_unsolved(const InfFlow *flow, const double *weight, const double *error, uint32_t *count)
{
	InfReturn *unsolved = INF_ALLOC_ARRAY(InfReturn, flow->n);

	*count = 0;
	for (uint32_t i = 0; i < flow->n; i++)
	{
		if (error[i] >= ENOUGH)
			unsolved[(*count)++] =
			    (InfReturn){.influencer = flow->state[i],
			                .goal = INF_MARKOV_GOAL * flow->visits[i] / weight[i]};
	}
	return unsolved;
}

/* Takes over what is better than what is there. */
static void
take_over(const InfFlow *flow, const double *weight, const InfReturn *solved, uint32_t count,
          double *returns, double *error)
{
	uint32_t r = 0;

	for (uint32_t i = 0; i < flow->n && r < count; i++)
	{
		double left, bound;

		if (flow->state[i] != solved[r].influencer)
			continue;
		left = flow->visits[i] - solved[r].h;
		bound = solved[r].error * weight[i] / flow->visits[i];
		if (left > 0 && bound < error[i])
		{
			returns[i] = fmax(1, flow->visits[i] / left);
			error[i] = bound;
		}
		r++;
	}
}

/*
 * Walks that go on for long in narrow places are no case for pushing: sweeps find what comes back
 * without any bound of a norm. Where they in turn are too much work, there is more pushing.
 */
static void
solve_unsolved(const InfMarkovSystem *system, const InfFlow *flow, const double *weight,
               double work, double *returns, double *error, InfSparseStats *stats)
{
	uint32_t count, trial;
	InfReturn *unsolved = list_unsolved(flow, weight, error, &count);
	double *one, *zero;
	double spent;
	InfLive live;

	if (count == 0)
	{
		inf_free(unsolved);
		return;
	}
	one = inf_zero_vector(system->n);
	zero = inf_zero_vector(system->n);
	for (uint32_t i = 0; i < system->n; i++)
		one[i] = 1;
	inf_live_build(system, one, zero, zero, 1, 0, &live);
	trial = count < TRIAL ? count : TRIAL;
	spent = inf_sweep_returns(system, &live, unsolved, trial, work, &stats->iterations);
	if (spent * count <= MORE_WORK * work * trial)
	{
		inf_sweep_returns(system, &live, unsolved + trial, count - trial, work, &stats->iterations);
		trial = count;
	}
	else
		inf_flow_returns(flow, weight, INF_MARKOV_GOAL, MORE_WORK * work, returns, error);
	take_over(flow, weight, unsolved, trial, returns, error);
	inf_live_free(&live);
	inf_free(unsolved);
	inf_free(one);
	inf_free(zero);
}

/* k = 1: RE_i = n_i h_i / (N_ii P). Returns the largest error. */
static double
effects_of_returns(const InfMarkovSystem *system, const double *h, const double *v, double work,
                   InfSparseStats *stats, InfMarkov *result)
{
	InfFlow flow;
	double *weight, *returns, *error;
	double largest = 0;

	inf_flow_build(system, &flow, stats);
	weight = INF_ALLOC_ARRAY(double, flow.n);
	returns = INF_ALLOC_ARRAY(double, flow.n);
	error = INF_ALLOC_ARRAY(double, flow.n);
	for (uint32_t i = 0; i < flow.n; i++)
		weight[i] = weight_of_returns(result, flow.visits[i], h[flow.state[i]], v[flow.state[i]]);
	inf_flow_returns(&flow, weight, INF_MARKOV_GOAL, work, returns, error);
	solve_unsolved(system, &flow, weight, work, returns, error, stats);
	result->nexact = system->n - flow.n; /* nobody meets these */
	for (uint32_t i = 0; i < flow.n; i++)
	{
		uint32_t s = flow.state[i];
		double visit = fmin(1, flow.visits[i] / returns[i]);

		inf_set_effects(result, s, visit * h[s], visit * v[s]);
		result->visit_probability[s] = visit;
		result->nexact += error[i] < INF_MARKOV_ERROR;
		largest = fmax(largest, error[i]);
	}
	inf_flow_free(&flow);
	inf_free(weight);
	inf_free(returns);
	inf_free(error);
	return largest;
}

/* k > 1. Returns the largest error. */
static double
effects_of_removals(const InfMarkovSystem *system, const double *h, const double *v, double work,
                    InfSparseStats *stats, InfMarkov *result)
{
	uint32_t n = system->n;
	double *size = inf_zero_vector(n);
	double *v_bound = NULL; /* the same as v, but with refunds as if they were sales */
	bool refunds = false;
	double sales = 0;
	double error;

	for (uint32_t i = 0; i < n; i++)
	{
		size[i] = fabs(system->value[i]);
		sales += system->visits[i] * size[i];
		refunds |= system->value[i] < 0;
	}
	if (refunds)
	{
		v_bound = inf_zero_vector(n);
		solve(system, size, sales, v_bound, stats);
	}
	error = inf_markov_removals(system, h, v, refunds ? v_bound : v, work, stats, result);
	inf_free(size);
	inf_free(v_bound);
	return error;
}

void
inf_markov_sparse(const InfMarkovSystem *system, double work, InfMarkov *result)
{
	uint32_t n = system->n;
	double *h = inf_zero_vector(n);
	double *v = inf_zero_vector(n);
	InfSparseStats stats = {0, 0};
	InfSum conversion = {0, 0};
	InfSum value = {0, 0};
	double error;

	/* conversions from each state are visits times r: these sums need no solution */
	for (uint32_t i = 0; i < n; i++)
	{
		inf_sum_add(&conversion, system->visits[i] * system->convert[i]);
		inf_sum_add(&value, system->visits[i] * system->value[i]);
	}
	result->conversion_probability = inf_sum_value(&conversion);
	result->value = inf_sum_value(&value);
	error = solve(system, system->convert, result->conversion_probability, h, &stats);
	solve(system, system->value, fabs(result->value), v, &stats);
	if (system->chain->order == 1)
		result->error = effects_of_returns(system, h, v, work, &stats, result);
	else if (result->conversion_probability > 0)
		result->error = effects_of_removals(system, h, v, work, &stats, result);
	else
		result->nexact = system->chain->ninfluencers; /* there is nothing to lose */
	if (result->conversion_probability > 0)
		error /= result->conversion_probability;
	result->error = fmin(1, result->error + error + ROUNDING); /* all are from 0 to 1 */
	result->iterations = stats.iterations;
	result->residual = stats.residual;
	if (result->conversion != NULL)
		memcpy(result->conversion, h, n * sizeof(double));
	inf_free(h);
	inf_free(v);
}
