/*
 * join_page.h
 *		Rows of a table's pages, from which an attribution join reads key and instant in place.
 *
 * A scan hands on one row after the other, through some five functions each. Of a page that it has
 * brought in, the visible rows are known, and they stay where they are as long as the scan stays on
 * the page: so key and instant of all of them are read at once.
 */
#ifndef INF_JOIN_PAGE_H
#define INF_JOIN_PAGE_H

#include "access/heapam.h"
#include "access/htup_details.h"
#include "executor/tuptable.h"

#include "join_row.h"

typedef struct PageRow
{
	uint64 key;
	int64 instant;
	uint64 hash;       /* of the key */
	OffsetNumber item; /* of the page */
	bool is_read;      /* else it has to be taken apart, and all but the item is 0 */
	bool has_columns;  /* these, too, are where they are in rows without NULLs */
	bool may_match;    /* false if that was found out: no key, no instant, or the sieve tells */
} PageRow;

typedef struct JoinPage
{
	HeapScanDesc scan;
	TupleTableSlot *slot; /* of the scan: empty, or with a row of the page */
	bool is_date;
	int natts;     /* that a row must have for all that is read of it */
	int key_natts; /* and for key and instant */
	int key_attno;
	int at_attno;
	int key_length;
	int key_offset;
	int at_offset;
	int *column_offsets; /* of the shape's columns, all of which are words; or NULL */
	HeapTupleData tuple; /* the row that is in the slot */

	BlockNumber asked; /* the page for which memory was asked ahead of time */
	int to_pass;       /* pages for which it is not, as others were not found in memory */
	int passed;        /* as many as there were last time */

	int nrows;
	int nunread;      /* rows that have to be taken apart */
	int nunmatchable; /* rows without a key or an instant */
	PageRow rows[MaxHeapTuplesPerPage];

	/* rows that are handed on, by number */
	int nhanded;
	int next;
	uint16 handed[MaxHeapTuplesPerPage];
} JoinPage;

/*
 * For a scan that has given its first row in the slot; NULL if rows cannot be read in place. The key
 * is a word.
 */
extern JoinPage *inf_page_begin(MemoryContext context, TableScanDesc scan, TupleTableSlot *slot,
                                int key_attno, int key_length, int at_attno, bool is_date,
                                int natts, const RowShape *shape);
extern void inf_page_end(JoinPage *page);

/* Reads what the scan has left of its page, or its next one. False at the end of the scan. */
extern bool inf_page_load(JoinPage *page);

/* Puts a row of the page into the slot of the scan. */
extern void inf_page_settle(JoinPage *page, const PageRow *row);

/* Fills the columns of a row that was read in place. */
extern void inf_page_fill(const JoinPage *page, const RowShape *shape, const PageRow *from,
                          uint64 *row);

static inline const PageRow *
inf_page_next(JoinPage *page)
{
	if (page->next == page->nhanded && !inf_page_load(page))
		return NULL;
	return &page->rows[page->handed[page->next++]];
}

#endif
