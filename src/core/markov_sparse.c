/*
 * markov_sparse.c
 *		The Markov equations of many states, by iteration.
 *
 * I - Q is an M-matrix: N = (I - Q)^-1 has no negative elements, and N 1 = t is the expected number
 * of states that a walk still visits. So a residual res of any of the equations bounds its error:
 * |N res| <= max|res| t. For t itself, an approximation with (I - Q) t' = 1 + e, |e| < 1, is enough:
 * t <= t' / (1 - max|e|).
 *
 * Iteration is Jacobi's, with a step along the slowest mode after each: walks forget where they
 * came from, so after a few steps the error has the shape of t.
 */
#include <math.h>
#include <string.h>

#include "core/host.h"
#include "core/markov_system.h"
#include "core/sort.h"

/* Systems that are iterated together, so that the matrix is read once for all of them. */
#define LANES 8

/* Multiplications that may be spent on removals. */
#define WORK 2e10

/* The last exact removals, against which the estimate is audited. */
#define AUDITED 64

typedef struct Solver
{
	const InfMarkovSystem *system;
	uint32_t n;
	InfSparse q;
	InfSparse qt; /* transposed */
	double *t;    /* expected visits from each state on */
	double *mt;   /* (I - Q) t */
	double *n0;   /* expected visits from the start */
	double t_max; /* bound of t */
	InfSparseStats stats;
} Solver;

/*
 * LANES systems (I - Q) x = b at once, lane by lane in each element, with x = 0 in the states that
 * "removed" says for the lane (NULL: in none). Returns the largest residual of each lane.
 */
typedef struct Lanes
{
	double *x; /* n * LANES */
	double *r;
	const double *b; /* n, for all lanes; NULL: unit vectors at "unit" */
	uint32_t unit[LANES];
	const uint8_t *removed; /* n: a bit a lane */
	double largest[LANES];
} Lanes;

