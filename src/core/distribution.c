/*
 * distribution.c
 *		The normal distribution, and those that follow from the beta: binomial and Student's t.
 */
#include "core/distribution.h"

#include <math.h>

#define SQRT_HALF 0.70710678118654752440

/* t^2 / df from where on the t distribution is its tail's first term. */
#define FAR 1e290

double
inf_normal_cdf(double x)
{
	return 0.5 * erfc(-x * SQRT_HALF);
}

double
inf_normal_upper(double x)
{
	return 0.5 * erfc(x * SQRT_HALF);
}

double
inf_normal_density(double x)
{
	return exp(-0.5 * x * x) / INF_SQRT_2PI;
}

static double
ratio(const double *numerator, const double *denominator, double x)
{
	double above = 0, below = 0;

	for (int i = 7; i >= 0; i--)
	{
		above = above * x + numerator[i];
		below = below * x + denominator[i];
	}
	return above / below;
}

/* Wichura 1988, "Algorithm AS 241: The percentage points of the normal distribution", PPND16. */
double
inf_normal_quantile(double p)
{
	static const double a[] = {3.3871328727963666080e0, 1.3314166789178437745e2,
	                           1.9715909503065514427e3, 1.3731693765509461125e4,
	                           4.5921953931549871457e4, 6.7265770927008700853e4,
	                           3.3430575583588128105e4, 2.5090809287301226727e3};
	static const double b[] = {1,
	                           4.2313330701600911252e1,
	                           6.8718700749205790830e2,
	                           5.3941960214247511077e3,
	                           2.1213794301586595867e4,
	                           3.9307895800092710610e4,
	                           2.8729085735721942674e4,
	                           5.2264952788528545610e3};
	static const double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
	                           5.76949722146069140550e0,  3.64784832476320460504e0,
	                           1.27045825245236838258e0,  2.41780725177450611770e-1,
	                           2.27238449892691845833e-2, 7.74545014278341407640e-4};
	static const double d[] = {1,
	                           2.05319162663775882187e0,
	                           1.67638483018380384940e0,
	                           6.89767334985100004550e-1,
	                           1.48103976427480074590e-1,
	                           1.51986665636164571966e-2,
	                           5.47593808499534494600e-4,
	                           1.05075007164441684324e-9};
	static const double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
	                           1.78482653991729133580e0,  2.96560571828504891230e-1,
	                           2.65321895265761230930e-2, 1.24266094738807843860e-3,
	                           2.71155556874348757815e-5, 2.01033439929228813265e-7};
	static const double f[] = {1,
	                           5.99832206555887937690e-1,
	                           1.36929880922735805310e-1,
	                           1.48753612908506148525e-2,
	                           7.86869131145613259100e-4,
	                           1.84631831751005468180e-5,
	                           1.42151175831644588870e-7,
	                           2.04426310338993978564e-15};
	double q, r, x;

	if (!(p >= 0 && p <= 1))
		return NAN;
	if (p == 0 || p == 1)
		return p == 0 ? -INFINITY : INFINITY;
	q = p - 0.5;
	if (fabs(q) <= 0.425)
		return q * ratio(a, b, 0.180625 - q * q);
	r = sqrt(-log(q < 0 ? p : 1 - p));
	x = r <= 5 ? ratio(c, d, r - 1.6) : ratio(e, f, r - 5);
	return q < 0 ? -x : x;
}

double
inf_binomial_lower(double k, double n, double p)
{
	if (!(n >= 0 && p >= 0 && p <= 1) || isnan(k))
		return NAN;
	k = floor(k);
	if (k < 0 || k >= n)
		return k < 0 ? 0 : 1;
	return inf_beta_upper(p, k + 1, n - k);
}

double
inf_binomial_upper(double k, double n, double p)
{
	if (!(n >= 0 && p >= 0 && p <= 1) || isnan(k))
		return NAN;
	k = ceil(k);
	if (k <= 0 || k > n)
		return k <= 0 ? 1 : 0;
	return inf_beta_lower(p, k, n - k + 1);
}

/*
 * Far out, P(T > t) = (df / t^2)^(df / 2) times this: in range where the square of t may not be.
 */
static double
log_t_factor(double df)
{
	double half = df / 2;

	return inf_log_gamma(half + 0.5) - inf_log_gamma(half + 1) - inf_log_gamma(0.5) - log(2);
}

/* P(|T| > t) = I_x(df / 2, 1 / 2) at x = df / (df + t^2). */
double
inf_t_upper(double t, double df)
{
	double square = t * (t / df);
	InfUnitPoint point;
	double tail;

	if (!(df >= 2 * INF_MIN_SHAPE) || isnan(t))
		return NAN;
	if (df > INF_MAX_SHAPE)
		return inf_normal_upper(t);
	if (isinf(t))
		return t < 0 ? 1 : 0;
	if (square > FAR)
		tail = exp(df / 2 * (log(df) - 2 * log(fabs(t))) + log_t_factor(df));
	else
	{
		point.x = 1 / (1 + square);
		point.y = square < 1 ? square / (1 + square) : 1 / (1 + 1 / square);
		tail = 0.5 * inf_beta_tail(point, df / 2, 0.5);
	}
	return t < 0 ? 1 - tail : tail;
}

double
inf_t_quantile(double p, double df)
{
	double tail = p < 0.5 ? p : 1 - p;
	InfUnitPoint point;
	double t;

	if (!(df >= 2 * INF_MIN_SHAPE && p >= 0 && p <= 1))
		return NAN;
	if (df > INF_MAX_SHAPE)
		return inf_normal_quantile(p);
	if (tail == 0)
		return p < 0.5 ? -INFINITY : INFINITY;
	point = inf_beta_point(2 * tail, 1 - 2 * tail, df / 2, 0.5);
	if (point.x * FAR > 1)
		t = sqrt(df) * sqrt(point.y / point.x);
	else
		t = exp(0.5 * log(df) + (log_t_factor(df) - log(tail)) / df);
	return p < 0.5 ? -t : t;
}
