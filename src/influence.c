/*
 * influence.c
 *		influence(journey_set, model, ...): the leaderboard, a row an influencer.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"

#include "attribution_model.h"
#include "compat.h"
#include "core/host.h"
#include "core/instant.h"
#include "core/scoreboard.h"
#include "duration.h"
#include "identity.h"
#include "journey_value.h"
#include "set_value.h"
#include "time_type.h"

/* Arguments. */
#define ARG_JOURNEYS 0
#define ARG_MODEL 1
#define ARG_NEW_CUSTOMER_SPAN 2
#define ARG_OBSERVED_FROM 3
#define ARG_OBSERVED_TO 4
#define ARG_EFFECTS 5

/* Columns of the result. */
enum
{
	COLUMN_INFLUENCER,
	COLUMN_TOUCHES,
	COLUMN_CUSTOMERS,
	COLUMN_BUYERS,
	COLUMN_ORDERS,
	COLUMN_REVENUE,
	COLUMN_NEW_CUSTOMERS,
	COLUMN_CONVERSION_RATE,
	COLUMN_PLACEBO_ORDERS,
	COLUMN_EFFECT,
	COLUMN_EFFECT_LOW,
	COLUMN_EFFECT_HIGH,
	COLUMN_SCORE,
	COLUMN_LIFT,
	COLUMN_LIFT_LOW,
	COLUMN_LIFT_HIGH,
	COLUMN_ORDERS_AFTER,
	COLUMN_DAYS_AFTER,
	COLUMN_ORDERS_BEFORE,
	COLUMN_DAYS_BEFORE,
	NCOLUMNS
};

static int64
instant_of_argument(Datum value, TimeType type)
{
	return type == TIME_DATE ? inf_instant_of_date(DatumGetDateADT(value)) : DatumGetInt64(value);
}

/*
 * The period in which customers were observed: as the arguments say, or from the first to the last
 * touch or order there is. Dates are given as the instants of their midnights.
 */
static void
find_observation(FunctionCallInfo fcinfo, TimeType arguments, const JourneyValue *journeys,
                 InfScoreboardOptions *options)
{
	const InfTouchHeader *touches = &journeys->touches;
	const InfPurchaseHeader *purchases = &journeys->purchases;
	uint8 time_type = touches->time_type != 0 ? touches->time_type : purchases->time_type;

	if (time_type != 0 && time_type != arguments &&
	    !(PG_ARGISNULL(ARG_OBSERVED_FROM) && PG_ARGISNULL(ARG_OBSERVED_TO)))
		ereport(
		    ERROR,
		    (errcode(ERRCODE_DATATYPE_MISMATCH),
		     errmsg("instants are of type %s, but the period of observation is of type %s",
		            inf_time_type_name(time_type), inf_time_type_name(arguments)),
		     errhint("Cast observed_from and observed_to to %s.", inf_time_type_name(time_type))));
	options->unit = time_type == TIME_DATE ? INF_US_PER_DAY : 1;
	options->observed_from = touches->ntouches > 0 ? touches->first_at : purchases->first_at;
	options->observed_to = touches->ntouches > 0 ? touches->last_at : purchases->last_at;
	if (purchases->norders > 0)
	{
		options->observed_from = Min(options->observed_from, purchases->first_at);
		options->observed_to = Max(options->observed_to, purchases->last_at);
	}
	if (!PG_ARGISNULL(ARG_OBSERVED_FROM))
		options->observed_from = instant_of_argument(PG_GETARG_DATUM(ARG_OBSERVED_FROM), arguments);
	if (!PG_ARGISNULL(ARG_OBSERVED_TO))
		options->observed_to = instant_of_argument(PG_GETARG_DATUM(ARG_OBSERVED_TO), arguments);
	if (!inf_is_instant(options->observed_from) || !inf_is_instant(options->observed_to) ||
	    options->observed_from > options->observed_to)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("period of observation must be finite, and not end before it begins"),
		         errhint("Check observed_from and observed_to.")));
	options->observed_to += options->unit;
}

static double
days_of(InfShares time)
{
	return (double) time / INF_US_PER_DAY;
}