static double
right_side(const Lanes *lanes, uint32_t i, int lane)
{
	if (lanes->b != NULL)
		return lanes->b[i];
	return lanes->unit[lane] == i ? 1 : 0;
}

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
			double res = sum[l] + right_side(lanes, i, l);

			if (lanes->removed != NULL && (lanes->removed[i] >> l & 1))
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
		double along[LANES] = {0};
		double norm = 0;
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
		/*
		 * Along the slowest mode: so much of t that what is left vanishes when weighted by visits.
		 * It is Q r now, and n Q = n - s.
		 */
		if (lanes->removed == NULL)
		{
			for (uint32_t i = 0; i < n; i++)
			{
				double weight = solver->n0[i] - solver->system->start[i];

				norm += solver->n0[i] * solver->mt[i];
				for (int l = 0; l < LANES; l++)
					along[l] += weight * lanes->r[(size_t) i * LANES + l];
			}
			for (int l = 0; l < LANES; l++)
				along[l] = norm > 0 ? along[l] / norm : 0;
			for (uint32_t i = 0; i < n; i++)
			{
				for (int l = 0; l < LANES; l++)
					lanes->x[(size_t) i * LANES + l] += along[l] * solver->t[i];
			}
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
	double returns;       /* an estimate of the shape of its returns; k = 1 only */
	double cycles;        /* walks there and back, k = 1 only */
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

/* Probability of coming straight back, by way of any one other state. */
static double
there_and_back(const Solver *solver, uint32_t i)
{
	const InfSparse *q = &solver->q;
	const InfSparse *qt = &solver->qt;
	uint64_t a = q->first[i];
	uint64_t b = qt->first[i];
	double sum = 0;

	while (a < q->first[i + 1] && b < qt->first[i + 1])
	{
		if (q->to[a] < qt->to[b])
			a++;
		else if (q->to[a] > qt->to[b])
			b++;
		else
			sum += q->value[a++] * qt->value[b++];
	}
	return sum;
}

static Candidate *
make_candidates(const Solver *solver, const double *h, const double *v)
{
	const InfMarkovSystem *system = solver->system;
	const InfChain *chain = system->chain;
	uint32_t k = chain->ninfluencers;
	Candidate *candidates = INF_ALLOC_ARRAY(Candidate, k);

	memset(candidates, 0, k * sizeof(Candidate));
	for (uint32_t i = 0; i < k; i++)
	{
		for (uint32_t o = system->owner_first[i]; o < system->owner_first[i + 1]; o++)
		{
			uint32_t state = system->owner_state[o];
			double inflow = solver->n0[state];

			/* without those who come from another state of the influencer */
			for (uint64_t e = solver->qt.first[state];
			     chain->order > 1 && e < solver->qt.first[state + 1]; e++)
			{
				if (has_influencer(chain, solver->qt.to[e], i))
					inflow -= solver->n0[solver->qt.to[e]] * solver->qt.value[e];
			}
			inflow = inflow < 0 ? 0 : inflow;
			candidates[i].entries += inflow * h[state];
			candidates[i].value_entries += inflow * v[state];
		}
		if (i % INF_SPARSE_POLL == 0)
			inf_poll();
	}
	if (chain->order == 1)
	{
		double *once = inf_zero_vector(solver->n);
		double *twice = inf_zero_vector(solver->n);
		double steps = 0;

		/* visits three steps or more from each state on: once = Q t, twice = Q Q t, ... */
		inf_sparse_multiply(solver->q, solver->t, once);
		inf_sparse_multiply(solver->q, once, twice);
		inf_sparse_multiply(solver->q, twice, once);
		for (uint32_t i = 0; i < k; i++)
			steps += solver->n0[i];
		for (uint32_t i = 0; i < k; i++)
		{
			candidates[i].cycles = there_and_back(solver, i);
			candidates[i].returns = steps > 0 ? solver->n0[i] / steps * once[i] : 0;
		}
		inf_free(once);
		inf_free(twice);
	}
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

/* N_ii for up to LANES states at once. */
static void
solve_columns(Solver *solver, Lanes *lanes, const InfKey *ranked, uint32_t count, double *nii,
              const Candidate *candidates, double conversion)
{
	double tolerance[LANES];

	memset(lanes->x, 0, (size_t) solver->n * LANES * sizeof(double));
	lanes->b = NULL;
	lanes->removed = NULL;
	for (int l = 0; l < LANES; l++)
	{
		uint32_t i = (uint32_t) ranked[l < (int) count ? l : (int) count - 1].index;
		double effect = conversion > 0 ? candidates[i].entries / conversion : 0;

		lanes->unit[l] = i;
		/* the effect's error is the residual times t times the effect */
		tolerance[l] = 1e-11 / solver->t_max / (effect > 1e-4 ? effect : 1e-4);
		tolerance[l] = tolerance[l] < INF_SPARSE_TOLERANCE ? INF_SPARSE_TOLERANCE : tolerance[l];
	}
	solve_lanes(solver, lanes, tolerance);
	for (uint32_t l = 0; l < count; l++)
		nii[l] = lanes->x[(size_t) ranked[l].index * LANES + l];
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

/* What the estimate has to go by: those that were solved last. */
typedef struct Audit
{
	uint32_t n;
	double moment; /* sum of observed times estimated returns */
	double square; /* sum of estimated returns squared */
} Audit;

/* Estimated returns of an influencer per unit of the factor that is fitted. */
static double
shape_of_returns(const Candidate *c, uint32_t order, double conversion)
{
	return order == 1 ? c->returns : c->entries / conversion;
}

/* How often a walk enters the influencer's states, if it does at all: an estimate. */
static double
estimate_entries(const Candidate *c, uint32_t order, double conversion, double factor)
{
	return 1 + c->cycles / (1 - (c->cycles < 0.999 ? c->cycles : 0.999)) +
	       factor * shape_of_returns(c, order, conversion);
}

/* Removes influencers in the order of their importance, while work is left. */
static void
remove_influencers(Solver *solver, const double *h, const double *v, const Candidate *candidates,
                   const InfKey *ranked, InfMarkov *result)
{
	const InfMarkovSystem *system = solver->system;
	const InfChain *chain = system->chain;
	uint32_t k = chain->ninfluencers;
	double conversion = result->conversion_probability;
	double nnz = (double) (solver->q.first[solver->n] + solver->n);
	double work = 0;
	double factor = 1;
	uint32_t done = 0;
	Lanes lanes;
	uint8_t *removed = inf_alloc(solver->n);
	Audit audit = {0, 0, 0};
	uint32_t longest = solver->stats.iterations;

	lanes.x = inf_alloc(inf_array_size((size_t) solver->n * LANES, sizeof(double)));
	lanes.r = inf_alloc(inf_array_size((size_t) solver->n * LANES, sizeof(double)));
	while (done < k && work < WORK)
	{
		uint32_t count = k - done < LANES ? k - done : LANES;
		double found[LANES];
		double value_left[LANES];

		solver->stats.iterations = 0;
		if (chain->order == 1)
			solve_columns(solver, &lanes, ranked + done, count, found, candidates, conversion);
		else
		{
			solve_removals(solver, &lanes, ranked + done, count, system->convert, h, removed,
			               found);
			solve_removals(solver, &lanes, ranked + done, count, system->value, v, removed,
			               value_left);
		}
		work += (double) (solver->stats.iterations + 1) * nnz * LANES * (chain->order == 1 ? 1 : 2);
		longest = solver->stats.iterations > longest ? solver->stats.iterations : longest;
		for (uint32_t l = 0; l < count; l++)
		{
			uint32_t i = (uint32_t) ranked[done + l].index;
			const Candidate *c = &candidates[i];

			if (chain->order == 1)
			{
				inf_set_effects(result, i, c->entries / found[l], c->value_entries / found[l]);
				result->visit_probability[i] = solver->n0[i] / found[l];
			}
			else
				inf_set_effects(result, i, conversion - found[l], result->value - value_left[l]);
		}
		done += count;
	}
	solver->stats.iterations = longest;
	result->nexact = done;

	/* the rest by estimate: fitted to those solved last, and audited by them */
	for (uint32_t a = done > AUDITED ? done - AUDITED : 0; a < done && done < k; a++)
	{
		const Candidate *c = &candidates[ranked[a].index];
		double effect = result->removal_effect[ranked[a].index];
		double shape = shape_of_returns(c, chain->order, conversion);
		double observed;

		if (effect <= 0)
			continue;
		observed =
		    c->entries / (conversion * effect) - estimate_entries(c, chain->order, conversion, 0);
		audit.moment += observed * shape;
		audit.square += shape * shape;
	}
	if (audit.square > 0)
		factor = audit.moment / audit.square;
	for (uint32_t a = done > AUDITED ? done - AUDITED : 0; a < done && done < k; a++)
	{
		uint32_t i = (uint32_t) ranked[a].index;
		const Candidate *c = &candidates[i];
		double times = estimate_entries(c, chain->order, conversion, factor);
		double difference = fabs(c->entries / times / conversion - result->removal_effect[i]);

		if (difference > result->error)
			result->error = difference;
	}
	for (uint32_t a = done; a < k; a++)
	{
		uint32_t i = (uint32_t) ranked[a].index;
		const Candidate *c = &candidates[i];
		double times = estimate_entries(c, chain->order, conversion, factor);

		inf_set_effects(result, i, c->entries / times, c->value_entries / times);
		if (chain->order == 1)
			result->visit_probability[i] = solver->n0[i] / times;
	}
	inf_free(lanes.x);
	inf_free(lanes.r);
	inf_free(removed);
}

void
inf_markov_sparse(const InfMarkovSystem *system, InfMarkov *result)
{
	uint32_t n = system->n;
	Solver solver;
	double *ones = inf_zero_vector(n);
	double *h = inf_zero_vector(n);
	double *v = inf_zero_vector(n);
	double e_max = 0;
	double t_largest = 0;
	double bound;

	memset(&solver, 0, sizeof(solver));
	solver.system = system;
	solver.n = n;
	solver.q = system->q;
	solver.qt = inf_sparse_transpose(system->q);
	solver.t = inf_zero_vector(n);
	solver.mt = inf_zero_vector(n);
	solver.n0 = inf_zero_vector(n);
	for (uint32_t i = 0; i < n; i++)
		ones[i] = 1;
	inf_sparse_solve(solver.q, ones, solver.t, &solver.stats);
	inf_sparse_residual(solver.q, ones, solver.t, solver.mt);
	for (uint32_t i = 0; i < n; i++)
	{
		e_max = fabs(solver.mt[i]) > e_max ? fabs(solver.mt[i]) : e_max;
		t_largest = solver.t[i] > t_largest ? solver.t[i] : t_largest;
		solver.mt[i] = 1 - solver.mt[i];
	}
	solver.t_max = t_largest / (e_max < 0.5 ? 1 - e_max : 0.5);
	inf_sparse_solve(solver.qt, system->start, solver.n0, &solver.stats);
	inf_sparse_solve(solver.q, system->convert, h, &solver.stats);
	inf_sparse_solve(solver.q, system->value, v, &solver.stats);
	for (uint32_t i = 0; i < n; i++)
	{
		result->conversion_probability += system->start[i] * h[i];
		result->value += system->start[i] * v[i];
	}
	/* of n and h, relative to P */
	bound = result->conversion_probability > 0
	            ? 2 * solver.stats.residual * solver.t_max / result->conversion_probability
	            : 0;
	if (result->conversion_probability > 0)
	{
		Candidate *candidates = make_candidates(&solver, h, v);
		InfKey *ranked = rank_candidates(candidates, system->chain->ninfluencers);

		remove_influencers(&solver, h, v, candidates, ranked, result);
		inf_free(candidates);
		inf_free(ranked);
	}
	result->iterations = solver.stats.iterations;
	result->residual = solver.stats.residual;
	result->error = (result->error > bound ? result->error : bound) + 1e-11;
	if (result->conversion != NULL)
		memcpy(result->conversion, h, n * sizeof(double));
	inf_free(ones);
	inf_free(h);
	inf_free(v);
	inf_free(solver.qt.first);
	inf_free(solver.qt.to);
	inf_free(solver.qt.value);
	inf_free(solver.t);
	inf_free(solver.mt);
	inf_free(solver.n0);
}
