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
#include "core/scoreboard.h"
#include "duration.h"
#include "identity.h"
#include "journey_value.h"
#include "set_value.h"

/* Arguments. */
#define ARG_JOURNEYS 0
#define ARG_MODEL 1
#define ARG_NEW_CUSTOMER_SPAN 2

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
	NCOLUMNS
};

static void
check_model(const InfModel *model)
{
	if (!inf_model_is_journey_wise(model->kind))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("attribution model %s does not decide order by order",
		                       inf_model_to_cstring(model)),
		                errhint("Use attribution(), and one of the other models here.")));
}

static void
put_score(ReturnSetInfo *result, Datum influencer, const InfScore *score)
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
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(influence);
Datum
influence(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	JourneyValue journeys;
	InfScoreboardOptions options = {0};
	InfScoreboard board;
	InfNames names;
	const char *problem;
	bool limit;

	InitMaterializedSRF(fcinfo, 0);
	journeys = inf_journeys_of_datum(PG_GETARG_DATUM(ARG_JOURNEYS));
	options.model = PG_GETARG_MODEL(ARG_MODEL);
	options.new_customer_span = inf_duration_of_interval(
	    PG_GETARG_INTERVAL_P(ARG_NEW_CUSTOMER_SPAN), "span of a new customer");
	check_model(&options.model);
	if (journeys.set.paths.size > 0)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("journeys made from paths tell nothing of customers"),
		                errhint("Use attribution(), which needs none.")));

	problem = inf_scoreboard(&journeys.set, &options, &board, &names, &limit);
	if (limit)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("%s", problem),
		                errhint("Round the weights, so that there are fewer different ones.")));
	inf_check_stored("journey_set", problem);
	for (uint32 i = 0; i < board.ninfluencers; i++)
	{
		Datum influencer = inf_text_of_name(names.identity, inf_names_get(&names, i));

		put_score(result, influencer, &board.scores[i]);
		pfree(DatumGetPointer(influencer));
		if (i % 1024 == 0)
			inf_poll();
	}
	return (Datum) 0;
}
