/*
 * markov_removal.c
 *		Removal effects of influencers with many states each (k > 1), by iteration.
 *
 * I - Q is an M-matrix: N = (I - Q)^-1 has no negative elements, and N 1 = t is the expected number
 * of states that a walk still visits. So a residual res of any of the equations bounds its error:
 * |N res| <= max|res| t, and the same holds when states are taken away. For t itself, an
 * approximation with (I - Q) t' = 1 + e, |e| < 1, is enough: t <= t' / (1 - max|e|).
 *
 * The most important influencers' removals are solved one by one, by the steps of Jacobi, as many as
 * a fixed amount of work allows. Those of the others are estimated from what they add to walks, and
 * the estimate is audited against removals that were solved: "error" is no bound then.
 */
#include <math.h>
#include <string.h>

#include "core/host.h"
#include "core/markov_system.h"
#include "core/sort.h"

/* Systems that are iterated together, so that the matrix is read once for all of them. */
#define LANES 8

/* Nanoseconds, about, for a multiplication in a lane. */
#define LANE_COST 0.7

/* The last exact removals, against which the estimate is audited. */
#define AUDITED 64

typedef struct Solver
{
	const InfMarkovSystem *system;
	uint32_t n;
	InfSparse q;
	double t_max; /* bound of t */
	InfSparseStats stats;
} Solver;

/*
 * LANES systems (I - Q) x = b at once, lane by lane in each element, with x = 0 in the states that
 * "removed" says for the lane.
 */
typedef struct Lanes
{
	double *x; /* n * LANES */
	double *r;
	const double *b;        /* n, for all lanes */
	const uint8_t *removed; /* n: a bit a lane */
	double largest[LANES];  /* residual */
} Lanes;

static void
lane_residuals(const Solver *solver, Lanes *lanes)
{
	InfSparse q = solver->q;

	memset(lanes->largest, 0, sizeof(lanes->largest));
	for (uint32_t i = 0; i < q.n; i++)
	{
		double sum[LANES];
		const double *xi = lanes->x + (size_t) i * LANES;
		double *ri = lanes->r + (size_t) i * LANES;

		for (int l = 0; l < LANES; l++)
			sum[l] = -xi[l];
		for (uint64_t e = q.first[i]; e < q.first[i + 1]; e++)
		{
			double a = q.value[e];
			const double *xj = lanes->x + (size_t) q.to[e] * LANES;

			for (int l = 0; l < LANES; l++)
				sum[l] += a * xj[l];
		}
		for (int l = 0; l < LANES; l++)
		{
			double res = sum[l] + lanes->b[i];

			if (lanes->removed[i] >> l & 1)
				res = 0;
			ri[l] = res;
			if (fabs(res) > lanes->largest[l])
				lanes->largest[l] = fabs(res);
		}
		if (i % INF_SPARSE_POLL == 0)
			inf_poll();
	}
}

/* Steps until the residual of every lane is below "tolerance" of that lane. */
static void
solve_lanes(Solver *solver, Lanes *lanes, const double *tolerance)
{
	uint32_t n = solver->n;

	for (uint32_t iteration = 0; iteration < INF_SPARSE_ITERATIONS; iteration++)
	{
		bool done = true;

		lane_residuals(solver, lanes);
		if (iteration > solver->stats.iterations)
			solver->stats.iterations = iteration;
		for (int l = 0; l < LANES; l++)
			done &= lanes->largest[l] <= tolerance[l];
		if (done)
			break;
		for (uint32_t i = 0; i < n; i++)
		{
			for (int l = 0; l < LANES; l++)
				lanes->x[(size_t) i * LANES + l] += lanes->r[(size_t) i * LANES + l];
		}
	}
	for (int l = 0; l < LANES; l++)
	{
		if (lanes->largest[l] > solver->stats.residual)
			solver->stats.residual = lanes->largest[l];
	}
}

/* How important each influencer may be, for the order in which removals are solved. */
typedef struct Candidate
{
	double entries;       /* expected entries into its states by walks that convert */
	double value_entries; /* the same in value */
} Candidate;

static bool
has_influencer(const InfChain *chain, uint32_t state, uint32_t influencer)
{
	for (uint32_t p = chain->state_first[state]; p < chain->state_first[state + 1]; p++)
	{
		if (chain->state_code[p] == influencer)
			return true;
	}
	return false;
}

