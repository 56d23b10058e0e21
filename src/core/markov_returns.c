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
 * visited need steps of the whole matrix, and these are taken for eight at a time.
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

/* A state may take this many times its share: few do. */
#define GENEROSITY 1.5

/* States solved one by one may take as much work again as all others, in parts of all work. */
#define SOLVE_SHARE 0.1

typedef struct Returns
{
	const InfFlow *flow;
	InfPush row;
	InfPush column;
	InfLanes lanes;
	const double *weight;
	double goal;
	double even;    /* work that is left, for all states alike */
	double popular; /* and in proportion to their visits */
	double visits_left;
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

/* What the error of M_ii, at most "bound", does to the removal effect. */
static void
set_result(Returns *r, uint32_t state, double visits, double bound)
{
	double least = visits - bound > 1 ? visits - bound : 1;

	if (!(visits > 1))
		visits = 1; /* rounding, or far too little work */
	r->visits[state] = visits;
	r->error[state] = r->weight[state] * bound / visits / least;
	if (!(r->error[state] < r->weight[state]))
		r->error[state] = r->weight[state]; /* nobody's removal can do more */
}

/* The work that the state may take. What others before it did not need comes to it too. */
static double
share_of_work(const Returns *r, uint32_t state)
{
	return GENEROSITY *
	       (r->even / (state + 1.0) + r->popular * r->flow->visits[state] / r->visits_left);
}

static void
spend(Returns *r, uint32_t state, double work)
{
	double even = r->even / (state + 1.0);
	double popular = r->popular * r->flow->visits[state] / r->visits_left;

	even = even + popular > 0 ? even / (even + popular) : 0.5;
	r->even = fmax(0, r->even - even * work);
	r->popular = fmax(0, r->popular - (1 - even) * work);
}

/* The error of what is solved for the mixed part, as it comes to M_ii. */
static double
bound_of_totals(const Returns *r)
{
	const InfFlow *flow = r->flow;

	return flow->all * (fabs(r->column.along) * sqrt(r->row.beside) * flow->rest[0] +
	                    fabs(r->row.along) * sqrt(r->column.square) * flow->rest[1]);
}

/* A sweep on one side that takes the norm's square down to "aim", or a good part of the way. */
static uint32_t
plan_sweep(const Returns *r, InfPush *push, double aim, double *cost)
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
finish(Returns *r, uint32_t state, double may_spend)
{
	const InfFlow *flow = r->flow;
	double bound = allowed(r, state);
	InfPush *row = &r->row;
	InfPush *column = &r->column;
	double visits, error;

	inf_push_measure(row);
	inf_push_measure(column);
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
		cut = plan_sweep(r, push, aim, &cost);
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
	set_result(r, state, visits, error + bound_of_totals(r));
	spend(r, state, row->work + column->work);
}

/* Would the most visited state of a block need so much that steps of all lanes are cheaper? */
static bool
lanes_pay(Returns *r, uint32_t state)
{
	const InfFlow *flow = r->flow;
	double bound = allowed(r, state);
	InfPush *row = &r->row;
	InfPush *column = &r->column;
	double ab, needed, cost, per_lane;

	inf_push_measure(row);
	row->fades = sqrt(row->beside) * flow->contraction / 2;
	if (column->nlist > 0)
		inf_push_measure(column);
	ab = sqrt(row->beside * column->beside);
	per_lane = INF_LANE_COST * (double) (flow->matrix[0].first[flow->n] + flow->n);
	if (flow->returns * ab <= bound)
		return false;
	if (flow->contraction * flow->returns * ab <= r->last_step * bound)
	{
		inf_push_cut(row, rest_of_last_step(r, row, column, bound), &cost);
		return cost * INF_GATHER_COST > per_lane;
	}
	needed = needed_norms(r, bound);
	plan_sweep(r, row, needed * needed / column->beside, &cost);
	return cost * INF_PUSH_COST > per_lane;
}

/* Takes steps of all lanes while that is the cheapest way; false if it never is. */
static bool
step_lanes(Returns *r, uint32_t first, uint32_t count, double may_spend)
{
	const InfFlow *flow = r->flow;
	double step = INF_LANE_COST * (double) (flow->matrix[0].first[flow->n] + flow->n) * INF_LANES;
	double spent = 0;
	double before;
	bool stepped = false;

	inf_push_start(&r->row, first);
	inf_push_start(&r->column, first);
	while (lanes_pay(r, first) && spent + step <= may_spend && spent < MAX_LANE_STEPS * step)
	{
		if (!stepped)
		{
			inf_push_clear(&r->column);
			inf_lanes_start(&r->lanes, first, count);
			stepped = true;
		}
		before = r->column.beside;
		inf_lanes_step(&r->lanes);
		spent += step;
		r->column.beside = r->lanes.square[0] - r->lanes.along[0] * r->lanes.along[0];
		r->column.beside = r->column.beside > 0 ? r->column.beside : 0;
		r->column.beside += 0x1p-51 * (flow->n + 4.0) * r->lanes.square[0];
		if (!(r->column.beside < 0.9 * before))
			break;
	}
	spend(r, first, spent + r->row.work + r->column.work);
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
	spend(r, state,
	      INF_GATHER_COST * 3 * (stats.iterations + 2.0) *
	          ((double) flow->matrix[0].first[flow->n] + 8.0 * flow->n));
	inf_push_start(&r->row, state);
	inf_push_take(&r->column, state, x[state], rest);
	finish(r, state, 0);
	inf_push_clear(&r->row);
	inf_push_clear(&r->column);
}

/* Those whose bound is above the goal, the worst first. */
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
	for (size_t k = 0; k < count && r->even + r->popular > 0; k++)
	{
		uint32_t i = (uint32_t) worst[k].index;
		double visits = r->visits[i];
		double error = r->error[i];

		solve_column(r, i, unit, x, rest);
		if (r->error[i] > error)
		{
			r->visits[i] = visits;
			r->error[i] = error;
		}
	}
	inf_free(worst);
	inf_free(unit);
	inf_free(x);
	inf_free(rest);
}