static void
put_score(ReturnSetInfo *result, Datum influencer, const InfScore *score, bool effects)
{
	Datum values[NCOLUMNS];
	bool nulls[NCOLUMNS] = {false};

	values[COLUMN_INFLUENCER] = influencer;
	values[COLUMN_TOUCHES] = Int64GetDatum((int64) score->touches);
	values[COLUMN_CUSTOMERS] = Int64GetDatum((int64) score->customers);
	values[COLUMN_BUYERS] = Int64GetDatum((int64) score->buyers);
	values[COLUMN_ORDERS] = Float8GetDatum(score->orders);
	values[COLUMN_REVENUE] = Float8GetDatum(score->revenue);
	values[COLUMN_NEW_CUSTOMERS] = Float8GetDatum(score->new_customers);
	values[COLUMN_CONVERSION_RATE] = Float8GetDatum(score->orders / (double) score->customers);
	values[COLUMN_PLACEBO_ORDERS] = Float8GetDatum(score->placebo);
	values[COLUMN_EFFECT] = Float8GetDatum(score->net.effect);
	values[COLUMN_EFFECT_LOW] = Float8GetDatum(score->net.low);
	values[COLUMN_EFFECT_HIGH] = Float8GetDatum(score->net.high);
	values[COLUMN_SCORE] = Float8GetDatum(score->net.score);
	values[COLUMN_LIFT] = Float8GetDatum(score->lift.lift);
	nulls[COLUMN_LIFT] = !score->lift.has_lift;
	values[COLUMN_LIFT_LOW] = Float8GetDatum(score->lift.low);
	nulls[COLUMN_LIFT_LOW] = !score->lift.has_low;
	values[COLUMN_LIFT_HIGH] = Float8GetDatum(score->lift.high);
	nulls[COLUMN_LIFT_HIGH] = !score->lift.has_high;
	values[COLUMN_ORDERS_AFTER] = Int64GetDatum((int64) score->control.orders_after);
	values[COLUMN_DAYS_AFTER] = Float8GetDatum(days_of(score->control.time_after));
	values[COLUMN_ORDERS_BEFORE] = Int64GetDatum((int64) score->control.orders_before);
	values[COLUMN_DAYS_BEFORE] = Float8GetDatum(days_of(score->control.time_before));
	for (int column = COLUMN_PLACEBO_ORDERS; !effects && column < NCOLUMNS; column++)
		nulls[column] = true;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static Datum
leaderboard(FunctionCallInfo fcinfo, TimeType arguments)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	JourneyValue journeys;
	InfScoreboardOptions options = {0};
	InfScoreboard board = {0};
	InfNames names = {0};
	const char *problem;
	bool limit;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(ARG_JOURNEYS) || PG_ARGISNULL(ARG_MODEL) ||
	    PG_ARGISNULL(ARG_NEW_CUSTOMER_SPAN))
		return (Datum) 0;
	journeys = inf_journeys_of_datum(PG_GETARG_DATUM(ARG_JOURNEYS));
	options.model = PG_GETARG_MODEL(ARG_MODEL);
	options.new_customer_span = inf_duration_of_interval(
	    PG_GETARG_INTERVAL_P(ARG_NEW_CUSTOMER_SPAN), "span of a new customer");
	inf_check_journey_wise(&journeys, &options.model);
	options.effects = PG_ARGISNULL(ARG_EFFECTS) || PG_GETARG_BOOL(ARG_EFFECTS);
	find_observation(fcinfo, arguments, &journeys, &options);

	problem = inf_scoreboard(&journeys.set, &options, &board, &names, &limit);
	inf_check_journeys(problem, limit);
	for (uint32 i = 0; i < board.ninfluencers; i++)
	{
		Datum influencer = inf_text_of_name(names.identity, inf_names_get(&names, i));

		put_score(result, influencer, &board.scores[i], options.effects);
		pfree(DatumGetPointer(influencer));
		if (i % 1024 == 0)
			inf_poll();
	}
	return (Datum) 0;
}

/* An overload for each type of observed_from and observed_to. */
PG_FUNCTION_INFO_V1(influence_timestamptz);
Datum
influence_timestamptz(PG_FUNCTION_ARGS)
{
	return leaderboard(fcinfo, TIME_TIMESTAMPTZ);
}

PG_FUNCTION_INFO_V1(influence_timestamp);
Datum
influence_timestamp(PG_FUNCTION_ARGS)
{
	return leaderboard(fcinfo, TIME_TIMESTAMP);
}

PG_FUNCTION_INFO_V1(influence_date);
Datum
influence_date(PG_FUNCTION_ARGS)
{
	return leaderboard(fcinfo, TIME_DATE);
}
