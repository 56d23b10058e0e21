/*
 * join_page.h
 *		Rows of a table's pages, from which an attribution join reads key and instant in place.
 */
#ifndef INF_JOIN_PAGE_H
#define INF_JOIN_PAGE_H

#include "join_row.h"
#include "page_scan.h"
#include "row_columns.h"

typedef struct PageRow
{
	uint64 key;
	int64 instant;
	uint64 hash;       /* of the key */
	OffsetNumber item; /* of the page */
	bool is_read;      /* else it has to be taken apart: key, instant and hash are not known */
	bool has_columns;  /* none of them is NULL */
	bool may_match;    /* false if that was found out: no key, no instant, or the sieve tells */
} PageRow;

typedef struct JoinPage
{
	PageScan pages;
	bool is_date;
	int natts; /* that a row must have for all that is read of it */
	int key_length;
	RowColumns places;   /* of key and instant */
	int *column_offsets; /* of the shape's columns, all of which are words; or NULL */
	OffsetNumber filtered[MaxHeapTuplesPerPage];

	int nrows;
	int nunread;      /* rows that have to be taken apart */
	int nunmatchable; /* rows without a key or an instant */
	PageRow rows[MaxHeapTuplesPerPage];

	/* rows that are handed on, by number */
	int nhanded;
	int next;
	uint16 handed[MaxHeapTuplesPerPage];
} JoinPage;

/* What is read of a table's rows. The key is a word. */
typedef struct PageColumns
{
	int key_attno; /* 0 if it is no column of the table's own */
	int key_length;
	int at_attno; /* the same */
	bool is_date;
	int natts; /* that a row must have for all that is read of it */
	const RowShape *shape;
} PageColumns;

/*
 * For the plan of a scan that has given its first row; NULL if rows cannot be read in place. Either the
 * plan's filter is asked here, of all rows, or it is left to whoever reads them.
 */
extern JoinPage *inf_page_begin(ScanState *plan, const PageColumns *columns, bool filters);
extern void inf_page_end(JoinPage *page);

/* Reads what the scan has left of its page, or its next one. False at the end of the scan. */
extern bool inf_page_load(JoinPage *page);

/* Puts a row of the page into the slot of the scan. */
static inline void
inf_page_settle(JoinPage *page, const PageRow *row)
{
	inf_page_scan_settle(&page->pages, row->item);
}

/* Fills the columns of a row that was read in place. */
extern void inf_page_fill(const JoinPage *page, const RowShape *shape, const PageRow *from,
                          uint64 *row);

static inline const PageRow *
inf_page_next(JoinPage *page)
{
	while (page->next == page->nhanded)
	{
		if (!inf_page_load(page))
			return NULL;
	}
	return &page->rows[page->handed[page->next++]];
}

#endif
