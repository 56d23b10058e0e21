/*
 * page_scan.h
 *		The pages of a table's scan, one after the other, with the rows that are visible on each.
 *
 * A scan hands on one row after the other, through some five functions each. Of a page that it has
 * brought in, the visible rows are known, and they stay where they are as long as the scan stays on
 * the page: so all of them can be read at once, in place.
 */
#ifndef INF_PAGE_SCAN_H
#define INF_PAGE_SCAN_H

#include "access/heapam.h"
#include "access/htup_details.h"
#include "nodes/execnodes.h"

#include "core/cache_line.h"

typedef struct PageScan
{
	PlanState *plan; /* that does nothing but scan */
	HeapScanDesc scan;
	TupleTableSlot *slot; /* of the scan: empty, or with a row of the page */
	HeapTupleData tuple;  /* the row that is in the slot */
	OffsetNumber
	    *filtered; /* room for rows that the plan's filter lets pass; NULL: it is not asked */
	bool may_take; /* can pages be taken for the scan? */

	/* the present page */
	int nrows;
	const OffsetNumber *items;
	Page data;
	const char *ahead; /* the page that probably comes next, or NULL */
	int nlines;        /* of that one to be asked for */
	bool was_asked;    /* was this one's memory asked for ahead of time? */

	Buffer
	    first; /* where the first page is if the table lies in order, as far as the last page tells */
	bool is_in_order; /* this one says the same: so the next one may be there, too */
	Buffer asked;     /* for whose memory was asked ahead of time */
	int to_pass;      /* pages for which it is not asked, as others were not found in memory */
	int passed;       /* as many as there were last time */
} PageScan;

/* For the plan of a scan that has given its first row (see inf_is_bare_scan); false if its pages cannot be had. */
extern bool inf_page_scan_begin(PageScan *pages, ScanState *plan);

/* From now on only rows are given that the plan's filter lets pass; there is room for those of a page. */
static inline void
inf_page_scan_filter(PageScan *pages, OffsetNumber *room)
{
	pages->filtered = room;
}

/*
 * What the scan has left of its page, or its next one; it may be no row at all. False at the end of the
 * scan. Who measures the plan is told of the page's rows all at once.
 */
extern bool inf_page_scan_next(PageScan *pages);

/* Puts a row of the page into the slot of the scan. */
extern void inf_page_scan_settle(PageScan *pages, OffsetNumber item);

static inline HeapTupleHeader
inf_page_row(Page data, OffsetNumber item)
{
	return (HeapTupleHeader) PageGetItem(data, PageGetItemId(data, item));
}

/* Rows of a page for which memory is asked ahead: pages are short for the processor to guess. */
#define INF_READ_AHEAD 16

/* Lines of memory of a page. */
#define INF_PAGE_LINES (BLCKSZ / INF_CACHE_LINE)

/*
 * Asks for memory while the row of that number is read: for rows further on in the page, and for the
 * next page, a line for each row. If this one has few and long rows, so does that one, as a rule, and
 * most of its lines are not read: what tells where the rows are comes first. Not into the first cache:
 * there the rows that are read now take the room.
 *
 * These are no functions: the compiler takes one that does nothing else for one that does nothing, and
 * leaves its calls out.
 */
#define INF_PAGE_SCAN_ASK(pages, row)                                                              \
	do                                                                                             \
	{                                                                                              \
		if (!(pages)->was_asked && (row) + INF_READ_AHEAD < (pages)->nrows)                        \
			__builtin_prefetch(                                                                    \
			    inf_page_row((pages)->data, (pages)->items[(row) + INF_READ_AHEAD]));              \
		if ((row) < (pages)->nlines)                                                               \
			__builtin_prefetch((pages)->ahead + (row) *INF_CACHE_LINE, 0, 2);                      \
	} while (0)

/* And the rest of the next page, behind the last row. No more is asked for then. */
#define INF_PAGE_SCAN_ASK_REST(pages)                                                              \
	do                                                                                             \
	{                                                                                              \
		for (int line = (pages)->nrows; line < (pages)->nlines; line++)                            \
			__builtin_prefetch((pages)->ahead + line * INF_CACHE_LINE, 0, 2);                      \
	} while (0)

#endif
