/*
 * purchase_cycle.c
 *		The aggregate purchase_cycle(ordered_at) and what its value says at an instant.
 *
 * There is a group for each customer, so a state must be small: it is no expanded object with a memory
 * context of its own, but a flat value with room to grow in place. It never leaves the aggregate: text and
 * binary output, and calls outside of an aggregate, give the finished value.
 */
#include "postgres.h"

#include <math.h>

#include "common/int.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "compat.h"
#include "core/instant.h"
#include "core/purchase_cycle.h"
#include "duration.h"
#include "set_arguments.h"
#include "set_summary.h"
#include "set_value.h"

static const char type_name[] = "purchase_cycle";

/* The state: a varlena, told from a finished value by its kind. */
typedef struct CycleRows
{
	int32 vl_len_;
	uint8 version;
	uint8 kind;
	uint8 time_type;
	uint8 unused;
	uint32 n;
	uint32 capacity;
	uint64 nskipped;
	int64 at[FLEXIBLE_ARRAY_MEMBER]; /* in the order in which they came */
} CycleRows;

#define KIND_ROWS (INF_KIND_CYCLE | 0x80)
#define FIRST_CAPACITY 3
#define ROWS_SIZE(capacity) (offsetof(CycleRows, at) + (Size) (capacity) * sizeof(int64))

static bool
is_rows(const struct varlena *value)
{
	return VARSIZE(value) >= offsetof(CycleRows, at) &&
	       ((const CycleRows *) value)->kind == KIND_ROWS;
}

/* Of a value that came from elsewhere: has it the room that it says? */
static const CycleRows *
check_rows(const struct varlena *value)
{
	const CycleRows *rows = (const CycleRows *) value;

	if (rows->version != INF_FORMAT_VERSION || rows->time_type > TIME_DATE ||
	    rows->n > rows->capacity || rows->capacity > INF_MAX_CYCLE_ORDERS ||
	    VARSIZE(value) != ROWS_SIZE(rows->capacity))
		inf_check_stored(type_name, "damaged state");
	return rows;
}

static CycleRows *
new_rows(uint32 capacity)
{
	CycleRows *rows = palloc(ROWS_SIZE(capacity));

	memset(rows, 0, offsetof(CycleRows, at));
	SET_VARSIZE(rows, ROWS_SIZE(capacity));
	rows->version = INF_FORMAT_VERSION;
	rows->kind = KIND_ROWS;
	rows->capacity = capacity;
	return rows;
}

/* The same with room for so many more. If it is a new one, the executor takes it over and frees the old. */
static CycleRows *
make_room(CycleRows *rows, size_t more)
{
	size_t need = rows->n + more;
	CycleRows *larger;

	if (likely(need <= rows->capacity))
		return rows;
	if (need > INF_MAX_CYCLE_ORDERS)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("more than %zu orders of one customer", INF_MAX_CYCLE_ORDERS),
		                errhint("Group by the customer: a purchase_cycle is that of one.")));
	larger = new_rows((uint32) Min(need * 2, INF_MAX_CYCLE_ORDERS));
	larger->time_type = rows->time_type;
	larger->nskipped = rows->nskipped;
	larger->n = rows->n;
	memcpy(larger->at, rows->at, rows->n * sizeof(int64));
	return larger;
}

static void
set_time_type(CycleRows *rows, uint8 time_type)
{
	if (rows->time_type != 0 && time_type != 0 && rows->time_type != time_type)
		inf_reject_mismatch("instants");
	if (time_type != 0)
		rows->time_type = time_type;
}

/* Adds all of a value, be it finished or a state. */
static CycleRows *
add_value(CycleRows *rows, Datum datum)
{
	struct varlena *value = PG_DETOAST_DATUM(datum);
	InfCycle cycle = {0};

	if (is_rows(value))
	{
		const CycleRows *other = check_rows(value);

		cycle.time_type = other->time_type;
		cycle.nskipped = other->nskipped;
		cycle.n = other->n;
		cycle.at = unconstify(CycleRows *, other)->at;
	}
	else
		inf_check_stored(type_name, inf_cycle_read((const uint8 *) VARDATA(value),
		                                           VARSIZE(value) - VARHDRSZ, &cycle));
	set_time_type(rows, cycle.time_type);
	rows = make_room(rows, cycle.n);
	memcpy(rows->at + rows->n, cycle.at, cycle.n * sizeof(int64));
	rows->n += (uint32) cycle.n;
	rows->nskipped = inf_add_skipped(rows->nskipped, cycle.nskipped, INF_MAX_CYCLE_SKIPPED);
	return rows;
}

