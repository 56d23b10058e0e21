/*
 * Ranks among peers against all pairs, and the prior of their rates against the likelihood itself.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/distribution.h"
#include "core/gamma_poisson.h"
#include "core/host.h"
#include "core/net_effect.h"
#include "core/peer_rank.h"
#include "tap.h"

/* P(a > b), pair by pair. */
static double
beats(const InfPosterior *a, const InfPosterior *b)
{
	if (a->shape == 0)
		return inf_normal_cdf((a->center - b->center) /
		                      sqrt(a->scale * a->scale + b->scale * b->scale));
	{
		/* of two gammas, the share of the one is a beta */
		double ratio =
		    exp(log(a->shape) - a->center - log(b->shape) + b->center); /* of the rates */
		InfUnitPoint point = {1 / (1 + ratio), ratio / (1 + ratio)};

		return inf_beta_tail(point, b->shape, a->shape);
	}
}

/* The largest difference between the fast way and all pairs. */
static double
worst_difference(const InfPosterior *posteriors, size_t n)
{
	double *better = malloc(n * sizeof(double));
	double worst = 0;

	inf_peer_rank(posteriors, n, better);
	for (size_t i = 0; i < n; i++)
	{
		double sum = 0;

		for (size_t j = 0; j < n; j++)
		{
			if (j != i)
				sum += beats(&posteriors[i], &posteriors[j]);
		}
		worst = fmax(worst, fabs(better[i] - sum / (double) (n - 1)));
		if (!(better[i] >= 0 && better[i] <= 1))
			worst = 9;
	}
	free(better);
	return worst;
}

static double
random_normal(void)
{
	return inf_normal_quantile((random_unit() + 1e-9) / (1 + 2e-9));
}

static void
test_normal(void)
{
	double worst = 0;

	for (int round = 0; round < 200; round++)
	{
		size_t n = 2 + random_below(round % 10 == 0 ? 400 : 40);
		InfPosterior *p = calloc(n, sizeof(InfPosterior));
		double spread = pow(10, random_below(7) - 3.0);
		double narrowest = pow(10, -(double) random_below(5));

		for (size_t i = 0; i < n; i++)
		{
			p[i].center = random_below(5) == 0 ? 0 : spread * random_normal();
			p[i].scale = spread * pow(narrowest, random_unit());
		}
		worst = fmax(worst, worst_difference(p, n));
		free(p);
	}
	ok(worst < 1e-6, "normal posteriors as all pairs have it, to 1e-6 (%.1e)", worst);
}

static void
test_gamma(void)
{
	double worst = 0;

	for (int round = 0; round < 150; round++)
	{
		size_t n = 2 + random_below(40);
		InfPosterior *p = calloc(n, sizeof(InfPosterior));
		double most = pow(10, 1 + random_below(6));

		for (size_t i = 0; i < n; i++)
		{
			p[i].shape = 0.1 + (random_below(3) == 0 ? random_unit() : pow(most, random_unit()));
			p[i].center = log(p[i].shape) - log(1 + pow(most, random_unit()));
		}
		worst = fmax(worst, worst_difference(p, n));
		free(p);
	}
	ok(worst < 1e-6, "gamma posteriors as all pairs have it, to 1e-6 (%.1e)", worst);
}

/* The marginal likelihood of the prior, as it is written down. */
static double
likelihood(const double *y, const double *n, size_t count, double shape, double rate)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += inf_log_gamma(shape + y[i]) - inf_log_gamma(shape) +
		       shape * log(rate / (rate + n[i])) +
		       (y[i] > 0 ? y[i] * log(n[i] / (rate + n[i])) : 0);
	return sum;
}

