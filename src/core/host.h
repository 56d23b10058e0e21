/*
 * host.h
 *		What the core asks of the program it is linked into.
 *
 * The core is plain C11 and knows no server. Whoever links it supplies these functions:
 * src/host.c for the server, test/unit/host.c for the unit-test and fuzz programs.
 */
#ifndef INF_HOST_H
#define INF_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Never returns NULL: when memory is short, the host does not return at all. */
extern void *inf_alloc(size_t size);

/* The same, where all of it will be written soon: the host may get it from the system at once. */
extern void *inf_alloc_to_write(size_t size);
extern void *inf_realloc(void *ptr, size_t size);
extern void inf_free(void *ptr);

/*
 * Called at least every few thousand steps of a long loop. The host may leave by a long jump (a
 * cancelled query), so the core keeps nothing that only its caller could release.
 */
extern void inf_poll(void);

/* count * size for an allocation; does not return if the product does not fit. */
extern size_t inf_array_size(size_t count, size_t size);

/* What other code sees to, said to compilers and analysers. The sanitizers check it. */
#define INF_GUARANTEED(condition) ((condition) ? (void) 0 : __builtin_unreachable())

#define INF_ALLOC_ARRAY(type, count) ((type *) inf_alloc(inf_array_size((count), sizeof(type))))

#endif
