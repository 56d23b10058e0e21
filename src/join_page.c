/*
 * join_page.c
 *		Reading keys and instant of a page's rows in place.
 */
#include "postgres.h"

#include "access/tupmacs.h"
#include "utils/date.h"
#include "utils/memutils.h"

#include "compat.h"
#include "join_page.h"
#include "join_table.h"

/* The attribute that a column of the shape is, or a key that is a word; 0 if it is neither. */
static int
attno_of_column(const JoinPage *page, const RowColumn *column)
{
	const PageKey *key;

	if (!column->by_value)
		return 0;
	if (column->source >= 0)
		return column->source;
	key = &page->keys[-1 - column->source];
	return key->key->kind == KEY_WORD ? key->attno : 0;
}

/* The offsets of all columns of the shape, if each of them is a word that is always in one place. */
static int *
fixed_offsets(const JoinPage *page, MemoryContext context, const RowShape *shape, TupleDesc desc)
{
	int *offsets = MemoryContextAlloc(context, Max(shape->ncolumns, 1) * sizeof(int));

	for (int i = 0; i < shape->ncolumns; i++)
	{
		int attno = attno_of_column(page, &shape->columns[i]);

		offsets[i] = attno > 0 ? inf_fixed_offset(desc, attno) : -1;
		if (offsets[i] < 0)
		{
			pfree(offsets);
			return NULL;
		}
	}
	return offsets;
}

/* Keys as columns of the table. */
static void
set_keys(JoinPage *page, const PageColumns *columns, TupleDesc desc, int *attnos)
{
	page->nkeys = columns->known->nkeys;
	page->is_word = columns->known->is_word;
	for (int i = 0; i < page->nkeys; i++)
	{
		PageKey *key = &page->keys[i];

		*key = columns->keys[i];
		key->by_value = TupleDescAttr(desc, key->attno - 1)->attbyval;
		attnos[i] = key->attno;
	}
}

JoinPage *
inf_page_begin(ScanState *plan, const PageColumns *columns, bool filters)
{
	MemoryContext context = plan->ps.state->es_query_cxt;
	TupleDesc desc = plan->ss_ScanTupleSlot->tts_tupleDescriptor;
	int attnos[INF_MOST_ROW_COLUMNS];
	PageScan pages;
	JoinPage *page;

	if (columns->at_attno <= 0 || !inf_page_scan_begin(&pages, plan))
		return NULL;
	page = MemoryContextAlloc(context, sizeof(JoinPage));
	page->pages = pages;
	if (filters)
		inf_page_scan_filter(&page->pages, page->filtered);
	page->is_date = columns->is_date;
	page->natts = columns->natts;
	set_keys(page, columns, desc, attnos);
	page->hashing = columns->known->calls_functions
	                    ? AllocSetContextCreate(context, "AttributionJoin hashes of a page",
	                                            ALLOCSET_SMALL_SIZES)
	                    : NULL;
	attnos[page->nkeys] = columns->at_attno;
	inf_row_columns_init(&page->places, context, desc, attnos, page->nkeys + 1);
	page->column_offsets = fixed_offsets(page, context, columns->shape, desc);
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
	if (page->hashing != NULL)
		MemoryContextDelete(page->hashing);
	pfree(page->places.steps);
	pfree(page);
}

static inline void
set_row(PageRow *row, uint64 key, const char *at, bool is_date)
{
	row->is_read = row->may_match = true;
	row->key = key;
	row->hash = inf_join_hash(key);
	row->instant = is_date ? *(const DateADT *) at : *(const int64 *) at;
}

/* What is made of one key that is there; false if the value is packed, or elsewhere. */
static inline bool
read_key(const PageKey *key, const char *at, uint64 *hash)
{
	Datum value;

	if (key->key->kind == KEY_WORD)
		value = (Datum) inf_read_word(at, key->length);
	else if (key->length == -1)
	{
		struct varlena *bytes = inf_varlena_at(at);

		if (VARATT_IS_COMPRESSED(bytes) || VARATT_IS_EXTERNAL(bytes))
			return false;
		value = PointerGetDatum(bytes);
	}
	else
		value = fetch_att(at, key->by_value, key->length);
	*hash = inf_key_hash(key->key, key->hash, value);
	return true;
}

/*
 * A row whose keys or instant are not where they are in others, or which has several keys, or one that
 * is no word. Without one of them it matches nothing: an instant that is infinite says the same. A row
 * that is older than these columns, or has a key that is not there as it is, is left to be taken apart.
 */
static inline void
read_row(JoinPage *page, HeapTupleHeader header, PageRow *row)
{
	const char *found[INF_ROOM_OF_FOUND];
	uint64 combined = 0;
	uint64 hash;

	row->key = row->hash = 0;
	row->instant = page->is_date ? DATEVAL_NOBEGIN : DT_NOBEGIN;
	row->is_read = HeapTupleHeaderGetNatts(header) >= page->places.natts;
	if (!row->is_read)
		goto unread;
	if (row->has_columns)
		inf_find_all_columns(&page->places, header, found);
	else
		inf_find_columns(&page->places, header, found);
	row->may_match = false;
	for (int i = 0; i <= page->nkeys; i++)
	{
		if (found[i] == NULL)
		{
			page->nunmatchable++;
			return;
		}
	}
	for (int i = 0; i < page->nkeys; i++)
	{
		if (!read_key(&page->keys[i], found[i], &hash))
			goto unread;
		combined = inf_key_combine(combined, hash);
	}
	set_row(row, combined, found[page->nkeys], page->is_date);
	return;
unread:
	row->is_read = false;
	row->may_match = true;
	page->nunread++;
}

/* Reads the rows of a page, and meanwhile asks for the memory of the one that comes next. */
static void
read_rows(JoinPage *page)
{
	MemoryContext old = CurrentMemoryContext;

	if (page->hashing != NULL)
	{
		MemoryContextReset(page->hashing);
		MemoryContextSwitchTo(page->hashing);
	}
	for (int i = 0; i < page->pages.nrows; i++)
	{
		PageRow *row = &page->rows[i];
		HeapTupleHeader header = inf_page_row(page->pages.data, page->pages.items[i]);

		INF_PAGE_SCAN_ASK(&page->pages, i);
		page->handed[i] = (uint16) i;
		row->item = page->pages.items[i];
		row->has_columns = inf_row_has_columns(header, page->natts);
		read_row(page, header, row);
	}
	INF_PAGE_SCAN_ASK_REST(&page->pages);
	MemoryContextSwitchTo(old);
}

/* The same where there is one key, which is a word: most rows have it where all others have it. */
static void
read_rows_by_word(JoinPage *page)
{
	/* known not to change while rows are written */
	PageScan pages = page->pages;
	int natts = page->natts;
	int key_length = page->keys[0].length;
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
			read_row(page, header, row);
			continue;
		}
		set_row(row, (uint64) inf_read_word(values + key_offset, key_length), values + at_offset,
		        is_date);
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
	if (page->is_word)
		read_rows_by_word(page);
	else
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