void
inf_flow_returns(const InfFlow *flow, const double *weight, double goal, double work,
                 double *visits, double *error)
{
	Returns r = {.flow = flow, .weight = weight, .goal = goal};

	r.visits = visits;
	r.error = error;
	r.even = r.popular = work / 2;
	r.last_step = fmin(0.6, fmax(0.25, 1.4 * flow->contraction));
	inf_push_init(&r.row, flow, 0);
	inf_push_init(&r.column, flow, 1);
	inf_lanes_init(&r.lanes, flow);
	for (uint32_t i = 0; i < flow->n; i++)
		r.visits_left += flow->visits[i];
	/* the least visited first: what they do not need is left for the others */
	for (uint32_t end = flow->n; end > 0;)
	{
		uint32_t count = end < INF_LANES ? end : INF_LANES;
		uint32_t first = end - count;
		bool stepped = step_lanes(&r, first, count, count * share_of_work(&r, first));

		for (uint32_t i = end; i-- > first;)
		{
			double may_spend = share_of_work(&r, i);

			inf_push_start(&r.row, i);
			if (stepped)
				inf_push_take(&r.column, i, r.lanes.at_start[i - first],
				              inf_lanes_left(&r.lanes, i - first));
			else
				inf_push_start(&r.column, i);
			finish(&r, i, may_spend);
			inf_push_clear(&r.row);
			inf_push_clear(&r.column);
			r.visits_left = fmax(r.visits_left - flow->visits[i], flow->visits[0]);
		}
		end = first;
	}
	inf_lanes_free(&r.lanes);
	r.even += SOLVE_SHARE * work;
	solve_worst(&r);
	inf_push_free(&r.row);
	inf_push_free(&r.column);
}
