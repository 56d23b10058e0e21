/*
 * purchase_builder.h
 *		Building a set of purchases: from rows in any order, and from other sets.
 */
#ifndef INF_PURCHASE_BUILDER_H
#define INF_PURCHASE_BUILDER_H

#include "core/purchase_set.h"
#include "core/rows.h"
#include "core/runs.h"

typedef struct InfPurchaseBuilder
{
	uint8_t time_type;
	InfIdentity customer_identity;
	bool has_lookback; /* has a set decided the two that follow? */
	int64_t lookback;
	InfTouchUse touch_use;
	uint64_t nskipped;
	InfRows rows;
	InfRuns runs;
} InfPurchaseBuilder;

/* A time type of 0 and an identity of NONE: what is added first decides. */
extern void inf_purchase_builder_init(InfPurchaseBuilder *builder, uint8_t time_type,
                                      InfIdentity customer_identity);

extern void inf_purchase_builder_free(InfPurchaseBuilder *builder);

/* An order. The instant must be finite, the revenue legal. */
extern void inf_purchase_builder_add(InfPurchaseBuilder *builder, uint64_t customer, int64_t at,
                                     double revenue);

/*
 * All orders of a stored set. Returns NULL, or why the set cannot be read; what was read before
 * that is in the builder. The sets must agree (see inf_purchase_mismatch).
 */
extern const char *inf_purchase_builder_add_set(InfPurchaseBuilder *builder, const uint8_t *bytes,
                                                size_t size);

/* What of the set does not agree with the builder: "customers", ..., or NULL. */
extern const char *inf_purchase_mismatch(const InfPurchaseBuilder *builder,
                                         const InfPurchaseHeader *header);

/* Encodes the set behind "prefix" bytes. The builder stays as it is. */
extern const char *inf_purchase_builder_finish(const InfPurchaseBuilder *builder, size_t prefix,
                                               InfBuffer *out);

/* Bytes that the builder takes. */
extern size_t inf_purchase_builder_memory(const InfPurchaseBuilder *builder);

#endif
