/*
 * ledger.c
 *		attribution_credit() and attribution_amount(): window functions over one order's rows.
 *
 * The first call in a partition reads all its touches, in whatever order they lie, and computes
 * the share of each; every call returns that of its row. So a partition takes one pass and
 * O(n log n), and the window needs no ORDER BY.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/float.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "windowapi.h"

#include "attribution_model.h"
#include "compat.h"
#include "core/allocate.h"
#include "core/host.h"
#include "core/instant.h"
#include "core/journey.h"
#include "numeric_units.h"
#include "time_type.h"

/* Positions of the arguments; revenue is that of attribution_amount alone. */
#define ARG_MODEL 0
#define ARG_TOUCHED_AT 1
#define ARG_ORDERED_AT 2
#define ARG_REVENUE 3

typedef struct LedgerArgs
{
	int weight;
	int priority;
	bool is_date;
	bool has_amount;
} LedgerArgs;

/* What holds for the whole query: fn_extra. */
typedef struct LedgerQuery
{
	bool constant_model;
	bool constant_weight;
	bool constant_priority;
	InfModel model; /* if constant */
	double weight;
	int32 priority;
} LedgerQuery;

/* Most orders have few rows: these need no memory of their own. */
#define FEW_ROWS 8

/* One order: the partition-local memory. */
typedef struct LedgerOrder
{
	bool ready;
	bool has_ordered_at;
	bool has_model;
	bool has_revenue;
	InfModel model;
	int64 ordered_at;
	struct varlena *revenue; /* as given, to compare the other rows with */
	int scale;               /* of the revenue */
	double *credit;          /* a row each; NaN: the row has no touch */
	int64 *units;            /* amounts in units of the scale, sign included */
	Datum *amounts;          /* the same as numbers, where the revenue is too large for units */
	double few_credits[FEW_ROWS];
} LedgerOrder;

static void
reject_difference(const char *what)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	                errmsg("%s differs between the rows of one order", what),
	                errhint("Use a window with PARTITION BY the key of the order.")));
}

static int64
instant_of_datum(Datum value, bool is_date)
{
	return is_date ? inf_instant_of_date(DatumGetDateADT(value)) : DatumGetInt64(value);
}

static double
weight_of_datum(Datum value, bool isnull)
{
	double weight = isnull ? 1.0 : DatumGetFloat8(value);

	if (!inf_is_weight(weight))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("weight of a touch must be 0 or between %g and %g", INF_MIN_WEIGHT,
		                       INF_MAX_WEIGHT),
		                errhint("A weight of 1 is neutral, above 1 accelerates, below 1 impedes, "
		                        "and 0 excludes the touch.")));
	return weight;
}

static int32
priority_of_datum(Datum value, bool isnull)
{
	return isnull ? 0 : DatumGetInt32(value);
}

static LedgerQuery *
ledger_query(FunctionCallInfo fcinfo, LedgerArgs args)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	LedgerQuery *query = fcinfo->flinfo->fn_extra;
	bool isnull;
	Datum value;

	if (likely(query != NULL))
		return query;
	query = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(LedgerQuery));
	if (get_fn_expr_arg_stable(fcinfo->flinfo, ARG_MODEL))
	{
		value = WinGetFuncArgCurrent(winobj, ARG_MODEL, &isnull);
		query->constant_model = !isnull;
		if (!isnull)
			query->model = inf_model_of_datum(value);
	}
	query->constant_weight = get_fn_expr_arg_stable(fcinfo->flinfo, args.weight);
	if (query->constant_weight)
	{
		value = WinGetFuncArgCurrent(winobj, args.weight, &isnull);
		query->weight = weight_of_datum(value, isnull);
	}
	query->constant_priority = get_fn_expr_arg_stable(fcinfo->flinfo, args.priority);
	if (query->constant_priority)
	{
		value = WinGetFuncArgCurrent(winobj, args.priority, &isnull);
		query->priority = priority_of_datum(value, isnull);
	}
	fcinfo->flinfo->fn_extra = query;
	return query;
}

/* What the current row says of its order. */
typedef struct LedgerRow
{
	bool has_ordered_at;
	bool has_model;
	bool has_revenue;
	int64 ordered_at;
	InfModel model; /* unless it is constant */
	struct varlena *revenue;
} LedgerRow;

