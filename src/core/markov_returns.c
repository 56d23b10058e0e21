/*
 * markov_returns.c
 *		Expected visits M_ii to each state by walks that start there, each with a bound of its error.
 *
 * For each state i its unit vector is pushed from both sides (see markov_push.h) until what is left
 * is small enough. With f and b left,
 *
 *		M_ii = x_i + y b + f M b
 *
 * and of f M b all is known but for the part that is beside w on both sides, f' (M - I) b', which
 * is at most returns |f'| |b'| (see markov_flow.h). Of that part a last step can be had on one
 * side, and then what is left is at most rho |f'_not stepped| |b'| + rho returns |f'| |b'|.
 *
 * The error that is allowed is the goal divided by the removal effect that the state would have if
 * nobody returned: so states of few visits need hardly anything, and those are nearly all. The most
 * visited need steps of the whole matrix, and these are taken for eight or sixteen at a time.
 *
 * What all of them will cost is foretold from some; where it is too much, the goal is another one.
 */
#include <math.h>
#include <string.h>

#include "core/host.h"
#include "core/markov_lanes.h"
#include "core/markov_push.h"
#include "core/sort.h"

/* How much of a sweep's aim is left to what stays where it is. */
#define STAYS 0.4

/* A sweep of so many multiplications a state touches about all: then it need not be noted. */
#define DENSE 1.5

/* Steps of all lanes that are tried for a block of states. */
#define MAX_LANE_STEPS 100

/* A step of all lanes does what so many sweeps do, about: later ones touch more. */
#define SWEEPS 3

/* Where M_ii may be off by less than this, steps of all lanes need double precision. */
#define SINGLE_PRECISION 3e-7

/* Each block of so many states is looked at as a whole. */
#define BLOCK INF_LANES

/* What all blocks cost is foretold from some. If it is too much, so many times the error is allowed. */
#define RELAXED 4.0

/* A block may take this part of all work. */
#define BLOCK_SHARE 0.05

/* States solved one by one may take as much again as that part of all work. */
#define SOLVE_SHARE 0.05

typedef struct Returns
{
	const InfFlow *flow;
	InfPush row;
	InfPush column;
	InfLanes lanes;
	const double *weight;
	double goal;
	double work; /* that is left */
	double block_share;
	double last_step; /* so many times the bound, rho returns |f'| |b'| is left to the last step */
	double *visits;
	double *error;
} Returns;

/* The error of M_ii that keeps the removal effect's within the goal. */
static double
allowed(const Returns *r, uint32_t state)
{
	return r->weight[state] > 0 ? r->goal / r->weight[state] : INF_NO_BOUND;
}

/*
 * What the error of M_ii, at most "bound", does to the removal effect. What was had before stays if it
 * was better.
 */
static void
set_result(Returns *r, uint32_t state, double visits, double bound)
{
	double least = visits - bound > 1 ? visits - bound : 1;
	double error;

	if (!(visits > 1))
		visits = 1; /* rounding, or far too little work */
	/* nobody's removal can do more than its weight */
	error = fmin(r->weight[state], r->weight[state] * bound / visits / least);
	if (error >= r->error[state])
		return;
	r->visits[state] = visits;
	r->error[state] = error;
}

/* A bound of the norm of row i of M, y + f M, or of the column. */
static double
bound_of_whole(const InfPush *push)
{
	const InfFlow *flow = push->flow;

	return push->size + fabs(push->along) * flow->size[push->side] + sqrt(push->beside) * flow->all;
}

/*
 * The error of what is solved for the mixed part, as it comes to M_ii; that of columns which were had
 * in single precision and so are off by something of a norm of "rounding", row i of M times that; and
 * what double precision rounds, sums being of no more than n numbers.
 */