static Candidate *
make_candidates(const Solver *solver, const double *h, const double *v)
{
	const InfMarkovSystem *system = solver->system;
	const InfChain *chain = system->chain;
	uint32_t k = chain->ninfluencers;
	Candidate *candidates = INF_ALLOC_ARRAY(Candidate, k);
	InfSparse qt = inf_sparse_transpose(solver->q);

	memset(candidates, 0, k * sizeof(Candidate));
	for (uint32_t i = 0; i < k; i++)
	{
		for (uint32_t o = system->owner_first[i]; o < system->owner_first[i + 1]; o++)
		{
			uint32_t state = system->owner_state[o];
			double inflow = system->visits[state];

			/* without those who come from another state of the influencer */
			for (uint64_t e = qt.first[state]; e < qt.first[state + 1]; e++)
			{
				if (has_influencer(chain, qt.to[e], i))
					inflow -= system->visits[qt.to[e]] * qt.value[e];
			}
			inflow = inflow < 0 ? 0 : inflow;
			candidates[i].entries += inflow * h[state];
			candidates[i].value_entries += inflow * v[state];
		}
		if (i % INF_SPARSE_POLL == 0)
			inf_poll();
	}
	inf_free(qt.first);
	inf_free(qt.to);
	inf_free(qt.value);
	return candidates;
}

/* The influencers, the most important first. */
static InfKey *
rank_candidates(const Candidate *candidates, uint32_t k)
{
	InfKey *ranked = INF_ALLOC_ARRAY(InfKey, k);

	for (uint32_t i = 0; i < k; i++)
		ranked[i] = (InfKey){~inf_key_of_weight(candidates[i].entries), i};
	inf_sort(ranked, k);
	return ranked;
}

/* What is left of P, or of the value, without each of up to LANES influencers. */
static void
solve_removals(Solver *solver, Lanes *lanes, const InfKey *ranked, uint32_t count, const double *b,
               const double *from, uint8_t *removed, double *left)
{
	const InfMarkovSystem *system = solver->system;
	double tolerance[LANES];
	double scale = 0;

	memset(removed, 0, solver->n);
	for (uint32_t l = 0; l < LANES; l++)
	{
		uint32_t i = (uint32_t) ranked[l < count ? l : count - 1].index;

		for (uint32_t o = system->owner_first[i]; o < system->owner_first[i + 1]; o++)
			removed[system->owner_state[o]] |= (uint8_t) (1 << l);
	}
	for (uint32_t i = 0; i < solver->n; i++)
	{
		scale = fabs(b[i]) > scale ? fabs(b[i]) : scale;
		for (uint32_t l = 0; l < LANES; l++)
			lanes->x[(size_t) i * LANES + l] = (removed[i] >> l & 1) ? 0 : from[i];
	}
	for (int l = 0; l < LANES; l++)
		tolerance[l] = scale * 1e-12 / solver->t_max;
	lanes->b = b;
	lanes->removed = removed;
	solve_lanes(solver, lanes, tolerance);
	for (uint32_t l = 0; l < count; l++)
	{
		left[l] = 0;
		for (uint32_t i = 0; i < solver->n; i++)
			left[l] += system->start[i] * lanes->x[(size_t) i * LANES + l];
	}
}

/*
 * How often a walk enters the influencer's states, if it does at all: an estimate, as if it came
 * back in proportion to what comes there.
 */
static double
estimate_entries(const Candidate *c, double conversion, double factor)
{
	return 1 + factor * c->entries / conversion;
}

/* The factor that fits the removals "from" .. "to" - 1 best; 1 if they do not tell. */
static double
fit_estimate(const Candidate *candidates, const InfKey *ranked, uint32_t from, uint32_t to,
             const InfMarkov *result)
{
	double conversion = result->conversion_probability;
	double moment = 0; /* of observed and estimated returns */
	double square = 0;

	for (uint32_t a = from; a < to; a++)
	{
		const Candidate *c = &candidates[ranked[a].index];
		double effect = result->removal_effect[ranked[a].index];
		double shape = c->entries / conversion;

		if (effect <= 0)
			continue;
		moment += (shape / effect - 1) * shape;
		square += shape * shape;
	}
	return square > 0 ? moment / square : 1;
}

