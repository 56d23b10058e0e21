/*
 * shapley.c
 *		What the Shapley model on conversion rates finds.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"

#include "compat.h"
#include "core/host.h"
#include "core/model.h"
#include "core/shapley_rate.h"
#include "identity.h"
#include "journey_value.h"
#include "set_value.h"

PG_FUNCTION_INFO_V1(shapley_effects);
Datum
shapley_effects(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int32 exact_up_to = PG_GETARG_INT32(1);
	JourneyValue journeys;
	InfShapleyRate shapley;

	InitMaterializedSRF(fcinfo, 0);
	if (exact_up_to < 1 || exact_up_to > INF_MAX_SHAPLEY_EXACT)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("number of influencers up to which Shapley values are exact must be "
		                       "between 1 and %d",
		                       INF_MAX_SHAPLEY_EXACT)));
	journeys = inf_journeys_of_datum(PG_GETARG_DATUM(0));
	inf_check_stored("journey_set",
	                 inf_shapley_rate(&journeys.set, (uint32) exact_up_to, &shapley));
	for (uint32 i = 0; i < shapley.names.count; i++)
	{
		Datum values[4] = {
		    inf_text_of_name(shapley.names.identity, inf_names_get(&shapley.names, i)),
		    Float8GetDatum(shapley.orders[i]), Float8GetDatum(shapley.revenue[i]),
		    Float8GetDatum(shapley.standard_error[i])};
		bool nulls[4] = {false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		pfree(DatumGetPointer(values[0]));
		if (i % 1024 == 0)
			inf_poll();
	}
	return (Datum) 0;
}
