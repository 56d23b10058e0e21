/*
 * influence_test.c
 *		Calls aggregates as a distributed database does, for tests.
 *
 * Partial states are made by calling the transition function with a fresh FmgrInfo for every row,
 * without an expression, in a context that is reset after each call; they travel as text; and they
 * are combined in any order.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_aggregate.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/expandeddatum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/syscache.h"

PG_MODULE_MAGIC;

typedef struct Distribution
{
	Oid transition;
	Oid combine;
	Oid final;
	Oid type;
	int16 typlen;
	bool typbyval;
	AggState *aggstate;
	MemoryContext states;
	MemoryContext row;
	uint64 random;
} Distribution;

static uint32
random_below(Distribution *d, uint32 n)
{
	d->random = d->random * UINT64CONST(6364136223846793005) + UINT64CONST(1442695040888963407);
	return (uint32) (d->random >> 33) % n;
}

/* Calls f(state, args...) as a stranger would; the result is kept in the context of the states. */
static void
call(Distribution *d, Oid function, Datum *state, bool *isnull, int nargs, const Datum *args,
	 const bool *nulls)
{
	LOCAL_FCINFO(fcinfo, FUNC_MAX_ARGS);
	FmgrInfo flinfo;
	MemoryContext old = MemoryContextSwitchTo(d->row);
	Datum result;

	fmgr_info(function, &flinfo);
	InitFunctionCallInfoData(*fcinfo, &flinfo, nargs + 1, InvalidOid, (Node *) d->aggstate, NULL);
	fcinfo->args[0].value = *state;
	fcinfo->args[0].isnull = *isnull;
	for (int i = 0; i < nargs; i++)
	{
		fcinfo->args[i + 1].value = args[i];
		fcinfo->args[i + 1].isnull = nulls[i];
	}
	result = FunctionCallInvoke(fcinfo);
	MemoryContextSwitchTo(d->states);
	if (!fcinfo->isnull && (*isnull || DatumGetPointer(result) != DatumGetPointer(*state)) &&
		!DatumIsReadWriteExpandedObject(result, false, d->typlen))
		result = datumCopy(result, d->typbyval, d->typlen);
	*state = result;
	*isnull = fcinfo->isnull;
	MemoryContextSwitchTo(old);
	MemoryContextReset(d->row);
}

/* To text and back, as between two servers. */
static Datum
through_text(Distribution *d, Datum state)
{
	Oid output, input, param;
	bool isvarlena;
	char *text;

	getTypeOutputInfo(d->type, &output, &isvarlena);
	getTypeInputInfo(d->type, &input, &param);
	text = OidOutputFunctionCall(output, state);
	return OidInputFunctionCall(input, text, param, -1);
}

/*
 * distribute(aggregate, query, shards, seed) -> text of the result. The query's columns are the
 * aggregate's arguments; its rows are dealt to the shards at random, and some shards get none.
 */
PG_FUNCTION_INFO_V1(distribute);
Datum
distribute(PG_FUNCTION_ARGS)
{
	Oid aggregate = PG_GETARG_OID(0);
	char *query = text_to_cstring(PG_GETARG_TEXT_PP(1));
	int nshards = PG_GETARG_INT32(2);
	Distribution d = {.random = (uint64) PG_GETARG_INT64(3)};
	HeapTuple tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggregate));
	Datum *state;
	bool *isnull;
	char *text;
	Oid output;
	bool isvarlena;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "no such aggregate");
	d.transition = ((Form_pg_aggregate) GETSTRUCT(tuple))->aggtransfn;
	d.combine = ((Form_pg_aggregate) GETSTRUCT(tuple))->aggcombinefn;
	d.final = ((Form_pg_aggregate) GETSTRUCT(tuple))->aggfinalfn;
	d.type = ((Form_pg_aggregate) GETSTRUCT(tuple))->aggtranstype;
	ReleaseSysCache(tuple);
	get_typlenbyval(d.type, &d.typlen, &d.typbyval);

	SPI_connect();
	if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "query failed");
	d.aggstate = makeNode(AggState);
	d.aggstate->curaggcontext = CreateStandaloneExprContext();
	d.states = d.aggstate->curaggcontext->ecxt_per_tuple_memory;
	d.row = AllocSetContextCreate(CurrentMemoryContext, "row", ALLOCSET_DEFAULT_SIZES);

	state = palloc0(nshards * sizeof(Datum));
	isnull = palloc(nshards * sizeof(bool));
	memset(isnull, true, nshards * sizeof(bool));
	for (uint64 r = 0; r < SPI_processed; r++)
	{
		int nargs = SPI_tuptable->tupdesc->natts;
		Datum args[FUNC_MAX_ARGS];
		bool nulls[FUNC_MAX_ARGS];
		/* the last shard stays empty, unless it is the only one */
		uint32 shard = random_below(&d, nshards > 1 ? nshards - 1 : 1);

		heap_deform_tuple(SPI_tuptable->vals[r], SPI_tuptable->tupdesc, args, nulls);
		call(&d, d.transition, &state[shard], &isnull[shard], nargs, args, nulls);
	}

	/* combine two at random, over the wire, until one is left */
	for (int n = nshards; n > 1; n--)
	{
		int a = random_below(&d, n);
		int b;
		Datum other;
		bool other_null;

		do
			b = random_below(&d, n);
		while (b == a);
		for (int side = 0; side < 2; side++)
		{
			int i = side == 0 ? a : b;

			if (!isnull[i])
				state[i] = through_text(&d, state[i]);
		}
		other = state[b];
		other_null = isnull[b];
		call(&d, d.combine, &state[a], &isnull[a], 1, &other, &other_null);
		state[b] = state[n - 1];
		isnull[b] = isnull[n - 1];
	}
	call(&d, d.final, &state[0], &isnull[0], 0, NULL, NULL);
	if (isnull[0])
	{
		SPI_finish();
		PG_RETURN_NULL();
	}
	getTypeOutputInfo(d.type, &output, &isvarlena);
	text = OidOutputFunctionCall(output, state[0]);
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		text = pstrdup(text);
		MemoryContextSwitchTo(old);
	}
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text(text));
}