static double
bound_of_parts(const Returns *r, double rounding)
{
	const InfFlow *flow = r->flow;
	double row = bound_of_whole(&r->row);
	double column = bound_of_whole(&r->column);

	return flow->all * (fabs(r->column.along) * sqrt(r->row.beside) * flow->rest[0] +
	                    fabs(r->row.along) * sqrt(r->column.square) * flow->rest[1]) +
	       row * rounding + 3 * 0x1p-52 * (flow->n + 16.0) * row * column;
}

/* A sweep on one side that takes the norm's square down to "aim", or a good part of the way. */
static uint32_t
plan_sweep(InfPush *push, double aim, double *cost)
{
	double rest = STAYS * aim;

	/* more than this comes back as noise anyway */
	if (rest < push->fades * push->beside)
		rest = push->fades * push->beside;
	return inf_push_cut(push, rest, cost);
}

/* |f'| |b'| at which pushing ends: with a last step or without. */
static double
needed_norms(const Returns *r, double bound)
{
	return bound / r->flow->returns * fmax(1, r->last_step / r->flow->contraction);
}

/* The element whose last step is worth taking: its norm's square may stay below that. */
static double
rest_of_last_step(const Returns *r, const InfPush *push, const InfPush *other, double bound)
{
	const InfFlow *flow = r->flow;
	double a = sqrt(push->beside);
	double b = sqrt(other->beside);
	double rest = (bound / b / flow->contraction - flow->returns * a) * 0.98;

	return rest > 0 ? rest * rest : 0;
}

/* Pushes, on the side that has more, until the bound holds or the work is spent. */
static void
finish(Returns *r, uint32_t state, double rounding, double may_spend)
{
	const InfFlow *flow = r->flow;
	double bound = allowed(r, state);
	InfPush *row = &r->row;
	InfPush *column = &r->column;
	double visits, error;

	inf_push_measure(row);
	inf_push_measure(column);
	bound = fmax(bound / 2, bound - bound_of_parts(r, rounding));
	row->fades = column->fades = sqrt(row->beside) * flow->contraction / 2;
	for (;;)
	{
		double ab = sqrt(row->beside * column->beside);
		bool on_row = column->rounding || (row->beside > column->beside && !row->rounding);
		InfPush *push = on_row ? row : column;
		InfPush *other = on_row ? column : row;
		double needed, aim, cost;
		uint32_t cut;

		if (flow->returns * ab <= bound || push->rounding || row->work + column->work > may_spend)
		{
			visits = inf_push_meet(row, column);
			error = flow->returns * ab;
			break;
		}
		if (flow->contraction * flow->returns * ab <= r->last_step * bound)
		{
			double rest;

			push = row->nlist <= column->nlist ? row : column;
			other = push == row ? column : row;
			cut = inf_push_cut(push, rest_of_last_step(r, push, other, bound), &cost);
			visits = inf_push_gather(push, other, cut, &rest) + inf_push_meet(row, column);
			error = flow->contraction * sqrt(other->beside) *
			        (sqrt(rest) + flow->returns * sqrt(push->beside));
			break;
		}
		/* what is needed in all, and half of the way there on this side */
		needed = needed_norms(r, bound);
		aim = needed * needed / other->beside;
		if (aim < needed * sqrt(push->beside / other->beside))
			aim = needed * sqrt(push->beside / other->beside);
		cut = plan_sweep(push, aim, &cost);
		if (cost > DENSE * flow->n)
			inf_push_touch_all(push);
		if (!inf_push_sweep(push, cut))
		{
			/* what there is to do is where nothing was touched, or there is rounding alone */
			if (push->all)
				may_spend = 0;
			inf_push_touch_all(push);
		}
		inf_push_measure(push);
		inf_poll();
	}
	set_result(r, state, visits, error + bound_of_parts(r, rounding));
	r->work = fmax(0, r->work - row->work - column->work);
}

