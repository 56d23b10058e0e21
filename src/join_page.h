/*
 * join_page.h
 *		Rows of a table's pages, from which an attribution join reads keys and instant in place.
 */
#ifndef INF_JOIN_PAGE_H
#define INF_JOIN_PAGE_H

#include "join_key.h"
#include "join_row.h"
#include "page_scan.h"
#include "row_columns.h"

typedef struct PageRow
{
	uint64 key; /* or the hash of several, or of one that is no word */
	int64 instant;
	uint64 hash;       /* of the key */
	OffsetNumber item; /* of the page */
	bool is_read;      /* else it has to be taken apart: key, instant and hash are not known */
	bool has_columns;  /* none of them is NULL */
	bool may_match;    /* false if that was found out: no key, no instant, or the sieve tells */
} PageRow;

/* A key that is a column of the table's own. */
typedef struct PageKey
{
	const JoinKey *key;
	FmgrInfo *hash;
	int attno;
	int length; /* attlen */
	bool by_value;
} PageKey;

#define INF_MOST_PAGE_KEYS (INF_MOST_ROW_COLUMNS - 1)

typedef struct JoinPage
{
	PageScan pages;
	bool is_date;
	int natts; /* that a row must have for all that is read of it */
	int nkeys;
	PageKey keys[INF_MOST_PAGE_KEYS];
	bool is_word;          /* there is one, and it is a word */
	MemoryContext hashing; /* what functions of keys take for a while; NULL: there are none */
	RowColumns places;     /* of the keys, and behind them the instant */
	int *column_offsets;   /* of the shape's columns, all of which are words; or NULL */
	OffsetNumber filtered[MaxHeapTuplesPerPage];

	int nrows;
	int nunread;      /* rows that have to be taken apart */
	int nunmatchable; /* rows without one of the keys, or without an instant */
	PageRow rows[MaxHeapTuplesPerPage];

	/* rows that are handed on, by number */
	int nhanded;
	int next;
	uint16 handed[MaxHeapTuplesPerPage];
} JoinPage;

/* What is read of a table's rows. */
typedef struct PageColumns
{
	const JoinKeys *known;
	const PageKey *keys; /* of these */
	int at_attno;        /* 0 if it is no column of the table's own */
	bool is_date;
	int natts; /* that a row must have for all that is read of it */
	const RowShape *shape;
} PageColumns;

/*
 * For the plan of a scan that has given its first row; NULL if rows cannot be read in place. Either the
 * plan's filter is asked here, of all rows, or it is left to whoever reads them; then functions that make
 * hashes of keys are called for rows, too, that it does not let pass.
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