static void
test_prior(void)
{
	bool good = true;

	for (int round = 0; round < 60; round++)
	{
		size_t count = 20 + random_below(200);
		double *y = malloc(count * sizeof(double));
		double *n = malloc(count * sizeof(double));
		double best;
		InfGammaPrior prior;

		for (size_t i = 0; i < count; i++)
		{
			n[i] = 1 + random_below(2000);
			y[i] = floor(n[i] * 0.02 * exp(random_normal()) + 2 * random_unit());
		}
		prior = inf_gamma_prior(y, n, count);
		if (prior.is_flat)
			good = false;
		else
		{
			best = likelihood(y, n, count, prior.shape, prior.rate);
			for (int t = 0; t < 200; t++)
			{
				double shape = prior.shape * exp(random_normal() * (t % 2 == 0 ? 0.01 : 0.5));
				double rate = prior.rate * exp(random_normal() * (t % 3 == 0 ? 0.01 : 0.5));

				if (shape >= 0.1 && likelihood(y, n, count, shape, rate) > best + 1e-7)
					good = false;
			}
		}
		free(y);
		free(n);
	}
	ok(good, "no other prior makes the counts likelier");
	{
		double y[] = {3, 3, 3, 3, 3, 3, 3, 3};
		double n[] = {100, 100, 100, 100, 100, 100, 100, 100};
		double none[] = {0, 0, 0, 0, 0, 0, 0, 0};
		InfGammaPrior prior = inf_gamma_prior(y, n, 8);

		ok(prior.is_flat && fabs(prior.mean - 0.03) < 1e-12, "equal counts have a flat prior");
		prior = inf_gamma_prior(none, n, 8);
		ok(prior.is_flat && prior.mean == 0, "so have none at all");
		prior = inf_gamma_prior(y, n, 1);
		ok(prior.is_flat && prior.mean == 0.03, "and a single one");
	}
}

static void
test_effects(void)
{
	InfNetEffect effects[100];
	InfNetEvidence evidence[100];
	bool falls = true;
	double before;

	evidence[0] = (InfNetEvidence){100, 7, 2, 6};
	inf_net_effects(evidence, 1, effects);
	ok(effects[0].score == 50 && effects[0].effect == 0.05 && effects[0].low < 0.05 &&
	       effects[0].high > 0.05,
	   "a single influencer is average");
	for (int i = 0; i < 100; i++)
		evidence[i] = (InfNetEvidence){50.0 + 10 * i, 0, 0, 0};
	inf_net_effects(evidence, 100, effects);
	ok(effects[17].score == 50 && effects[17].effect == 0 && effects[17].low == 0 &&
	       effects[17].high == 0,
	   "without any order all are");
	for (int i = 0; i < 100; i++)
	{
		double n = 20 + random_below(3000);
		double orders = n * 0.05 * exp(0.7 * random_normal());
		double placebo = n * 0.03 * exp(0.3 * random_normal());

		evidence[i] = (InfNetEvidence){n, orders, placebo, 0.6 * (orders + placebo)};
	}
	for (int orders = 0; orders <= 30; orders += 3)
	{
		before = 101;
		for (double n = orders < 3 ? 3 : orders; n < 30000; n *= 2)
		{
			evidence[99] = (InfNetEvidence){n, orders, 0, orders};
			inf_net_effects(evidence, 100, effects);
			falls &= effects[99].score <= before + 0.02;
			before = effects[99].score;
		}
	}
	ok(falls, "customers who do not buy do not raise the score");
	evidence[99] = (InfNetEvidence){3, 1, 0, 1};
	inf_net_effects(evidence, 100, effects);
	ok(effects[99].score > 40 && effects[99].score < 70,
	   "one lucky order of three is no proof (%.1f)", effects[99].score);
}

static void
test_speed(void)
{
	/* a hundred thousand, here under the sanitizers: only that it is not quadratic */
	size_t n = 100000;
	InfNetEvidence *evidence = malloc(n * sizeof(InfNetEvidence));
	InfNetEffect *effects = malloc(n * sizeof(InfNetEffect));
	clock_t started = clock();
	double sum = 0;

	for (size_t i = 0; i < n; i++)
	{
		double customers = floor(pow(10, 1 + 4 * random_unit()));
		double orders = customers * 0.05 * exp(random_normal());

		evidence[i] = (InfNetEvidence){customers, orders, orders * random_unit(), orders};
	}
	inf_net_effects(evidence, n, effects);
	for (size_t i = 0; i < n; i++)
		sum += effects[i].score;
	ok(fabs(sum / (double) n - 50) < 1e-4, "the mean of 100,000 scores is 50 (%.6f, %.1f s)",
	   sum / (double) n, (double) (clock() - started) / CLOCKS_PER_SEC);
	free(evidence);
	free(effects);
}

int
main(void)
{
	test_normal();
	test_gamma();
	test_prior();
	test_effects();
	test_speed();
	return done();
}
