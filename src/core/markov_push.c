/*
 * markov_push.c
 *		A unit vector as what was pushed and what is left.
 *
 * Elements are looked at in the order in which they were touched, which depends on the data alone.
 * Once an eighth of all are touched, all are looked at, in order.
 */
#include "core/markov_push.h"

#include <math.h>
#include <string.h>

#include "core/host.h"

/* Classes of benefit, two for each power of two. */
#define CLASSES 512

/* Pushes between two looks at whether the query was cancelled. */
#define PUSH_POLL 64

void
inf_push_init(InfPush *push, const InfFlow *flow, int side)
{
	uint32_t n = flow->n;

	memset(push, 0, sizeof(*push));
	push->flow = flow;
	push->side = side;
	push->matrix = &flow->matrix[side];
	push->left = push->own_left = inf_zero_vector(n);
	push->touched = inf_alloc(n);
	memset(push->touched, 0, n);
	/* one more than there are: what is written there is not yet in the list */
	push->list = INF_ALLOC_ARRAY(uint32_t, (size_t) n + 1);
	push->benefit = INF_ALLOC_ARRAY(float, n);
	for (uint32_t i = 0; i < n; i++)
		push->benefit[i] = 1.0F / (float) (4 + push->matrix->first[i + 1] - push->matrix->first[i]);
}

void
inf_push_free(InfPush *push)
{
	inf_free(push->own_left);
	inf_free(push->touched);
	inf_free(push->list);
	inf_free(push->benefit);
	inf_free(push->pushed);
	inf_free(push->amount);
	memset(push, 0, sizeof(*push));
}

static void
note_push(InfPush *push, uint32_t state, double amount)
{
	if (state == push->start)
		push->at_start += amount;
	if (push->side == 1)
		return; /* nobody asks for the other elements of x */
	if (push->npushed == push->capacity)
	{
		push->capacity = push->capacity == 0 ? 1024 : push->capacity * 2;
		push->pushed = inf_realloc(push->pushed, inf_array_size(push->capacity, sizeof(uint32_t)));
		push->amount = inf_realloc(push->amount, inf_array_size(push->capacity, sizeof(double)));
	}
	push->pushed[push->npushed] = state;
	push->amount[push->npushed++] = amount;
}

/* Adds a multiple of a state's row to what is left. */
static inline void
add_row(InfPush *push, uint32_t state, double amount)
{
	const InfSparse *matrix = push->matrix;
	uint64_t end = matrix->first[state + 1];
	double *left = push->left;

	if (push->all)
	{
		for (uint64_t e = matrix->first[state]; e < end; e++)
			left[matrix->to[e]] += amount * matrix->value[e];
	}
	else
	{
		uint32_t *list = push->list;
		uint8_t *touched = push->touched;
		uint32_t n = push->nlist;

		for (uint64_t e = matrix->first[state]; e < end; e++)
		{
			uint32_t to = matrix->to[e];

			list[n] = to;
			n += !touched[to];
			touched[to] = 1;
			left[to] += amount * matrix->value[e];
		}
		push->nlist = n;
	}
	push->work += INF_PUSH_COST * (double) (end - matrix->first[state]);
}

void
inf_push_start(InfPush *push, uint32_t state)
{
	push->start = state;
	push->at_start = 0;
	push->npushed = 0;
	push->size = 1;
	push->work = 0;
	note_push(push, state, 1);
	add_row(push, state, 1);
}

void
inf_push_take(InfPush *push, uint32_t state, double at_start, double size, double *left)
{
	push->start = state;
	push->at_start = at_start;
	push->size = size;
	push->npushed = 0;
	push->work = 0;
	push->left = left;
	inf_push_touch_all(push);
}

void
inf_push_clear(InfPush *push)
{
	uint32_t n = push->flow->n;

	if (push->left != push->own_left)
		push->left = push->own_left;
	else if (push->all)
	{
		memset(push->left, 0, n * sizeof(double));
		memset(push->touched, 0, n);
	}
	else
	{
		for (uint32_t k = 0; k < push->nlist; k++)
		{
			push->left[push->list[k]] = 0;
			push->touched[push->list[k]] = 0;
		}
	}
	push->all = false;
	push->nlist = 0;
}

/* Element k of those to look at. */
static inline uint32_t
element(const InfPush *push, uint32_t k)
{
	return push->all ? k : push->list[k];
}

void
inf_push_touch_all(InfPush *push)
{
	push->all = true;
	push->nlist = push->flow->n;
}

void
inf_push_measure(InfPush *push)
{
	const double *w = push->flow->w;
	const double *left = push->left;
	double square[2] = {0, 0};
	double along[2] = {0, 0};
	double rounding;
	uint32_t k = 0;

	if (push->nlist > push->flow->n / 8)
		inf_push_touch_all(push);
	if (push->all)
	{
		for (; k + 1 < push->nlist; k += 2)
		{
			square[0] += left[k] * left[k];
			along[0] += left[k] * w[k];
			square[1] += left[k + 1] * left[k + 1];
			along[1] += left[k + 1] * w[k + 1];
		}
	}
	for (; k < push->nlist; k++)
	{
		uint32_t j = element(push, k);

		square[0] += left[j] * left[j];
		along[0] += left[j] * w[j];
	}
	push->along = along[0] + along[1];
	push->square = square[0] + square[1];
	push->beside = push->square - push->along * push->along;
	push->beside = push->beside > 0 ? push->beside : 0;
	/* what rounding may have lost in sums of so many terms */
	rounding = 0x1p-51 * (push->nlist + 4.0) * push->square;
	push->rounding = push->beside < rounding;
	push->beside += rounding;
	push->work += INF_LOOK_COST * push->nlist;
}

