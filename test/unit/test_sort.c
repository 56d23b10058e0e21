/* Sorting: against insertion, for all sizes around the switch between the two ways. */
#include "core/sort.h"

#include <stdlib.h>

#include "tap.h"

static bool
is_stably_sorted(const InfKey *items, size_t n)
{
	for (size_t i = 1; i < n; i++)
	{
		if (items[i - 1].key > items[i].key ||
		    (items[i - 1].key == items[i].key && items[i - 1].index > items[i].index))
			return false;
	}
	return true;
}

int
main(void)
{
	static const uint64_t masks[] = {0x3, 0xFF00, UINT64_MAX, UINT64_C(0xF) << 60};
	size_t bad = 0;

	for (int round = 0; round < 400; round++)
	{
		size_t n = round < 200 ? (size_t) round : random_below(5000);
		uint64_t mask = masks[random_below(4)];
		InfKey *items = malloc((n + 1) * sizeof(InfKey));
		uint64_t sum = 0;

		for (size_t i = 0; i < n; i++)
		{
			items[i] = (InfKey){random_bits() & mask, i};
			sum += items[i].key * (i + 1);
		}
		inf_sort(items, n);
		for (size_t i = 0; i < n; i++)
			sum -= items[i].key * (items[i].index + 1);
		bad += !is_stably_sorted(items, n) || sum != 0;
		free(items);
	}
	ok(bad == 0, "400 arrays sorted, stably, with nothing lost");

	ok(inf_key_of_int64(INT64_MIN) == 0 && inf_key_of_int64(-1) < inf_key_of_int64(0) &&
	       inf_key_of_int64(INT64_MAX) == UINT64_MAX,
	   "signed numbers keep their order");
	ok(inf_key_of_weight(0.0) == inf_key_of_weight(-0.0) &&
	       inf_key_of_weight(1e-100) < inf_key_of_weight(1.0) &&
	       inf_key_of_weight(1.0) < inf_key_of_weight(1e100),
	   "weights keep their order");
	return done();
}
