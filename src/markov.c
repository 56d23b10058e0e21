/*
 * markov.c
 *		What the Markov model finds: effects, transitions, diagnostics, and the choice of its order.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "compat.h"
#include "core/host.h"
#include "core/markov.h"
#include "core/markov_order.h"
#include "identity.h"
#include "journey_value.h"
#include "set_value.h"

static const char type_name[] = "journey_set";

static uint32
order_argument(FunctionCallInfo fcinfo, int n)
{
	int32 order = PG_GETARG_INT32(n);

	if (order < 1 || order > INF_MAX_MARKOV_ORDER)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("order of a Markov model must be between 1 and %d", INF_MAX_MARKOV_ORDER)));
	return (uint32) order;
}

static InfChain
chain_argument(FunctionCallInfo fcinfo)
{
	JourneyValue journeys = inf_journeys_of_datum(PG_GETARG_DATUM(0));
	InfChain chain;

	inf_check_stored(type_name, inf_chain_build(&chain, &journeys.set, order_argument(fcinfo, 1)));
	return chain;
}

PG_FUNCTION_INFO_V1(markov_effects);
Datum
markov_effects(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	InfChain chain;
	InfMarkov markov;
	double *orders, *revenue;

	InitMaterializedSRF(fcinfo, 0);
	chain = chain_argument(fcinfo);
	inf_markov(&chain, &markov);
	orders = INF_ALLOC_ARRAY(double, chain.ninfluencers);
	revenue = INF_ALLOC_ARRAY(double, chain.ninfluencers);
	inf_markov_credit(&chain, &markov, chain.orders + chain.unattributed_orders, orders, revenue);
	for (uint32 i = 0; i < chain.ninfluencers; i++)
	{
		bool first = chain.order == 1;
		Datum values[7] = {
		    inf_text_of_name(chain.names.identity, inf_names_get(&chain.names, i)),
		    Float8GetDatum(markov.removal_effect[i]),
		    Float8GetDatum(markov.value_effect[i]),
		    Float8GetDatum(first ? markov.visit_probability[i] : 0),
		    Float8GetDatum(first ? markov.conversion[i] : 0),
		    Float8GetDatum(orders[i]),
		    Float8GetDatum(revenue[i]),
		};
		bool nulls[7] = {false, false, false, !first, !first, false, false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		pfree(DatumGetPointer(values[0]));
		if (i % 1024 == 0)
			inf_poll();
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(markov_summary);
Datum
markov_summary(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	InfChain chain;
	InfMarkov markov;
	Datum values[9];
	bool nulls[9] = {false};

	InitMaterializedSRF(fcinfo, 0);
	chain = chain_argument(fcinfo);
	inf_markov(&chain, &markov);
	values[0] = Int64GetDatum(chain.nobserved);
	values[1] = Int64GetDatum((int64) chain.ntransitions);
	values[2] = Float8GetDatum(chain.total_start);
	values[3] = Float8GetDatum(markov.conversion_probability);
	values[4] = CStringGetTextDatum(markov.dense ? "dense" : "sparse");
	values[5] = Int64GetDatum(markov.nexact);
	values[6] = Int64GetDatum(markov.iterations);
	values[7] = Float8GetDatum(markov.residual);
	values[8] = Float8GetDatum(markov.error);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	return (Datum) 0;
}

/* Names of the states, for people: influencers with " > " between. */
static Datum *
state_names(const InfChain *chain)
{
	Datum *names = INF_ALLOC_ARRAY(Datum, chain->nstates);
	StringInfoData text;

	initStringInfo(&text);
	for (uint32 s = 0; s < chain->nstates; s++)
	{
		resetStringInfo(&text);
		for (uint32 p = chain->state_first[s]; p < chain->state_first[s + 1]; p++)
		{
			Datum name = inf_text_of_name(chain->names.identity,
			                              inf_names_get(&chain->names, chain->state_code[p]));

			if (p > chain->state_first[s])
				appendStringInfoString(&text, " > ");
			appendBinaryStringInfo(&text, VARDATA_ANY(DatumGetPointer(name)),
			                       VARSIZE_ANY_EXHDR(DatumGetPointer(name)));
			pfree(DatumGetPointer(name));
		}
		names[s] = PointerGetDatum(cstring_to_text_with_len(text.data, text.len));
		if (s % 1024 == 0)
			inf_poll();
	}
	return names;
}

static void
put_transition(ReturnSetInfo *result, Datum from, Datum to, double count, double all)
{
	Datum values[4] = {from, to, Float8GetDatum(count), Float8GetDatum(count / all)};
	bool nulls[4] = {false};

	if (count > 0)
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(markov_transitions);
Datum
markov_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	InfChain chain;
	Datum *names;
	Datum start, conversion, null;

	InitMaterializedSRF(fcinfo, 0);
	chain = chain_argument(fcinfo);
	names = state_names(&chain);
	start = CStringGetTextDatum("(start)");
	conversion = CStringGetTextDatum("(conversion)");
	null = CStringGetTextDatum("(null)");
	for (uint32 s = 0; s < chain.nstates; s++)
		put_transition(result, start, names[s], chain.start[s], chain.total_start);
	for (uint32 s = 0; s < chain.nstates; s++)
	{
		double all = chain.conversions[s] + chain.nulls[s];

		for (uint64 e = chain.counts.first[s]; e < chain.counts.first[s + 1]; e++)
			all += chain.counts.value[e];
		for (uint64 e = chain.counts.first[s]; e < chain.counts.first[s + 1]; e++)
			put_transition(result, names[s], names[chain.counts.to[e]], chain.counts.value[e], all);
		put_transition(result, names[s], conversion, chain.conversions[s], all);
		put_transition(result, names[s], null, chain.nulls[s], all);
		if (s % 256 == 0)
			inf_poll();
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(markov_order);
Datum
markov_order(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	JourneyValue journeys;
	InfOrderFit fits[INF_MAX_MARKOV_ORDER];
	uint32 max_order;
	uint64 njourneys = 0;

	InitMaterializedSRF(fcinfo, 0);
	journeys = inf_journeys_of_datum(PG_GETARG_DATUM(0));
	max_order = order_argument(fcinfo, 1);
	inf_check_stored(type_name, inf_markov_order(&journeys.set, max_order, fits, &njourneys));
	for (uint32 i = 0; i < max_order && njourneys > 0; i++)
	{
		Datum values[7] = {Int64GetDatum(i + 1),
		                   Float8GetDatum(fits[i].log_likelihood),
		                   Float8GetDatum(fits[i].gain),
		                   Float8GetDatum(fits[i].gain_error),
		                   Int64GetDatum((int64) fits[i].contexts),
		                   Int64GetDatum((int64) njourneys),
		                   BoolGetDatum(fits[i].recommended)};
		bool nulls[7] = {false, false, i == 0, i == 0, false, false, false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
