/*
 * markov_lanes.c
 *		Several columns of M at once.
 */
#include "core/markov_lanes.h"

#include <string.h>

#include "core/host.h"

/* Rows between two looks at whether the query was cancelled. */
#define POLL 256

void
inf_lanes_init(InfLanes *lanes, const InfFlow *flow)
{
	memset(lanes, 0, sizeof(*lanes));
	lanes->flow = flow;
	lanes->left = inf_alloc(inf_array_size((size_t) flow->n * INF_LANES, sizeof(double)));
	lanes->next = inf_alloc(inf_array_size((size_t) flow->n * INF_LANES, sizeof(double)));
}

void
inf_lanes_free(InfLanes *lanes)
{
	inf_free(lanes->left);
	inf_free(lanes->next);
	memset(lanes, 0, sizeof(*lanes));
}

static void
measure(InfLanes *lanes)
{
	const InfFlow *flow = lanes->flow;

	memset(lanes->along, 0, sizeof(lanes->along));
	memset(lanes->square, 0, sizeof(lanes->square));
	for (uint32_t i = 0; i < flow->n; i++)
	{
		const double *left = lanes->left + (size_t) i * INF_LANES;

		for (int l = 0; l < INF_LANES; l++)
		{
			lanes->along[l] += left[l] * flow->w[i];
			lanes->square[l] += left[l] * left[l];
		}
	}
}

void
inf_lanes_start(InfLanes *lanes, uint32_t first, uint32_t count)
{
	const InfSparse *columns = &lanes->flow->matrix[1];

	memset(lanes->left, 0, (size_t) lanes->flow->n * INF_LANES * sizeof(double));
	for (uint32_t l = 0; l < INF_LANES; l++)
	{
		uint32_t state = first + (l < count ? l : count - 1);

		lanes->state[l] = state;
		lanes->at_start[l] = 1;
		for (uint64_t e = columns->first[state]; e < columns->first[state + 1]; e++)
			lanes->left[(size_t) columns->to[e] * INF_LANES + l] = columns->value[e];
	}
	measure(lanes);
}

/* next += A left */
static void
multiply(InfLanes *lanes)
{
	const InfSparse *matrix = &lanes->flow->matrix[0];

	for (uint32_t i = 0; i < matrix->n; i++)
	{
		double *next = lanes->next + (size_t) i * INF_LANES;
		double sum[INF_LANES];

		for (int l = 0; l < INF_LANES; l++)
			sum[l] = next[l];
		for (uint64_t e = matrix->first[i]; e < matrix->first[i + 1]; e++)
		{
			double a = matrix->value[e];
			const double *left = lanes->left + (size_t) matrix->to[e] * INF_LANES;

			for (int l = 0; l < INF_LANES; l++)
				sum[l] += a * left[l];
		}
		for (int l = 0; l < INF_LANES; l++)
			next[l] = sum[l];
		if (i % POLL == 0)
			inf_poll();
	}
}

void
inf_lanes_step(InfLanes *lanes)
{
	const InfFlow *flow = lanes->flow;
	double *swap;

	for (uint32_t i = 0; i < flow->n; i++)
	{
		double *left = lanes->left + (size_t) i * INF_LANES;
		double *next = lanes->next + (size_t) i * INF_LANES;

		for (int l = 0; l < INF_LANES; l++)
		{
			next[l] = lanes->along[l] * flow->w[i];
			left[l] -= next[l];
		}
	}
	for (int l = 0; l < INF_LANES; l++)
		lanes->at_start[l] += lanes->left[(size_t) lanes->state[l] * INF_LANES + l];
	multiply(lanes);
	swap = lanes->left;
	lanes->left = lanes->next;
	lanes->next = swap;
	measure(lanes);
}

void
inf_lanes_separate(InfLanes *lanes)
{
	uint32_t n = lanes->flow->n;
	double *swap = lanes->left;

	for (uint32_t i = 0; i < n; i++)
	{
		for (uint32_t l = 0; l < INF_LANES; l++)
			lanes->next[(size_t) l * n + i] = lanes->left[(size_t) i * INF_LANES + l];
	}
	lanes->left = lanes->next;
	lanes->next = swap;
}