/* The finished value of a state, which stays as it is. */
static Datum
finished(const CycleRows *rows)
{
	InfCycle cycle = {.time_type = rows->time_type, .nskipped = rows->nskipped, .n = rows->n};
	InfBuffer out;

	cycle.at = palloc(ROWS_SIZE(rows->n));
	memcpy(cycle.at, rows->at, rows->n * sizeof(int64));
	inf_sort_instants(cycle.at, cycle.n);
	inf_cycle_encode(&cycle, VARHDRSZ, &out);
	pfree(cycle.at);
	return inf_datum_of_buffer(&out);
}

/* Argument 0 as a state that may be changed: in an aggregate, in place. */
static CycleRows *
rows_argument(FunctionCallInfo fcinfo)
{
	if (!PG_ARGISNULL(0))
	{
		struct varlena *value = (struct varlena *) PG_GETARG_POINTER(0);

		if (VARATT_IS_4B_U(value) && is_rows(value) && AggCheckCallContext(fcinfo, NULL))
			return unconstify(CycleRows *, check_rows(value));
		return add_value(new_rows(FIRST_CAPACITY), PG_GETARG_DATUM(0));
	}
	return new_rows(FIRST_CAPACITY);
}

static Datum
return_rows(FunctionCallInfo fcinfo, const CycleRows *rows)
{
	if (AggCheckCallContext(fcinfo, NULL))
		PG_RETURN_POINTER(rows);
	return finished(rows);
}

static Datum
add_order(FunctionCallInfo fcinfo, TimeType time_type, int64 at)
{
	CycleRows *rows = rows_argument(fcinfo);

	if (unlikely(!inf_is_finite(at)))
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
		                errmsg("instant of an order must be finite"),
		                errhint("Leave such rows out with FILTER (WHERE isfinite(ordered_at)).")));
	set_time_type(rows, (uint8) time_type);
	rows = make_room(rows, 1);
	rows->at[rows->n++] = at;
	return return_rows(fcinfo, rows);
}

/* A row without an instant (a customer who has no orders, in an outer join) is skipped, and counted. */
static Datum
skip_order(FunctionCallInfo fcinfo, TimeType time_type)
{
	CycleRows *rows = rows_argument(fcinfo);

	set_time_type(rows, (uint8) time_type);
	rows->nskipped++;
	return return_rows(fcinfo, rows);
}

PG_FUNCTION_INFO_V1(purchase_cycle_combine);
Datum
purchase_cycle_combine(PG_FUNCTION_ARGS)
{
	CycleRows *rows;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	rows = rows_argument(fcinfo);
	if (!PG_ARGISNULL(1))
		rows = add_value(rows, PG_GETARG_DATUM(1));
	return return_rows(fcinfo, rows);
}

PG_FUNCTION_INFO_V1(purchase_cycle_final);
Datum
purchase_cycle_final(PG_FUNCTION_ARGS)
{
	struct varlena *value;

	if (PG_ARGISNULL(0))
		return finished(new_rows(0));
	value = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	if (is_rows(value))
		return finished(check_rows(value));
	PG_RETURN_POINTER(value);
}

/* Output: as for sets, but a state that leaves the server as text or bytes is finished first. */
PG_FUNCTION_INFO_V1(purchase_cycle_out);
Datum
purchase_cycle_out(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall1(set_out, purchase_cycle_final(fcinfo));
}

PG_FUNCTION_INFO_V1(purchase_cycle_send);
Datum
purchase_cycle_send(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall1(set_send, purchase_cycle_final(fcinfo));
}

static InfCycle
cycle_of_datum(Datum datum)
{
	InfPart part = inf_part_of_datum(datum);
	InfCycle cycle;

	inf_check_stored(type_name, inf_cycle_read(part.bytes, part.size, &cycle));
	return cycle;
}

