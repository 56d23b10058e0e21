/*
 * led_to_sel.c
 *		Selectivity of the attribution operator.
 *
 * Touches and orders are taken as independent within what is joined, each with the distribution
 * that ANALYZE found: common values as points, the rest as a histogram whose bins are even inside.
 * Then the share of pairs with 0 <= ordered - touched <= lookback has a closed form for each pair
 * of a touch's bin and an order's bin. Days are the unit.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "compat.h"
#include "core/instant.h"
#include "led_to_call.h"
#include "led_to_sel.h"
#include "time_type.h"

/* With a larger statistics target, neighbouring bins are taken together. */
#define MAX_BINS 200

/* Where nothing is known: the server's own guess for a range of values. */
#define UNKNOWN_SELECTIVITY DEFAULT_RANGE_INEQ_SEL

/* A share of the rows, evenly spread over low..high (which may be one point). */
typedef struct Bin
{
	double low;
	double high;
	double mass;
} Bin;

typedef struct Distribution
{
	int nbins;
	Bin *bins; /* NULL if nothing is known */
} Distribution;

/* False for the infinities, which are never eligible. */
static bool
days_of_datum(Datum value, Oid type, double *days)
{
	if (type == DATEOID)
	{
		DateADT on = DatumGetDateADT(value);

		*days = on;
		return !DATE_NOT_FINITE(on);
	}
	else
	{
		Timestamp at = DatumGetTimestamp(value);

		*days = (double) at / (double) INF_US_PER_DAY;
		return !TIMESTAMP_NOT_FINITE(at);
	}
}

static void
add_bin(Distribution *d, Datum low, Datum high, Oid type, double mass)
{
	Bin *bin = &d->bins[d->nbins];

	if (days_of_datum(low, type, &bin->low) && days_of_datum(high, type, &bin->high))
	{
		bin->mass = mass;
		d->nbins++;
	}
}

static Distribution
distribution_of_constant(const Const *constant, Oid type)
{
	Distribution d = {0, palloc(sizeof(Bin))};

	if (!constant->constisnull)
		add_bin(&d, constant->constvalue, constant->constvalue, type, 1.0);
	return d;
}

static Distribution
distribution_of_column(VariableStatData *column, Oid funcid, Oid type)
{
	Distribution d = {0, NULL};
	AttStatsSlot common = {0};
	AttStatsSlot histogram = {0};
	double rest;

	if (!HeapTupleIsValid(column->statsTuple) || column->atttype != type ||
	    !statistic_proc_security_check(column, funcid))
		return d;
	rest = 1.0 - ((Form_pg_statistic) GETSTRUCT(column->statsTuple))->stanullfrac;
	get_attstatsslot(&common, column->statsTuple, STATISTIC_KIND_MCV, InvalidOid,
	                 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS);
	get_attstatsslot(&histogram, column->statsTuple, STATISTIC_KIND_HISTOGRAM, InvalidOid,
	                 ATTSTATSSLOT_VALUES);
	if (common.nvalues > 0 || histogram.nvalues > 1)
	{
		int step = 1 + (histogram.nvalues - 1) / MAX_BINS;

		d.bins = palloc((common.nvalues + MAX_BINS + 2) * sizeof(Bin));
		for (int i = 0; i < common.nvalues && i < common.nnumbers; i++)
		{
			add_bin(&d, common.values[i], common.values[i], type, common.numbers[i]);
			rest -= common.numbers[i];
		}
		for (int i = 0; i + 1 < histogram.nvalues; i += step)
		{
			int next = Min(i + step, histogram.nvalues - 1);

			add_bin(&d, histogram.values[i], histogram.values[next], type,
			        Max(rest, 0) * (next - i) / (histogram.nvalues - 1));
		}
	}
	free_attstatsslot(&common);
	free_attstatsslot(&histogram);
	return d;
}

