/*
 * arena.c
 *		Memory that is taken piece by piece, and given back all at once.
 */
#include "core/arena.h"

#include <string.h>

#include "core/host.h"

typedef struct InfStretch
{
	struct InfStretch *older;
	uint8_t bytes[];
} InfStretch;

/* Sizes are powers of two, as hosts like them; what the newest has left is little beside all others. */
#define MIN_STRETCH (2 * (size_t) INF_MOST_PIECE)
#define MAX_STRETCH ((size_t) 1024 * 1024)
#define SHARE_OF_ALL 64

static void
add_stretch(InfArena *arena)
{
	size_t size = MIN_STRETCH;
	InfStretch *stretch;

	while (size < MAX_STRETCH && 2 * size <= arena->bytes / SHARE_OF_ALL)
		size *= 2;
	stretch = inf_alloc_to_write(size);
	stretch->older = arena->newest;
	arena->newest = stretch;
	arena->next = stretch->bytes;
	arena->left = size - sizeof(InfStretch);
	arena->bytes += size;
}

void *
inf_arena_take(InfArena *arena, size_t size)
{
	void *piece;

	if (arena->left < size)
		add_stretch(arena);
	piece = arena->next;
	arena->next += size;
	arena->left -= size;
	return piece;
}

void
inf_arena_free(InfArena *arena)
{
	while (arena->newest != NULL)
	{
		InfStretch *older = arena->newest->older;

		inf_free(arena->newest);
		arena->newest = older;
	}
	memset(arena, 0, sizeof(*arena));
}
