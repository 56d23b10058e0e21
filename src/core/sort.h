/*
 * sort.h
 *		Stable sorting of 64-bit keys that carry an index.
 */
#ifndef INF_SORT_H
#define INF_SORT_H

#include <stddef.h>
#include <stdint.h>

typedef struct InfKey
{
	uint64_t key;
	uint64_t index;
} InfKey;

/* A key that sorts signed numbers as unsigned ones. */
static inline uint64_t
inf_key_of_int64(int64_t value)
{
	return (uint64_t) value ^ (UINT64_C(1) << 63);
}

/* The same for non-negative floating-point numbers. */
static inline uint64_t
inf_key_of_weight(double value)
{
	union
	{
		double d;
		uint64_t u;
	} bits = {.d = value + 0.0}; /* no minus zero */

	return bits.u;
}

static inline double
inf_weight_of_key(uint64_t key)
{
	union
	{
		uint64_t u;
		double d;
	} bits = {.u = key};

	return bits.d;
}

/*
 * Ascending by key; equal keys keep their order. O(n); polls, so that a large sort can be
 * cancelled; takes and frees n more elements.
 */
extern void inf_sort(InfKey *items, size_t n);

#endif
