/*
 * quantile.h
 *		Quantiles of positive variables: a tail solved for the point where it has a given probability.
 */
#ifndef INF_QUANTILE_H
#define INF_QUANTILE_H

#include <stdbool.h>

typedef struct InfTail
{
	double a, b; /* the distribution's parameters */
	bool upper;  /* the tail above x, else the one below */
	/* the tail at x, and |x f(x)| where f is the density */
	double (*at)(const struct InfTail *tail, double x, double *slope);
} InfTail;

/*
 * The x at which the tail is p, 0 < p <= 1/2 or so. log x is known to lie between low and high, and
 * perhaps near the guess.
 */
extern double inf_solve_tail(const InfTail *tail, double p, double guess, double low, double high);

#endif
