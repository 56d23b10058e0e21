/*
 * tally.c
 *		Rounding exact sums of credits so that they still add up.
 */
#include "core/tally.h"

#include <stdbool.h>

#include "core/allocate.h"
#include "core/host.h"

void
inf_tally_orders(const InfTally *tally, size_t n, uint64_t credited, uint64_t all, double *orders)
{
	int all_bits = all == 0 ? 1 : 64 - __builtin_clzll(all);
	int quantum_bits = 52 - all_bits; /* quanta of 2^-quantum_bits */
	int shift;
	uint64_t mask;
	int64_t *quanta;
	uint64_t *remainder;
	int64_t left;

	if (quantum_bits < 0)
		quantum_bits = 0;
	shift = INF_SHARE_BITS - quantum_bits;
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
