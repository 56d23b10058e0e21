/*
 * purchase_cycle.c
 *		When one customer bought, and where in the buying cycle that puts them at an instant.
 */
#include "core/purchase_cycle.h"

#include <string.h>

#include "core/bits.h"
#include "core/host.h"
#include "core/instant.h"
#include "core/sort.h"

#define HEADER_SIZE 8
#define FEW 32

/* Microseconds of each unit, by its number; the first that divides all instants is taken. */
static const int64_t units[] = {INF_US_PER_DAY, INF_US_PER_SECOND, 1};

#define NUNITS ((int) (sizeof(units) / sizeof(units[0])))

void
inf_sort_instants(int64_t *at, size_t n)
{
	InfKey *keys;

	if (n <= FEW)
	{
		for (size_t i = 1; i < n; i++)
		{
			int64_t x = at[i];
			size_t j = i;

			for (; j > 0 && at[j - 1] > x; j--)
				at[j] = at[j - 1];
			at[j] = x;
		}
		return;
	}
	keys = INF_ALLOC_ARRAY(InfKey, n);
	for (size_t i = 0; i < n; i++)
		keys[i] = (InfKey){inf_key_of_int64(at[i]), 0};
	inf_sort(keys, n);
	for (size_t i = 0; i < n; i++)
		at[i] = (int64_t) (keys[i].key ^ inf_key_of_int64(0));
	inf_free(keys);
}

static int
unit_of(const InfCycle *cycle)
{
	int unit = 0;

	for (size_t i = 0; i < cycle->n; i++)
	{
		while (cycle->at[i] % units[unit] != 0)
			unit++;
	}
	return unit;
}

void
inf_cycle_encode(const InfCycle *cycle, size_t prefix, InfBuffer *out)
{
	int unit = unit_of(cycle);
	uint8_t *head;

	memset(out, 0, sizeof(*out));
	head = inf_buffer_reserve(out, prefix + HEADER_SIZE);
	memset(head, 0, prefix + HEADER_SIZE);
	head += prefix;
	head[0] = INF_FORMAT_VERSION;
	head[1] = INF_KIND_CYCLE;
	head[2] = cycle->time_type;
	head[3] = (uint8_t) unit;
	out->size = prefix + HEADER_SIZE;
	inf_write_varint(out, cycle->nskipped);
	inf_write_varint(out, cycle->n);
	for (size_t i = 0; i < cycle->n; i++)
	{
		if (i == 0)
			inf_write_varint(out, inf_zigzag(cycle->at[0] / units[unit]));
		else
			inf_write_varint(out,
			                 inf_elapsed(cycle->at[i - 1], cycle->at[i]) / (uint64_t) units[unit]);
		if (i % 4096 == 0)
			inf_poll();
	}
}

/* Reads the instants; marks the cursor bad where one is out of range. */
static void
read_instants(InfCursor *cursor, InfCycle *cycle, int64_t unit)
{
	int64_t first = INF_MIN_INSTANT / unit, last = (INF_END_INSTANT - 1) / unit;
	int64_t at = 0;

	for (size_t i = 0; i < cycle->n && !cursor->bad; i++)
	{
		uint64_t number = inf_read_varint(cursor);

		if (i == 0)
			at = inf_unzigzag(number);
		else if (number > (uint64_t) last - (uint64_t) at)
			cursor->bad = true;
		else
			at = (int64_t) ((uint64_t) at + number);
		if (at < first || at > last)
			cursor->bad = true;
		else
			cycle->at[i] = at * unit;
		if (i % 4096 == 0)
			inf_poll();
	}
}

