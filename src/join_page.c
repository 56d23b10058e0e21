/*
 * join_page.c
 *		Reading key and instant of a page's rows in place.
 */
#include "postgres.h"

#include "access/tupmacs.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/bufmgr.h"
#include "utils/date.h"
#include "utils/rel.h"

#include "compat.h"
#include "core/cache_line.h"
#include "join_page.h"
#include "join_table.h"

/* Rows of a page for which memory is asked ahead: pages are short for the processor to guess. */
#define READ_AHEAD 16

/* Lines of memory of a page. */
#define PAGE_LINES (BLCKSZ / INF_CACHE_LINE)

/* Pages at most without a look for one that is in memory. */
#define MOST_PASSED 1023

/* Where a column is in each row without NULLs; -1 if that depends on the row. */
static int
fixed_offset(TupleDesc desc, int attno)
{
	int offset = 0;

	for (int i = 0; i < attno; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i);

		if (column->attlen < 0)
			return -1;
		offset = att_align_nominal(offset, column->attalign);
		if (i < attno - 1)
			offset += column->attlen;
	}
	return attno > 0 ? offset : -1;
}

/* The offsets of all columns of the shape, if each of them is a word that is always in one place. */
static int *
fixed_offsets(MemoryContext context, const RowShape *shape, TupleDesc desc)
{
	int *offsets = MemoryContextAlloc(context, Max(shape->ncolumns, 1) * sizeof(int));

	for (int i = 0; i < shape->ncolumns; i++)
	{
		const RowColumn *column = &shape->columns[i];

		offsets[i] =
		    column->by_value && column->source > 0 ? fixed_offset(desc, column->source) : -1;
		if (offsets[i] < 0)
		{
			pfree(offsets);
			return NULL;
		}
	}
	return offsets;
}

JoinPage *
inf_page_begin(MemoryContext context, TableScanDesc scan, TupleTableSlot *slot, int key_attno,
               int key_length, int at_attno, bool is_date, int natts, const RowShape *shape)
{
	TupleDesc desc = slot->tts_tupleDescriptor;
	int key_offset = fixed_offset(desc, key_attno);
	int at_offset = fixed_offset(desc, at_attno);
	JoinPage *page;

	if (scan->rs_rd->rd_tableam != GetHeapamTableAmRoutine() || !TTS_IS_BUFFERTUPLE(slot) ||
	    (scan->rs_flags & SO_ALLOW_PAGEMODE) == 0 || key_offset < 0 || at_offset < 0)
		return NULL;
	page = MemoryContextAlloc(context, sizeof(JoinPage));
	page->scan = (HeapScanDesc) scan;
	page->slot = slot;
	page->is_date = is_date;
	page->natts = natts;
	page->key_natts = Max(key_attno, at_attno);
	page->key_attno = key_attno;
	page->at_attno = at_attno;
	page->key_length = key_length;
	page->key_offset = key_offset;
	page->at_offset = at_offset;
	page->column_offsets = fixed_offsets(context, shape, desc);
	page->asked = InvalidBlockNumber;
	page->to_pass = page->passed = 0;
	page->nrows = page->nunread = page->nunmatchable = 0;
	page->nhanded = page->next = 0;
	return page;
}

void
inf_page_end(JoinPage *page)
{
	ExecClearTuple(page->slot);
	if (page->column_offsets != NULL)
		pfree(page->column_offsets);
	pfree(page);
}

/* As a Datum of that length would be read. */
static inline uint64
read_key(const char *at, int length)
{
	switch (length)
	{
		case 1:
			return (uint64) (int64) *at;
		case 2:
			return (uint64) (int64) * (const int16 *) at;
		case 4:
			return (uint64) (int64) * (const int32 *) at;
		default:
			return *(const uint64 *) at;
	}
}

static inline HeapTupleHeader
item_of(Page data, OffsetNumber item)
{
	return (HeapTupleHeader) PageGetItem(data, PageGetItemId(data, item));
}

