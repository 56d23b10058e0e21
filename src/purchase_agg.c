/*
 * purchase_agg.c
 *		purchase_agg(customer, ordered_at, revenue).
 *
 * A transition function for each combination of types, as in touch_agg.c.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/numeric.h"

#include "compat.h"
#include "core/instant.h"
#include "numeric_units.h"
#include "purchase_agg.h"
#include "set_arguments.h"
#include "set_state.h"
#include "set_value.h"

/* The state to add to; a new one is of these types. */
static inline SetState *
purchase_state(FunctionCallInfo fcinfo, TimeType time_type, InfIdentity customers)
{
	SetState *state = inf_state_argument(fcinfo, &inf_purchase_kind);
	InfPurchaseBuilder *builder;

	if (unlikely(state == NULL))
		state = inf_new_state(fcinfo, &inf_purchase_kind);
	builder = &state->builder.purchases;
	if (unlikely(builder->time_type != time_type || builder->customer_identity != customers))
	{
		if (builder->time_type != 0 && builder->time_type != time_type)
			inf_reject_mismatch("instants");
		if (builder->customer_identity != INF_IDENTITY_NONE &&
		    builder->customer_identity != customers)
			inf_reject_mismatch("customers");
		builder->time_type = time_type;
		builder->customer_identity = customers;
	}
	return state;
}

void
inf_check_order(int64 at, double revenue)
{
	if (unlikely(!inf_is_finite(at)))
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
		                errmsg("instant of an order must be finite"),
		                errhint("Leave such rows out with FILTER (WHERE isfinite(ordered_at)).")));
	if (unlikely(!inf_is_revenue(revenue)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("revenue must be a number between %g and %g", -INF_MAX_REVENUE,
		                       INF_MAX_REVENUE),
		                errhint("Remove NaN and infinite values from the revenue.")));
}

static inline Datum
add_order(SetState *state, uint64 customer, int64 at, double revenue)
{
	MemoryContext old;

	inf_check_order(at, revenue);
	old = MemoryContextSwitchTo(state->header.eoh_context);
	inf_purchase_builder_add(&state->builder.purchases, customer, at, revenue);
	MemoryContextSwitchTo(old);
	PG_RETURN_STATE(state);
}

/* How revenue of each type is read from argument n. */
#define REVENUE_numeric(n)                                                                         \
	inf_numeric_to_double((struct varlena *) PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(n)))
#define REVENUE_float8(n) PG_GETARG_FLOAT8(n)
#define REVENUE_int4(n) ((double) PG_GETARG_INT32(n))
#define REVENUE_int8(n) ((double) PG_GETARG_INT64(n))

/*
 * A row without a customer or an instant is skipped, and counted. One without revenue is an order
 * all the same, of revenue 0.
 */
#define PURCHASE_ADD(customer, time, type)                                                         \
	PG_FUNCTION_INFO_V1(purchase_add_##customer##_##time##_##type);                                \
	Datum purchase_add_##customer##_##time##_##type(PG_FUNCTION_ARGS)                              \
	{                                                                                              \
		SetState *state = purchase_state(fcinfo, TYPE_##time, IDENTITY_##customer);                \
		if (PG_ARGISNULL(1) || PG_ARGISNULL(2))                                                    \
		{                                                                                          \
			state->builder.purchases.nskipped++;                                                   \
			PG_RETURN_STATE(state);                                                                \
		}                                                                                          \
		return add_order(state, CUSTOMER_##customer(1), INSTANT_##time(2),                         \
		                 PG_ARGISNULL(3) ? 0 : REVENUE_##type(3));                                 \
	}                                                                                              \
	extern Datum purchase_add_##customer##_##time##_##type(PG_FUNCTION_ARGS)

#define PURCHASE_ADD_REVENUES(customer, time)                                                      \
	PURCHASE_ADD(customer, time, numeric);                                                         \
	PURCHASE_ADD(customer, time, float8);                                                          \
	PURCHASE_ADD(customer, time, int4);                                                            \
	PURCHASE_ADD(customer, time, int8)

#define PURCHASE_ADD_TIMES(customer)                                                               \
	PURCHASE_ADD_REVENUES(customer, timestamptz);                                                  \
	PURCHASE_ADD_REVENUES(customer, timestamp);                                                    \
	PURCHASE_ADD_REVENUES(customer, date)

PURCHASE_ADD_TIMES(int4);
PURCHASE_ADD_TIMES(int8);
PURCHASE_ADD_TIMES(text);
PURCHASE_ADD_TIMES(uuid);

#define TYPES(customer, time, revenue)                                                             \
	{                                                                                              \
		purchase_add_##customer##_##time##_##revenue, TYPE_##time, IDENTITY_##customer,            \
		    INF_IDENTITY_NONE                                                                      \
	}

#define TYPES_OF_REVENUES(customer, time)                                                          \
	TYPES(customer, time, numeric), TYPES(customer, time, float8), TYPES(customer, time, int4),    \
	    TYPES(customer, time, int8)

#define TYPES_OF_TIMES(customer)                                                                   \
	TYPES_OF_REVENUES(customer, timestamptz), TYPES_OF_REVENUES(customer, timestamp),              \
	    TYPES_OF_REVENUES(customer, date)

const TransitionTypes *
inf_purchase_agg_types(PGFunction transition)
{
	static const TransitionTypes all[] = {TYPES_OF_TIMES(int4), TYPES_OF_TIMES(int8),
	                                      TYPES_OF_TIMES(text), TYPES_OF_TIMES(uuid)};

	return inf_find_transition(all, lengthof(all), transition);
}
