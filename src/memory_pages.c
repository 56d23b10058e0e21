/*
 * memory_pages.c
 *		Memory whose pages the system is told of.
 */
#include "postgres.h"

#include <sys/mman.h>
#include <unistd.h>

#include "utils/memutils.h"

#include "memory_pages.h"

void *
inf_memory_to_write(MemoryContext context, Size bytes)
{
	char *p = MemoryContextAllocHuge(context, bytes);

#ifdef MADV_POPULATE_WRITE
	uintptr_t page = (uintptr_t) sysconf(_SC_PAGESIZE);
	uintptr_t first = TYPEALIGN(page, (uintptr_t) p);
	uintptr_t end = TYPEALIGN_DOWN(page, (uintptr_t) p + bytes);

	if (first < end)
		(void) madvise((void *) first, end - first, MADV_POPULATE_WRITE);
#endif
	return p;
}

void *
inf_memory_in_large_pages(MemoryContext context, Size bytes)
{
	char *p = MemoryContextAllocHuge(context, bytes + INF_LARGE_PAGE);

	p = (char *) TYPEALIGN(INF_LARGE_PAGE, (uintptr_t) p);
#ifdef MADV_HUGEPAGE
	(void) madvise(p, TYPEALIGN_DOWN(INF_LARGE_PAGE, bytes), MADV_HUGEPAGE);
#endif
	return p;
}
