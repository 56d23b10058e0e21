/*
 * page_at_hand.h
 *		A scan's next page, if it is in the buffer where it is expected.
 *
 * To find a page the server looks it up in a table of all pages in memory, and to find the rows that are
 * visible on it calls a function for each: together a fifth of what the join takes for a touch. The pages of
 * a table that was read in one go lie in buffers that follow each other, and one whose rows are visible to
 * all needs no look at any of them.
 */
#ifndef INF_PAGE_AT_HAND_H
#define INF_PAGE_AT_HAND_H

#include "access/heapam.h"

/* Can pages be taken for this scan? Up to 16; from 17 on, scans read ahead of themselves. */
extern bool inf_may_take_pages(HeapScanDesc scan);

/*
 * Takes a scan for which they can, and which is at the last row of its page, to the first row of the next one
 * as heap_getnext() does, which counts it; but that page may have no row. It is expected in that buffer, which
 * may be none. False where that is left to the scan.
 */
extern bool inf_take_page(HeapScanDesc scan, Buffer expected);

#endif