static void
read_row(WindowObject winobj, const LedgerQuery *query, LedgerArgs args, LedgerRow *row)
{
	bool isnull;
	Datum value;

	value = WinGetFuncArgCurrent(winobj, ARG_ORDERED_AT, &isnull);
	row->has_ordered_at = !isnull;
	row->ordered_at = isnull ? 0 : instant_of_datum(value, args.is_date);

	row->has_model = true;
	if (!query->constant_model)
	{
		value = WinGetFuncArgCurrent(winobj, ARG_MODEL, &isnull);
		row->has_model = !isnull;
		if (!isnull)
			row->model = inf_model_of_datum(value);
	}

	row->has_revenue = false;
	row->revenue = NULL;
	if (args.has_amount)
	{
		value = WinGetFuncArgCurrent(winobj, ARG_REVENUE, &isnull);
		row->has_revenue = !isnull;
		if (!isnull)
			row->revenue = PG_DETOAST_DATUM_PACKED(value);
	}
}

static bool
same_model(const InfModel *a, const InfModel *b)
{
	return a->kind == b->kind && a->size == b->size && a->half_life == b->half_life &&
	       a->first_share == b->first_share && a->last_share == b->last_share;
}

static bool
same_revenue(struct varlena *a, struct varlena *b)
{
	if (VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
	    memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0)
		return true;
	return DatumGetBool(DirectFunctionCall2(numeric_eq, PointerGetDatum(a), PointerGetDatum(b)));
}

/* All rows of one order must agree on it. */
static void
check_row(const LedgerOrder *order, const LedgerRow *row, const LedgerQuery *query, LedgerArgs args)
{
	if (row->has_ordered_at != order->has_ordered_at ||
	    (row->has_ordered_at && row->ordered_at != order->ordered_at))
		reject_difference("ordered_at");
	if (!query->constant_model && (row->has_model != order->has_model ||
	                               (row->has_model && !same_model(&row->model, &order->model))))
		reject_difference("attribution model");
	if (args.has_amount && (row->has_revenue != order->has_revenue ||
	                        (row->has_revenue && !same_revenue(row->revenue, order->revenue))))
		reject_difference("revenue");
}

/* An argument of the row at a position. The current row is at hand, others must be fetched. */
static Datum
argument_at(WindowObject winobj, int argno, int64 position, bool *isnull)
{
	if (position == WinGetCurrentPosition(winobj))
		return WinGetFuncArgCurrent(winobj, argno, isnull);
	return WinGetFuncArgInPartition(winobj, argno, (int) position, WINDOW_SEEK_HEAD, false, isnull,
	                                NULL);
}

/* Reads the partition's touches; a row without one gets credit NaN and no touch. */
static size_t
read_touches(WindowObject winobj, const LedgerQuery *query, LedgerArgs args, int64 nrows,
             InfTouch *touches, double *credit)
{
	size_t n = 0;

	for (int64 position = 0; position < nrows; position++)
	{
		bool isnull;
		Datum value = argument_at(winobj, ARG_TOUCHED_AT, position, &isnull);
		InfTouch touch = {
		    .weight = query->weight, .priority = query->priority, .index = (uint32) position};

		if (isnull)
		{
			credit[position] = get_float8_nan();
			continue;
		}
		touch.at = instant_of_datum(value, args.is_date);
		if (!query->constant_weight)
		{
			value = argument_at(winobj, args.weight, position, &isnull);
			touch.weight = weight_of_datum(value, isnull);
		}
		if (!query->constant_priority)
		{
			value = argument_at(winobj, args.priority, position, &isnull);
			touch.priority = priority_of_datum(value, isnull);
		}
		touches[n++] = touch;
	}
	return n;
}

static Datum
power_of_ten(int exponent)
{
	char text[32];

	snprintf(text, sizeof(text), "1e%d", exponent);
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid),
	                           Int32GetDatum(-1));
}

static Datum
numeric_of_int64(int64 value)
{
	return NumericGetDatum(int64_to_numeric(value));
}

static int64
int64_of_numeric(Datum value)
{
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, value));
}

