/*
 * quantile.c
 *		Newton's method on the logarithm of a tail as a function of log x.
 *
 * There both tails of the gamma and the beta distribution are concave and, far out, almost straight
 * lines. A bracket guards the steps.
 */
#include "core/quantile.h"

#include <math.h>

/* By how much to multiply x, as a step of log x. */
static double
newton_step(const InfTail *tail, double x, double target, double *error)
{
	double slope;
	double value = tail->at(tail, x, &slope);

	*error = log(value) - target;
	return (tail->upper ? *error : -*error) * value / slope;
}

double
inf_solve_tail(const InfTail *tail, double p, double guess, double low, double high)
{
	double target = log(p);
	double t = guess > low && guess < high ? guess : (low + high) / 2;

	for (int n = 0; n < 200; n++)
	{
		double x = exp(t);
		double error;
		double step = newton_step(tail, x, target, &error);

		if (fabs(step) < 1e-7)
		{
			/* the last steps are taken from x itself, for exp(t) is not as exact */
			x += x * step;
			return x + x * newton_step(tail, x, target, &error);
		}
		if ((error < 0) != tail->upper)
			low = t;
		else
			high = t;
		if (!(t + step > low && t + step < high))
			step = (low + high) / 2 - t;
		if (t + step == t)
			break;
		t += step;
	}
	return exp(t);
}
