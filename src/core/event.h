/*
 * event.h
 *		Touches and purchases as sorted events: blocks of them in stored values.
 *
 * An event has a customer's key, an instant and something more. Events are stored in the order of
 * (key, instant, the rest), INF_BLOCK_EVENTS to a block and the rest in the last, so that the same
 * events always have the same bytes. A block has the keys of its customers, how many events each
 * has in it, and the instants; columns of what is more follow. A customer may go on in the next
 * block.
 */
#ifndef INF_EVENT_H
#define INF_EVENT_H

#include <string.h>

#include "core/buffer.h"

#define INF_BLOCK_EVENTS 2048

/* Room for the events of a block, one after which is written to. */
#define INF_EVENT_ROOM (INF_BLOCK_EVENTS + 1)

/* One event while it is sorted. */
typedef struct InfEvent
{
	uint64_t key;
	int64_t at;
	uint64_t value;
} InfEvent;

/*
 * Sorts by (key, at, value), in place or into "other", which has room for as many: returns where
 * they are. The keys have their first "prefix_bits" bits in common.
 */
extern InfEvent *inf_sort_events(InfEvent *events, InfEvent *other, size_t n, int prefix_bits);

/* The part that all blocks have. */
typedef struct InfEventBlock
{
	size_t nevents;
	size_t ncustomers;
	uint64_t keys[INF_BLOCK_EVENTS];
	uint32_t counts[INF_BLOCK_EVENTS];
	int64_t at[INF_BLOCK_EVENTS];
} InfEventBlock;

/* Adds n events of one customer to the block, which must have room for them. */
static inline void
inf_block_add(InfEventBlock *block, uint64_t key, const int64_t *at, size_t n)
{
	if (block->ncustomers == 0 || block->keys[block->ncustomers - 1] != key)
	{
		block->keys[block->ncustomers] = key;
		block->counts[block->ncustomers] = 0;
		block->ncustomers++;
	}
	block->counts[block->ncustomers - 1] += (uint32_t) n;
	memcpy(block->at + block->nevents, at, n * sizeof(int64_t));
	block->nevents += n;
}

/* Adds events in order, n > 0, as far as there is room; returns how many. */
extern size_t inf_block_add_events(InfEventBlock *block, const InfEvent *events, size_t n);

/* The block's events, but for their values; there must be room for INF_EVENT_ROOM. */
extern void inf_events_of_block(const InfEventBlock *block, InfEvent *events);

extern void inf_write_block(InfBuffer *buffer, const InfEventBlock *block);

/* Of all blocks that were counted. */
typedef struct InfEventTotals
{
	uint64_t nevents;
	uint64_t ncustomers;
	int64_t first_at; /* 0 if there are no events */
	int64_t last_at;
	uint64_t last_key; /* of the last block */
} InfEventTotals;

/* Adds the next block, which is not empty. */
extern void inf_count_block(InfEventTotals *totals, const InfEventBlock *block);

/* Where the block before ended, for the order between blocks. */
typedef struct InfBlockEnd
{
	bool any; /* is there one before? */
	uint64_t key;
	int64_t at;
} InfBlockEnd;

/*
 * Reads a block of nevents. Marks the cursor bad if keys or instants are out of order, within the
 * block or after "before" (which is brought up to date), or if an instant is out of range.
 */
extern void inf_read_block(InfCursor *cursor, InfEventBlock *block, size_t nevents,
                           InfBlockEnd *before);

#endif
