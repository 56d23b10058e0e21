/*
 * runs.c
 *		Encoded sets that wait in a builder to be merged.
 */
#include "core/runs.h"

#include <string.h>

#include "core/host.h"

void
inf_runs_add(InfRuns *runs, const uint8_t *bytes, size_t size)
{
	InfBuffer *run;

	if (runs->count == runs->capacity)
	{
		runs->capacity = runs->capacity == 0 ? 4 : runs->capacity * 2;
		runs->items = inf_realloc(runs->items, inf_array_size(runs->capacity, sizeof(InfBuffer)));
	}
	run = &runs->items[runs->count++];
	run->data = inf_alloc(size);
	run->size = run->capacity = size;
	memcpy(run->data, bytes, size);
}

void
inf_runs_free(InfRuns *runs)
{
	for (size_t i = 0; i < runs->count; i++)
		inf_buffer_free(&runs->items[i]);
	inf_free(runs->items);
	memset(runs, 0, sizeof(*runs));
}

size_t
inf_runs_memory(const InfRuns *runs)
{
	size_t memory = runs->capacity * sizeof(InfBuffer);

	for (size_t i = 0; i < runs->count; i++)
		memory += runs->items[i].capacity;
	return memory;
}

/* Moves the smallest set to the end of the list. */
static void
smallest_last(InfBuffer *sets, bool *owned, size_t n)
{
	size_t smallest = n - 1;
	InfBuffer set;
	bool own;

	for (size_t i = 0; i < n; i++)
	{
		if (sets[i].size < sets[smallest].size)
			smallest = i;
	}
	set = sets[smallest];
	own = owned[smallest];
	sets[smallest] = sets[n - 1];
	owned[smallest] = owned[n - 1];
	sets[n - 1] = set;
	owned[n - 1] = own;
}

const char *
inf_runs_merge(const InfRuns *runs, InfBuffer *last, size_t prefix, InfMerge merge, InfBuffer *out)
{
	size_t n = runs->count + (last != NULL ? 1 : 0);
	InfBuffer *sets = INF_ALLOC_ARRAY(InfBuffer, n);
	bool *owned = INF_ALLOC_ARRAY(bool, n);
	const char *problem = NULL;

	for (size_t i = 0; i < runs->count; i++)
	{
		sets[i] = runs->items[i];
		owned[i] = false;
	}
	if (last != NULL)
	{
		sets[n - 1] = *last;
		owned[n - 1] = false;
	}
	memset(out, 0, sizeof(*out));
	if (n == 1)
	{
		memset(inf_buffer_reserve(out, prefix), 0, prefix);
		out->size = prefix;
		inf_write_bytes(out, sets[0].data, sets[0].size);
	}
	while (n > 1 && problem == NULL)
	{
		InfBuffer both = {NULL, 0, 0};

		smallest_last(sets, owned, n);
		smallest_last(sets, owned, n - 1);
		/* the last merge makes the result */
		problem = merge(&sets[n - 2], &sets[n - 1], n == 2 ? prefix : 0, &both);
		for (size_t i = n - 2; i < n; i++)
		{
			if (owned[i])
				inf_buffer_free(&sets[i]);
		}
		if (n == 2)
			*out = both;
		sets[n - 2] = both;
		owned[n - 2] = true;
		n--;
	}
	inf_free(sets);
	inf_free(owned);
	return problem;
}
