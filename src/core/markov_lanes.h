/*
 * markov_lanes.h
 *		Several columns of M at once, so that the matrix is read once for all of them. Private to
 *		markov*.c.
 */
#ifndef INF_MARKOV_LANES_H
#define INF_MARKOV_LANES_H

#include "core/markov_flow.h"

#define INF_LANES 8

/* Nanoseconds, about: what a step of all lanes takes per transition and lane. */
#define INF_LANE_COST 0.4

/* Of each lane, e = (I - A) x + left: see markov_push.h. */
typedef struct InfLanes
{
	const InfFlow *flow;
	double *left; /* n * INF_LANES, lane by lane in each element; or n each, once separated */
	double *next;
	uint32_t state[INF_LANES];
	double at_start[INF_LANES];
	double along[INF_LANES];
	double square[INF_LANES];
} InfLanes;

extern void inf_lanes_init(InfLanes *lanes, const InfFlow *flow);
extern void inf_lanes_free(InfLanes *lanes);

/* The unit vectors of "count" states from "first" on, after a step. */
extern void inf_lanes_start(InfLanes *lanes, uint32_t first, uint32_t count);

/* A step of all that is beside w. */
extern void inf_lanes_step(InfLanes *lanes);

/* What is left of a lane, in one piece, after inf_lanes_separate; it may be changed. */
extern void inf_lanes_separate(InfLanes *lanes);

static inline double *
inf_lanes_left(const InfLanes *lanes, uint32_t lane)
{
	return lanes->left + (size_t) lane * lanes->flow->n;
}

#endif