/* Any expression: a constant's one point, a column's statistics, or nothing known. */
static Distribution
distribution_of_node(PlannerInfo *root, Node *node, Oid funcid, Oid type)
{
	VariableStatData column;
	Distribution d;

	node = estimate_expression_value(root, node);
	if (IsA(node, Const))
		return distribution_of_constant((Const *) node, type);
	examine_variable(root, node, 0, &column);
	d = distribution_of_column(&column, funcid, type);
	ReleaseVariableStats(column);
	return d;
}

/* The larger half of a parabola: the integral of max(x, 0). */
static double
ramp(double x)
{
	return x > 0 ? x * x / 2 : 0;
}

/* P(ordered - touched <= x) for a touch and an order drawn from their bins. */
static double
share_up_to(const Bin *touched, const Bin *ordered, double x)
{
	double t = touched->high - touched->low;
	double o = ordered->high - ordered->low;
	double p;

	if (t <= 0 && o <= 0)
		return ordered->low - touched->low <= x ? 1 : 0;
	if (t <= 0)
		p = (x + touched->low - ordered->low) / o;
	else if (o <= 0)
		p = 1 - (ordered->low - x - touched->low) / t;
	else
		p = (ramp(x + touched->high - ordered->low) - ramp(x + touched->low - ordered->low) -
		     ramp(x + touched->high - ordered->high) + ramp(x + touched->low - ordered->high)) /
		    (t * o);
	CLAMP_PROBABILITY(p);
	return p;
}

/* P(least <= ordered - touched <= most). */
static double
share_between(const Distribution *touched, const Distribution *ordered, double least, double most)
{
	double share = 0;

	for (int i = 0; i < touched->nbins; i++)
	{
		const Bin *t = &touched->bins[i];

		for (int j = 0; j < ordered->nbins; j++)
		{
			const Bin *o = &ordered->bins[j];
			double p;

			if (o->high < t->low + least || o->low > t->high + most)
				continue;
			/* two points: both ends are closed */
			if (t->low == t->high && o->low == o->high)
				p = 1;
			else
				p = share_up_to(t, o, most) - share_up_to(t, o, least);
			share += t->mass * o->mass * p;
		}
	}
	return share;
}

Selectivity
inf_led_to_selectivity(PlannerInfo *root, Oid funcid, List *args)
{
	LedToCall call = inf_led_to_call(funcid, args);
	Distribution touched;
	Distribution ordered;
	int64 lookback;
	double selectivity;

	inf_led_to_open_window(&call);
	if (!inf_led_to_constant_span(&call, &lookback))
		return UNKNOWN_SELECTIVITY;

	/*
	 * The side that is fixed while the other is scanned (the outer side of a nested loop) is taken
	 * with its distribution too: as the average over what it may be.
	 */
	touched = distribution_of_node(root, call.touched, funcid, call.type);
	ordered = distribution_of_node(root, call.ordered, funcid, call.type);
	if (touched.bins == NULL || ordered.bins == NULL)
		return UNKNOWN_SELECTIVITY;

	/* whole days are points that the histogram draws as if they were even: reach half way over */
	if (call.type == DATEOID)
		selectivity =
		    share_between(&touched, &ordered, -0.5, (double) (lookback / INF_US_PER_DAY) + 0.5);
	else
		selectivity =
		    share_between(&touched, &ordered, 0, (double) lookback / (double) INF_US_PER_DAY);
	CLAMP_PROBABILITY(selectivity);
	return selectivity;
}

/* (root, operator, args, varRelid) */
PG_FUNCTION_INFO_V1(led_to_sel);
Datum
led_to_sel(PG_FUNCTION_ARGS)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	Oid operator_oid = PG_GETARG_OID(1);
	List *args = (List *) PG_GETARG_POINTER(2);

	PG_RETURN_FLOAT8(inf_led_to_selectivity(root, get_opcode(operator_oid), args));
}

/* (root, operator, args, jointype, sjinfo) */
PG_FUNCTION_INFO_V1(led_to_joinsel);
Datum
led_to_joinsel(PG_FUNCTION_ARGS)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	Oid operator_oid = PG_GETARG_OID(1);
	List *args = (List *) PG_GETARG_POINTER(2);

	PG_RETURN_FLOAT8(inf_led_to_selectivity(root, get_opcode(operator_oid), args));
}
