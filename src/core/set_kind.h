/*
 * set_kind.h
 *		The first two bytes of every stored set.
 */
#ifndef INF_SET_KIND_H
#define INF_SET_KIND_H

#include <stdint.h>

#define INF_FORMAT_VERSION 1

/* Rows skipped of two sets together, up to what can be stored: made-up counts may go beyond. */
static inline uint64_t
inf_add_skipped(uint64_t a, uint64_t b, uint64_t limit)
{
	return b > limit - a ? limit : a + b;
}

/* Never renumber. */
typedef enum InfSetKind
{
	INF_KIND_TOUCHES = 1,
	INF_KIND_PURCHASES = 2,
	INF_KIND_JOURNEYS = 3,
	INF_KIND_PATHS = 4,
	INF_KIND_LIFT = 8,
	INF_KIND_CYCLE = 9
} InfSetKind;

#endif
