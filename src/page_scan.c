/*
 * page_scan.c
 *		The pages of a table's scan, one after the other, with the rows that are visible on each.
 */
#include "postgres.h"

#include "executor/instrument.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/bufmgr.h"
#include "utils/rel.h"

#include "compat.h"
#include "page_at_hand.h"
#include "page_scan.h"
#include "table_plan.h"

/* Pages at most without a look for one that is in memory. */
#define MOST_PASSED 1023

bool
inf_page_scan_begin(PageScan *pages, ScanState *plan)
{
	TableScanDesc scan = plan->ss_currentScanDesc;
	TupleTableSlot *slot = plan->ss_ScanTupleSlot;

	memset(pages, 0, sizeof(*pages));
	if (scan->rs_rd->rd_tableam != GetHeapamTableAmRoutine() || !TTS_IS_BUFFERTUPLE(slot) ||
	    (scan->rs_flags & SO_ALLOW_PAGEMODE) == 0)
		return false;
	pages->plan = &plan->ps;
	pages->scan = (HeapScanDesc) scan;
	pages->slot = slot;
	pages->may_take = inf_may_take_pages(pages->scan);
	pages->asked = InvalidBuffer;
	pages->first = PG_INT32_MIN;
	return true;
}

/* The buffer that the page after the present one is in, as far as can be told; or none. */
static Buffer
buffer_ahead(PageScan *pages)
{
	HeapScanDesc scan = pages->scan;
	BlockNumber next = scan->rs_cblock + 1;
	PrefetchBufferResult found;

	if (pages->is_in_order && scan->rs_cbuf < NBuffers)
		return scan->rs_cbuf + 1;
	if (pages->to_pass > 0)
	{
		pages->to_pass--;
		return InvalidBuffer;
	}
	if (next >= scan->rs_nblocks)
		return InvalidBuffer;
	found = PrefetchBuffer(scan->rs_base.rs_rd, MAIN_FORKNUM, next);
	/* if it is not there, the system reads ahead for the scan better than page by page */
	pages->passed =
	    BufferIsValid(found.recent_buffer) ? 0 : Min(2 * pages->passed + 1, MOST_PASSED);
	pages->to_pass = pages->passed;
	return found.recent_buffer;
}

/*
 * The page that probably comes next, or NULL: another scan may be given it, or it may become another
 * page at any time, for it is not pinned. So nobody may read it, but its memory can be asked for. To
 * look a page up takes as long as a few rows of it: where they lie in order that is left out.
 */
static const char *
page_ahead(PageScan *pages)
{
	HeapScanDesc scan = pages->scan;
	Buffer first = scan->rs_cbuf - (Buffer) scan->rs_cblock;

	pages->is_in_order = scan->rs_cbuf > 0 && pages->first == first;
	pages->first = first;
	pages->asked = buffer_ahead(pages);
	return BufferIsValid(pages->asked) ? BufferGetPage(pages->asked) : NULL;
}

static bool
load_page(PageScan *pages)
{
	HeapScanDesc scan = pages->scan;
	int first;
	bool is_done;
	bool was_asked;
	bool many;

	/* nothing is to hold on to a page that the scan leaves */
	if (!TTS_EMPTY(pages->slot))
		ExecClearTuple(pages->slot);
	pages->nrows = 0;
	is_done = (int) scan->rs_cindex + 1 >= (int) scan->rs_ntuples;
	if (!(pages->may_take && is_done && inf_take_page(scan, pages->asked)) &&
	    heap_getnext((TableScanDesc) scan, ForwardScanDirection) == NULL)
		return false;
	/*
	 * The scan is at the first row that is left, and is told that it has given the last one. What
	 * counts rows that an index gave counts those of a table; there is none that counts several of these.
	 */
	first = (int) scan->rs_cindex;
	pages->nrows = (int) scan->rs_ntuples - first;
	pages->items = scan->rs_vistuples + first;
	pages->data = BufferGetPage(scan->rs_cbuf);
	scan->rs_cindex = scan->rs_ntuples - 1;
	pgstat_count_index_tuples(scan->rs_base.rs_rd, pages->nrows - 1);
	was_asked = pages->asked == scan->rs_cbuf;
	pages->ahead = page_ahead(pages);
	/* in part only where rows are few */
	many = pages->nrows >= INF_PAGE_LINES / 2;
	pages->nlines = pages->ahead == NULL ? 0 : many ? INF_PAGE_LINES : pages->nrows;
	pages->was_asked = was_asked && many;
	return true;
}

void
inf_page_scan_settle(PageScan *pages, OffsetNumber item)
{
	HeapScanDesc scan = pages->scan;
	ItemId id = PageGetItemId(pages->data, item);

	pages->tuple.t_data = (HeapTupleHeader) PageGetItem(pages->data, id);
	pages->tuple.t_len = ItemIdGetLength(id);
	pages->tuple.t_tableOid = RelationGetRelid(scan->rs_base.rs_rd);
	ItemPointerSet(&pages->tuple.t_self, scan->rs_cblock, item);
	ExecStoreBufferHeapTuple(&pages->tuple, pages->slot, scan->rs_cbuf);
}

/* Leaves only the rows of the page that the plan's filter lets pass. */
static void
filter_page(PageScan *pages)
{
	int n = 0;

	for (int i = 0; i < pages->nrows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		INF_PAGE_SCAN_ASK(pages, i);
		inf_page_scan_settle(pages, pages->items[i]);
		if (inf_plan_filter(pages->plan, pages->slot))
			pages->filtered[n++] = pages->items[i];
	}
	INF_PAGE_SCAN_ASK_REST(pages);
	pages->nlines = 0;
	pages->was_asked = true;
	InstrCountFiltered1(pages->plan, pages->nrows - n);
	pages->items = pages->filtered;
	pages->nrows = n;
}

bool
inf_page_scan_next(PageScan *pages)
{
	Instrumentation *instrument = pages->plan->instrument;
	bool is_there;

	CHECK_FOR_INTERRUPTS();
	if (instrument != NULL)
		InstrStartNode(instrument);
	is_there = load_page(pages);
	if (is_there && pages->filtered != NULL)
		filter_page(pages);
	if (instrument != NULL)
		InstrStopNode(instrument, pages->nrows);
	return is_there;
}
