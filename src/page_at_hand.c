/*
 * page_at_hand.c
 *		A scan's next page, if it is in the buffer where it is expected.
 */
#include "postgres.h"

#include "access/relscan.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/buf_internals.h"
#include "storage/bufmgr.h"
#include "storage/predicate.h"
#include "utils/rel.h"

#include "compat.h"
#include "page_at_hand.h"

/*
 * Not of temporary tables, not where all buffers would be taken by a large table, and neither are rows known
 * to be visible on a standby by what their page says.
 */
bool
inf_may_take_pages(HeapScanDesc scan)
{
	return !SCANS_READ_AHEAD && scan->rs_strategy == NULL &&
	       (scan->rs_base.rs_parallel != NULL || scan->rs_startblock == 0) &&
	       scan->rs_numblocks == InvalidBlockNumber && scan->rs_base.rs_nkeys == 0 &&
	       !RelationUsesLocalBuffers(scan->rs_base.rs_rd) &&
	       !scan->rs_base.rs_snapshot->takenDuringRecovery;
}

/*
 * Pins the page if it is in that buffer. One that the server has not seen used so often that it stops
 * counting is left to it: what stays in memory is to be the same, however pages are found. So is one that
 * does not seem to be visible to all, which is looked at again when nobody else can change it.
 */
static bool
pin_page(Relation relation, BlockNumber block, Buffer buffer)
{
	uint32 state;

	if (buffer <= 0 || buffer > NBuffers)
		return false;
	state = pg_atomic_read_u32(&GetBufferDescriptor(buffer - 1)->state);
	return BUF_STATE_GET_USAGECOUNT(state) == BM_MAX_USAGE_COUNT &&
	       PageIsAllVisible(BufferGetPage(buffer)) &&
	       ReadRecentBuffer(RELATION_LOCATOR(relation), MAIN_FORKNUM, block, buffer);
}

/* The rows of a pinned page, if all of them are visible to all; their number, or -1. */
static int
list_rows(HeapScanDesc scan, Buffer buffer)
{
	Page page = BufferGetPage(buffer);
	int n = -1;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	TestForOldSnapshot(scan->rs_base.rs_snapshot, scan->rs_base.rs_rd, page);
	if (PageIsAllVisible(page))
	{
		/* there is room for no more, whatever a page that is damaged says */
		OffsetNumber last = Min(PageGetMaxOffsetNumber(page), MaxHeapTuplesPerPage);

		n = 0;
		for (OffsetNumber item = FirstOffsetNumber; item <= last; item++)
		{
			scan->rs_vistuples[n] = item;
			n += ItemIdIsNormal(PageGetItemId(page, item));
		}
	}
	LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
	return n;
}

/* Takes the scan to the page, if that is at hand. */
static bool
take(HeapScanDesc scan, BlockNumber block, Buffer expected)
{
	Relation relation = scan->rs_base.rs_rd;
	int n;

	if (!pin_page(relation, block, expected))
		return false;
	n = list_rows(scan, expected);
	if (n < 0)
	{
		ReleaseBuffer(expected);
		return false;
	}
	pgstat_count_buffer_read(relation);
	pgstat_count_buffer_hit(relation);
	COUNT_RECENT_BUFFER();
	ReleaseBuffer(scan->rs_cbuf);
	scan->rs_cbuf = expected;
	scan->rs_cblock = block;
	scan->rs_ntuples = n;
	return true;
}

bool
inf_take_page(HeapScanDesc scan, Buffer expected)
{
	Relation relation = scan->rs_base.rs_rd;
	ParallelBlockTableScanDesc shared = (ParallelBlockTableScanDesc) scan->rs_base.rs_parallel;
	BlockNumber block = scan->rs_cblock + 1;

	/* under serializable isolation each row that is read may be a conflict */
	if (!scan->rs_inited || !BufferIsValid(scan->rs_cbuf) ||
	    CheckForSerializableConflictOutNeeded(relation, scan->rs_base.rs_snapshot))
		return false;
	if (shared == NULL)
	{
		if (block >= scan->rs_nblocks || !take(scan, block, expected))
			return false;
	}
	else
	{
		BlockNumber given =
		    table_block_parallelscan_nextpage(relation, scan->rs_parallelworkerdata, shared);

		/* there is no page behind the last one for the scan, either */
		if (given == InvalidBlockNumber)
			return false;
		/* pages that others read lie in between */
		if (BufferIsValid(expected))
			expected += (Buffer) (given - block);
		if (!take(scan, given, expected))
			HEAP_GET_PAGE(scan, given);
	}
	scan->rs_cindex = 0;
	pgstat_count_heap_getnext(relation);
	return true;
}
