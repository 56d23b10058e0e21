/* Largest remainder. */
#include "core/allocate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

static void
allocate(uint64_t units, const double *credit, size_t n, int64_t *share)
{
	uint64_t *weight = malloc(n * sizeof(uint64_t));
	uint64_t total = inf_allocation_weights(credit, n, weight);

	inf_allocate(units, weight, total, n, share);
	free(weight);
}

int
main(void)
{
	double thirds[3] = {1.0 / 3, 1.0 / 3, 1.0 / 3};
	double skewed[3] = {0.2, 0.2, 0.6};
	double one[2] = {1, 0};
	int64_t share[3];
	size_t bad_sum = 0, bad_share = 0;

	allocate(10000, thirds, 3, share);
	ok(share[0] == 3334 && share[1] == 3333 && share[2] == 3333, "the odd cent goes to the first");
	allocate(20000, thirds, 3, share);
	ok(share[0] == 6667 && share[1] == 6667 && share[2] == 6666, "two odd cents");
	allocate(1, skewed, 3, share);
	ok(share[0] == 0 && share[1] == 0 && share[2] == 1, "the largest remainder gets it");
	allocate(0, thirds, 3, share);
	ok(share[0] == 0 && share[1] == 0 && share[2] == 0, "nothing to share");
	allocate(INT64_MAX, one, 2, share);
	ok(share[0] == INT64_MAX && share[1] == 0, "the largest amount");

	for (int round = 0; round < 20000; round++)
	{
		size_t n = 1 + random_below(round % 100 == 0 ? 500 : 40);
		uint64_t units = random_bits() >> (1 + random_below(60));
		double *credit = malloc(n * sizeof(double));
		int64_t *shares = malloc(n * sizeof(int64_t));
		double total = 0;
		uint64_t sum = 0;

		for (size_t i = 0; i < n; i++)
		{
			credit[i] = random_below(8) == 0 ? 0 : exp2(-30 * random_unit());
			total += credit[i];
		}
		if (total == 0)
			credit[0] = total = 1;
		for (size_t i = 0; i < n; i++)
			credit[i] /= total;
		allocate(units, credit, n, shares);
		for (size_t i = 0; i < n; i++)
		{
			long double exact = (long double) units * (long double) credit[i];

			sum += (uint64_t) shares[i];
			/* within a unit, and what 62 bits of the credit and its rounding leave open */
			if (fabsl((long double) shares[i] - exact) >
			    1 + exact * 0x1p-48L + (long double) units * 0x1p-60L)
				bad_share++;
		}
		bad_sum += (sum != units);
		free(credit);
		free(shares);
	}
	ok(bad_sum == 0, "20,000 random amounts: the parts sum to the whole");
	ok(bad_share == 0, "and none is further than a unit from its exact share");
	return done();
}