/* What is known at an instant of this type. */
static InfCycleState
state_at(Datum datum, TimeType time_type, int64 at, int64 typical_gap)
{
	InfCycle cycle = cycle_of_datum(datum);
	InfCycleState state;

	if (!inf_is_finite(at))
		ereport(ERROR,
		        (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("instant must be finite")));
	if (cycle.time_type != 0 && cycle.time_type != time_type)
		ereport(
		    ERROR,
		    (errcode(ERRCODE_DATATYPE_MISMATCH),
		     errmsg("orders are of type %s, but the instant is of type %s",
		            inf_time_type_name(cycle.time_type), inf_time_type_name(time_type)),
		     errhint("Cast one of them, so that the time zone of the conversion is your choice.")));
	state = inf_cycle_state(&cycle, at, typical_gap);
	pfree(cycle.at);
	return state;
}

static int64
typical_gap_argument(FunctionCallInfo fcinfo, int n)
{
	int64 gap = inf_duration_of_interval(PG_GETARG_INTERVAL_P(n), "typical gap");

	if (gap == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("typical gap must be longer than 0"),
		                errhint("Write how long your customers usually take to buy again, such as "
		                        "'30 days'.")));
	return gap;
}

/* A multiple of the expected gap. */
static double
factor_argument(FunctionCallInfo fcinfo, int n, const char *name, double least)
{
	double factor = PG_GETARG_FLOAT8(n);

	if (!(factor >= least && factor <= 1e6))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		         errmsg("%s must lie between %g and 1000000", name, least),
		         errhint("It is a multiple of the gap that is expected between two orders.")));
	return factor;
}

static Datum
recency_days(Datum cycle, TimeType type, int64 at, bool *isnull)
{
	InfCycleState state = state_at(cycle, type, at, 1);

	*isnull = state.orders == 0;
	return Float8GetDatum((double) state.recency / (double) INF_US_PER_DAY);
}

static Datum
median_gap_days(Datum cycle, TimeType type, int64 at, bool *isnull)
{
	InfCycleState state = state_at(cycle, type, at, 1);

	*isnull = state.occasions < 2;
	return Float8GetDatum(state.median_gap / (double) INF_US_PER_DAY);
}

