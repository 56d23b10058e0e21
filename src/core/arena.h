/*
 * arena.h
 *		Memory that is taken piece by piece, and given back all at once.
 *
 * It comes from the host in stretches that grow with what was taken before, so that little is left
 * over; the host is told that all of a stretch will be written soon.
 */
#ifndef INF_ARENA_H
#define INF_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct InfStretch;

typedef struct InfArena
{
	struct InfStretch *newest;
	uint8_t *next; /* of it, what is not taken yet */
	size_t left;
	size_t bytes; /* of all stretches */
} InfArena;

/* A piece is at most this long. Its size is a multiple of 8, to which it is aligned. */
#define INF_MOST_PIECE 32768

/* An arena that is all zeros is empty. */
extern void *inf_arena_take(InfArena *arena, size_t size);
extern void inf_arena_free(InfArena *arena);

#endif
