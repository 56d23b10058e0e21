/*
 * influence_diagnosis.c
 *		influence_diagnosis(journey_set, model, ...): signs that credit was gamed, a row an influencer.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "attribution_model.h"
#include "compat.h"
#include "core/diagnosis.h"
#include "core/host.h"
#include "duration.h"
#include "identity.h"
#include "journey_value.h"

/* Columns of the result. */
enum
{
	COLUMN_INFLUENCER,
	COLUMN_TOUCHES,
	COLUMN_BUYERS,
	COLUMN_ORDERS,
	COLUMN_TOUCHES_PER_BUYER,
	COLUMN_REPEAT_SHARE,
	COLUMN_INJECTED_SHARE,
	COLUMN_PLACEBO_SHARE,
	COLUMN_TOP_CUSTOMERS_SHARE,
	COLUMN_SOLE_SHARE,
	COLUMN_FLAGS,
	NCOLUMNS
};

static const struct
{
	uint32 flag;
	const char *name;
} flag_names[] = {
    {INF_FLOODING, "flooding"},           {INF_INJECTION, "injection"}, {INF_PLACEBO, "placebo"},
    {INF_CONCENTRATION, "concentration"}, {INF_PUPPETS, "puppets"},
};

static Datum
text_of_flags(uint32 flags)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (int i = 0; i < lengthof(flag_names); i++)
	{
		if (flags & flag_names[i].flag)
			appendStringInfo(&buf, "%s%s", buf.len > 0 ? ", " : "", flag_names[i].name);
	}
	return PointerGetDatum(cstring_to_text_with_len(buf.data, buf.len));
}

/* part / whole, NULL if there is no whole. */
static void
put_ratio(Datum *value, bool *isnull, double part, double whole)
{
	*isnull = !(whole > 0);
	*value = Float8GetDatum(*isnull ? 0 : part / whole);
}

static void
put_diagnosis(ReturnSetInfo *result, Datum influencer, const InfDiagnosis *d)
{
	Datum values[NCOLUMNS];
	bool nulls[NCOLUMNS] = {false};

	values[COLUMN_INFLUENCER] = influencer;
	values[COLUMN_TOUCHES] = Int64GetDatum((int64) d->touches);
	values[COLUMN_BUYERS] = Int64GetDatum((int64) d->buyers);
	values[COLUMN_ORDERS] = Float8GetDatum(d->orders);
#define PUT_RATIO(column, part, whole) put_ratio(&values[column], &nulls[column], part, whole)
	PUT_RATIO(COLUMN_TOUCHES_PER_BUYER, (double) d->touches, (double) d->buyers);
	PUT_RATIO(COLUMN_REPEAT_SHARE, (double) d->repeats, (double) d->touches);
	PUT_RATIO(COLUMN_INJECTED_SHARE, d->injected, d->orders);
	PUT_RATIO(COLUMN_PLACEBO_SHARE, d->placebo, d->orders + d->placebo);
	PUT_RATIO(COLUMN_TOP_CUSTOMERS_SHARE, d->top, d->orders);
	PUT_RATIO(COLUMN_SOLE_SHARE, d->sole, d->orders);
#undef PUT_RATIO
	nulls[COLUMN_FLAGS] = d->flags == 0;
	values[COLUMN_FLAGS] = d->flags == 0 ? 0 : text_of_flags(d->flags);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(influence_diagnosis);
Datum
influence_diagnosis(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	JourneyValue journeys;
	InfModel model;
	int64 span;
	InfDiagnosis *diagnoses = NULL;
	InfNames names = {0};
	const char *problem;
	bool limit;

	InitMaterializedSRF(fcinfo, 0);
	journeys = inf_journeys_of_datum(PG_GETARG_DATUM(0));
	model = PG_GETARG_MODEL(1);
	span = inf_duration_of_interval(PG_GETARG_INTERVAL_P(2), "span of an injection");
	inf_check_journey_wise(&journeys, &model);

	problem = inf_diagnose(&journeys.set, &model, span, &diagnoses, &names, &limit);
	inf_check_journeys(problem, limit);
	for (uint32 i = 0; i < names.count; i++)
	{
		Datum influencer = inf_text_of_name(names.identity, inf_names_get(&names, i));

		put_diagnosis(result, influencer, &diagnoses[i]);
		pfree(DatumGetPointer(influencer));
		if (i % 1024 == 0)
			inf_poll();
	}
	return (Datum) 0;
}