/*
 * The page that probably comes next, or NULL: another scan may be given it, or it may become another
 * page at any time, for it is not pinned. So nobody may read it, but its memory can be asked for.
 */
static const char *
page_ahead(JoinPage *page)
{
	HeapScanDesc scan = page->scan;
	BlockNumber next = scan->rs_cblock + 1;
	PrefetchBufferResult found;

	page->asked = InvalidBlockNumber;
	if (page->to_pass > 0)
	{
		page->to_pass--;
		return NULL;
	}
	if (next >= scan->rs_nblocks)
		return NULL;
	found = PrefetchBuffer(scan->rs_base.rs_rd, MAIN_FORKNUM, next);
	if (!BufferIsValid(found.recent_buffer))
	{
		/* the system reads ahead for the scan better than page by page */
		page->to_pass = page->passed = Min(2 * page->passed + 1, MOST_PASSED);
		return NULL;
	}
	page->passed = 0;
	page->asked = next;
	return BufferGetPage(found.recent_buffer);
}

/* Are the row's first columns where they are in rows without NULLs? */
static inline bool
has_columns(HeapTupleHeader header, int natts)
{
	if (HeapTupleHeaderGetNatts(header) < natts)
		return false;
	if (likely((header->t_infomask & HEAP_HASNULL) == 0))
		return true;
	for (int i = 0; i < natts; i++)
	{
		if (att_isnull(i, header->t_bits))
			return false;
	}
	return true;
}

static inline void
read_columns(PageRow *row, const char *key, int key_length, const char *at, bool is_date)
{
	row->is_read = row->may_match = true;
	row->key = read_key(key, key_length);
	row->hash = inf_join_hash(row->key);
	row->instant = is_date ? *(const DateADT *) at : *(const int64 *) at;
}

/* The row's NULLs take no room: key and instant come so much earlier. */
static void
read_shifted_columns(const JoinPage *page, HeapTupleHeader header, PageRow *row)
{
	const char *values = (const char *) header + header->t_hoff;
	const char *key = values;
	const char *at = values;
	int offset = 0;

	for (int i = 0; i < page->key_natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(page->slot->tts_tupleDescriptor, i);

		if (att_isnull(i, header->t_bits))
			continue;
		offset = att_align_nominal(offset, column->attalign);
		if (i == page->key_attno - 1)
			key = values + offset;
		if (i == page->at_attno - 1)
			at = values + offset;
		offset += column->attlen;
	}
	read_columns(row, key, page->key_length, at, page->is_date);
}

/*
 * A row whose key or instant is not where it is in rows without NULLs. Without one of them it matches
 * nothing: an instant that is infinite says the same. A row that is older than these columns is left
 * to be taken apart.
 */
static void
read_odd_row(JoinPage *page, HeapTupleHeader header, PageRow *row)
{
	row->key = row->hash = 0;
	row->instant = page->is_date ? DATEVAL_NOBEGIN : DT_NOBEGIN;
	row->is_read = HeapTupleHeaderGetNatts(header) >= page->key_natts;
	row->may_match = !row->is_read;
	if (!row->is_read)
		page->nunread++;
	else if (att_isnull(page->key_attno - 1, header->t_bits) ||
	         att_isnull(page->at_attno - 1, header->t_bits))
		page->nunmatchable++;
	else
		read_shifted_columns(page, header, row);
}

/*
 * For so many lines of the next page one asks if this one has that many rows. Most lines of a page
 * with few and long rows are not read: what tells where the rows are comes first.
 */
static inline int
lines_ahead(int nrows)
{
	return nrows >= PAGE_LINES / 2 ? PAGE_LINES : nrows;
}

/* Not into the first cache: there the rows that are read now take the room. */
static inline void
ask_for_line(const char *page, int number)
{
	__builtin_prefetch(page + number * INF_CACHE_LINE, 0, 2);
}

