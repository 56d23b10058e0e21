/*
 * touch_builder.h
 *		Building a set of touches: from rows in any order, and from other sets.
 */
#ifndef INF_TOUCH_BUILDER_H
#define INF_TOUCH_BUILDER_H

#include "core/rows.h"
#include "core/runs.h"
#include "core/touch_set.h"

typedef struct InfTouchBuilder
{
	uint8_t time_type;
	InfIdentity customer_identity;
	uint8_t flags; /* INF_HAS_WEIGHTS, INF_HAS_PRIORITIES */
	bool wide;     /* rows have a weight and a priority */
	uint64_t nskipped;
	InfNameTable names;
	InfRows rows;
	InfRuns runs;
} InfTouchBuilder;

/* A time type of 0 and identities of NONE: what is added first decides. */
extern void inf_touch_builder_init(InfTouchBuilder *builder, uint8_t time_type,
                                   InfIdentity customer_identity, InfIdentity influencer_identity);

extern void inf_touch_builder_free(InfTouchBuilder *builder);

/* A touch. The instant must be finite, the weight legal. */
extern void inf_touch_builder_add(InfTouchBuilder *builder, uint64_t customer, InfName influencer,
                                  int64_t at, double weight, int32_t priority);

/* A touch by an influencer that is a number; the customer as its key. */
typedef struct InfNumberTouch
{
	uint64_t customer;
	int64_t influencer;
	int64_t at;
} InfNumberTouch;

/* Several of them, of weight 1 and priority 0. */
extern void inf_touch_builder_add_numbers(InfTouchBuilder *builder, const InfNumberTouch *touches,
                                          size_t n);

/* Touches by influencers of any identity, of weight 1 and priority 0; customers as their keys. */
typedef struct InfTouchBatch
{
	size_t n;
	uint64_t customer[INF_NAME_BATCH];
	int64_t at[INF_NAME_BATCH];
	InfName influencer[INF_NAME_BATCH];
} InfTouchBatch;

extern void inf_touch_builder_add_batch(InfTouchBuilder *builder, const InfTouchBatch *batch);

/*
 * All touches of a stored set. Returns NULL, or why the set cannot be read; what was read before
 * that is in the builder. The types must agree (see inf_touch_mismatch).
 */
extern const char *inf_touch_builder_add_set(InfTouchBuilder *builder, const uint8_t *bytes,
                                             size_t size);

/* What of the set's types does not agree with the builder's: "customers", ..., or NULL. */
extern const char *inf_touch_mismatch(const InfTouchBuilder *builder, const InfTouchHeader *header);

/* Encodes the set behind "prefix" bytes. The builder stays as it is. */
extern const char *inf_touch_builder_finish(const InfTouchBuilder *builder, size_t prefix,
                                            InfBuffer *out);

/* Bytes that the builder takes. */
extern size_t inf_touch_builder_memory(const InfTouchBuilder *builder);

#endif
