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
#include "core/markov.h"
#include "core/population.h"
#include "core/shapley_rate.h"
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
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			                errmsg("attribution model %s needs the instants of the touches",
			                       inf_model_to_cstring(&models[m])),
			                errdetail("Journeys that were made from paths have none."),
			                errhint("Use a model that looks at the order of the touches alone.")));
	}
}

/* What one model gives, however it was had. */
typedef struct Credit
{
	const double *orders;
	const double *revenue;
	uint64 unattributed_orders;
	double unattributed_revenue;
} Credit;

/* All rule models, and shapley in its closed form, in one pass. */
static void
credit_by_rules(const InfJourneySet *set, const InfModel *models, size_t nmodels, Credit *credits)
{
	InfModel *rules = palloc(Max(nmodels, 1) * sizeof(InfModel));
	size_t nrules = 0;
	InfPopulation population;
	InfPopulationJourney journey;
	InfAttributions all;
	const char *limit = NULL;

	for (size_t m = 0; m < nmodels; m++)
	{
		if (inf_model_is_journey_wise(models[m].kind))
			rules[nrules++] = models[m];
	}
	if (nrules == 0)
		return;
	inf_population_open(&population, set, false);
	inf_check_stored(type_name, population.problem);
	inf_attributions_init(&all, rules, nrules, population.names.count);
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
	inf_population_close(&population);
	for (size_t m = 0, r = 0; m < nmodels; m++)
	{
		const InfAttribution *a = &all.models[r];

		if (!inf_model_is_journey_wise(models[m].kind))
			continue;
		credits[m] = (Credit){a->orders, a->revenue, a->unattributed_orders,
		                      inf_sum_value(&a->unattributed_revenue)};
		r++;
	}
}

static Credit
credit_by_markov(const InfJourneySet *set, const InfModel *model)
{
	InfChain chain;
	InfMarkov markov;
	double *orders, *revenue;
	Credit credit;

	inf_check_stored(type_name, inf_chain_build(&chain, set, (uint32) model->size));
	inf_markov(&chain, &markov);
	orders = INF_ALLOC_ARRAY(double, chain.ninfluencers);
	revenue = INF_ALLOC_ARRAY(double, chain.ninfluencers);
	inf_markov_credit(&chain, &markov, chain.orders + chain.unattributed_orders, orders, revenue);
	credit = (Credit){orders, revenue, chain.unattributed_orders, chain.unattributed_revenue};
	inf_markov_free(&markov);
	inf_chain_free(&chain);
	return credit;
}

static Credit
credit_by_shapley_rate(const InfJourneySet *set, const InfModel *model)
{
	InfShapleyRate result;

	inf_check_stored(type_name, inf_shapley_rate(set, (uint32) model->size, &result));
	return (Credit){result.orders, result.revenue, result.unattributed_orders,
	                result.unattributed_revenue};
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
	Credit *credits;
	Datum *influencers;

	InitMaterializedSRF(fcinfo, 0);
	journeys = inf_journeys_of_datum(PG_GETARG_DATUM(0));
	models = models_of_array(PG_GETARG_ARRAYTYPE_P(1), &nmodels);
	inf_population_open(&population, &journeys.set, false);
	inf_check_stored(type_name, population.problem);
	check_paths(&population, models, nmodels);

	credits = palloc0(Max(nmodels, 1) * sizeof(Credit));
	credit_by_rules(&journeys.set, models, nmodels, credits);
	for (size_t m = 0; m < nmodels; m++)
	{
		if (models[m].kind == INF_MARKOV)
			credits[m] = credit_by_markov(&journeys.set, &models[m]);
		else if (models[m].kind == INF_SHAPLEY_RATE)
			credits[m] = credit_by_shapley_rate(&journeys.set, &models[m]);
	}

	influencers = INF_ALLOC_ARRAY(Datum, population.names.count);
	for (uint32 i = 0; i < population.names.count; i++)
		influencers[i] =
		    inf_text_of_name(population.names.identity, inf_names_get(&population.names, i));
	for (size_t m = 0; m < nmodels; m++)
	{
		Datum model = CStringGetTextDatum(inf_model_to_cstring(&models[m]));

		for (uint32 i = 0; i < population.names.count; i++)
		{
			put_row(result, model, &influencers[i], credits[m].orders[i], credits[m].revenue[i]);
			if (i % 1024 == 0)
				inf_poll();
		}
		put_row(result, model, NULL, (double) credits[m].unattributed_orders,
		        credits[m].unattributed_revenue);
	}
	inf_population_close(&population);
	return (Datum) 0;
}
