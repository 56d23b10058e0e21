/*
 * sort.c
 *		A radix sort from the lowest byte up, and insertion for the short ones.
 */
#include "core/sort.h"

#include <stdbool.h>
#include <string.h>

#include "core/host.h"

#define RADIX_BITS 8
#define RADIX (1 << RADIX_BITS)
#define PASSES (64 / RADIX_BITS)
#define INSERTION_MAX 48
#define POLL_EVERY ((size_t) 1 << 16)

static void
insertion_sort(InfKey *items, size_t n)
{
	for (size_t i = 1; i < n; i++)
	{
		InfKey x = items[i];
		size_t j = i;

		while (j > 0 && items[j - 1].key > x.key)
		{
			items[j] = items[j - 1];
			j--;
		}
		items[j] = x;
	}
}

static bool
is_sorted(const InfKey *items, size_t n)
{
	for (size_t i = 1; i < n; i++)
	{
		if (items[i - 1].key > items[i].key)
			return false;
	}
	return true;
}

void
inf_sort(InfKey *items, size_t n)
{
	size_t(*counts)[RADIX];
	InfKey *other;
	InfKey *from = items;
	InfKey *to;

	if (n <= INSERTION_MAX)
	{
		insertion_sort(items, n);
		return;
	}
	if (is_sorted(items, n))
		return;

	other = to = INF_ALLOC_ARRAY(InfKey, n);
	counts = inf_alloc(PASSES * sizeof(*counts));
	memset(counts, 0, PASSES * sizeof(*counts));
	for (size_t i = 0; i < n; i++)
	{
		for (int pass = 0; pass < PASSES; pass++)
			counts[pass][(items[i].key >> (pass * RADIX_BITS)) & (RADIX - 1)]++;
		if (i % POLL_EVERY == 0)
			inf_poll();
	}

	for (int pass = 0; pass < PASSES; pass++)
	{
		size_t *count = counts[pass];
		int shift = pass * RADIX_BITS;
		size_t start = 0;

		/* all keys alike in this byte: nothing to move */
		if (count[(from[0].key >> shift) & (RADIX - 1)] == n)
			continue;
		for (int d = 0; d < RADIX; d++)
		{
			size_t c = count[d];

			count[d] = start;
			start += c;
		}
		for (size_t i = 0; i < n; i++)
		{
			to[count[(from[i].key >> shift) & (RADIX - 1)]++] = from[i];
			if (i % POLL_EVERY == 0)
				inf_poll();
		}
		{
			InfKey *swap = from;

			from = to;
			to = swap;
		}
	}
	if (from != items)
		memcpy(items, from, n * sizeof(InfKey));
	inf_free(counts);
	inf_free(other);
}
