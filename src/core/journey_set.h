/*
 * journey_set.h
 *		The stored form of a set of journeys: touches and purchases side by side, and paths.
 *
 * Journeys are made when they are read (see sweep.h). So a set of journeys is as small as what it
 * was made of, and sets can be merged as if all their touches and purchases had been there from
 * the start. Paths come from tables of journeys without instants. Layout:
 *
 *	0	version, kind, 0, 0, 0, 0, 0, 0
 *	8	sizes of the three parts in bytes (8 bytes each)
 *	32	a set of touches, a set of purchases, a set of paths
 */
#ifndef INF_JOURNEY_SET_H
#define INF_JOURNEY_SET_H

#include "core/purchase_set.h"
#include "core/touch_set.h"

#define INF_JOURNEY_HEADER_SIZE 32

typedef struct InfPart
{
	const uint8_t *bytes;
	size_t size;
} InfPart;

typedef struct InfJourneySet
{
	InfPart touches;
	InfPart purchases;
	InfPart paths;
} InfJourneySet;

/* Finds the parts. Returns what is wrong with the set, or NULL; the parts are not looked into. */
extern const char *inf_open_journey_set(const uint8_t *bytes, size_t size, InfJourneySet *set);

/*
 * What of touches and purchases cannot be compared: "instants" of different types, or "customers",
 * or NULL if they can be matched.
 */
extern const char *inf_set_mismatch(const InfTouchHeader *touches,
                                    const InfPurchaseHeader *purchases);

/* Puts the parts together: INF_JOURNEY_HEADER_SIZE bytes and what the parts have. */
extern void inf_put_journey_set(void *to, const InfJourneySet *set);

/* The same behind "prefix" bytes of a buffer. */
extern void inf_write_journey_set(InfBuffer *out, size_t prefix, const InfJourneySet *set);

#endif
