/*
 * gamma_poisson.h
 *		Rates of peers from their counts: each has a rate of its own, and the rates have something
 *		in common.
 *
 * A peer has a count y (of orders) over an exposure n (of customers). Given its rate theta, y is
 * Poisson with mean theta n; the rates are Gamma(shape, rate) among the peers. So the posterior of a
 * peer's rate is Gamma(shape + y, rate + n): as if "rate" customers with "shape" orders had been
 * added to each. The prior is the one under which the counts are likeliest (maximum marginal
 * likelihood of the negative binomial; Robbins 1956; Efron and Hastie 2016, chapter 6). Counts need not
 * be whole numbers.
 */
#ifndef INF_GAMMA_POISSON_H
#define INF_GAMMA_POISSON_H

#include <stdbool.h>
#include <stddef.h>

typedef struct InfGammaPrior
{
	bool is_flat; /* nothing tells the peers' rates apart: all are the mean */
	double shape;
	double rate;
	double mean; /* shape / rate */
} InfGammaPrior;

/* y[i] >= 0, n[i] > 0, all finite. The likelihood is searched over shapes from 0.1 to 1e6. */
extern InfGammaPrior inf_gamma_prior(const double *y, const double *n, size_t count);

#endif
