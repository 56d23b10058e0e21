/*
 * lift.c
 *		What a treatment did: absolute and relative lift, their intervals and p-values.
 */
#include "core/lift.h"

#include <math.h>
#include <string.h>

#include "core/distribution.h"
#include "core/host.h"

static const InfInterval undefined = {NAN, NAN, NAN};

/* A side of a stratum, as numbers. */
typedef struct Side
{
	double n;
	double sum; /* conversions, or sum of the values */
	double mean;
	double variance; /* of the mean; for means NaN if there is but one row */
} Side;

/* Sums over the strata that count. */
typedef struct Strata
{
	uint64_t used;
	double weight;
	double weight_mean[2];  /* weight * mean */
	double weight_lift;     /* weight * difference of the means */
	double weight2_over[2]; /* weight^2 / n */
	double weight2_var[2];  /* weight^2 * variance */
	double weight4_df[2];   /* (weight^2 * variance)^2 / (n - 1) */

	/* rates alone */
	double variance; /* of weight_lift, the treated's conversions beyond those expected */
	double robins;   /* numerator of Greenland's and Robins's variance of the logarithm */
} Strata;

/*
 * n sum(x^2) - sum(x)^2 without rounding, however near the two are to each other; over n^2 (n - 1), it is
 * the variance of the mean.
 */
static double
variance_of_mean(const InfLiftSide *side)
{
	double sum[INF_WIDE_PARTS], squares[INF_WIDE_PARTS];
	int nsum = inf_wide_parts(&side->sums[0], sum);
	int nsquares = inf_wide_parts(&side->sums[1], squares);
	double n = (double) side->rows;
	InfWideSum difference;

	memset(&difference, 0, sizeof(difference));
	for (int i = 0; i < nsquares; i++)
		inf_wide_add_product(&difference, n, squares[i]);
	for (int i = 0; i < nsum; i++)
	{
		for (int j = 0; j < nsum; j++)
			inf_wide_add_product(&difference, -sum[i], sum[j]);
	}
	/* what is below the smallest double may be missing from the squares */
	return fmax(inf_wide_value(&difference), 0) / n / n / (n - 1);
}

/* The difference of two means, which may be large beside it: from the sums, and rounded once. */
static double
difference_of_means(const InfLiftSide *a, const InfLiftSide *b)
{
	double part[INF_WIDE_PARTS];
	double na = (double) a->rows, nb = (double) b->rows;
	InfWideSum difference;
	int nparts;

	memset(&difference, 0, sizeof(difference));
	nparts = inf_wide_parts(&a->sums[0], part);
	for (int i = 0; i < nparts; i++)
		inf_wide_add_product(&difference, part[i], nb);
	nparts = inf_wide_parts(&b->sums[0], part);
	for (int i = 0; i < nparts; i++)
		inf_wide_add_product(&difference, part[i], -na);
	return inf_wide_value(&difference) / na / nb;
}

static Side
read_side(const InfLiftSide *side, InfOutcome outcome)
{
	Side s = {(double) side->rows, 0, NAN, NAN};

	if (side->rows == 0)
		return s;
	if (outcome == INF_OUTCOME_RATE)
	{
		s.sum = (double) side->converted;
		s.mean = s.sum / s.n;
		s.variance = s.mean * ((double) (side->rows - side->converted) / s.n) / s.n;
		return s;
	}
	s.sum = inf_wide_value(&side->sums[0]);
	s.mean = s.sum / s.n;
	if (side->rows > 1)
		s.variance = variance_of_mean(side);
	return s;
}