const char *
inf_cycle_read(const uint8_t *bytes, size_t size, InfCycle *cycle)
{
	InfCursor cursor = {bytes, bytes + size, false};
	const uint8_t *head = inf_read_bytes(&cursor, HEADER_SIZE);

	memset(cycle, 0, sizeof(*cycle));
	if (head == NULL)
		return "too short";
	if (head[0] != INF_FORMAT_VERSION)
		return "unknown version";
	if (head[1] != INF_KIND_CYCLE)
		return "not a purchase_cycle";
	if (head[2] > 3 || head[3] >= NUNITS || inf_load32(head + 4) != 0)
		return "unknown flags";
	cycle->time_type = head[2];
	cycle->nskipped = inf_read_count(&cursor, INF_MAX_CYCLE_SKIPPED);
	cycle->n = inf_read_count(&cursor, INF_MAX_CYCLE_ORDERS);
	/* an order takes a byte at least: a count cannot ask for much memory by itself */
	if (cursor.bad || cycle->n > inf_left(&cursor) || (cycle->n > 0 && cycle->time_type == 0))
		return "damaged counts";
	cycle->at = INF_ALLOC_ARRAY(int64_t, cycle->n + 1);
	read_instants(&cursor, cycle, units[head[3]]);
	if (cursor.bad || inf_left(&cursor) != 0)
	{
		inf_free(cycle->at);
		cycle->at = NULL;
		return "damaged instants";
	}
	return NULL;
}

const char *
inf_check_purchase_cycle(const uint8_t *bytes, size_t size)
{
	InfCycle cycle;
	const char *problem = inf_cycle_read(bytes, size, &cycle);
	InfBuffer again;

	if (problem != NULL)
		return problem;
	inf_cycle_encode(&cycle, 0, &again);
	if (again.size != size || memcmp(again.data, bytes, size) != 0)
		problem = "not in its one form";
	inf_buffer_free(&again);
	inf_free(cycle.at);
	return problem;
}

/* How many of the instants are at or before "at". */
static size_t
count_until(const InfCycle *cycle, int64_t at)
{
	size_t low = 0, high = cycle->n;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (cycle->at[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Of n ascending numbers; the mean of the middle two, if there are two. */
static double
median(const int64_t *numbers, size_t n)
{
	size_t half = n / 2;

	if (n % 2 != 0)
		return (double) numbers[half];
	return ((double) numbers[half - 1] + (double) numbers[half]) / 2;
}

InfCycleState
inf_cycle_state(const InfCycle *cycle, int64_t at, int64_t typical_gap)
{
	InfCycleState state = {.orders = count_until(cycle, at), .expected_gap = (double) typical_gap};
	int64_t room[FEW];
	int64_t *gaps = room;
	size_t ngaps = 0;
	int64_t begin = 0;

	if (state.orders == 0)
		return state;
	if (state.orders > FEW)
		gaps = INF_ALLOC_ARRAY(int64_t, state.orders);
	for (size_t i = 0; i < state.orders; i++)
	{
		uint64_t gap = i == 0 ? 0 : inf_elapsed(begin, cycle->at[i]);

		if (i > 0 && gap < (uint64_t) INF_US_PER_DAY)
			continue;
		if (i > 0)
			gaps[ngaps++] = gap > INT64_MAX ? INT64_MAX : (int64_t) gap;
		begin = cycle->at[i];
	}
	state.occasions = ngaps + 1;
	state.last_at = cycle->at[state.orders - 1];
	state.recency = inf_elapsed(state.last_at, at);
	if (ngaps > 0)
	{
		inf_sort_instants(gaps, ngaps);
		state.median_gap = median(gaps, ngaps);
		gaps[ngaps] = typical_gap;
		inf_sort_instants(gaps, ngaps + 1);
		state.expected_gap = median(gaps, ngaps + 1);
	}
	if (gaps != room)
		inf_free(gaps);
	return state;
}

InfStage
inf_cycle_stage(const InfCycleState *state, double lapse_after)
{
	if (state->orders == 0)
		return INF_PROSPECT;
	if ((double) state->recency > lapse_after * state->expected_gap)
		return INF_LAPSED;
	if ((double) state->recency >= state->expected_gap)
		return INF_DUE;
	return state->occasions == 1 ? INF_NEW : INF_ACTIVE;
}

bool
inf_in_market(const InfCycleState *state, double open_at, double lapse_after)
{
	return state->orders > 0 && (double) state->recency >= open_at * state->expected_gap &&
	       (double) state->recency <= lapse_after * state->expected_gap;
}
