/*
 * markov_lanes.c
 *		Several columns of M at once.
 */
#include "core/markov_lanes.h"

#include <math.h>
#include <string.h>

#include "core/cache_line.h"

/* Rows between two looks at whether the query was cancelled. */
#define POLL 256

/* Products that are added in single precision before the sum goes on in double precision. */
#define CHUNK 32

/*
 * What rounding to single precision may change a number by, relative to it; and more than all that is
 * lost in a step where numbers are too small for that: 2^-149 a product, less than 2^32 products a row
 * and 2^32 rows.
 */
#define SINGLE_ROUNDING 0x1p-24
#define SINGLE_UNDERFLOW 0x1p-100

/* Compilers make loops over numbers of single precision slow here; so they are told what to do. */
typedef float Floats __attribute__((vector_size(16), aligned(16)));

void
inf_lanes_init(InfLanes *lanes, const InfFlow *flow)
{
	const InfSparse *matrix = &flow->matrix[0];

	memset(lanes, 0, sizeof(*lanes));
	lanes->flow = flow;
	for (int i = 0; i < 2; i++)
		lanes->memory[i] = inf_alloc_cache_lines(flow->n);
	lanes->left = inf_cache_lines(lanes->memory[0]);
	lanes->next = inf_cache_lines(lanes->memory[1]);
	lanes->columns = inf_alloc(inf_array_size((size_t) flow->n * INF_LANES, sizeof(double)));
	lanes->value = INF_ALLOC_ARRAY(float, matrix->first[flow->n]);
	for (uint32_t i = 0; i < flow->n; i++)
	{
		for (uint64_t e = matrix->first[i]; e < matrix->first[i + 1]; e++)
			lanes->value[e] = (float) matrix->value[e];
		if (i % POLL == 0)
			inf_poll();
	}
}

void
inf_lanes_free(InfLanes *lanes)
{
	inf_free(lanes->memory[0]);
	inf_free(lanes->memory[1]);
	inf_free(lanes->columns);
	inf_free(lanes->value);
	memset(lanes, 0, sizeof(*lanes));
}

double
inf_lanes_cost(const InfFlow *flow, bool single)
{
	double size = (double) (flow->matrix[0].first[flow->n] + 2 * (uint64_t) flow->n);

	return size * (single ? 4.5 : 4);
}

static float *
single_left(const InfLanes *lanes)
{
	return (float *) (void *) lanes->left;
}

static float *
single_next(const InfLanes *lanes)
{
	return (float *) (void *) lanes->next;
}

static void
measure(InfLanes *lanes)
{
	const double *w = lanes->flow->w;

	memset(lanes->along, 0, sizeof(lanes->along));
	memset(lanes->square, 0, sizeof(lanes->square));
	for (uint32_t i = 0; i < lanes->flow->n; i++)
	{
		const double *left = lanes->left + (size_t) i * INF_DOUBLE_LANES;
		const float *single = single_left(lanes) + (size_t) i * INF_LANES;

		if (lanes->single)
		{
			for (int l = 0; l < INF_LANES; l++)
			{
				lanes->along[l] += (double) single[l] * w[i];
				lanes->square[l] += (double) single[l] * single[l];
			}
		}
		else
		{
			for (int l = 0; l < INF_DOUBLE_LANES; l++)
			{
				lanes->along[l] += left[l] * w[i];
				lanes->square[l] += left[l] * left[l];
			}
		}
	}
}

double
inf_lanes_beside(const InfLanes *lanes, uint32_t lane)
{
	double beside = lanes->square[lane] - lanes->along[lane] * lanes->along[lane];

	/* and what rounding may have lost in sums of so many terms */
	return fmax(0, beside) + 0x1p-51 * (lanes->flow->n + 4.0) * lanes->square[lane];
}

void
inf_lanes_start(InfLanes *lanes, uint32_t first, uint32_t count, bool single)
{
	const InfSparse *columns = &lanes->flow->matrix[1];

	memset(lanes->left, 0, (size_t) lanes->flow->n * INF_DOUBLE_LANES * sizeof(double));
	lanes->single = single;
	lanes->count = single ? INF_LANES : INF_DOUBLE_LANES;
	for (uint32_t l = 0; l < lanes->count; l++)
	{
		uint32_t state = first + (l < count ? l : count - 1);

		lanes->state[l] = state;
		lanes->at_start[l] = 1;
		lanes->size[l] = 1;
		for (uint64_t e = columns->first[state]; e < columns->first[state + 1]; e++)
		{
			if (single)
				single_left(lanes)[(size_t) columns->to[e] * INF_LANES + l] =
				    (float) columns->value[e];
			else
				lanes->left[(size_t) columns->to[e] * INF_DOUBLE_LANES + l] = columns->value[e];
		}
	}
	measure(lanes);
	for (uint32_t l = 0; l < lanes->count; l++)
		lanes->rounding[l] =
		    single ? 1.001 * SINGLE_ROUNDING * sqrt(lanes->square[l]) + SINGLE_UNDERFLOW : 0;
}

