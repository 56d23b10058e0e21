/*
 * beta.c
 *		The regularised incomplete beta function and its inverse.
 */
#include "core/distribution.h"

#include <float.h>
#include <math.h>

#include "core/quantile.h"

/* Logarithms of the smallest double and of just above a half. */
#define LOG_MIN (-745.0)
#define LOG_HALF (-0.6931)

/* b x - a y, how far x lies above the mean a / (a + b), times a + b; each product kept in full. */
static double
excess(InfUnitPoint point, double a, double b)
{
	double bx = b * point.x;
	double ay = a * point.y;
	double bx_low = fma(b, point.x, -bx);
	double ay_low = fma(a, point.y, -ay);

	/* what x + y lacks of 1: the larger of the two is rounded */
	if (point.x < point.y)
		ay_low += a * ((1 - point.y) - point.x);
	else
		bx_low += b * ((1 - point.x) - point.y);
	return (bx - ay) + (bx_low - ay_low);
}

/* x^a y^b / B(a, b), as a deviation from its peak (Loader 2000). */
static double
beta_term(InfUnitPoint point, double a, double b)
{
	double n = a + b;
	double d = excess(point, a, b);
	double exponent = inf_deviance(a, n * point.x, d) + inf_deviance(b, n * point.y, -d) +
	                  inf_stirling_error(n) - inf_stirling_error(a) - inf_stirling_error(b);

	return exp(exponent) * (sqrt(a) * sqrt(b / n) / INF_SQRT_2PI);
}

/*
 * I_x(a, b) by the continued fraction of Didonato and Morris (1992, "Algorithm 708", BFRAC), for x up to
 * the mean.
 */
static double
lower_fraction(InfUnitPoint point, double a, double b)
{
	double x = point.x;
	double lambda = -excess(point, a, b);
	double c = 1 + lambda;
	double c0 = b / a;
	double c1 = 1 + 1 / a;
	double p = 1;
	double s = a + 1;
	double an = 0, bn = 1, an1 = 1, bn1 = c / c1;
	double value = c1 / c;

	for (double n = 1;; n++)
	{
		double t = n / a;
		double w = n * (b - n) * x;
		double e = a / s;
		double alpha = p * (p + c0) * e * e * (w * x);
		double beta;
		double last = value;

		e = (1 + t) / (c1 + t + t);
		beta = n + w / s + e * (c + n * (1 + point.y));
		p = 1 + t;
		s += 2;
		t = alpha * an + beta * an1;
		an = an1;
		an1 = t;
		t = alpha * bn + beta * bn1;
		bn = bn1;
		bn1 = t;
		value = an1 / bn1;
		if (!(fabs(value - last) > DBL_EPSILON * value))
			break;
		an /= bn1;
		bn /= bn1;
		an1 = value;
		bn1 = 1;
	}
	return beta_term(point, a, b) * value;
}

static InfUnitPoint
mirrored(InfUnitPoint point)
{
	return (InfUnitPoint){point.y, point.x};
}

double
inf_beta_tail(InfUnitPoint point, double a, double b)
{
	if (!inf_is_shape(a) || !inf_is_shape(b) || !(point.x >= 0 && point.y >= 0))
		return NAN;
	if (point.x == 0 || point.y == 0)
		return point.x == 0 ? 0 : 1;
	if (b * point.x <= a * point.y)
		return lower_fraction(point, a, b);
	return 1 - lower_fraction(mirrored(point), b, a);
}

double
inf_beta_lower(double x, double a, double b)
{
	return inf_beta_tail((InfUnitPoint){x, 1 - x}, a, b);
}

double
inf_beta_upper(double x, double a, double b)
{
	return inf_beta_tail((InfUnitPoint){1 - x, x}, b, a);
}

static double
beta_tail_at(const InfTail *tail, double x, double *slope)
{
	InfUnitPoint point = {x, 1 - x};

	*slope = beta_term(point, tail->a, tail->b) / point.y;
	return tail->upper ? inf_beta_tail(mirrored(point), tail->b, tail->a)
	                   : inf_beta_tail(point, tail->a, tail->b);
}

/* Where log x may be: what the normal distribution says (Abramowitz and Stegun 26.5.22), or the first
 * term of the power series. */
static double
guess_log_point(double p, double q, double a, double b)
{
	if (a > 1 && b > 1)
	{
		double z = p < q ? -inf_normal_quantile(p) : inf_normal_quantile(q);
		double l = (z * z - 3) / 6;
		double h = 2 / (1 / (2 * a - 1) + 1 / (2 * b - 1));
		double w = z * sqrt(fmax(l + h, 0)) / h -
		           (1 / (2 * b - 1) - 1 / (2 * a - 1)) * (l + 5.0 / 6 - 2 / (3 * h));

		return log(a) - log(a + b * exp(2 * w));
	}
	return (log(p) + inf_log_gamma(a + 1) + inf_log_gamma(b) - inf_log_gamma(a + b)) / a;
}

/* The point, if it is known to be at most a half. */
static InfUnitPoint
solve_lower_half(double p, double q, double a, double b)
{
	InfTail tail = {.a = a, .b = b, .upper = p > q, .at = beta_tail_at};
	double guess = guess_log_point(p, q, a, b);
	double x;

	/* so small that only the first term matters, and even that is no double any more */
	if (a <= 1 && guess < LOG_MIN)
		return (InfUnitPoint){0, 1};
	x = inf_solve_tail(&tail, fmin(p, q), guess, LOG_MIN, LOG_HALF);
	return (InfUnitPoint){x, 1 - x};
}

InfUnitPoint
inf_beta_point(double p, double q, double a, double b)
{
	InfUnitPoint half = {0.5, 0.5};

	if (!inf_is_shape(a) || !inf_is_shape(b) || !(p >= 0 && q >= 0))
		return (InfUnitPoint){NAN, NAN};
	if (p == 0 || q == 0)
		return p == 0 ? (InfUnitPoint){0, 1} : (InfUnitPoint){1, 0};
	if (p < q ? inf_beta_tail(half, a, b) >= p : inf_beta_tail(half, b, a) <= q)
		return solve_lower_half(p, q, a, b);
	return mirrored(solve_lower_half(q, p, b, a));
}

double
inf_beta_quantile(double p, double a, double b)
{
	return inf_beta_point(p, 1 - p, a, b).x;
}
