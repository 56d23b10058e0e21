/*
 * set_state.h
 *		Sets while they are built: the transition states of the aggregates.
 *
 * A state is an expanded object of the SQL type itself. So the same value is appended to in place,
 * sent between parallel workers, sent as text or bytes between servers, stored, and built on.
 * Its memory context owns all that the core allocates for it.
 */
#ifndef INF_SET_STATE_H
#define INF_SET_STATE_H

#include "fmgr.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

#include "core/journey_builder.h"
#include "core/lift_set.h"

typedef struct SetKind
{
	const char *type; /* the SQL type's name */
	void (*init)(void *builder);
	const char *(*add_set)(void *builder, const uint8_t *bytes, size_t size);
	const char *(*mismatch)(const void *builder, const uint8_t *bytes, size_t size,
	                        const char **problem);
	const char *(*finish)(const void *builder, size_t prefix, InfBuffer *out);
} SetKind;

extern const SetKind inf_touch_kind;
extern const SetKind inf_purchase_kind;
extern const SetKind inf_journey_kind;
extern const SetKind inf_lift_kind;

typedef struct SetState
{
	ExpandedObjectHeader header;
	const SetKind *kind;
	InfBuffer flat; /* the encoded set, while it is being flattened */
	union
	{
		InfTouchBuilder touches;
		InfPurchaseBuilder purchases;
		InfJourneyBuilder journeys;
		InfLiftSet lift;
	} builder;
} SetState;

extern const ExpandedObjectMethods inf_set_methods;

/* The aggregates' final functions (see rollup_agg.c). */
extern Datum touch_set_final(PG_FUNCTION_ARGS);
extern Datum purchase_set_final(PG_FUNCTION_ARGS);

/* A new, empty state whose memory belongs to the context. */
extern SetState *inf_new_state_in(MemoryContext parent, const SetKind *kind);

/* The same in the aggregate's memory, or in the current context outside of one. */
extern SetState *inf_new_state(FunctionCallInfo fcinfo, const SetKind *kind);

/* The set that has been built, encoded; the state stays as it is. */
extern Datum inf_finish_state(const SetState *state);

/*
 * The state that is argument 0, to be added to. NULL if there is none yet. A value that is no state
 * (it came as text, from a table) becomes one.
 */
extern SetState *inf_state_of_value(FunctionCallInfo fcinfo, const SetKind *kind);

/* Adds all that a value holds to a state. XX001 if it is damaged, 42804 if it does not agree. */
extern void inf_add_value(SetState *state, Datum value);

static inline SetState *
inf_state_argument(FunctionCallInfo fcinfo, const SetKind *kind)
{
	if (PG_ARGISNULL(0))
		return NULL;
	if (VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(PG_GETARG_DATUM(0))))
	{
		SetState *state = (SetState *) DatumGetEOHP(PG_GETARG_DATUM(0));

		if (likely(state->header.eoh_methods == &inf_set_methods && state->kind == kind))
			return state;
	}
	return inf_state_of_value(fcinfo, kind);
}

/* The state as a value that may be added to. */
#define PG_RETURN_STATE(state) PG_RETURN_DATUM(EOHPGetRWDatum(&(state)->header))

#endif