/* Would the most visited state of a block need so much that steps of all lanes are cheaper? */
static bool
lanes_pay(Returns *r, uint32_t state, double per_lane)
{
	const InfFlow *flow = r->flow;
	double bound = allowed(r, state);
	InfPush *row = &r->row;
	InfPush *column = &r->column;
	double ab, needed, cost;

	inf_push_measure(row);
	row->fades = sqrt(row->beside) * flow->contraction / 2;
	if (column->nlist > 0)
		inf_push_measure(column);
	ab = sqrt(row->beside * column->beside);
	if (flow->returns * ab <= bound)
		return false;
	if (flow->contraction * flow->returns * ab <= r->last_step * bound)
	{
		inf_push_cut(row, rest_of_last_step(r, row, column, bound), &cost);
		return cost * INF_GATHER_COST > per_lane;
	}
	needed = needed_norms(r, bound);
	plan_sweep(row, needed * needed / column->beside, &cost);
	return SWEEPS * cost * INF_PUSH_COST > per_lane;
}

/* Takes steps of all lanes while that is the cheapest way; false if it never is. */
static bool
step_lanes(Returns *r, uint32_t first, uint32_t count, bool single, double may_spend)
{
	const InfFlow *flow = r->flow;
	double step = inf_lanes_cost(flow, single);
	double spent = 0;
	double before;
	bool stepped = false;

	inf_push_start(&r->row, first);
	inf_push_start(&r->column, first);
	while (lanes_pay(r, first, step / count) && spent + step <= may_spend &&
	       spent < MAX_LANE_STEPS * step)
	{
		if (!stepped)
		{
			inf_push_clear(&r->column);
			inf_lanes_start(&r->lanes, first, count, single);
			stepped = true;
		}
		before = r->column.beside;
		inf_lanes_step(&r->lanes);
		spent += step;
		r->column.beside = inf_lanes_beside(&r->lanes, 0);
		if (!(r->column.beside < 0.9 * before))
			break;
	}
	r->work = fmax(0, r->work - spent - r->row.work - r->column.work);
	inf_push_clear(&r->row);
	inf_push_clear(&r->column);
	if (stepped)
		inf_lanes_separate(&r->lanes);
	return stepped;
}

/* A column solved as it is: for what neither pushing nor steps could do. */
static void
solve_column(Returns *r, uint32_t state, double *unit, double *x, double *rest)
{
	const InfFlow *flow = r->flow;
	InfSparseStats stats = {0, 0};

	memset(x, 0, flow->n * sizeof(double));
	unit[state] = 1;
	inf_sparse_solve(flow->matrix[0], unit, x, &stats);
	inf_sparse_residual(flow->matrix[0], unit, x, rest);
	unit[state] = 0;
	r->work -= INF_GATHER_COST * 3 * (stats.iterations + 2.0) *
	           ((double) flow->matrix[0].first[flow->n] + 8.0 * flow->n);
	r->work = fmax(0, r->work);
	inf_push_start(&r->row, state);
	inf_push_take(&r->column, state, x[state], inf_norm(x, flow->n), rest);
	finish(r, state, 0, 0);
	inf_push_clear(&r->row);
	inf_push_clear(&r->column);
}

/* Pushes from where the state starts. */
static void
push_state(Returns *r, uint32_t state, double may_spend)
{
	inf_push_start(&r->row, state);
	inf_push_start(&r->column, state);
	finish(r, state, 0, may_spend);
	inf_push_clear(&r->row);
	inf_push_clear(&r->column);
}

/* Those whose bound is above the goal, the worst first, with the work that others did not need. */
static void
solve_worst(Returns *r)
{
	uint32_t n = r->flow->n;
	InfKey *worst = INF_ALLOC_ARRAY(InfKey, n);
	double *unit = inf_zero_vector(n);
	double *x = inf_zero_vector(n);
	double *rest = inf_zero_vector(n);
	size_t count = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		if (r->error[i] > 1.1 * r->goal)
			worst[count++] = (InfKey){~inf_key_of_weight(r->error[i]), i};
	}
	inf_sort(worst, count);
	for (size_t k = 0; k < count && r->work > 0; k++)
	{
		uint32_t i = (uint32_t) worst[k].index;

		push_state(r, i, r->work / (double) (count - k));
		if (r->error[i] > 1.1 * r->goal)
			solve_column(r, i, unit, x, rest);
	}
	inf_free(worst);
	inf_free(unit);
	inf_free(x);
	inf_free(rest);
}

