/*
 * memory_pages.h
 *		Memory whose pages the system is told of, so that it brings them in at less expense.
 *
 * A page that is new to a process stops it when it is first written; on a virtual machine that takes
 * some microseconds for each 4 kB. All this is advice: if it cannot be taken, pages come one by one.
 */
#ifndef INF_MEMORY_PAGES_H
#define INF_MEMORY_PAGES_H

/* Memory of the context that will be written soon, all of it: its pages come at once. */
extern void *inf_memory_to_write(MemoryContext context, Size bytes);

/*
 * Memory of the context that begins with a large page, and has large pages as far as it fills them. One more
 * is taken to find where the first begins, so it is for much memory, which is freed with the context alone.
 */
#define INF_LARGE_PAGE ((Size) 2 * 1024 * 1024)
extern void *inf_memory_in_large_pages(MemoryContext context, Size bytes);

#endif
