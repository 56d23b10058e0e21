/*
 * markov_push.h
 *		A unit vector as what was pushed and what is left: of one state, by its rows or columns.
 *		Private to markov*.c.
 *
 * On side 0, e' = y (I - A) + f; on side 1, e = (I - A) x + b. Pushing an element of f into y
 * follows the walks from there for a step: f_j is taken away, f_j times row j of A is added. Not
 * all of f_j is pushed but how far it is from the mixed part, along w, which is solved already.
 *
 * Andersen, Chung and Lang, "Local graph partitioning using PageRank vectors", FOCS 2006, push one
 * side; Lofgren, Banerjee and Goel, "Personalized PageRank estimation and search: a bidirectional
 * approach", WSDM 2016, let two sides meet. Here both sides push, and a norm bounds what is left.
 */
#ifndef INF_MARKOV_PUSH_H
#define INF_MARKOV_PUSH_H

#include "core/markov_flow.h"

/* Nanoseconds, about: what a multiplication while pushing, or a look at an element, costs. */
#define INF_PUSH_COST 2.0
#define INF_GATHER_COST 1.5
#define INF_LOOK_COST 2.0

typedef struct InfPush
{
	const InfFlow *flow;
	int side;
	const InfSparse *matrix; /* A, or its transpose for side 1 */
	float *benefit;          /* 1 / (cost of pushing each state) */
	double *left;            /* f or b */
	double *own_left;        /* the same unless it is somebody else's */
	uint8_t *touched;        /* which elements of it may be other than 0 */
	bool all;                /* all, and there is no list */
	uint32_t *list;          /* the same as a list */
	uint32_t nlist;

	uint32_t start;
	double at_start;  /* y or x there */
	double size;      /* bound of the norm of y or x */
	uint32_t *pushed; /* what makes up y, unless there was a dense step */
	double *amount;
	size_t npushed;
	size_t capacity;

	/* of "left", after inf_push_measure */
	double along;  /* w left */
	double square; /* its norm, squared */
	double beside; /* bound of the same of what is beside w */
	bool rounding; /* which is rounding for the most part */
	double fades;  /* how much of that comes back from a step, about */
	double work;   /* spent since the start */
} InfPush;

extern void inf_push_init(InfPush *push, const InfFlow *flow, int side);
extern void inf_push_free(InfPush *push);

/* The unit vector of a state, after a first step. */
extern void inf_push_start(InfPush *push, uint32_t state);

/*
 * Goes on from what else was had: e = (I - A) x + left, on side 1, x being at_start at the state and of
 * a norm of "size".
 */
extern void inf_push_take(InfPush *push, uint32_t state, double at_start, double size,
                          double *left);

/* Takes everything away again. */
extern void inf_push_clear(InfPush *push);

/* From now on all elements are looked at. */
extern void inf_push_touch_all(InfPush *push);

extern void inf_push_measure(InfPush *push);

/*
 * Which elements to push, those with the most of the norm per cost first, so that no more than
 * about "rest" of the norm's square stays where it is: those that inf_push_selects() with the cut
 * that is returned. "cost" is the multiplications that takes.
 */
extern uint32_t inf_push_cut(InfPush *push, double rest, double *cost);

/* Pushes them. Returns false if there is none. */
extern bool inf_push_sweep(InfPush *push, uint32_t cut);

/*
 * A step of the elements of one side on the other side's whole vector: sum over selected j of
 * left_j (A other)_j, all beside w, in S (see markov_flow.h). "rest" is the square of the norm of
 * the elements that are not selected.
 */
extern double inf_push_gather(InfPush *push, const InfPush *other, uint32_t cut, double *rest);

/* M_ii by what both sides have: but for the part beside w in what is left on both. */
extern double inf_push_meet(const InfPush *row, const InfPush *column);

#endif