static void
add_stratum(Strata *all, const InfLiftSide *cell, const Side *side, InfOutcome outcome)
{
	const Side *control = &side[INF_CONTROL], *treated = &side[INF_TREATED];
	double n = control->n + treated->n;
	double weight = treated->n / n * control->n;

	all->used++;
	all->weight += weight;
	for (int i = 0; i < 2; i++)
	{
		double v = weight * weight * side[i].variance;

		all->weight_mean[i] += weight * side[i].mean;
		all->weight2_over[i] += weight * weight / side[i].n;
		all->weight2_var[i] += v;
		all->weight4_df[i] += v * v / (side[i].n - 1);
	}
	if (outcome == INF_OUTCOME_MEAN)
		all->weight_lift += weight * difference_of_means(&cell[INF_TREATED], &cell[INF_CONTROL]);
	else
	{
		double converted = control->sum + treated->sum;

		all->weight_lift += weight * (treated->mean - control->mean);
		all->variance += weight * (converted / n) * ((n - converted) / (n - 1));
		all->robins += (treated->n / n * treated->sum * (control->n - control->sum) +
		                control->n / n * control->sum * (treated->n - treated->sum)) /
		               n;
	}
}

/* Wilson's score interval (1927) of a rate that has been seen in n trials. */
static InfInterval
wilson(double rate, double n, double z)
{
	double middle = rate + z * z / (2 * n);
	double half = z * sqrt(fmax(rate * (1 - rate), 0) / n + z * z / (4 * n * n));
	double scale = 1 + z * z / n;

	return (InfInterval){rate, fmax((middle - half) / scale, 0), fmin((middle + half) / scale, 1)};
}

/* Interval of a - b from those of a and of b. */
static InfInterval
interval_of_difference(InfInterval a, InfInterval b)
{
	InfInterval d = undefined;

	d.value = a.value - b.value;
	d.low = d.value - hypot(a.value - a.low, b.high - b.value);
	d.high = d.value + hypot(a.high - a.value, b.value - b.low);
	return d;
}

static void
compare_rates(InfLift *lift, const Strata *all, bool stratified, double confidence)
{
	double z = inf_normal_quantile(0.5 + confidence / 2);
	InfInterval rate[2];

	for (int i = 0; i < 2; i++)
		rate[i] = wilson(lift->mean[i], all->weight / all->weight2_over[i] * all->weight, z);
	lift->lift = interval_of_difference(rate[INF_TREATED], rate[INF_CONTROL]);

	if (lift->mean[INF_CONTROL] > 0)
	{
		double ratio = lift->mean[INF_TREATED] / lift->mean[INF_CONTROL];
		double error = sqrt(all->robins / all->weight_mean[0] / all->weight_mean[1]);

		lift->relative.value = ratio - 1;
		if (ratio > 0)
		{
			lift->relative.low = ratio * exp(-z * error) - 1;
			lift->relative.high = ratio * exp(z * error) - 1;
		}
	}

	/* no lift at all is no evidence of one, even where nobody or everybody has converted */
	if (all->weight_lift == 0)
		lift->p_value = 1;
	else
	{
		double variance = all->variance;

		if (!stratified)
		{
			double n = (double) lift->rows[0] + (double) lift->rows[1];

			variance *= (n - 1) / n;
		}
		lift->p_value = 2 * inf_normal_upper(fabs(all->weight_lift) / sqrt(variance));
	}
}

/* (m1 - r m0)^2 = t^2 (v1 + r^2 v0), solved for r: Fieller's limits of m1 / m0. */
static void
fieller(InfInterval *relative, const InfLift *lift, double t)
{
	double m0 = lift->mean[INF_CONTROL], m1 = lift->mean[INF_TREATED];
	double v0 = t * t * lift->variance[INF_CONTROL], v1 = t * t * lift->variance[INF_TREATED];
	double bounded = m0 * m0 - v0;
	double root = m0 * m0 * v1 + m1 * m1 * v0 - v0 * v1;

	if (!(m0 > 0))
		return;
	relative->value = m1 / m0 - 1;
	/* without that, the control's own mean might be 0, and the ratio anything */
	if (bounded > 0 && root >= 0)
	{
		relative->low = (m1 * m0 - sqrt(root)) / bounded - 1;
		relative->high = (m1 * m0 + sqrt(root)) / bounded - 1;
	}
}

