/*
 * tally.h
 *		What an influencer is credited with: orders as exact sums, revenue as compensated sums.
 *
 * A credit is turned into a whole number of 2^-62 orders, and such numbers are added in 128 bits:
 * no rounding, whatever the order of adding. When all is added, the sums are rounded to doubles
 * together, so that they add up to the number of orders credited, to the last digit and in
 * whatever order somebody sums them.
 */
#ifndef INF_TALLY_H
#define INF_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "core/sum.h"

/* The host's memory is aligned to 8 bytes. */
__extension__ typedef unsigned __int128 InfShares __attribute__((aligned(8)));

#define INF_SHARE_BITS 62
#define INF_WHOLE_SHARE ((uint64_t) 1 << INF_SHARE_BITS)

typedef struct InfTally
{
	InfShares shares;
	InfSum revenue;
} InfTally;

/* A share of 0..1 in exact form. */
static inline uint64_t
inf_shares_of(double share)
{
	return (uint64_t) (int64_t) (share * 0x1p62);
}

/* A share of "count" orders that have the revenue together. */
static inline void
inf_tally_add(InfTally *tally, double share, uint64_t count, double revenue)
{
	tally->shares += (InfShares) inf_shares_of(share) * count;
	inf_sum_add(&tally->revenue, share * revenue);
}

static inline double
inf_shares_value(InfShares shares)
{
	return (double) shares * 0x1p-62;
}

/*
 * The orders of each of n tallies as doubles, which sum exactly to "credited", the number of orders
 * that were credited. By largest remainder, at the finest quantum that lets no sum of them round,
 * not even together with all other orders, of which there are "all".
 */
extern void inf_tally_orders(const InfTally *tally, size_t n, uint64_t credited, uint64_t all,
                             double *orders);

/*
 * The same for sums that were had otherwise, and may be negative: rounds orders to such quanta, so
 * that they sum exactly to "credited".
 */
extern void inf_reconcile(double *orders, size_t n, uint64_t credited, uint64_t all);

#endif
