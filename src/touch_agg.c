/*
 * touch_agg.c
 *		touch_agg(customer, influencer, touched_at [, weight [, priority]]).
 *
 * A transition function for each combination of types, so that none has to be looked up: a caller
 * may use a fresh FmgrInfo for every row and give no expression.
 */
#include "postgres.h"

#include "fmgr.h"

#include "compat.h"
#include "core/instant.h"
#include "core/journey.h"
#include "set_arguments.h"
#include "set_state.h"
#include "set_value.h"
#include "touch_agg.h"

/* The state to add to; a new one is of these types. */
static inline SetState *
touch_state(FunctionCallInfo fcinfo, TimeType time_type, InfIdentity customers,
            InfIdentity influencers)
{
	SetState *state = inf_state_argument(fcinfo, &inf_touch_kind);
	InfTouchBuilder *builder;

	if (unlikely(state == NULL))
		state = inf_new_state(fcinfo, &inf_touch_kind);
	builder = &state->builder.touches;
	if (unlikely(builder->time_type != time_type || builder->customer_identity != customers ||
	             builder->names.names.identity != influencers))
	{
		InfTouchHeader header = {.time_type = time_type,
		                         .customer_identity = customers,
		                         .influencer_identity = influencers};
		const char *mismatch = inf_touch_mismatch(builder, &header);

		if (mismatch != NULL)
			inf_reject_mismatch(mismatch);
		builder->time_type = time_type;
		builder->customer_identity = customers;
		builder->names.names.identity = influencers;
	}
	return state;
}

void
inf_reject_touched_at(void)
{
	ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
	                errmsg("instant of a touch must be finite"),
	                errhint("Leave such rows out with FILTER (WHERE isfinite(touched_at)).")));
}

static inline Datum
add_touch(FunctionCallInfo fcinfo, SetState *state, uint64 customer, InfName influencer, int64 at)
{
	MemoryContext old;
	double weight = 1;
	int32 priority = 0;

	if (unlikely(!inf_is_finite(at)))
		inf_reject_touched_at();
	if (PG_NARGS() > 4 && !PG_ARGISNULL(4))
	{
		weight = PG_GETARG_FLOAT8(4);
		if (!inf_is_weight(weight))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("weight of a touch must be 0 or between %g and %g",
			                       INF_MIN_WEIGHT, INF_MAX_WEIGHT),
			                errhint("A weight of 1 is neutral, above 1 accelerates, below 1 "
			                        "impedes, and 0 excludes the touch.")));
	}
	if (PG_NARGS() > 5 && !PG_ARGISNULL(5))
		priority = PG_GETARG_INT32(5);

	old = MemoryContextSwitchTo(state->header.eoh_context);
	inf_touch_builder_add(&state->builder.touches, customer, influencer, at, weight, priority);
	MemoryContextSwitchTo(old);
	PG_RETURN_STATE(state);
}

/* A row without a customer, an influencer or an instant is skipped, and counted. */
#define TOUCH_ADD(customer, influencer, time)                                                      \
	PG_FUNCTION_INFO_V1(touch_add_##customer##_##influencer##_##time);                             \
	Datum touch_add_##customer##_##influencer##_##time(PG_FUNCTION_ARGS)                           \
	{                                                                                              \
		SetState *state =                                                                          \
		    touch_state(fcinfo, TYPE_##time, IDENTITY_##customer, IDENTITY_##influencer);          \
		if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))                                 \
		{                                                                                          \
			state->builder.touches.nskipped++;                                                     \
			PG_RETURN_STATE(state);                                                                \
		}                                                                                          \
		return add_touch(fcinfo, state, CUSTOMER_##customer(1), INFLUENCER_##influencer(2),        \
		                 INSTANT_##time(3));                                                       \
	}                                                                                              \
	extern Datum touch_add_##customer##_##influencer##_##time(PG_FUNCTION_ARGS)

#define TOUCH_ADD_TIMES(customer, influencer)                                                      \
	TOUCH_ADD(customer, influencer, timestamptz);                                                  \
	TOUCH_ADD(customer, influencer, timestamp);                                                    \
	TOUCH_ADD(customer, influencer, date)

#define TOUCH_ADD_INFLUENCERS(customer)                                                            \
	TOUCH_ADD_TIMES(customer, int4);                                                               \
	TOUCH_ADD_TIMES(customer, int8);                                                               \
	TOUCH_ADD_TIMES(customer, text);                                                               \
	TOUCH_ADD_TIMES(customer, uuid)

TOUCH_ADD_INFLUENCERS(int4);
TOUCH_ADD_INFLUENCERS(int8);
TOUCH_ADD_INFLUENCERS(text);
TOUCH_ADD_INFLUENCERS(uuid);

#define TYPES(customer, influencer, time)                                                          \
	{                                                                                              \
		touch_add_##customer##_##influencer##_##time, TYPE_##time, IDENTITY_##customer,            \
		    IDENTITY_##influencer                                                                  \
	}

#define TYPES_OF_TIMES(customer, influencer)                                                       \
	TYPES(customer, influencer, timestamptz), TYPES(customer, influencer, timestamp),              \
	    TYPES(customer, influencer, date)

#define TYPES_OF_INFLUENCERS(customer)                                                             \
	TYPES_OF_TIMES(customer, int4), TYPES_OF_TIMES(customer, int8),                                \
	    TYPES_OF_TIMES(customer, text), TYPES_OF_TIMES(customer, uuid)

const TransitionTypes *
inf_touch_agg_types(PGFunction transition)
{
	static const TransitionTypes all[] = {TYPES_OF_INFLUENCERS(int4), TYPES_OF_INFLUENCERS(int8),
	                                      TYPES_OF_INFLUENCERS(text), TYPES_OF_INFLUENCERS(uuid)};

	return inf_find_transition(all, lengthof(all), transition);
}
