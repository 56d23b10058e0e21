/*
 * host.c
 *		What the core asks of its host, answered by the server.
 *
 * The core's allocations go to the current memory context, so that an error or a cancelled query
 * releases them.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "core/host.h"
#include "memory_pages.h"

void *
inf_alloc(size_t size)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, size);
}

void *
inf_alloc_to_write(size_t size)
{
	return inf_memory_to_write(CurrentMemoryContext, size);
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
