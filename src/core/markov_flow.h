/*
 * markov_flow.h
 *		The chain of k = 1 in the form in which its returns are solved. Private to markov*.c.
 *
 * States that journeys go through, the most visited first. With D the visits n on a diagonal,
 *
 *		A = D^1/2 Q D^-1/2			a_ij = journeys from i to j / sqrt(journeys at i, at j)
 *
 * M = (I - A)^-1 has the same diagonal as N = (I - Q)^-1, no element of A or M is negative, and
 * no state is privileged: because n Q <= n and Q 1 <= 1, the 2-norm of A is at most 1.
 *
 * Walks forget where they came from: A is near sqrt(n) sqrt(n)' / (sum of n), times the probability
 * of going on, and what is left is noise. With w = sqrt(n) / |sqrt(n)| the mixed part is solved
 * once, M w and w M. For f and b that are orthogonal to w,
 *
 *		f (M - I) b = f S (I - S)^-1 b
 *		S = (I - ww') (A + A w (1 - w A w)^-1 w A) (I - ww')
 *
 * (Schur's complement of w's part in I - A). So |f (M - I) b| <= returns |f| |b|, where "returns"
 * is the smaller of two bounds:
 *
 *	-	for positive u, v with (M - I) u <= alpha v and (M - I)' v <= beta u, sqrt(alpha beta)
 *		(Schur's test), with what was solved for w as u and v. It holds without exception, and is
 *		about the mean number of steps that a walk still goes;
 *	-	rho / (1 - rho), where rho >= |S|: see inf_flow_contraction(). In journeys that mix it is
 *		ten times smaller and more.
 */
#ifndef INF_MARKOV_FLOW_H
#define INF_MARKOV_FLOW_H

#include "core/markov_system.h"

/* Above this the bound says nothing. */
#define INF_NO_BOUND 1e150

typedef struct InfFlow
{
	uint32_t n;
	uint32_t *state;     /* of the chain, by place here */
	double *visits;      /* n, from 1 / (all journeys) up */
	InfSparse matrix[2]; /* A and its transpose; rows in ascending order */
	double *w;           /* of norm 1 */
	double *step[2];     /* A w, and w A */
	double *total[2];    /* M w, and w M */
	double wstep;        /* w A w, below 1 */
	double wtotal;       /* w M w */
	double size[2];      /* bounds of the norms of w M, and M w */
	double rest[2];      /* 2-norms of the residuals of the two solutions "total" */
	double contraction;  /* rho, at most 1 */
	double returns;      /* bound of the norm of M - I beside w; INF_NO_BOUND if there is none */
	double all;          /* bound of the norm of M */
} InfFlow;

extern void inf_flow_build(const InfMarkovSystem *system, InfFlow *flow, InfSparseStats *stats);
extern void inf_flow_free(InfFlow *flow);

/* y = (I - ww') x; returns w x */
extern double inf_flow_project(const InfFlow *flow, double *x);

/* A bound of the 2-norm of S. */
extern double inf_flow_contraction(const InfFlow *flow);

/*
 * Expected visits M_ii to each state by walks that start there, and an upper bound of the error of
 * "weight" / M_ii. As many of these are brought below "goal" as "work" allows: nanoseconds, about.
 */
extern void inf_flow_returns(const InfFlow *flow, const double *weight, double goal, double work,
                             double *visits, double *error);

#endif
