/*
 * gamma_poisson.c
 *		The prior of peers' rates by maximum marginal likelihood.
 */
#include "core/gamma_poisson.h"

#include <math.h>
#include <stdint.h>

#include "core/host.h"
#include "core/special.h"

#define MIN_LOG_SHAPE (-2.302585092994046) /* 0.1 */
#define MAX_LOG_SHAPE 13.815510557964274   /* 1e6 */
#define GRID 17
#define SECTIONS 40
#define POLL_EVERY 65536

typedef struct Peers
{
	const double *y;
	const double *n;
	size_t count;
	double log_mean; /* where the last search ended, and the next begins */
} Peers;

/*
 * The mean at which the likelihood is highest, given the shape a: where sum a (y - m n) / (a + m n) is
 * 0. It falls in m, so Newton's method in log m, kept within bounds, finds it.
 */
static double
best_log_mean(Peers *peers, double a)
{
	double t = peers->log_mean;

	for (int step = 0; step < 50; step++)
	{
		double m = exp(t);
		double value = 0;
		double slope = 0;
		double move;

		for (size_t i = 0; i < peers->count; i++)
		{
			double mn = m * peers->n[i];
			double d = 1 / (a + mn);

			value += (peers->y[i] - mn) * d;
			slope += (a + peers->y[i]) * mn * d * d;
			if (i % POLL_EVERY == 0)
				inf_poll();
		}
		move = value / slope;
		move = move > 2 ? 2 : move < -2 ? -2 : move;
		t += move;
		if (fabs(move) < 1e-10)
			break;
	}
	peers->log_mean = t;
	return t;
}

/* The logarithm of the marginal likelihood, without what does not depend on the prior. */
static double
log_likelihood(Peers *peers, double log_shape)
{
	double a = exp(log_shape);
	double m = exp(best_log_mean(peers, a));
	double log_gamma_a = inf_log_gamma(a);
	double sum = 0;

	for (size_t i = 0; i < peers->count; i++)
	{
		double y = peers->y[i];
		double mn = m * peers->n[i];

		sum -= a * log1p(mn / a);
		if (y > 0)
			sum += inf_log_gamma(a + y) - log_gamma_a + y * log(mn / (a + mn));
		if (i % POLL_EVERY == 0)
			inf_poll();
	}
	return sum;
}

InfGammaPrior
inf_gamma_prior(const double *y, const double *n, size_t count)
{
	static const double golden = 0.6180339887498949;
	InfGammaPrior prior = {true, 0, 0, 0};
	Peers peers = {y, n, count, 0};
	double total = 0;
	double exposure = 0;
	double low, high, x1, x2, f1, f2;
	double best = 0;
	int best_at = 0;

	for (size_t i = 0; i < count; i++)
	{
		total += y[i];
		exposure += n[i];
	}
	if (count < 2 || total <= 0)
	{
		prior.mean = exposure > 0 ? total / exposure : 0;
		return prior;
	}
	prior.mean = total / exposure;
	peers.log_mean = log(prior.mean);

	/* somewhere on a grid, then between the neighbours there */
	for (int g = 0; g < GRID; g++)
	{
		double at = MIN_LOG_SHAPE + (MAX_LOG_SHAPE - MIN_LOG_SHAPE) * g / (GRID - 1);
		double f = log_likelihood(&peers, at);

		if (g == 0 || f > best)
		{
			best = f;
			best_at = g;
		}
	}
	if (best_at == GRID - 1)
		return prior; /* as alike as can be told */
	low = MIN_LOG_SHAPE +
	      (MAX_LOG_SHAPE - MIN_LOG_SHAPE) * (best_at > 0 ? best_at - 1 : 0) / (GRID - 1);
	high = MIN_LOG_SHAPE + (MAX_LOG_SHAPE - MIN_LOG_SHAPE) * (best_at + 1) / (GRID - 1);
	x1 = high - golden * (high - low);
	x2 = low + golden * (high - low);
	f1 = log_likelihood(&peers, x1);
	f2 = log_likelihood(&peers, x2);
	for (int step = 0; step < SECTIONS && high - low > 1e-7; step++)
	{
		if (f1 >= f2)
		{
			high = x2;
			x2 = x1;
			f2 = f1;
			x1 = high - golden * (high - low);
			f1 = log_likelihood(&peers, x1);
		}
		else
		{
			low = x1;
			x1 = x2;
			f1 = f2;
			x2 = low + golden * (high - low);
			f2 = log_likelihood(&peers, x2);
		}
	}
	prior.is_flat = false;
	prior.shape = exp((low + high) / 2);
	prior.mean = exp(best_log_mean(&peers, prior.shape));
	prior.rate = prior.shape / prior.mean;
	return prior;
}
