/*
 * event_reader.h
 *		Reading blocks of events customer by customer.
 *
 * What touches and purchases have in common: the blocks, the order, and customers that go on from
 * one block to the next. What each event has beside key and instant are columns, which the set's
 * own reader reads.
 */
#ifndef INF_EVENT_READER_H
#define INF_EVENT_READER_H

#include "core/event.h"

#define INF_MAX_COLUMNS 3

/* All events of one customer, in order. Columns that the set does not have are NULL. */
typedef struct InfCustomerEvents
{
	uint64_t key;
	size_t n;
	int64_t *at;
	void *column[INF_MAX_COLUMNS];
} InfCustomerEvents;

typedef struct InfEventReader
{
	const char *problem; /* what is wrong with the set: no more is read */

	/* private */
	InfCursor cursor;
	uint64_t nevents;
	uint64_t ncustomers;
	uint64_t events_read; /* in the blocks read so far */
	uint64_t customers_read;
	size_t next_customer;    /* in the block */
	size_t ncustomers_ready; /* in the block, 0 if there is none or a problem */
	size_t next_event;
	InfBlockEnd end;
	InfEventBlock *block;
	size_t column_size[INF_MAX_COLUMNS]; /* of an element; 0: no such column */
	void *column[INF_MAX_COLUMNS];       /* of the block */
	InfCustomerEvents gathered;          /* a customer of several blocks */
	size_t gathered_capacity;
	void (*read_columns)(struct InfEventReader *reader, size_t n);
	uint64_t limit; /* for read_columns: the largest code */
} InfEventReader;

/*
 * Starts reading. The cursor stands at the first block and ends behind the last. read_columns
 * reads the n elements of each column into reader->column, and marks the cursor bad if need be.
 */
extern void inf_event_reader_open(InfEventReader *reader, InfCursor cursor, uint64_t nevents,
                                  uint64_t ncustomers, const size_t *column_sizes,
                                  void (*read_columns)(InfEventReader *reader, size_t n));

/* The next customer; false at the end or if there is a problem. Valid until the next call. */
extern bool inf_event_reader_next(InfEventReader *reader, InfCustomerEvents *events);

/*
 * A customer of whom the block at hand is known to have all: steps over the next one, and returns
 * where its events begin; the block has key and count. False: inf_event_reader_next is to be asked.
 * Nearly all customers are like that, and this is what readers put into their own loops.
 */
static inline bool
inf_event_reader_step(InfEventReader *reader, size_t *customer, size_t *first)
{
	*customer = reader->next_customer;
	*first = reader->next_event;
	if (*customer + 1 >= reader->ncustomers_ready) /* the last one may go on in the next block */
		return false;
	reader->next_customer++;
	reader->next_event += reader->block->counts[*customer];
	return true;
}

/*
 * The next block, instead of customer by customer: how many events the reader's block and columns
 * have; 0 at the end or if there is a problem.
 */
extern size_t inf_event_reader_next_block(InfEventReader *reader);

extern void inf_event_reader_close(InfEventReader *reader);

#endif
