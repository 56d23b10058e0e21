/*
 * cache_line.h
 *		Memory that starts where a cache line does.
 */
#ifndef INF_CACHE_LINE_H
#define INF_CACHE_LINE_H

#include "core/host.h"

/* Bytes of a cache line */
#define INF_CACHE_LINE 64

/* Memory for n cache lines, which inf_cache_lines() finds in it; freed by inf_free(). */
static inline void *
inf_alloc_cache_lines(size_t n)
{
	return inf_alloc(inf_array_size(n + 1, INF_CACHE_LINE));
}

static inline double *
inf_cache_lines(void *memory)
{
	char *start = memory;

	return (double *) (void *) (start + (INF_CACHE_LINE - (uintptr_t) start % INF_CACHE_LINE));
}

#endif
