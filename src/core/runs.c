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