/* States from "first" on, by steps of all lanes if these pay. */
static void
solve_lanes(Returns *r, uint32_t first, uint32_t count, bool single, double may_spend)
{
	bool stepped = step_lanes(r, first, count, single, may_spend / 2);

	for (uint32_t l = count; l-- > 0;)
	{
		uint32_t i = first + l;

		if (stepped)
		{
			inf_push_start(&r->row, i);
			inf_push_take(&r->column, i, r->lanes.at_start[l], r->lanes.size[l],
			              inf_lanes_left(&r->lanes, l));
			finish(r, i, r->lanes.rounding[l], may_spend / count);
			inf_push_clear(&r->row);
			inf_push_clear(&r->column);
		}
		else
			push_state(r, i, may_spend / count);
	}
	inf_poll();
}

/* A block of states. Returns the work. */
static double
solve_block(Returns *r, uint32_t block)
{
	uint32_t first = block * BLOCK;
	uint32_t count = r->flow->n - first < BLOCK ? r->flow->n - first : BLOCK;
	double before = r->work;
	double may_spend = fmin(r->work, r->block_share);

	if (allowed(r, first) > SINGLE_PRECISION)
		solve_lanes(r, first, count, true, may_spend);
	else
	{
		for (uint32_t l = 0; l < count; l += INF_DOUBLE_LANES)
			solve_lanes(r, first + l, count - l < INF_DOUBLE_LANES ? count - l : INF_DOUBLE_LANES,
			            false, may_spend * INF_DOUBLE_LANES / BLOCK);
	}
	return before - r->work;
}

static uint32_t
next_sample(uint32_t block)
{
	return 2 * block + 1;
}

/*
 * Solves some blocks, up to block *end. Is there work left for all others? About in proportion to 1 /
 * (block + 1) they get cheaper, so logarithms foretell it.
 */
static bool
solve_samples(Returns *r, uint32_t nblocks, uint32_t *end)
{
	double foretold = 0;
	double before = 0;

	for (*end = 0; *end < nblocks; *end = next_sample(*end))
	{
		double work = solve_block(r, *end) * (*end + 1.0);

		foretold += *end == 0 ? 0 : (work + before) / 2 * log(2);
		if (foretold > r->work)
		{
			*end = next_sample(*end);
			return false;
		}
		before = work;
	}
	return true;
}

void
inf_flow_returns(const InfFlow *flow, const double *weight, double goal, double work,
                 double *visits, double *error)
{
	Returns r = {.flow = flow, .weight = weight, .goal = goal};
	uint32_t nblocks = (flow->n + BLOCK - 1) / BLOCK;
	uint32_t sample = 0;
	uint32_t sampled;

	r.visits = visits;
	r.error = error;
	r.work = work;
	r.block_share = BLOCK_SHARE * work;
	r.last_step = fmin(0.6, fmax(0.25, 1.4 * flow->contraction));
	inf_push_init(&r.row, flow, 0);
	inf_push_init(&r.column, flow, 1);
	inf_lanes_init(&r.lanes, flow);
	for (uint32_t i = 0; i < flow->n; i++)
	{
		visits[i] = 1;
		error[i] = INFINITY;
	}
	while (!solve_samples(&r, nblocks, &sampled) && r.goal < 1 && r.work > work / 2)
		r.goal *= RELAXED;
	/* the most visited first: of others less can go wrong if work is short after all */
	for (uint32_t block = 0; block < nblocks; block++)
	{
		if (block != sample || block >= sampled)
			solve_block(&r, block);
		if (block == sample)
			sample = next_sample(sample);
	}
	inf_lanes_free(&r.lanes);
	r.work += SOLVE_SHARE * work;
	solve_worst(&r);
	inf_push_free(&r.row);
	inf_push_free(&r.column);
}
