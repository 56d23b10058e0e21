/*
 * gamma.c
 *		The regularised incomplete gamma function and its inverse.
 */
#include "core/distribution.h"

#include <float.h>
#include <math.h>

#include "core/quantile.h"

/* Logarithms of the smallest and the largest double. */
#define LOG_MIN (-745.0)
#define LOG_MAX 709.0

/* x^a e^-x / Gamma(a + 1), as a deviation from its peak (Loader 2000). */
static double
gamma_term(double a, double x)
{
	return exp(inf_deviance(a, x, x - a) - inf_stirling_error(a)) / sqrt(a) / INF_SQRT_2PI;
}

/* P(a, x) by its power series, for x below a + 1 or so. */
static double
lower_series(double a, double x)
{
	double sum = 1, term = 1;

	for (double n = 1; term > sum * (DBL_EPSILON / 4); n++)
	{
		term *= x / (a + n);
		sum += term;
	}
	return gamma_term(a, x) * sum;
}

/* Q(a, x) by its continued fraction (Lentz's method), for x above a + 1 or so. */
static double
upper_fraction(double a, double x)
{
	double b = x + 1 - a;
	double c = DBL_MAX;
	double d = 1 / b;
	double value = d;
	double change;

	for (double n = 1;; n++)
	{
		double an = n * (a - n);

		b += 2;
		d = an * d + b;
		c = b + an / c;
		if (d == 0)
			d = DBL_MIN;
		if (c == 0)
			c = DBL_MIN;
		d = 1 / d;
		change = c * d;
		value *= change;
		if (!(fabs(change - 1) > DBL_EPSILON))
			break;
	}
	return gamma_term(a, x) * a * value;
}

/* Which side is computed, and the other one from it. */
static double
gamma_tail(double a, double x, bool upper)
{
	if (!inf_is_shape(a) || !(x >= 0))
		return NAN;
	if (x == 0 || isinf(x))
		return (x == 0) == upper ? 1 : 0;
	if (x < a + 1)
		return upper ? 1 - lower_series(a, x) : lower_series(a, x);
	return upper ? upper_fraction(a, x) : 1 - upper_fraction(a, x);
}

double
inf_gamma_lower(double a, double x)
{
	return gamma_tail(a, x, false);
}

double
inf_gamma_upper(double a, double x)
{
	return gamma_tail(a, x, true);
}

static double
gamma_tail_at(const InfTail *tail, double x, double *slope)
{
	*slope = gamma_term(tail->a, x) * tail->a;
	return gamma_tail(tail->a, x, tail->upper);
}

double
inf_gamma_quantile(double p, double a)
{
	InfTail tail = {.a = a, .upper = p > 0.5, .at = gamma_tail_at};
	double cube, guess;

	if (!inf_is_shape(a) || !(p >= 0 && p <= 1))
		return NAN;
	if (p == 0 || p == 1)
		return p == 0 ? 0 : INFINITY;

	/* Wilson and Hilferty's cube root; where that fails, the first term of the series */
	cube = 1 - 1 / (9 * a) + inf_normal_quantile(p) / (3 * sqrt(a));
	if (a > 0.5 && cube > 0.1)
		guess = log(a) + 3 * log(cube);
	else
		guess = (log(p) + inf_log_gamma(a + 1)) / a;
	if (guess < LOG_MIN)
		return 0;
	return inf_solve_tail(&tail, tail.upper ? 1 - p : p, guess, LOG_MIN, LOG_MAX);
}
