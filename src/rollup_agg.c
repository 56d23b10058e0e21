/*
 * rollup_agg.c
 *		Putting sets together: parallel workers' partial states, and rollup_agg() of stored values.
 */
#include "postgres.h"

#include "compat.h"
#include "set_state.h"
#include "set_value.h"

/*
 * combine(state, value): adds the touches or purchases of a value, which is a stored set, a
 * worker's partial state, or NULL.
 */
static Datum
combine(FunctionCallInfo fcinfo, const SetKind *kind)
{
	SetState *state = inf_state_argument(fcinfo, kind);

	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_STATE(state);
	}
	if (state == NULL)
		state = inf_new_state(fcinfo, kind);
	inf_add_value(state, PG_GETARG_DATUM(1));
	PG_RETURN_STATE(state);
}

/* final(state): the encoded set. The state stays as it is: others may share it. */
static Datum
finish(FunctionCallInfo fcinfo, const SetKind *kind)
{
	SetState *state;

	if (PG_ARGISNULL(0))
		state = inf_new_state(fcinfo, kind); /* no rows: an empty set */
	else if (VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(PG_GETARG_DATUM(0))) &&
	         DatumGetEOHP(PG_GETARG_DATUM(0))->eoh_methods == &inf_set_methods)
		state = (SetState *) DatumGetEOHP(PG_GETARG_DATUM(0));
	else
		PG_RETURN_DATUM(PG_GETARG_DATUM(0)); /* flattened already, or no state */
	PG_RETURN_DATUM(inf_finish_state(state));
}

#define SET_AGGREGATE(name, kind)                                                                  \
	PG_FUNCTION_INFO_V1(name##_combine);                                                           \
	Datum name##_combine(PG_FUNCTION_ARGS)                                                         \
	{                                                                                              \
		return combine(fcinfo, kind);                                                              \
	}                                                                                              \
	PG_FUNCTION_INFO_V1(name##_final);                                                             \
	Datum name##_final(PG_FUNCTION_ARGS)                                                           \
	{                                                                                              \
		return finish(fcinfo, kind);                                                               \
	}                                                                                              \
	extern Datum name##_final(PG_FUNCTION_ARGS)

SET_AGGREGATE(touch_set, &inf_touch_kind);
SET_AGGREGATE(purchase_set, &inf_purchase_kind);
SET_AGGREGATE(journey_set, &inf_journey_kind);
SET_AGGREGATE(lift_summary, &inf_lift_kind);
