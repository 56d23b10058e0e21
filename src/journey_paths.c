/*
 * journey_paths.c
 *		Path tables: journey_paths(journey_set, separator) out of journeys, and journey_agg(path,
 *		orders, revenue, non_buyers) into them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "compat.h"
#include "core/host.h"
#include "core/path_set.h"
#include "core/population.h"
#include "identity.h"
#include "journey_value.h"
#include "set_state.h"
#include "set_value.h"

static const char type_name[] = "journey_set";

static void
put_path(ReturnSetInfo *result, const InfPath *path, const Datum *influencers,
         const char *separator, StringInfo text)
{
	Datum values[4];
	bool nulls[4] = {path->n == 0, false, false, false};

	resetStringInfo(text);
	for (size_t i = 0; i < path->n; i++)
	{
		struct varlena *name = (struct varlena *) DatumGetPointer(influencers[path->code[i]]);

		if (i > 0)
			appendStringInfoString(text, separator);
		appendBinaryStringInfo(text, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	}
	values[0] = PointerGetDatum(cstring_to_text_with_len(text->data, text->len));
	values[1] = Int64GetDatum((int64) path->orders);
	values[2] = Float8GetDatum(inf_exact_value(&path->revenue));
	values[3] = Int64GetDatum((int64) path->non_buyers);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	pfree(DatumGetPointer(values[0]));
}

PG_FUNCTION_INFO_V1(journey_paths);
Datum
journey_paths(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	JourneyValue journeys;
	char *separator = text_to_cstring(PG_GETARG_TEXT_PP(1));
	InfPopulation population;
	InfPopulationJourney journey;
	InfPathTable table;
	Datum *influencers;
	StringInfoData text;

	InitMaterializedSRF(fcinfo, 0);
	journeys = inf_journeys_of_datum(PG_GETARG_DATUM(0));
	inf_population_open(&population, &journeys.set, true);
	inf_check_stored(type_name, population.problem);
	inf_path_table_init(&table);
	while (inf_population_next(&population, &journey))
	{
		InfPath path = {journey.journey.n, journey.journey.code, journey.orders, journey.non_buyers,
		                journey.revenue};

		inf_path_table_add(&table, &path);
	}
	inf_check_stored(type_name, population.problem);
	inf_path_table_sort(&table);

	influencers = INF_ALLOC_ARRAY(Datum, population.names.count);
	for (uint32 i = 0; i < population.names.count; i++)
		influencers[i] =
		    inf_text_of_name(population.names.identity, inf_names_get(&population.names, i));
	initStringInfo(&text);
	for (size_t i = 0; i < table.nentries; i++)
	{
		InfPath path = inf_path_table_get(&table, i);

		put_path(result, &path, influencers, separator, &text);
		if (i % 1024 == 0)
			inf_poll();
	}
	inf_path_table_free(&table);
	inf_population_close(&population);
	return (Datum) 0;
}

/* A count of people; NULL is none. */
static uint64
count_argument(FunctionCallInfo fcinfo, int n, const char *what)
{
	int64 count = PG_ARGISNULL(n) ? 0 : PG_GETARG_INT64(n);

	if (count < 0 || (uint64) count > INF_MAX_PATH_COUNT)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("number of %s must be between 0 and 2^53", what)));
	return (uint64) count;
}

/* The path's influencers as codes of the state's names. */
static uint32 *
codes_of_array(SetState *state, ArrayType *array, int *n)
{
	Datum *values;
	bool *nulls;
	uint32 *codes;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("path must be an array of one dimension")));
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, n);
	codes = palloc(Max(*n, 1) * sizeof(uint32));
	for (int i = 0; i < *n; i++)
	{
		InfName name;
		MemoryContext old;

		if (nulls[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			                errmsg("influencer in a path must not be null")));
		name = inf_name_of_text(DatumGetTextPP(values[i]));
		old = MemoryContextSwitchTo(state->header.eoh_context);
		codes[i] = inf_name_code(&state->builder.journeys.path_names, name);
		MemoryContextSwitchTo(old);
	}
	return codes;
}

/* (state, path text[], orders bigint, revenue float8, non_buyers bigint) */
PG_FUNCTION_INFO_V1(journey_agg_add);
Datum
journey_agg_add(PG_FUNCTION_ARGS)
{
	SetState *state = inf_state_argument(fcinfo, &inf_journey_kind);
	InfJourneyBuilder *builder;
	InfPath path = {0};
	double revenue;
	int n = 0;
	MemoryContext old;

	if (state == NULL)
		state = inf_new_state(fcinfo, &inf_journey_kind);
	builder = &state->builder.journeys;
	if (builder->touches.names.names.identity != INF_IDENTITY_NONE &&
	    builder->touches.names.names.identity != INF_IDENTITY_TEXT)
		inf_reject_mismatch("influencers");
	if (builder->path_names.names.identity == INF_IDENTITY_NONE)
		builder->path_names.names.identity = INF_IDENTITY_TEXT;

	path.orders = count_argument(fcinfo, 2, "orders");
	revenue = PG_ARGISNULL(3) ? 0 : PG_GETARG_FLOAT8(3);
	path.non_buyers = count_argument(fcinfo, 4, "non-buyers");
	if (!inf_is_revenue(revenue))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("revenue must be a number between %g and %g", -INF_MAX_REVENUE,
		                       INF_MAX_REVENUE),
		                errhint("Remove NaN and infinite values from the revenue.")));
	if (path.orders == 0 && revenue != 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("path has revenue but no orders"),
		         errhint("Add the revenue to a row of the path that has orders.")));
	inf_exact_add(&path.revenue, revenue);

	/* without a path: orders of people whom nobody touched */
	if (!PG_ARGISNULL(1))
		path.code = codes_of_array(state, PG_GETARG_ARRAYTYPE_P(1), &n);
	path.n = n;
	old = MemoryContextSwitchTo(state->header.eoh_context);
	inf_journey_builder_add_path(builder, &path);
	MemoryContextSwitchTo(old);
	PG_RETURN_STATE(state);
}
