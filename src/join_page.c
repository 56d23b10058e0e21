/*
 * join_page.c
 *		Reading key and instant of a page's rows in place.
 */
#include "postgres.h"

#include "access/tupmacs.h"
#include "utils/date.h"

#include "compat.h"
#include "join_page.h"
#include "join_table.h"

/* The offsets of all columns of the shape, if each of them is a word that is always in one place. */
static int *
fixed_offsets(MemoryContext context, const RowShape *shape, TupleDesc desc)
{
	int *offsets = MemoryContextAlloc(context, Max(shape->ncolumns, 1) * sizeof(int));

	for (int i = 0; i < shape->ncolumns; i++)
	{
		const RowColumn *column = &shape->columns[i];

		offsets[i] =
		    column->by_value && column->source > 0 ? inf_fixed_offset(desc, column->source) : -1;
		if (offsets[i] < 0)
		{
			pfree(offsets);
			return NULL;
		}
	}
	return offsets;
}

JoinPage *
inf_page_begin(ScanState *plan, const PageColumns *columns, bool filters)
{
	MemoryContext context = plan->ps.state->es_query_cxt;
	TupleDesc desc = plan->ss_ScanTupleSlot->tts_tupleDescriptor;
	int attnos[] = {columns->key_attno, columns->at_attno};
	PageScan pages;
	JoinPage *page;

	if (columns->key_attno <= 0 || columns->at_attno <= 0 || !inf_page_scan_begin(&pages, plan))
		return NULL;
	page = MemoryContextAlloc(context, sizeof(JoinPage));
	page->pages = pages;
	if (filters)
		inf_page_scan_filter(&page->pages, page->filtered);
	page->is_date = columns->is_date;
	page->natts = columns->natts;
	page->key_length = columns->key_length;
	inf_row_columns_init(&page->places, context, desc, attnos, lengthof(attnos));
	page->column_offsets = fixed_offsets(context, columns->shape, desc);
	page->nrows = page->nunread = page->nunmatchable = 0;
	page->nhanded = page->next = 0;
	return page;
}

void
inf_page_end(JoinPage *page)
{
	ExecClearTuple(page->pages.slot);
	if (page->column_offsets != NULL)
		pfree(page->column_offsets);
	pfree(page->places.steps);
	pfree(page);
}

static inline void
read_columns(PageRow *row, const char *key, int key_length, const char *at, bool is_date)
{
	row->is_read = row->may_match = true;
	row->key = (uint64) inf_read_word(key, key_length);
	row->hash = inf_join_hash(row->key);
	row->instant = is_date ? *(const DateADT *) at : *(const int64 *) at;
}

/*
 * A row whose key or instant is not where it is in others. Without one of them it matches nothing: an
 * instant that is infinite says the same. A row that is older than these columns is left to be taken
 * apart.
 */
static void
read_odd_row(JoinPage *page, HeapTupleHeader header, PageRow *row)
{
	const char *found[2];

	row->key = row->hash = 0;
	row->instant = page->is_date ? DATEVAL_NOBEGIN : DT_NOBEGIN;
	row->is_read = HeapTupleHeaderGetNatts(header) >= page->places.natts;
	row->may_match = !row->is_read;
	if (!row->is_read)
	{
		page->nunread++;
		return;
	}
	inf_find_columns(&page->places, header, found);
	if (found[0] == NULL || found[1] == NULL)
		page->nunmatchable++;
	else
		read_columns(row, found[0], page->key_length, found[1], page->is_date);
}

/* Reads the rows of a page, and meanwhile asks for the memory of the one that comes next. */
static void
read_rows(JoinPage *page)
{
	/* known not to change while rows are written */
	PageScan pages = page->pages;
	int natts = page->natts;
	int key_length = page->key_length;
	int key_offset = page->places.offsets[0];
	int at_offset = page->places.offsets[1];
	bool are_fixed = page->places.are_fixed;
	bool is_date = page->is_date;
	PageRow *row = page->rows;

	for (int i = 0; i < pages.nrows; i++, row++)
	{
		HeapTupleHeader header = inf_page_row(pages.data, pages.items[i]);
		const char *values = (const char *) header + header->t_hoff;

		INF_PAGE_SCAN_ASK(&pages, i);
		page->handed[i] = (uint16) i;
		row->item = pages.items[i];
		row->has_columns = inf_row_has_columns(header, natts);
		if (!are_fixed ||
		    (unlikely(!row->has_columns) && !inf_row_has_columns(header, page->places.natts)))
		{
			read_odd_row(page, header, row);
			continue;
		}
		read_columns(row, values + key_offset, key_length, values + at_offset, is_date);
	}
	INF_PAGE_SCAN_ASK_REST(&pages);
}

bool
inf_page_load(JoinPage *page)
{
	page->nunread = page->nunmatchable = 0;
	page->next = 0;
	if (!inf_page_scan_next(&page->pages))
	{
		page->nrows = page->nhanded = 0;
		return false;
	}
	page->nrows = page->nhanded = page->pages.nrows;
	read_rows(page);
	return true;
}

void
inf_page_fill(const JoinPage *page, const RowShape *shape, const PageRow *from, uint64 *row)
{
	HeapTupleHeader header = inf_page_row(page->pages.data, from->item);
	const char *data = (const char *) header + header->t_hoff;

	for (int i = 0; i < shape->ncolumns; i++)
		row[shape->first + i] =
		    (uint64) fetch_att(data + page->column_offsets[i], true, shape->columns[i].length);
	if (shape->nulls)
		row[shape->nulls] = 0;
}