/* Reads the rows of a page, and meanwhile asks for the memory of the one that comes next. */
static void
read_rows(JoinPage *page, Page data, const OffsetNumber *items, const char *ahead, bool was_asked)
{
	int nrows = page->nrows;
	int natts = page->natts;
	int key_length = page->key_length;
	int key_offset = page->key_offset;
	int at_offset = page->at_offset;
	bool is_date = page->is_date;
	int nlines = ahead == NULL ? 0 : lines_ahead(nrows);
	PageRow *row = page->rows;

	for (int i = 0; i < nrows; i++, row++)
	{
		HeapTupleHeader header = item_of(data, items[i]);
		const char *values = (const char *) header + header->t_hoff;

		if (!was_asked && i + READ_AHEAD < nrows)
			__builtin_prefetch(item_of(data, items[i + READ_AHEAD]));
		if (i < nlines)
			ask_for_line(ahead, i);
		page->handed[i] = (uint16) i;
		row->item = items[i];
		row->has_columns = has_columns(header, natts);
		if (unlikely(!row->has_columns) && !has_columns(header, page->key_natts))
		{
			read_odd_row(page, header, row);
			continue;
		}
		read_columns(row, values + key_offset, key_length, values + at_offset, is_date);
	}
	for (int i = nrows; i < nlines; i++)
		ask_for_line(ahead, i);
}

bool
inf_page_load(JoinPage *page)
{
	HeapScanDesc scan = page->scan;
	int first;
	bool was_asked;

	CHECK_FOR_INTERRUPTS();
	/* nothing is to hold on to a page that the scan leaves */
	if (!TTS_EMPTY(page->slot))
		ExecClearTuple(page->slot);
	page->nrows = page->nunread = page->nunmatchable = 0;
	page->nhanded = page->next = 0;
	if (heap_getnext((TableScanDesc) scan, ForwardScanDirection) == NULL)
		return false;
	/*
	 * The scan is at the first row that is left, and is told that it has given the last one. What
	 * counts rows that an index gave counts those of a table; there is none that counts several of these.
	 */
	first = (int) scan->rs_cindex;
	page->nrows = page->nhanded = (int) scan->rs_ntuples - first;
	scan->rs_cindex = scan->rs_ntuples - 1;
	pgstat_count_index_tuples(scan->rs_base.rs_rd, page->nrows - 1);
	was_asked = page->asked == scan->rs_cblock && lines_ahead(page->nrows) == PAGE_LINES;
	read_rows(page, BufferGetPage(scan->rs_cbuf), scan->rs_vistuples + first, page_ahead(page),
	          was_asked);
	return true;
}

void
inf_page_settle(JoinPage *page, const PageRow *row)
{
	HeapScanDesc scan = page->scan;
	Page data = BufferGetPage(scan->rs_cbuf);
	ItemId item = PageGetItemId(data, row->item);

	page->tuple.t_data = (HeapTupleHeader) PageGetItem(data, item);
	page->tuple.t_len = ItemIdGetLength(item);
	page->tuple.t_tableOid = RelationGetRelid(scan->rs_base.rs_rd);
	ItemPointerSet(&page->tuple.t_self, scan->rs_cblock, row->item);
	ExecStoreBufferHeapTuple(&page->tuple, page->slot, scan->rs_cbuf);
}

void
inf_page_fill(const JoinPage *page, const RowShape *shape, const PageRow *from, uint64 *row)
{
	HeapTupleHeader header = item_of(BufferGetPage(page->scan->rs_cbuf), from->item);
	const char *data = (const char *) header + header->t_hoff;

	for (int i = 0; i < shape->ncolumns; i++)
		row[shape->first + i] =
		    (uint64) fetch_att(data + page->column_offsets[i], true, shape->columns[i].length);
	if (shape->nulls)
		row[shape->nulls] = 0;
}
