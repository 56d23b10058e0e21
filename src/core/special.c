/*
 * special.c
 *		The gamma function's logarithm and its relatives.
 */
#include "core/special.h"

#include <math.h>

#define LENGTH(array) ((int) (sizeof(array) / sizeof((array)[0])))

/* B_2k / (2k (2k - 1)): Stirling's series, good to the last digit from 8 on. */
static const double stirling[] = {
    8.3333333333333333333e-2,  -2.7777777777777777778e-3, 7.9365079365079365079e-4,
    -5.9523809523809523810e-4, 8.4175084175084175084e-4,  -1.9175269175269175269e-3,
    6.4102564102564102564e-3,  -2.9550653594771241830e-2, 1.7964437236883057316e-1};

/* B_2k / 2k */
static const double digamma_series[] = {8.3333333333333333333e-2, -8.3333333333333333333e-3,
                                        3.9682539682539682540e-3, -4.1666666666666666667e-3,
                                        7.5757575757575757576e-3, -2.1092796092796092796e-2,
                                        8.3333333333333333333e-2, -4.4325980392156862745e-1};

/* (-1)^k (zeta(k) - 1) / k for k = 2, 3, ... */
static const double zeta_series[] = {
    3.2246703342411321824e-1,   -6.7352301053198095133e-2,  2.0580808427784547879e-2,
    -7.3855510286739852663e-3,  2.8905103307415232858e-3,   -1.1927539117032609771e-3,
    5.0966952474304242234e-4,   -2.2315475845357937976e-4,  9.9457512781808533715e-5,
    -4.49262367381331417e-5,    2.0507212775670691553e-5,   -9.439488275268395904e-6,
    4.3748667899074878042e-6,   -2.0392157538013662368e-6,  9.5514121304074198329e-7,
    -4.4924691987645660433e-7,  2.1207184805554665869e-7,   -1.0043224823968099609e-7,
    4.7698101693639805658e-8,   -2.271109460894316491e-8,   1.0838659214896954091e-8,
    -5.1834750419700466551e-9,  2.4836745438024783172e-9,   -1.1921401405860912074e-9,
    5.7313672416788620133e-10,  -2.7595228851242331452e-10, 1.3304764374244489481e-10,
    -6.4229645638381000221e-11, 3.1044247747322272762e-11,  -1.5021384080754142171e-11};

#define ONE_MINUS_EULER 0.42278433509846713939

/* Polynomial with the lowest coefficient first. */
static double
polynomial(const double *coefficient, int n, double x)
{
	double value = 0;

	while (n > 0)
		value = value * x + coefficient[--n];
	return value;
}

/* The part of log gamma beyond (x - 1/2) log x - x + log sqrt(2 pi), for x >= 8. */
static double
stirling_rest(double x)
{
	return polynomial(stirling, LENGTH(stirling), 1 / (x * x)) / x;
}

/* log gamma(2 + x) for |x| <= 1/2: exact near its zero at x = 0. */
static double
log_gamma_2(double x)
{
	return x * (ONE_MINUS_EULER + x * polynomial(zeta_series, LENGTH(zeta_series), x));
}

double
inf_log_gamma(double x)
{
	double product = 1;

	if (!(x > 0))
		return x == 0 ? INFINITY : NAN;
	if (x >= 8)
		return x < 1e17 ? (x - 0.5) * log(x) - x + INF_LN_SQRT_2PI + stirling_rest(x)
		                : x * (log(x) - 1);
	if (x < 0.5)
		return log_gamma_2(x) - log1p(x) - log(x);
	if (x < 1.5)
		return log_gamma_2(x - 1) - log1p(x - 1);
	while (x > 2.5)
	{
		x -= 1;
		product *= x;
	}
	return log_gamma_2(x - 2) + log(product);
}

double
inf_digamma(double x)
{
	/* the zero, in two parts, and the slope and curvature there */
	static const double root = 1.4616321449683622;
	static const double root_low = 9.5499954299656977e-17;
	double sum = 0;
	double square;

	if (!(x > 0))
		return x == 0 ? -INFINITY : NAN;
	if (fabs(x - root) < 1e-3)
	{
		static const double taylor[] = {0.96767224544762117043, -0.44276316898359210609,
		                                0.25849976095565101062, -0.1639427054424065275,
		                                0.10782405069126236576};
		double d = (x - root) - root_low;

		return d * polynomial(taylor, LENGTH(taylor), d);
	}
	while (x < 12)
	{
		sum -= 1 / x;
		x += 1;
	}
	square = 1 / (x * x);
	return sum + log(x) - 0.5 / x -
	       square * polynomial(digamma_series, LENGTH(digamma_series), square);
}

double
inf_stirling_error(double x)
{
	if (x >= 8)
		return stirling_rest(x);
	return inf_log_gamma(x + 1) - (x + 0.5) * log(x) + x - INF_LN_SQRT_2PI;
}

double
inf_log1p_minus(double x)
{
	double r, square, term, sum;

	if (x < -0.6 || x > 1.5)
		return log1p(x) - x;
	/* log1p(x) = 2 atanh(r), and x = 2 r + r x */
	r = x / (2 + x);
	square = r * r;
	term = 2 * r * square;
	sum = term / 3;
	for (int n = 5; fabs(term) > 1e-18 * fabs(sum) && n < 100; n += 2)
	{
		term *= square;
		sum += term / n;
	}
	return sum - r * x;
}

double
inf_deviance(double a, double m, double d)
{
	if (d > -0.6 * a && d < 1.5 * a)
		return a * inf_log1p_minus(d / a);
	return a * log(m / a) - d;
}