/* Shares of a revenue whose units do not fit in 63 bits: the same arithmetic, in numeric. */
static Datum *
allocate_numeric(Datum revenue, const NumericUnits *units, uint64 *weight, uint64 total, size_t n)
{
	Datum *share = INF_ALLOC_ARRAY(Datum, n);
	int64 *extra = INF_ALLOC_ARRAY(int64, n);
	Datum divisor = numeric_of_int64((int64) total);
	Datum unit = power_of_ten(-units->scale);
	Datum whole;
	Datum left;

	whole = DirectFunctionCall2(numeric_mul, DirectFunctionCall1(numeric_abs, revenue),
	                            power_of_ten(units->scale));
	whole = DirectFunctionCall2(numeric_trunc, whole, Int32GetDatum(0));
	left = whole;
	for (size_t i = 0; i < n; i++)
	{
		Datum product =
		    DirectFunctionCall2(numeric_mul, whole, numeric_of_int64((int64) weight[i]));

		share[i] = DirectFunctionCall2(numeric_div_trunc, product, divisor);
		left = DirectFunctionCall2(numeric_sub, left, share[i]);
		weight[i] = (uint64) int64_of_numeric(DirectFunctionCall2(numeric_mod, product, divisor));
		extra[i] = 0;
		CHECK_FOR_INTERRUPTS();
	}
	inf_allocate_left(weight, n, (size_t) int64_of_numeric(left), extra);
	for (size_t i = 0; i < n; i++)
	{
		share[i] = DirectFunctionCall2(numeric_add, share[i], numeric_of_int64(extra[i]));
		share[i] = DirectFunctionCall2(numeric_mul, share[i], unit);
		if (units->is_negative)
			share[i] = DirectFunctionCall1(numeric_uminus, share[i]);
	}
	return share;
}

/*
 * Turns the credits of the earning touches into amounts. Touches are in time order, so that where
 * remainders are equal the odd cent goes to the earliest, and where instant and weight are equal
 * to the one that comes first in the window.
 */
static void
compute_amounts(LedgerOrder *order, const InfTouch *touches, size_t n, int64 nrows)
{
	NumericUnits revenue = inf_numeric_to_units(order->revenue);
	int64 sign = revenue.is_negative ? -1 : 1;
	bool shared = inf_model_sums_to_one(order->model.kind);
	uint64 *weight;
	uint64 total;
	double *credit;
	int64 *units;

	if (revenue.is_special)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("revenue must be a finite number"),
		                errhint("Remove NaN and infinite values from the revenue.")));
	order->scale = revenue.scale;
	order->units = INF_ALLOC_ARRAY(int64, nrows);
	memset(order->units, 0, nrows * sizeof(int64));
	if (n == 0)
		return;
	if (!revenue.fits)
	{
		order->amounts = INF_ALLOC_ARRAY(Datum, nrows);
		memset(order->amounts, 0, nrows * sizeof(Datum));
	}

	if (!shared) /* each has the whole order */
	{
		for (size_t i = 0; i < n; i++)
		{
			if (revenue.fits)
				order->units[touches[i].index] = sign * (int64) revenue.units;
			else
				order->amounts[touches[i].index] = PointerGetDatum(order->revenue);
		}
		return;
	}

	credit = INF_ALLOC_ARRAY(double, n);
	weight = INF_ALLOC_ARRAY(uint64, n);
	for (size_t i = 0; i < n; i++)
		credit[i] = order->credit[touches[i].index];
	total = inf_allocation_weights(credit, n, weight);
	if (revenue.fits)
	{
		units = (int64 *) credit; /* as large, and no longer needed */
		inf_allocate(revenue.units, weight, total, n, units);
		for (size_t i = 0; i < n; i++)
			order->units[touches[i].index] = sign * units[i];
	}
	else
	{
		Datum *share =
		    allocate_numeric(PointerGetDatum(order->revenue), &revenue, weight, total, n);

		for (size_t i = 0; i < n; i++)
			order->amounts[touches[i].index] = share[i];
	}
	pfree(credit);
	pfree(weight);
}

