/*
 * markov_sparse.c
 *		The Markov equations of many states.
 */
#include <math.h>
#include <string.h>

#include "core/host.h"
#include "core/markov_flow.h"

/* The error that is aimed at is this far below the one that is promised, for what comes on top. */
#define GOAL (0.8 * INF_MARKOV_ERROR)

/* What rounding may come to, in effects of at most 1. */
#define ROUNDING 1e-11

/* An effect on value that is so many times the removal effect is not followed. */
#define CANCELLED 10

/* Solutions of one system: the first, and corrections by what was left. */
#define SOLUTIONS 4

/*
 * Solves (I - Q) x = b. Returns what the error of x can come to in n_i x_i / N_ii, i being any
 * state: sum of n |res|, for n_i N_ij <= n_j N_ii. Where what converts is rare, one solution does
 * not go far enough for that.
 */
static double
solve(const InfMarkovSystem *system, const double *b, double scale, double *x,
      InfSparseStats *stats)
{
	uint32_t n = system->n;
	double *res = inf_zero_vector(n);
	double *more = inf_zero_vector(n);
	double error = 0;

	memset(x, 0, n * sizeof(double));
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
 * removal effect, which is that times h_i / P; and to the effect on value, times v_i / V, unless
 * revenue and refunds nearly cancel out, where this could be anything.
 */
static double
weight_of_returns(const InfMarkov *result, double visits, double h, double v)
{
	double effect =
	    result->conversion_probability > 0 ? fmax(1, h / result->conversion_probability) : 1;
	double value_effect = result->value != 0 ? fabs(v / result->value) : 0;

	return visits * fmax(effect, fmin(value_effect, CANCELLED * effect));
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
	inf_flow_returns(&flow, weight, GOAL, work, returns, error);
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

void
inf_markov_sparse(const InfMarkovSystem *system, double work, InfMarkov *result)
{
	uint32_t n = system->n;
	double *h = inf_zero_vector(n);
	double *v = inf_zero_vector(n);
	InfSparseStats stats = {0, 0};
	double error;

	/* conversions from each state are visits times r: these sums need no solution */
	for (uint32_t i = 0; i < n; i++)
	{
		result->conversion_probability += system->visits[i] * system->convert[i];
		result->value += system->visits[i] * system->value[i];
	}
	error = solve(system, system->convert, result->conversion_probability, h, &stats);
	solve(system, system->value, fabs(result->value), v, &stats);
	if (system->chain->order == 1)
		result->error = effects_of_returns(system, h, v, work, &stats, result);
	else if (result->conversion_probability > 0)
		inf_markov_removals(system, h, v, work, &stats, result);
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
