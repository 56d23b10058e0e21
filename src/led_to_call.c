/*
 * led_to_call.c
 *		A call of the attribution operator, or of its named twin, taken apart.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "attribution_window.h"
#include "compat.h"
#include "core/instant.h"
#include "duration.h"
#include "led_to_call.h"

Oid
inf_function_oid(Oid schema, const char *name, int nargs, const Oid *argtypes)
{
	return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
	                       PointerGetDatum(buildoidvector(argtypes, nargs)),
	                       ObjectIdGetDatum(schema));
}

LedToCall
inf_led_to_call(Oid funcid, List *args)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Form_pg_proc proc;
	bool commuted;
	Oid within[3];
	LedToCall call = {0};

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", funcid);
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	commuted = strcmp(NameStr(proc->proname), "came_from") == 0;
	call.schema = proc->pronamespace;
	call.type = proc->proargtypes.values[commuted ? 1 : 0];
	call.touched = list_nth(args, commuted ? 1 : 0);
	call.ordered = list_nth(args, commuted ? 0 : 1);
	call.span = list_length(args) > 2 ? list_nth(args, 2) : NULL;
	call.is_window = proc->proargtypes.values[0] != proc->proargtypes.values[1];
	ReleaseSysCache(tuple);

	within[0] = within[1] = call.type;
	within[2] = INTERVALOID;
	call.within_oid = inf_function_oid(call.schema, "led_to", 3, within);
	return call;
}

static TimeType
time_type_of_oid(Oid type)
{
	switch (type)
	{
		case TIMESTAMPTZOID:
			return TIME_TIMESTAMPTZ;
		case TIMESTAMPOID:
			return TIME_TIMESTAMP;
		default:
			return TIME_DATE;
	}
}

static void
open_constant_window(LedToCall *call)
{
	Const *constant = (Const *) call->ordered;
	AttributionWindow *window;
	Interval *span;
	Datum at;

	if (constant->constisnull)
		return;
	window = (AttributionWindow *) DatumGetPointer(constant->constvalue);
	if (window->type != (int32) time_type_of_oid(call->type))
		return; /* raises an error when it is evaluated */

	span = palloc0(sizeof(Interval));
	span->day = (int32) (window->lookback / INF_US_PER_DAY);
	span->time = window->lookback % INF_US_PER_DAY;
	if (call->type == DATEOID)
		at = DateADTGetDatum((DateADT) window->at);
	else
		at = TimestampGetDatum(window->at);
	call->ordered = (Node *) makeConst(call->type, -1, InvalidOid,
	                                   call->type == DATEOID ? sizeof(DateADT) : sizeof(Timestamp),
	                                   at, false, call->type == DATEOID ? true : FLOAT8PASSBYVAL);
	call->span = (Node *) makeConst(INTERVALOID, -1, InvalidOid, sizeof(Interval),
	                                PointerGetDatum(span), false, false);
	call->is_window = false;
}

void
inf_led_to_open_window(LedToCall *call)
{
	FuncExpr *function = (FuncExpr *) call->ordered;
	Oid lookback[2] = {call->type, INTERVALOID};

	if (!call->is_window)
		return;
	if (IsA(call->ordered, Const))
		open_constant_window(call);
	else if (IsA(function, FuncExpr) &&
	         function->funcid == inf_function_oid(call->schema, "lookback", 2, lookback))
	{
		call->ordered = linitial(function->args);
		call->span = lsecond(function->args);
		call->is_window = false;
	}
}

bool
inf_led_to_constant_span(const LedToCall *call, int64 *lookback)
{
	Interval *span;

	if (call->is_window)
		return false;
	if (call->span == NULL)
	{
		*lookback = INF_DEFAULT_LOOKBACK;
		return true;
	}
	if (!IsA(call->span, Const) || ((Const *) call->span)->constisnull)
		return false;
	span = DatumGetIntervalP(((Const *) call->span)->constvalue);
	/* an illegal one raises its error when it is evaluated, not when it is estimated */
	if (span->month != 0 || span->day < 0 || span->time < 0 || INTERVAL_IS_INFINITE(span))
		return false;
	*lookback = inf_duration_of_interval(span, "lookback window");
	return true;
}