/* An interval about a value from Welch's t test; returns the p-value of 0. */
static double
welch(InfInterval *interval, double variance, double df_share, double confidence, double *t)
{
	double error = sqrt(variance);
	double df = variance * variance / df_share;

	*t = NAN;
	/* values that do not vary say nothing about how far they could */
	if (!(variance > 0 && df_share > 0))
		return NAN;
	*t = inf_t_quantile(0.5 + confidence / 2, df);
	interval->low = interval->value - *t * error;
	interval->high = interval->value + *t * error;
	return 2 * inf_t_upper(fabs(interval->value) / error, df);
}

static void
compare_means(InfLift *lift, const Strata *all, double confidence)
{
	double t;

	lift->lift.value = all->weight_lift / all->weight;
	lift->p_value = welch(&lift->lift, lift->variance[0] + lift->variance[1],
	                      lift->df_share[0] + lift->df_share[1], confidence, &t);
	fieller(&lift->relative, lift, t);
}

static InfLift
compute(const InfLiftSet *set, uint32_t first, uint32_t end, bool stratified, double confidence)
{
	InfLift lift = {.mean = {NAN, NAN},
	                .variance = {NAN, NAN},
	                .df_share = {NAN, NAN},
	                .lift = undefined,
	                .relative = undefined,
	                .incremental = undefined,
	                .p_value = NAN};
	Strata all = {0};
	double treated;
	/* a stratum of many has to show how its values vary, so that the interval is of all that count */
	uint64_t need = stratified && set->outcome == INF_OUTCOME_MEAN ? 2 : 1;

	for (uint32_t i = first; i < end; i++)
	{
		const InfLiftSide *cell = set->cells[i].side;
		Side side[2];

		for (int s = 0; s < 2; s++)
		{
			lift.rows[s] += cell[s].rows;
			side[s] = read_side(&cell[s], set->outcome);
			if (!stratified)
				lift.mean[s] = side[s].mean;
		}
		if (cell[0].rows >= need && cell[1].rows >= need)
			add_stratum(&all, cell, side, set->outcome);
		if (i % 1024 == 0)
			inf_poll();
	}
	if (all.used == 0)
		return lift;
	for (int s = 0; s < 2; s++)
	{
		double w2 = all.weight * all.weight;

		if (stratified)
			lift.mean[s] = all.weight_mean[s] / all.weight;
		lift.variance[s] = all.weight2_var[s] / w2;
		lift.df_share[s] = all.weight4_df[s] / w2 / w2;
	}
	if (set->outcome == INF_OUTCOME_RATE)
		compare_rates(&lift, &all, stratified, confidence);
	else
		compare_means(&lift, &all, confidence);
	treated = (double) lift.rows[INF_TREATED];
	lift.incremental.value = lift.lift.value * treated;
	lift.incremental.low = lift.lift.low * treated;
	lift.incremental.high = lift.lift.high * treated;
	return lift;
}

InfLift
inf_lift(const InfLiftSet *set, double confidence)
{
	bool stratified = set->strata.names.identity != INF_IDENTITY_NONE;

	return compute(set, 0, set->ncells, stratified, confidence);
}

InfLift
inf_lift_of_cell(const InfLiftSet *set, uint32_t cell, double confidence)
{
	return compute(set, cell, cell + 1, false, confidence);
}

double
inf_lift_difference(const InfLift *a, const InfLift *b, InfOutcome outcome, double confidence,
                    InfInterval *difference)
{
	double variance = a->variance[0] + a->variance[1] + b->variance[0] + b->variance[1];
	double t;

	*difference = undefined;
	difference->value = a->lift.value - b->lift.value;
	if (outcome == INF_OUTCOME_MEAN)
		return welch(difference, variance,
		             a->df_share[0] + a->df_share[1] + b->df_share[0] + b->df_share[1], confidence,
		             &t);
	*difference = interval_of_difference(a->lift, b->lift);
	if (difference->value == 0)
		return 1;
	return variance > 0 ? 2 * inf_normal_upper(fabs(difference->value) / sqrt(variance)) : NAN;
}
