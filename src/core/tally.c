/*
 * tally.c
 *		Rounding exact sums of credits so that they still add up.
 */
#include "core/tally.h"

#include <math.h>
#include <stdbool.h>

#include "core/allocate.h"
#include "core/host.h"

/* Quanta of 2^-bits: sums of them up to "all" are exact as doubles. */
static int
quantum_bits_of(uint64_t all)
{
	int all_bits = all == 0 ? 1 : 64 - __builtin_clzll(all);

	return all_bits > 52 ? 0 : 52 - all_bits;
}

void
inf_tally_orders(const InfTally *tally, size_t n, uint64_t credited, uint64_t all, double *orders)
{
	int quantum_bits = quantum_bits_of(all);
	int shift = INF_SHARE_BITS - quantum_bits;
	uint64_t mask;
	int64_t *quanta;
	uint64_t *remainder;
	int64_t left;

	mask = ((uint64_t) 1 << shift) - 1;
	quanta = INF_ALLOC_ARRAY(int64_t, n);
	remainder = INF_ALLOC_ARRAY(uint64_t, n);

	left = (int64_t) (credited << quantum_bits);
	for (size_t i = 0; i < n; i++)
	{
		quanta[i] = (int64_t) (tally[i].shares >> shift);
		remainder[i] = (uint64_t) tally[i].shares & mask;
		left -= quanta[i];
	}

	/*
	 * What was cut off here and rounded in the credits makes "left" at most n, give or take the
	 * little that the credits of an order do not sum to 1.
	 */
	while (left > 0 && n > 0)
	{
		size_t give = (uint64_t) left < n ? (size_t) left : n;

		inf_allocate_left(remainder, n, give, quanta);
		left -= (int64_t) give;
	}
	for (size_t i = 0; i < n && left < 0; i++)
	{
		if (quanta[i] > 0)
		{
			quanta[i]--;
			left++;
		}
	}
	for (size_t i = 0; i < n; i++)
		orders[i] = ldexp((double) quanta[i], -quantum_bits);
	inf_free(quanta);
	inf_free(remainder);
}

void
inf_reconcile(double *orders, size_t n, uint64_t credited, uint64_t all)
{
	/* negative shares make others larger than the total: leave room for that */
	int bits = quantum_bits_of(all) - 4;
	int64_t *quanta = INF_ALLOC_ARRAY(int64_t, n);
	uint64_t *remainder = INF_ALLOC_ARRAY(uint64_t, n);
	int64_t left = (int64_t) ldexp((double) credited, bits);

	for (size_t i = 0; i < n; i++)
	{
		double scaled = ldexp(orders[i], bits);

		quanta[i] = (int64_t) floor(scaled);
		remainder[i] = (uint64_t) ldexp(scaled - floor(scaled), 52);
		left -= quanta[i];
	}
	while (left > 0 && n > 0)
	{
		size_t give = (uint64_t) left < n ? (size_t) left : n;

		inf_allocate_left(remainder, n, give, quanta);
		left -= (int64_t) give;
	}
	for (size_t i = 0; left < 0 && n > 0; i = i + 1 < n ? i + 1 : 0)
	{
		quanta[i]--;
		left++;
	}
	for (size_t i = 0; i < n; i++)
		orders[i] = ldexp((double) quanta[i], -bits);
	inf_free(quanta);
	inf_free(remainder);
}
