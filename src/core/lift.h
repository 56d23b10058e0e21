/*
 * lift.h
 *		What a treatment did: absolute and relative lift, their intervals and p-values.
 *
 * A stratum k weighs n1 n0 / (n1 + n0) (Mantel and Haenszel 1959; for means, the inverse variance of the
 * difference where all rows vary alike). Rates and means of a side are averages over the strata with these
 * weights, and so are what the strata have in common; one stratum gives the plain formulas.
 *
 *	rates	lift: Newcombe's hybrid score interval (1998, method 10), over strata that of Yan and Su (2010).
 *			relative lift: Katz's logarithm (1978), over strata that of Greenland and Robins (1985).
 *			p-value: pooled two-sample z test (Pearson's chi-squared without continuity correction); with
 *			strata, Cochran's, Mantel's and Haenszel's test, without continuity correction.
 *	means	lift and p-value: Welch's t test (1947), over strata with Satterthwaite's degrees of freedom.
 *			relative lift: Fieller's interval (1954), with the same degrees of freedom; so it excludes 0
 *			just when the lift's own interval does.
 */
#ifndef INF_LIFT_H
#define INF_LIFT_H

#include "core/lift_set.h"

/* An estimate with its interval; NaN for what is undefined. */
typedef struct InfInterval
{
	double value;
	double low;
	double high;
} InfInterval;

/* Indexed by INF_CONTROL and INF_TREATED. */
typedef struct InfLift
{
	uint64_t rows[2];        /* all of them */
	double mean[2];          /* conversion rate or mean value */
	double variance[2];      /* of the mean; for rates p (1 - p) / n */
	double df_share[2];      /* means: sum over strata of variance^2 / (n - 1) */
	InfInterval lift;        /* treated - control */
	InfInterval relative;    /* treated / control - 1; undefined unless the control's is above 0 */
	InfInterval incremental; /* lift * treated rows: what would not have been */
	double p_value;          /* two-sided, of no lift */
} InfLift;

/* Confidence of the intervals: 0.95, ... */
extern InfLift inf_lift(const InfLiftSet *set, double confidence);

/* The lift of one stratum of the set by itself. */
extern InfLift inf_lift_of_cell(const InfLiftSet *set, uint32_t cell, double confidence);

/*
 * The lift of a minus the lift of b, which are independent and of the same outcome. Rates: the interval
 * combines those of the lifts (Zou and Donner 2008), the p-value is that of a z test; means: Welch's t
 * test of all four sides. Returns the p-value.
 */
extern double inf_lift_difference(const InfLift *a, const InfLift *b, InfOutcome outcome,
                                  double confidence, InfInterval *difference);

#endif
