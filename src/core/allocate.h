/*
 * allocate.h
 *		Sharing an amount of indivisible units (cents) by largest remainder.
 *
 * Shares are whole numbers: credits are turned into weights of 62 bits, each share is
 * units * weight / total weight rounded down, and the units left over go one each to the shares
 * with the largest remainders; among equal remainders, to those that come first.
 * All of it is integer arithmetic, so the parts always sum to the whole.
 */
#ifndef INF_ALLOCATE_H
#define INF_ALLOCATE_H

#include <stddef.h>
#include <stdint.h>

/* Weights of the credits (0..1, summing to about 1), and their total, which is below 2^63. */
extern uint64_t inf_allocation_weights(const double *credit, size_t n, uint64_t *weight);

/*
 * Shares of "units", which must be below 2^63. "weight" is overwritten with the remainders.
 * total must be above 0.
 */
extern void inf_allocate(uint64_t units, uint64_t *weight, uint64_t total, size_t n,
                         int64_t *share);

/* One more to the "left" shares with the largest remainders; left is at most n. */
extern void inf_allocate_left(const uint64_t *remainder, size_t n, size_t left, int64_t *share);

#endif