/* Estimates all from "done" on, and audits the estimate by those solved last. */
static void
estimate_rest(const Candidate *candidates, const InfKey *ranked, uint32_t done, uint32_t k,
              InfMarkov *result)
{
	double conversion = result->conversion_probability;
	uint32_t audited = done > AUDITED ? done - AUDITED : 0;
	double factor = fit_estimate(candidates, ranked, audited, done, result);

	for (uint32_t a = audited; a < k; a++)
	{
		uint32_t i = (uint32_t) ranked[a].index;
		const Candidate *c = &candidates[i];
		double times = estimate_entries(c, conversion, factor);

		if (a < done)
			result->error = fmax(result->error,
			                     fabs(c->entries / times / conversion - result->removal_effect[i]));
		else
			inf_set_effects(result, i, c->entries / times, c->value_entries / times);
	}
}

/* Removes influencers in the order of their importance, while work is left. */
static void
remove_influencers(Solver *solver, const double *h, const double *v, const Candidate *candidates,
                   const InfKey *ranked, double work, InfMarkov *result)
{
	const InfMarkovSystem *system = solver->system;
	uint32_t k = system->chain->ninfluencers;
	double conversion = result->conversion_probability;
	double nnz = (double) (solver->q.first[solver->n] + solver->n);
	uint32_t done = 0;
	Lanes lanes;
	uint8_t *removed = inf_alloc(solver->n);
	uint32_t longest = solver->stats.iterations;

	lanes.x = inf_alloc(inf_array_size((size_t) solver->n * LANES, sizeof(double)));
	lanes.r = inf_alloc(inf_array_size((size_t) solver->n * LANES, sizeof(double)));
	while (done < k && work > 0)
	{
		uint32_t count = k - done < LANES ? k - done : LANES;
		double found[LANES];
		double value_left[LANES];

		solver->stats.iterations = 0;
		solve_removals(solver, &lanes, ranked + done, count, system->convert, h, removed, found);
		solve_removals(solver, &lanes, ranked + done, count, system->value, v, removed, value_left);
		work -= LANE_COST * (double) (solver->stats.iterations + 1) * nnz * LANES * 2;
		longest = solver->stats.iterations > longest ? solver->stats.iterations : longest;
		for (uint32_t l = 0; l < count; l++)
			inf_set_effects(result, (uint32_t) ranked[done + l].index, conversion - found[l],
			                result->value - value_left[l]);
		done += count;
	}
	solver->stats.iterations = longest;
	result->nexact = done;
	if (done < k)
		estimate_rest(candidates, ranked, done, k, result);
	inf_free(lanes.x);
	inf_free(lanes.r);
	inf_free(removed);
}

void
inf_markov_removals(const InfMarkovSystem *system, const double *h, const double *v, double work,
                    InfSparseStats *stats, InfMarkov *result)
{
	uint32_t n = system->n;
	Solver solver = {.system = system, .n = n, .q = system->q, .stats = *stats};
	double *ones = inf_zero_vector(n);
	double *t = inf_zero_vector(n);
	double *rest = inf_zero_vector(n);
	double e_max = 0;
	double t_largest = 0;
	Candidate *candidates;
	InfKey *ranked;

	for (uint32_t i = 0; i < n; i++)
		ones[i] = 1;
	inf_sparse_solve(solver.q, ones, t, &solver.stats);
	e_max = inf_sparse_residual(solver.q, ones, t, rest);
	for (uint32_t i = 0; i < n; i++)
		t_largest = t[i] > t_largest ? t[i] : t_largest;
	solver.t_max = t_largest / (e_max < 0.5 ? 1 - e_max : 0.5);
	inf_free(ones);
	inf_free(t);
	inf_free(rest);

	candidates = make_candidates(&solver, h, v);
	ranked = rank_candidates(candidates, system->chain->ninfluencers);
	remove_influencers(&solver, h, v, candidates, ranked, work, result);
	inf_free(candidates);
	inf_free(ranked);
	/* of those that were solved, relative to P */
	result->error = fmax(result->error,
	                     2 * solver.stats.residual * solver.t_max / result->conversion_probability);
	*stats = solver.stats;
}