/* The instant when the next order is due; rounded up to what the type can tell apart. */
static int64
next_due(Datum cycle, TimeType type, int64 at, int64 typical_gap, bool *isnull)
{
	InfCycleState state = state_at(cycle, type, at, typical_gap);
	double unit = type == TIME_DATE ? (double) INF_US_PER_DAY : 1;
	int64 due;

	*isnull = state.orders == 0;
	if (*isnull)
		return 0;
	if (state.expected_gap > (double) INF_END_INSTANT ||
	    pg_add_s64_overflow(at - state.recency, (int64) (ceil(state.expected_gap / unit) * unit),
	                        &due) ||
	    !inf_is_instant(due))
		ereport(ERROR,
		        (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
	return due;
}

static const char *const stage_names[] = {"prospect", "new", "active", "due", "lapsed"};

/* Without a cycle there are no orders: who has none is a prospect. All other nulls give null. */
static Datum
purchase_stage(FunctionCallInfo fcinfo, TimeType type, int64 at)
{
	int64 typical_gap = typical_gap_argument(fcinfo, 2);
	double lapse_after = factor_argument(fcinfo, 3, "lapse_after", 1);
	InfStage stage = INF_PROSPECT;

	if (!PG_ARGISNULL(0))
	{
		InfCycleState state = state_at(PG_GETARG_DATUM(0), type, at, typical_gap);

		stage = inf_cycle_stage(&state, lapse_after);
	}
	PG_RETURN_TEXT_P(cstring_to_text(stage_names[stage]));
}

static Datum
in_market(FunctionCallInfo fcinfo, TimeType type, int64 at)
{
	int64 typical_gap = typical_gap_argument(fcinfo, 2);
	double open_at = factor_argument(fcinfo, 3, "open_at", 0);
	double lapse_after = factor_argument(fcinfo, 4, "lapse_after", 1);
	InfCycleState state;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	state = state_at(PG_GETARG_DATUM(0), type, at, typical_gap);
	PG_RETURN_BOOL(inf_in_market(&state, open_at, lapse_after));
}

#define RETURN_OF_timestamptz(at) return TimestampTzGetDatum(at)
#define RETURN_OF_timestamp(at) return TimestampGetDatum(at)
#define RETURN_OF_date(at) return DateADTGetDatum((DateADT) ((at) / INF_US_PER_DAY))

/* Every function for every time type. */
#define CYCLE_FUNCTIONS(time)                                                                      \
	PG_FUNCTION_INFO_V1(cycle_add_##time);                                                         \
	Datum cycle_add_##time(PG_FUNCTION_ARGS)                                                       \
	{                                                                                              \
		if (PG_ARGISNULL(1))                                                                       \
			return skip_order(fcinfo, TYPE_##time);                                                \
		return add_order(fcinfo, TYPE_##time, INSTANT_##time(1));                                  \
	}                                                                                              \
	PG_FUNCTION_INFO_V1(cycle_order_count_##time);                                                 \
	Datum cycle_order_count_##time(PG_FUNCTION_ARGS)                                               \
	{                                                                                              \
		InfCycleState state = state_at(PG_GETARG_DATUM(0), TYPE_##time, INSTANT_##time(1), 1);     \
		PG_RETURN_INT64((int64) state.orders);                                                     \
	}                                                                                              \
	PG_FUNCTION_INFO_V1(cycle_recency_days_##time);                                                \
	Datum cycle_recency_days_##time(PG_FUNCTION_ARGS)                                              \
	{                                                                                              \
		return recency_days(PG_GETARG_DATUM(0), TYPE_##time, INSTANT_##time(1), &fcinfo->isnull);  \
	}                                                                                              \
	PG_FUNCTION_INFO_V1(cycle_median_gap_days_##time);                                             \
	Datum cycle_median_gap_days_##time(PG_FUNCTION_ARGS)                                           \
	{                                                                                              \
		return median_gap_days(PG_GETARG_DATUM(0), TYPE_##time, INSTANT_##time(1),                 \
		                       &fcinfo->isnull);                                                   \
	}                                                                                              \
	PG_FUNCTION_INFO_V1(cycle_next_due_##time);                                                    \
	Datum cycle_next_due_##time(PG_FUNCTION_ARGS)                                                  \
	{                                                                                              \
		int64 due = next_due(PG_GETARG_DATUM(0), TYPE_##time, INSTANT_##time(1),                   \
		                     typical_gap_argument(fcinfo, 2), &fcinfo->isnull);                    \
		RETURN_OF_##time(due);                                                                     \
	}                                                                                              \
	PG_FUNCTION_INFO_V1(cycle_stage_##time);                                                       \
	Datum cycle_stage_##time(PG_FUNCTION_ARGS)                                                     \
	{                                                                                              \
		if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))                                 \
			PG_RETURN_NULL();                                                                      \
		return purchase_stage(fcinfo, TYPE_##time, INSTANT_##time(1));                             \
	}                                                                                              \
	PG_FUNCTION_INFO_V1(cycle_in_market_##time);                                                   \
	Datum cycle_in_market_##time(PG_FUNCTION_ARGS)                                                 \
	{                                                                                              \
		if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_ARGISNULL(4))              \
			PG_RETURN_NULL();                                                                      \
		return in_market(fcinfo, TYPE_##time, INSTANT_##time(1));                                  \
	}                                                                                              \
	extern Datum cycle_in_market_##time(PG_FUNCTION_ARGS)

CYCLE_FUNCTIONS(timestamptz);
CYCLE_FUNCTIONS(timestamp);
CYCLE_FUNCTIONS(date);

PG_FUNCTION_INFO_V1(cycle_order_count);
Datum
cycle_order_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) cycle_of_datum(PG_GETARG_DATUM(0)).n);
}

PG_FUNCTION_INFO_V1(cycle_skipped_count);
Datum
cycle_skipped_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) cycle_of_datum(PG_GETARG_DATUM(0)).nskipped);
}

PG_FUNCTION_INFO_V1(purchase_cycle_jsonb);
Datum
purchase_cycle_jsonb(PG_FUNCTION_ARGS)
{
	InfCycle cycle = cycle_of_datum(PG_GETARG_DATUM(0));
	StringInfoData buf;

	inf_summary_begin(&buf);
	inf_summary_count(&buf, "orders", cycle.n);
	inf_summary_span(&buf, cycle.n > 0, cycle.time_type, cycle.n > 0 ? cycle.at[0] : 0,
	                 cycle.n > 0 ? cycle.at[cycle.n - 1] : 0);
	inf_summary_count(&buf, "skipped", cycle.nskipped);
	return inf_summary_end(&buf);
}