/* receive(type, message) -> text: a binary message through the type's receive function. */
PG_FUNCTION_INFO_V1(receive);
Datum
receive(PG_FUNCTION_ARGS)
{
	Oid type = PG_GETARG_OID(0);
	bytea *message = PG_GETARG_BYTEA_PP(1);
	StringInfoData buf;
	Oid function, param, output;
	bool isvarlena;
	Datum value;

	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, VARDATA_ANY(message), VARSIZE_ANY_EXHDR(message));
	getTypeBinaryInputInfo(type, &function, &param);
	value = OidReceiveFunctionCall(function, &buf, param, -1);
	if (buf.cursor != buf.len)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("incorrect binary data format")));
	getTypeOutputInfo(type, &output, &isvarlena);
	PG_RETURN_TEXT_P(cstring_to_text(OidOutputFunctionCall(output, value)));
}

/* The same bytes as another type: what a damaged page would give. */
PG_FUNCTION_INFO_V1(disguise);
Datum
disguise(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/*
 * aggregate_memory(aggregate, query) -> bytes of the aggregate's memory when all rows of the query
 * have been added, before it is finished.
 */
PG_FUNCTION_INFO_V1(aggregate_memory);
Datum
aggregate_memory(PG_FUNCTION_ARGS)
{
	char *query = text_to_cstring(PG_GETARG_TEXT_PP(1));
	HeapTuple tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(PG_GETARG_OID(0)));
	Distribution d = {0};
	Datum state = 0;
	bool isnull = true;
	Portal portal;
	int64 bytes;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "no such aggregate");
	d.transition = ((Form_pg_aggregate) GETSTRUCT(tuple))->aggtransfn;
	d.type = ((Form_pg_aggregate) GETSTRUCT(tuple))->aggtranstype;
	ReleaseSysCache(tuple);
	get_typlenbyval(d.type, &d.typlen, &d.typbyval);
	SPI_connect();
	d.aggstate = makeNode(AggState);
	d.aggstate->curaggcontext = CreateStandaloneExprContext();
	d.states = d.aggstate->curaggcontext->ecxt_per_tuple_memory;
	d.row = AllocSetContextCreate(CurrentMemoryContext, "row", ALLOCSET_DEFAULT_SIZES);
	portal = SPI_cursor_open_with_args(NULL, query, 0, NULL, NULL, NULL, true, 0);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, 10000);
		if (SPI_processed == 0)
			break;
		for (uint64 r = 0; r < SPI_processed; r++)
		{
			Datum args[FUNC_MAX_ARGS];
			bool nulls[FUNC_MAX_ARGS];

			heap_deform_tuple(SPI_tuptable->vals[r], SPI_tuptable->tupdesc, args, nulls);
			call(&d, d.transition, &state, &isnull, SPI_tuptable->tupdesc->natts, args, nulls);
		}
		SPI_freetuptable(SPI_tuptable);
	}
	bytes = (int64) MemoryContextMemAllocated(d.states, true);
	SPI_cursor_close(portal);
	SPI_finish();
	PG_RETURN_INT64(bytes);
}
