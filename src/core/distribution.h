/*
 * distribution.h
 *		Probabilities, tails and quantiles: normal, gamma, beta, binomial and Student's t.
 *
 * Relative errors are at most some 1e-12 for parameters from 1e-3 to 1e8, in both tails, down to the
 * smallest normal double. Both tails exist because 1 - p of the other is worth nothing where p is close
 * to 1. Arguments outside of a function's domain give NaN, never an error. The time grows with the square
 * root of the parameters: a microsecond for most, 0.1 ms at 1e8.
 */
#ifndef INF_DISTRIBUTION_H
#define INF_DISTRIBUTION_H

#include <stdbool.h>

#include "core/special.h" /* inf_log_gamma, inf_digamma */

/* What a shape parameter may be. */
#define INF_MIN_SHAPE 1e-10
#define INF_MAX_SHAPE 1e10

static inline bool
inf_is_shape(double a)
{
	return a >= INF_MIN_SHAPE && a <= INF_MAX_SHAPE;
}

/* Standard normal: P(Z <= x), P(Z > x), density, and x from P(Z <= x) = p. */
extern double inf_normal_cdf(double x);
extern double inf_normal_upper(double x);
extern double inf_normal_density(double x);
extern double inf_normal_quantile(double p);

/* Gamma of shape a and rate 1, which is the regularised incomplete gamma function: P(a, x), Q(a, x). */
extern double inf_gamma_lower(double a, double x);
extern double inf_gamma_upper(double a, double x);
extern double inf_gamma_quantile(double p, double a);

/* Beta, which is the regularised incomplete beta function: I_x(a, b) and its complement. */
extern double inf_beta_lower(double x, double a, double b);
extern double inf_beta_upper(double x, double a, double b);
extern double inf_beta_quantile(double p, double a, double b);

/*
 * The same for a point given as x and y = 1 - x, of which the smaller one is exact; and the point from
 * both tails, p = 1 - q, likewise.
 */
typedef struct InfUnitPoint
{
	double x;
	double y;
} InfUnitPoint;

extern double inf_beta_tail(InfUnitPoint point, double a, double b);
extern InfUnitPoint inf_beta_point(double p, double q, double a, double b);

/* Of n trials that each succeed with probability p: at most k successes, at least k successes. */
extern double inf_binomial_lower(double k, double n, double p);
extern double inf_binomial_upper(double k, double n, double p);

/* Student's t: P(T > t), and t from P(T <= t) = p. Beyond INF_MAX_SHAPE, also for
 * infinite df, it is the normal. */
extern double inf_t_upper(double t, double df);
extern double inf_t_quantile(double p, double df);

#endif
