/*
 * markov_lanes.h
 *		Several columns of M at once, so that the matrix is read once for all of them. Private to
 *		markov*.c.
 *
 * Of each lane, e = (I - A) x + left (see markov_push.h). The lanes of a state fill a cache line:
 * eight numbers of double precision, or sixteen of single precision, in the same time. Then the
 * equation holds but for rounding, and the norm of that is bounded: it is small beside the error
 * that is allowed unless the states are among the most visited of all.
 */
#ifndef INF_MARKOV_LANES_H
#define INF_MARKOV_LANES_H

#include "core/markov_flow.h"

#define INF_LANES 16
#define INF_DOUBLE_LANES 8

typedef struct InfLanes
{
	const InfFlow *flow;
	float *value; /* A in single precision */
	void *memory[2];
	double *left; /* lane by lane in each element, a line each */
	double *next;
	double *columns; /* the lanes in one piece each */

	bool single; /* precision */
	uint32_t count;
	uint32_t state[INF_LANES];
	double at_start[INF_LANES]; /* x there */
	double size[INF_LANES];     /* bound of the norm of x */
	double along[INF_LANES];    /* w left */
	double square[INF_LANES];   /* norm of left, squared */
	double rounding[INF_LANES]; /* bound of the norm of what the equation is off by */
} InfLanes;

extern void inf_lanes_init(InfLanes *lanes, const InfFlow *flow);
extern void inf_lanes_free(InfLanes *lanes);

/* The unit vectors of "count" states from "first" on, after a step. */
extern void inf_lanes_start(InfLanes *lanes, uint32_t first, uint32_t count, bool single);

/* A step of all that is beside w. */
extern void inf_lanes_step(InfLanes *lanes);

/* A bound of the norm, squared, of what is left beside w. */
extern double inf_lanes_beside(const InfLanes *lanes, uint32_t lane);

/* What a step takes in nanoseconds, about. */
extern double inf_lanes_cost(const InfFlow *flow, bool single);

/* Takes the lanes apart: then each is to be had in one piece, and may be changed. */
extern void inf_lanes_separate(InfLanes *lanes);

static inline double *
inf_lanes_left(const InfLanes *lanes, uint32_t lane)
{
	return lanes->columns + (size_t) lane * lanes->flow->n;
}

#endif
