/*
 * attribution.c
 *		attribution(journey_set, VARIADIC attribution_model[]): credit under several models.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "attribution_model.h"
#include "compat.h"
#include "core/attribution.h"
#include "core/host.h"
#include "core/population.h"
#include "identity.h"
#include "journey_value.h"
#include "set_value.h"

static const char type_name[] = "journey_set";

static InfModel *
models_of_array(ArrayType *array, size_t *nmodels)
{
	Datum *values;
	bool *nulls;
	int n;
	InfModel *models;

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &values, &nulls, &n);
	models = palloc(Max(n, 1) * sizeof(InfModel));
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							errmsg("attribution model must not be null")));
		models[i] = inf_model_of_datum(values[i]);
		if (models[i].kind == INF_MARKOV || models[i].kind == INF_SHAPLEY_RATE)
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
							errmsg("attribution model %s is not available yet",
								   inf_model_to_cstring(&models[i]))));
	}
	*nmodels = n;
	return models;
}

/* Paths have no instants. */
static void
check_paths(const InfPopulation *population, const InfModel *models, size_t nmodels)
{
	for (size_t m = 0; m < nmodels && population->has_paths; m++)
	{
		if (models[m].kind == INF_TIME_DECAY)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("attribution model %s needs the instants of the touches",
							inf_model_to_cstring(&models[m])),
					 errdetail("Journeys that were made from paths have none."),
					 errhint("Use a model that looks at the order of the touches alone.")));
	}
}

static void
put_row(ReturnSetInfo *result, Datum model, const Datum *influencer, double orders, double revenue)
{
	Datum values[4] = {model, influencer == NULL ? (Datum) 0 : *influencer, Float8GetDatum(orders),
					   Float8GetDatum(revenue)};
	bool nulls[4] = {false, influencer == NULL, false, false};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(attribution);
Datum
attribution(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	JourneyValue journeys;
	InfModel *models;
	size_t nmodels;
	InfPopulation population;
	InfPopulationJourney journey;
	InfAttributions all;
	const char *limit = NULL;
	Datum *influencers;

	InitMaterializedSRF(fcinfo, 0);
	journeys = inf_journeys_of_datum(PG_GETARG_DATUM(0));
	models = models_of_array(PG_GETARG_ARRAYTYPE_P(1), &nmodels);

	inf_population_open(&population, &journeys.set, false);
	inf_check_stored(type_name, population.problem);
	check_paths(&population, models, nmodels);
	inf_attributions_init(&all, models, nmodels, population.names.count);
	while (limit == NULL && inf_population_next(&population, &journey))
	{
		if (journey.orders > 0)
			limit = inf_attributions_add(&all, &journey.journey, journey.orders);
	}
	inf_check_stored(type_name, population.problem);
	if (limit != NULL)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("%s", limit),
						errhint("Round the weights, so that there are fewer different ones.")));
	inf_attributions_finish(&all);

	influencers = INF_ALLOC_ARRAY(Datum, population.names.count);
	for (uint32 i = 0; i < population.names.count; i++)
		influencers[i] =
			inf_text_of_name(population.names.identity, inf_names_get(&population.names, i));
	for (size_t m = 0; m < nmodels; m++)
	{
		const InfAttribution *a = &all.models[m];
		Datum model = CStringGetTextDatum(inf_model_to_cstring(&a->model));

		for (uint32 i = 0; i < population.names.count; i++)
		{
			put_row(result, model, &influencers[i], a->orders[i], a->revenue[i]);
			if (i % 1024 == 0)
				inf_poll();
		}
		put_row(result, model, NULL, (double) a->unattributed_orders,
				inf_sum_value(&a->unattributed_revenue));
	}
	inf_attributions_free(&all);
	inf_population_close(&population);
	return (Datum) 0;
}