/* next += A left */
static void
multiply_double(InfLanes *lanes)
{
	const InfSparse *matrix = &lanes->flow->matrix[0];

	for (uint32_t i = 0; i < matrix->n; i++)
	{
		double *next = lanes->next + (size_t) i * INF_DOUBLE_LANES;
		double sum[INF_DOUBLE_LANES];

		for (int l = 0; l < INF_DOUBLE_LANES; l++)
			sum[l] = next[l];
		for (uint64_t e = matrix->first[i]; e < matrix->first[i + 1]; e++)
		{
			double a = matrix->value[e];
			const double *left = lanes->left + (size_t) matrix->to[e] * INF_DOUBLE_LANES;

			for (int l = 0; l < INF_DOUBLE_LANES; l++)
				sum[l] += a * left[l];
		}
		for (int l = 0; l < INF_DOUBLE_LANES; l++)
			next[l] = sum[l];
		if (i % POLL == 0)
			inf_poll();
	}
}

/* What is mixed stays, the rest is what is to step. */
static void
take_beside_double(InfLanes *lanes)
{
	const InfFlow *flow = lanes->flow;

	for (uint32_t i = 0; i < flow->n; i++)
	{
		double *left = lanes->left + (size_t) i * INF_DOUBLE_LANES;
		double *next = lanes->next + (size_t) i * INF_DOUBLE_LANES;

		for (int l = 0; l < INF_DOUBLE_LANES; l++)
		{
			next[l] = lanes->along[l] * flow->w[i];
			left[l] -= next[l];
		}
	}
	for (int l = 0; l < INF_DOUBLE_LANES; l++)
		lanes->at_start[l] += lanes->left[(size_t) lanes->state[l] * INF_DOUBLE_LANES + l];
}

/* The same two in single precision: next = along w + A left. */
static void
multiply_single(InfLanes *lanes)
{
	const InfSparse *matrix = &lanes->flow->matrix[0];
	const float *left = single_left(lanes);
	const double *w = lanes->flow->w;

	for (uint32_t i = 0; i < matrix->n; i++)
	{
		float *next = single_next(lanes) + (size_t) i * INF_LANES;
		double total[INF_LANES];
		uint64_t e = matrix->first[i];
		uint64_t end = matrix->first[i + 1];

		for (int l = 0; l < INF_LANES; l++)
			total[l] = lanes->along[l] * w[i];
		while (e < end)
		{
			uint64_t stop = end - e > CHUNK ? e + CHUNK : end;
			Floats sum[INF_LANES / 4] = {0};

			for (; e < stop; e++)
			{
				float a = lanes->value[e];
				const Floats *factor = (const Floats *) (left + (size_t) matrix->to[e] * INF_LANES);

				sum[0] += a * factor[0];
				sum[1] += a * factor[1];
				sum[2] += a * factor[2];
				sum[3] += a * factor[3];
			}
			for (int l = 0; l < INF_LANES; l++)
				total[l] += (double) sum[l / 4][l % 4];
		}
		for (int l = 0; l < INF_LANES; l++)
			next[l] = (float) total[l];
		if (i % POLL == 0)
			inf_poll();
	}
}

static void
take_beside_single(InfLanes *lanes)
{
	const InfFlow *flow = lanes->flow;

	for (uint32_t i = 0; i < flow->n; i++)
	{
		float *left = single_left(lanes) + (size_t) i * INF_LANES;

		for (int l = 0; l < INF_LANES; l++)
			left[l] = (float) ((double) left[l] - lanes->along[l] * flow->w[i]);
	}
	for (int l = 0; l < INF_LANES; l++)
		lanes->at_start[l] += (double) single_left(lanes)[(size_t) lanes->state[l] * INF_LANES + l];
}

void
inf_lanes_step(InfLanes *lanes)
{
	double *swap;
	double stepping[INF_LANES];

	for (int l = 0; l < INF_LANES; l++)
	{
		stepping[l] = sqrt(inf_lanes_beside(lanes, l));
		lanes->size[l] += stepping[l];
	}
	if (lanes->single)
	{
		take_beside_single(lanes);
		multiply_single(lanes);
	}
	else
	{
		take_beside_double(lanes);
		multiply_double(lanes);
	}
	swap = lanes->left;
	lanes->left = lanes->next;
	lanes->next = swap;
	measure(lanes);
	/*
	 * What steps was rounded, and A; products were, and their sums so many times; the results were.
	 * No norm of a product with A, whose elements are not negative, is larger than the factor's. One
	 * more than these is for what double precision rounds, and for products of small errors.
	 */
	for (uint32_t l = 0; lanes->single && l < lanes->count; l++)
		lanes->rounding[l] +=
		    SINGLE_ROUNDING * ((CHUNK + 3) * stepping[l] + 1.001 * sqrt(lanes->square[l])) +
		    SINGLE_UNDERFLOW;
}

void
inf_lanes_separate(InfLanes *lanes)
{
	uint32_t n = lanes->flow->n;

	for (uint32_t i = 0; i < n; i++)
	{
		if (lanes->single)
		{
			for (uint32_t l = 0; l < INF_LANES; l++)
				lanes->columns[(size_t) l * n + i] =
				    (double) single_left(lanes)[(size_t) i * INF_LANES + l];
		}
		else
		{
			for (uint32_t l = 0; l < INF_DOUBLE_LANES; l++)
				lanes->columns[(size_t) l * n + i] = lanes->left[(size_t) i * INF_DOUBLE_LANES + l];
		}
		if (i % INF_SPARSE_POLL == 0)
			inf_poll();
	}
}
