/*
 * allocate.c
 *		Largest remainder, exactly.
 */
#include "core/allocate.h"

#include <math.h>

#include "core/host.h"
#include "core/sort.h"

__extension__ typedef unsigned __int128 InfUint128;

#define WEIGHT_BITS 62
#define SHORT_ALLOCATION 48

uint64_t
inf_allocation_weights(const double *credit, size_t n, uint64_t *weight)
{
	uint64_t total = 0;

	for (size_t i = 0; i < n; i++)
	{
		weight[i] = (uint64_t) ldexp(credit[i], WEIGHT_BITS);
		total += weight[i];
	}
	return total;
}

void
inf_allocate(uint64_t units, uint64_t *weight, uint64_t total, size_t n, int64_t *share)
{
	uint64_t left = units;
	uint64_t last_weight = 0, quotient = 0, remainder = 0;

	for (size_t i = 0; i < n; i++)
	{
		/* division is slow, and neighbours often weigh the same */
		if (i == 0 || weight[i] != last_weight)
		{
			InfUint128 product = (InfUint128) units * weight[i];

			last_weight = weight[i];
			quotient = (uint64_t) (product / total);
			remainder = (uint64_t) (product - (InfUint128) quotient * total);
		}
		share[i] = (int64_t) quotient;
		weight[i] = remainder;
		left -= quotient;
	}
	/* the remainders sum to left * total, and each is below total: so left < n */
	inf_allocate_left(weight, n, (size_t) left, share);
}

void
inf_allocate_left(const uint64_t *remainder, size_t n, size_t left, int64_t *share)
{
	InfKey space[SHORT_ALLOCATION];
	InfKey *keys = space;

	if (left == 0)
		return;
	if (n > SHORT_ALLOCATION)
		keys = INF_ALLOC_ARRAY(InfKey, n);
	for (size_t i = 0; i < n; i++)
		keys[i] = (InfKey){~remainder[i], i};
	inf_sort(keys, n);
	for (size_t i = 0; i < left; i++)
		share[keys[i].index]++;
	if (keys != space)
		inf_free(keys);
}