/* The class of benefit of an element: its square per cost, by exponent and a bit more. */
static inline uint32_t
class_of(const InfPush *push, uint32_t j, double element)
{
	union
	{
		float f;
		uint32_t u;
	} bits = {.f = (float) (element * element * push->benefit[j])};

	return bits.u >> 22;
}

/* Element j of what is left beside w. */
static inline double
beside_w(const InfPush *push, uint32_t j)
{
	return push->left[j] - push->along * push->flow->w[j];
}

uint32_t
inf_push_cut(InfPush *push, double rest, double *cost)
{
	double square[CLASSES] = {0};
	double costs[CLASSES] = {0};
	double touched = 0;
	double sum;
	uint32_t cut = 0;

	for (uint32_t k = 0; k < push->nlist; k++)
	{
		uint32_t j = element(push, k);
		double x = beside_w(push, j);
		uint32_t class = class_of(push, j, x);

		square[class] += x * x;
		costs[class] += (double) (push->matrix->first[j + 1] - push->matrix->first[j]);
		touched += x * x;
	}
	push->work += INF_LOOK_COST * push->nlist;
	/* elements that were not touched are away from the mixed part too */
	sum = push->beside > touched ? push->beside - touched : 0;
	if (sum > rest / 2 && !push->all)
	{
		inf_push_touch_all(push);
		return inf_push_cut(push, rest, cost);
	}
	while (cut < CLASSES && sum + square[cut] <= rest)
		sum += square[cut++];
	*cost = 0;
	for (uint32_t class = cut; class < CLASSES; class ++)
		*cost += costs[class];
	return cut;
}

bool
inf_push_sweep(InfPush *push, uint32_t cut)
{
	uint32_t nlist = push->nlist;
	uint32_t n = 0;
	double square = 0;

	for (uint32_t k = 0; k < nlist; k++)
	{
		uint32_t j = element(push, k);
		double x = beside_w(push, j);

		if (x == 0 || class_of(push, j, x) < cut)
			continue;
		square += x * x;
		push->left[j] -= x;
		note_push(push, j, x);
		add_row(push, j, x);
		if (++n % PUSH_POLL == 0)
			inf_poll();
	}
	push->size += sqrt(square);
	push->work += INF_LOOK_COST * nlist;
	return n > 0;
}

/* Row j of the matrix times x. */
static inline double
row_times(const InfSparse *matrix, uint32_t j, const double *x)
{
	double sum[4] = {0, 0, 0, 0};
	uint64_t e = matrix->first[j];
	uint64_t end = matrix->first[j + 1];

	for (; e + 4 <= end; e += 4)
	{
		for (int l = 0; l < 4; l++)
			sum[l] += matrix->value[e + l] * x[matrix->to[e + l]];
	}
	for (; e < end; e++)
		sum[0] += matrix->value[e] * x[matrix->to[e]];
	return sum[0] + sum[1] + (sum[2] + sum[3]);
}

double
inf_push_gather(InfPush *push, const InfPush *other, uint32_t cut, double *rest)
{
	const InfFlow *flow = push->flow;
	const double *step = flow->step[push->side];     /* a step from each state, into w */
	const double *back = flow->step[1 - push->side]; /* a step from w, into each state */
	double direct = 0, along = 0, into_w = 0, from_w = 0;
	double selected = 0;
	uint32_t n = 0;

	for (uint32_t k = 0; k < push->nlist; k++)
	{
		uint32_t j = element(push, k);
		double x = beside_w(push, j);

		if (x == 0 || class_of(push, j, x) < cut)
			continue;
		direct += x * (row_times(push->matrix, j, other->left) - other->along * step[j]);
		along += x * flow->w[j];
		into_w += x * step[j];
		selected += x * x;
		push->work +=
		    INF_GATHER_COST * (double) (push->matrix->first[j + 1] - push->matrix->first[j]);
		if (++n % PUSH_POLL == 0)
			inf_poll();
	}
	for (uint32_t k = 0; k < other->nlist; k++)
	{
		uint32_t j = element(other, k);

		from_w += back[j] * other->left[j];
	}
	push->work += INF_LOOK_COST * (push->nlist + other->nlist);
	/* of both vectors only what is beside w; then the way by w */
	from_w -= other->along * flow->wstep;
	into_w -= along * flow->wstep;
	direct -= along * from_w;
	selected *= 1 - 0x1p-51 * (push->nlist + 4.0);
	*rest = push->beside > selected ? push->beside - selected : 0;
	return direct + into_w * from_w / (1 - flow->wstep);
}

double
inf_push_meet(const InfPush *row, const InfPush *column)
{
	const InfFlow *flow = row->flow;
	double sum = column->at_start;
	double mixed_row = 0, mixed_column = 0, both = 0;

	for (size_t k = 0; k < row->npushed; k++)
		sum += row->amount[k] * column->left[row->pushed[k]];
	for (uint32_t k = 0; k < column->nlist; k++)
	{
		uint32_t j = element(column, k);

		mixed_column += flow->total[1][j] * column->left[j];
	}
	for (uint32_t k = 0; k < row->nlist; k++)
	{
		uint32_t j = element(row, k);

		mixed_row += flow->total[0][j] * row->left[j];
		both += row->left[j] * column->left[j];
	}
	return sum + row->along * mixed_column +
	       column->along * (mixed_row - row->along * flow->wtotal) +
	       (both - row->along * column->along);
}