/* The first call for an order: everything that its rows will ask for. */
static void
compute_order(WindowObject winobj, LedgerOrder *order, const LedgerRow *row,
              const LedgerQuery *query, LedgerArgs args)
{
	MemoryContext old = MemoryContextSwitchTo(GetMemoryChunkContext(order));
	int64 nrows = WinGetPartitionRowCount(winobj);
	InfTouch few_touches[FEW_ROWS];
	InfTouch *touches;
	size_t n;

	if (nrows > PG_INT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("order has more than %d rows", PG_INT32_MAX),
		                errhint("Use a window with PARTITION BY the key of the order.")));
	order->ready = true;
	order->has_ordered_at = row->has_ordered_at;
	order->ordered_at = row->ordered_at;
	order->has_model = row->has_model;
	if (row->has_model)
		order->model = query->constant_model ? query->model : row->model;
	order->has_revenue = row->has_revenue;
	if (row->has_revenue)
		order->revenue =
		    (struct varlena *) DatumGetPointer(datumCopy(PointerGetDatum(row->revenue), false, -1));

	if (row->has_model && inf_model_is_data_driven(order->model.kind))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("attribution model %s cannot be decided order by order",
		                       inf_model_to_cstring(&order->model)),
		                errdetail("It needs the journeys of all customers, non-buyers included."),
		                errhint("Use attribution(touches ~> purchases, model).")));

	if (nrows <= FEW_ROWS)
	{
		order->credit = order->few_credits;
		touches = few_touches;
	}
	else
	{
		order->credit = INF_ALLOC_ARRAY(double, nrows);
		touches = INF_ALLOC_ARRAY(InfTouch, nrows);
	}
	n = read_touches(winobj, query, args, nrows, touches, order->credit);
	if (order->has_model && order->has_ordered_at)
	{
		const char *problem =
		    inf_journey_credit(&order->model, order->ordered_at, touches, n, order->credit, &n);

		if (problem != NULL)
			ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("%s", problem),
			                errhint("Round the weights, so that there are fewer different ones.")));
		if (order->has_revenue)
			compute_amounts(order, touches, n, nrows);
	}
	if (touches != few_touches)
		pfree(touches);
	MemoryContextSwitchTo(old);
}

/* The current row's order, computed. NULL if the result is NULL for want of something. */
static LedgerOrder *
ledger_order(FunctionCallInfo fcinfo, LedgerArgs args)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	LedgerQuery *query = ledger_query(fcinfo, args);
	LedgerOrder *order = WinGetPartitionLocalMemory(winobj, sizeof(LedgerOrder));
	LedgerRow row;

	read_row(winobj, query, args, &row);
	if (!order->ready)
		compute_order(winobj, order, &row, query, args);
	else
		check_row(order, &row, query, args);
	if (!order->has_model || !order->has_ordered_at || (args.has_amount && !order->has_revenue) ||
	    isnan(order->credit[WinGetCurrentPosition(winobj)]))
		return NULL;
	return order;
}

static Datum
ledger_credit(FunctionCallInfo fcinfo, bool is_date)
{
	LedgerOrder *order =
	    ledger_order(fcinfo, (LedgerArgs){.weight = 3, .priority = 4, .is_date = is_date});

	if (order == NULL)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(order->credit[WinGetCurrentPosition(PG_WINDOW_OBJECT())]);
}

static Datum
ledger_amount(FunctionCallInfo fcinfo, bool is_date)
{
	LedgerOrder *order = ledger_order(
	    fcinfo, (LedgerArgs){.weight = 4, .priority = 5, .is_date = is_date, .has_amount = true});
	int64 position;

	if (order == NULL)
		PG_RETURN_NULL();
	position = WinGetCurrentPosition(PG_WINDOW_OBJECT());
	if (order->amounts != NULL && order->amounts[position] != 0)
		PG_RETURN_DATUM(datumCopy(order->amounts[position], false, -1));
	return inf_numeric_of_units(order->units[position], order->scale);
}

PG_FUNCTION_INFO_V1(attribution_credit_timestamp);
Datum
attribution_credit_timestamp(PG_FUNCTION_ARGS)
{
	return ledger_credit(fcinfo, false);
}

PG_FUNCTION_INFO_V1(attribution_credit_date);
Datum
attribution_credit_date(PG_FUNCTION_ARGS)
{
	return ledger_credit(fcinfo, true);
}

PG_FUNCTION_INFO_V1(attribution_amount_timestamp);
Datum
attribution_amount_timestamp(PG_FUNCTION_ARGS)
{
	return ledger_amount(fcinfo, false);
}

PG_FUNCTION_INFO_V1(attribution_amount_date);
Datum
attribution_amount_date(PG_FUNCTION_ARGS)
{
	return ledger_amount(fcinfo, true);
}
