/*
 * markov_live.h
 *		The states from which somebody converts, in the order in which sweeps take them. Private to
 *		markov*.c.
 */
#ifndef INF_MARKOV_LIVE_H
#define INF_MARKOV_LIVE_H

#include "core/markov_system.h"

/* The place of a state from which nobody converts. */
#define INF_NOT_LIVE UINT32_MAX

typedef struct InfLive
{
	uint32_t n;
	uint32_t *place; /* of a state of the chain, or INF_NOT_LIVE */
	InfSparse from;  /* Q transposed: row i is where walks come from to i, in ascending order */
	double *h;
	double *v;
	double *weight; /* what a walk from here may do to the effects, at most */
	double *behind; /* weight of those at this place or before it to which one step leads */
	double *rough;  /* weight times what rounding may do to a sum over the row, relative to it */
	double *like;   /* weight / visits, for the comparison of sweeps */
} InfLive;

/*
 * v_bound is v with the sizes of the values. The weight is h in terms of "conversion", or v_bound in
 * terms of "value" where that is more, but not where revenue and refunds nearly cancel out.
 */
extern void inf_live_build(const InfMarkovSystem *system, const double *h, const double *v,
                           const double *v_bound, double conversion, double value, InfLive *live);
extern void inf_live_free(InfLive *live);

#endif
