/* Buying cycles: to bytes and back, damage, and the rules at their edges. */
#include "core/purchase_cycle.h"

#include <stdlib.h>
#include <string.h>

#include "core/host.h"
#include "core/instant.h"
#include "tap.h"

#define DAY INF_US_PER_DAY

static InfCycle
make_cycle(size_t n)
{
	static const int64_t steps[] = {1, 999, INF_US_PER_SECOND, 3600 * INF_US_PER_SECOND, DAY};
	InfCycle cycle = {
	    .time_type = (uint8_t) (1 + random_below(3)), .nskipped = random_below(3), .n = n};
	int64_t step = steps[random_below(5)];

	cycle.at = malloc((n + 1) * sizeof(int64_t));
	for (size_t i = 0; i < n; i++)
		cycle.at[i] = step * ((int64_t) random_below(1000000) - 500000);
	if (n > 1 && random_below(10) == 0)
	{
		cycle.at[0] = INF_MIN_INSTANT;
		cycle.at[1] = INF_END_INSTANT - 1;
	}
	inf_sort_instants(cycle.at, n);
	return cycle;
}

static void
test_bytes(void)
{
	int unsorted = 0, different = 0, rejected = 0, unnoticed = 0;

	for (int round = 0; round < 2000; round++)
	{
		InfCycle cycle = make_cycle(random_below(round % 20 == 0 ? 200 : 8));
		InfCycle again;
		InfBuffer bytes;
		uint8_t *copy;

		for (size_t i = 1; i < cycle.n; i++)
			unsorted += cycle.at[i] < cycle.at[i - 1];
		inf_cycle_encode(&cycle, 0, &bytes);
		rejected += inf_check_purchase_cycle(bytes.data, bytes.size) != NULL;
		if (inf_cycle_read(bytes.data, bytes.size, &again) == NULL)
		{
			different += again.n != cycle.n || again.time_type != cycle.time_type ||
			             again.nskipped != cycle.nskipped ||
			             memcmp(again.at, cycle.at, cycle.n * sizeof(int64_t)) != 0;
			inf_free(again.at);
		}
		else
			different++;
		copy = malloc(bytes.size);
		for (int k = 0; k < 20; k++)
		{
			size_t size = random_below((uint32_t) bytes.size);

			memcpy(copy, bytes.data, bytes.size);
			unnoticed += inf_check_purchase_cycle(copy, size) == NULL;
			copy[random_below((uint32_t) bytes.size)] ^= (uint8_t) (1 + random_below(255));
			if (inf_cycle_read(copy, bytes.size, &again) == NULL)
			{
				for (size_t i = 0; i < again.n; i++)
					unnoticed +=
					    !inf_is_instant(again.at[i]) || (i > 0 && again.at[i] < again.at[i - 1]);
				inf_cycle_state(&again, 0, DAY);
				inf_free(again.at);
			}
		}
		free(copy);
		inf_buffer_free(&bytes);
		free(cycle.at);
	}
	ok(unsorted == 0, "instants are sorted");
	ok(rejected == 0 && different == 0, "to bytes and back");
	ok(unnoticed == 0, "damaged bytes are refused, or are other valid cycles");
}

static void
test_rules(void)
{
	int64_t at[] = {0, DAY - 1, DAY, 7 * DAY, 7 * DAY, 17 * DAY};
	InfCycle cycle = {.time_type = 1, .n = 6, .at = at};
	InfCycleState s = inf_cycle_state(&cycle, -1, 30 * DAY);

	ok(s.orders == 0 && inf_cycle_stage(&s, 3) == INF_PROSPECT && !inf_in_market(&s, 0, 3),
	   "before the first order: a prospect");
	s = inf_cycle_state(&cycle, DAY - 1, 30 * DAY);
	ok(s.orders == 2 && s.occasions == 1 && s.recency == 0 && inf_cycle_stage(&s, 3) == INF_NEW,
	   "two orders of one occasion: new");
	s = inf_cycle_state(&cycle, DAY, 30 * DAY);
	ok(s.occasions == 2 && s.median_gap == (double) DAY && s.expected_gap == 15.5 * (double) DAY,
	   "just a day later: another occasion, and half way to the typical gap");
	s = inf_cycle_state(&cycle, 20 * DAY, 30 * DAY);
	ok(s.orders == 6 && s.occasions == 4 && s.median_gap == 6.0 * (double) DAY &&
	       s.expected_gap == 8.0 * (double) DAY && s.recency == 3 * DAY,
	   "gaps of 1, 6 and 10 days, and of 30");
	ok(inf_cycle_stage(&s, 3) == INF_ACTIVE && !inf_in_market(&s, 0.5, 3) &&
	       inf_in_market(&s, 0, 3),
	   "active, not yet in the market");
	s = inf_cycle_state(&cycle, 21 * DAY, 30 * DAY);
	ok(inf_cycle_stage(&s, 3) == INF_ACTIVE && inf_in_market(&s, 0.5, 3),
	   "in the market at half of it");
	s = inf_cycle_state(&cycle, 25 * DAY, 30 * DAY);
	ok(inf_cycle_stage(&s, 3) == INF_DUE, "due at the expected gap");
	s = inf_cycle_state(&cycle, 41 * DAY, 30 * DAY);
	ok(inf_cycle_stage(&s, 3) == INF_DUE && inf_in_market(&s, 0.5, 3), "still due at three of it");
	s = inf_cycle_state(&cycle, 41 * DAY + 1, 30 * DAY);
	ok(inf_cycle_stage(&s, 3) == INF_LAPSED && !inf_in_market(&s, 0.5, 3), "lapsed after");
	at[0] = INF_MIN_INSTANT;
	at[5] = INF_END_INSTANT - 1;
	s = inf_cycle_state(&cycle, INF_END_INSTANT - 1, 1);
	ok(s.occasions == 4 && s.median_gap > 0 && s.expected_gap > 0, "as far apart as can be");
}

int
main(void)
{
	test_bytes();
	test_rules();
	return done();
}
