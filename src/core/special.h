/*
 * special.h
 *		What the distributions are computed from: the gamma function's logarithm and its relatives.
 *
 * All are pure functions of their arguments, without state, and defined for x > 0.
 */
#ifndef INF_SPECIAL_H
#define INF_SPECIAL_H

#define INF_LN_SQRT_2PI 0.91893853320467274178
#define INF_SQRT_2PI 2.50662827463100050242

extern double inf_log_gamma(double x);
extern double inf_digamma(double x);

/* What Stirling's formula lacks: log(x!) - log(sqrt(2 pi x) (x / e)^x). */
extern double inf_stirling_error(double x);

/* log(1 + x) - x without cancellation, x > -1. */
extern double inf_log1p_minus(double x);

/*
 * a log(m / a) - (m - a) where m = a + d, for a > 0 and m > 0: 0 at d = 0, negative elsewhere. The
 * caller knows d better than the difference of a and m would tell.
 */
extern double inf_deviance(double a, double m, double d);

#endif
