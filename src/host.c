/*
 * host.c
 *		What the core asks of its host, answered by the server.
 *
 * The core's allocations go to the current memory context, so that an error or a cancelled query
 * releases them.
 */
#include "postgres.h"

#include <sys/mman.h>
#include <unistd.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "core/host.h"

void *
inf_alloc(size_t size)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, size);
}

/*
 * A page that is new to the process stops it when it is first written. The system brings in many at once
 * in much less time. That is advice: if it cannot be taken, pages come one by one.
 */
void *
inf_alloc_to_write(size_t size)
{
	char *p = inf_alloc(size);

#ifdef MADV_POPULATE_WRITE
	uintptr_t page = (uintptr_t) sysconf(_SC_PAGESIZE);
	uintptr_t first = TYPEALIGN(page, (uintptr_t) p);
	uintptr_t end = TYPEALIGN_DOWN(page, (uintptr_t) p + size);

	if (first < end)
		(void) madvise((void *) first, end - first, MADV_POPULATE_WRITE);
#endif
	return p;
}

void *
inf_realloc(void *ptr, size_t size)
{
	return ptr == NULL ? inf_alloc(size) : repalloc_huge(ptr, size);
}

void
inf_free(void *ptr)
{
	if (ptr != NULL)
		pfree(ptr);
}

void
inf_poll(void)
{
	CHECK_FOR_INTERRUPTS();
}

size_t
inf_array_size(size_t count, size_t size)
{
	if (size != 0 && count > MaxAllocHugeSize / size)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("array of %zu elements is too large", count)));
	return count * size;
}
