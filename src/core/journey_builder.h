/*
 * journey_builder.h
 *		Building a set of journeys: from other sets, and from paths.
 */
#ifndef INF_JOURNEY_BUILDER_H
#define INF_JOURNEY_BUILDER_H

#include "core/journey_set.h"
#include "core/path_set.h"
#include "core/purchase_builder.h"
#include "core/touch_builder.h"

typedef struct InfJourneyBuilder
{
	InfTouchBuilder touches;
	InfPurchaseBuilder purchases;
	InfNameTable path_names;
	InfPathTable paths;
} InfJourneyBuilder;

extern void inf_journey_builder_init(InfJourneyBuilder *builder);
extern void inf_journey_builder_free(InfJourneyBuilder *builder);

/* A path; names by code of builder->path_names. */
extern void inf_journey_builder_add_path(InfJourneyBuilder *builder, const InfPath *path);

/*
 * All of a stored set. Returns NULL, or why the set cannot be read. The sets must agree (see
 * inf_journey_mismatch).
 */
extern const char *inf_journey_builder_add_set(InfJourneyBuilder *builder, const uint8_t *bytes,
                                               size_t size);

/*
 * What of the set does not agree with the builder ("customers", ...), or NULL. *problem tells if
 * the set cannot be read.
 */
extern const char *inf_journey_mismatch(const InfJourneyBuilder *builder, const uint8_t *bytes,
                                        size_t size, const char **problem);

/* Encodes the set behind "prefix" bytes. The builder stays as it is. */
extern const char *inf_journey_builder_finish(const InfJourneyBuilder *builder, size_t prefix,
                                              InfBuffer *out);

#endif
