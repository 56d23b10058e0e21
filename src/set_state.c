/*
 * set_state.c
 *		Sets while they are built: memory, growth and flattening.
 */
#include "postgres.h"

#include "compat.h"
#include "set_state.h"
#include "set_value.h"

static Size state_flat_size(ExpandedObjectHeader *header);
static void state_flatten(ExpandedObjectHeader *header, void *result, Size allocated);

const ExpandedObjectMethods inf_set_methods = {state_flat_size, state_flatten};

/* The kinds, as the builders have it. */

static void
init_touches(void *builder)
{
	inf_touch_builder_init(builder, 0, INF_IDENTITY_NONE, INF_IDENTITY_NONE);
}

static const char *
add_touches(void *builder, const uint8_t *bytes, size_t size)
{
	return inf_touch_builder_add_set(builder, bytes, size);
}

static const char *
mismatch_touches(const void *builder, const uint8_t *bytes, size_t size, const char **problem)
{
	InfTouchHeader header;

	*problem = inf_read_touch_header(bytes, size, &header);
	return *problem != NULL ? NULL : inf_touch_mismatch(builder, &header);
}

static const char *
finish_touches(const void *builder, size_t prefix, InfBuffer *out)
{
	return inf_touch_builder_finish(builder, prefix, out);
}

static void
init_purchases(void *builder)
{
	inf_purchase_builder_init(builder, 0, INF_IDENTITY_NONE);
}

static const char *
add_purchases(void *builder, const uint8_t *bytes, size_t size)
{
	return inf_purchase_builder_add_set(builder, bytes, size);
}

static const char *
mismatch_purchases(const void *builder, const uint8_t *bytes, size_t size, const char **problem)
{
	InfPurchaseHeader header;

	*problem = inf_read_purchase_header(bytes, size, &header);
	return *problem != NULL ? NULL : inf_purchase_mismatch(builder, &header);
}

static const char *
finish_purchases(const void *builder, size_t prefix, InfBuffer *out)
{
	return inf_purchase_builder_finish(builder, prefix, out);
}

static void
init_journeys(void *builder)
{
	inf_journey_builder_init(builder);
}

static const char *
add_journeys(void *builder, const uint8_t *bytes, size_t size)
{
	return inf_journey_builder_add_set(builder, bytes, size);
}

static const char *
mismatch_journeys(const void *builder, const uint8_t *bytes, size_t size, const char **problem)
{
	return inf_journey_mismatch(builder, bytes, size, problem);
}

static const char *
finish_journeys(const void *builder, size_t prefix, InfBuffer *out)
{
	return inf_journey_builder_finish(builder, prefix, out);
}

static void
init_lift(void *builder)
{
	inf_lift_init(builder);
}

static const char *
add_lift(void *builder, const uint8_t *bytes, size_t size)
{
	return inf_lift_add_set(builder, bytes, size);
}

static const char *
mismatch_lift(const void *builder, const uint8_t *bytes, size_t size, const char **problem)
{
	return inf_lift_mismatch(builder, bytes, size, problem);
}

static const char *
finish_lift(const void *builder, size_t prefix, InfBuffer *out)
{
	inf_lift_encode(builder, prefix, out);
	return NULL;
}

const SetKind inf_touch_kind = {"touch_set", init_touches, add_touches, mismatch_touches,
                                finish_touches};
const SetKind inf_purchase_kind = {"purchase_set", init_purchases, add_purchases,
                                   mismatch_purchases, finish_purchases};
const SetKind inf_journey_kind = {"journey_set", init_journeys, add_journeys, mismatch_journeys,
                                  finish_journeys};
const SetKind inf_lift_kind = {"lift_summary", init_lift, add_lift, mismatch_lift, finish_lift};

SetState *
inf_new_state_in(MemoryContext parent, const SetKind *kind)
{
	MemoryContext context = AllocSetContextCreate(parent, "influence set", 0, 1024, 1024 * 1024);
	MemoryContext old = MemoryContextSwitchTo(context);
	SetState *state = palloc0(sizeof(SetState));

	EOH_init_header(&state->header, &inf_set_methods, context);
	state->kind = kind;
	kind->init(&state->builder);
	MemoryContextSwitchTo(old);
	return state;
}

SetState *
inf_new_state(FunctionCallInfo fcinfo, const SetKind *kind)
{
	MemoryContext parent;

	if (!AggCheckCallContext(fcinfo, &parent))
		parent = CurrentMemoryContext;
	return inf_new_state_in(parent, kind);
}

void
inf_add_value(SetState *state, Datum value)
{
	InfPart part = inf_part_of_datum(value);
	const char *problem;
	const char *mismatch = state->kind->mismatch(&state->builder, part.bytes, part.size, &problem);

	inf_check_stored(state->kind->type, problem);
	if (mismatch != NULL)
		inf_reject_mismatch(mismatch);
	{
		MemoryContext old = MemoryContextSwitchTo(state->header.eoh_context);

		problem = state->kind->add_set(&state->builder, part.bytes, part.size);
		MemoryContextSwitchTo(old);
	}
	inf_check_stored(state->kind->type, problem);
}

SetState *
inf_state_of_value(FunctionCallInfo fcinfo, const SetKind *kind)
{
	SetState *state = inf_new_state(fcinfo, kind);

	inf_add_value(state, PG_GETARG_DATUM(0));
	return state;
}

Datum
inf_finish_state(const SetState *state)
{
	InfBuffer out = {NULL, 0, 0};

	inf_check_stored(state->kind->type, state->kind->finish(&state->builder, VARHDRSZ, &out));
	return inf_datum_of_buffer(&out);
}

static Size
state_flat_size(ExpandedObjectHeader *header)
{
	SetState *state = (SetState *) header;

	if (state->flat.data == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(header->eoh_context);
		const char *problem = state->kind->finish(&state->builder, VARHDRSZ, &state->flat);

		MemoryContextSwitchTo(old);
		inf_check_stored(state->kind->type, problem);
	}
	inf_check_value_size(state->flat.size);
	return state->flat.size;
}

static void
state_flatten(ExpandedObjectHeader *header, void *result, Size allocated)
{
	SetState *state = (SetState *) header;

	Assert(state->flat.data != NULL && allocated == state->flat.size);
	memcpy(result, state->flat.data, allocated);
	SET_VARSIZE(result, allocated);
	/* the state may be added to again */
	inf_buffer_free(&state->flat);
}
