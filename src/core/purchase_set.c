/*
 * purchase_set.c
 *		Writing and reading the stored form of a set of purchases.
 */
#include "core/purchase_set.h"

#include <math.h>
#include <string.h>

#include "core/bits.h"
#include "core/column.h"
#include "core/host.h"
#include "core/instant.h"

#define COLUMN_REVENUE 0

static uint64_t
bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

const char *
inf_read_purchase_header(const uint8_t *bytes, size_t size, InfPurchaseHeader *header)
{
	uint64_t revenue;

	memset(header, 0, sizeof(*header));
	if (size < INF_PURCHASE_HEADER_SIZE + INF_BITS_SLACK)
		return "too short";
	if (bytes[0] != INF_FORMAT_VERSION)
		return "unknown version";
	if (bytes[1] != INF_KIND_PURCHASES)
		return "no set of purchases";
	if (bytes[2] > INF_FIRST_ORDER)
		return "unknown use of a touch";
	header->touch_use = bytes[2];
	header->time_type = bytes[3];
	header->customer_identity = bytes[4];
	if (bytes[5] != 0 || bytes[6] != 0 || bytes[7] != 0)
		return "unknown flags";
	if (header->time_type > 3 || header->customer_identity > INF_IDENTITY_UUID)
		return "unknown type of instant or customer";
	header->norders = inf_load64(bytes + 8);
	header->ncustomers = inf_load64(bytes + 16);
	header->nskipped = inf_load64(bytes + 24);
	header->first_at = (int64_t) inf_load64(bytes + 32);
	header->last_at = (int64_t) inf_load64(bytes + 40);
	header->lookback = (int64_t) inf_load64(bytes + 48);
	revenue = inf_load64(bytes + 56);
	memcpy(&header->revenue, &revenue, sizeof(revenue));
	if (header->lookback < 0)
		return "negative lookback window";
	if (!isfinite(header->revenue))
		return "revenue that is no number";
	/* a block of orders takes a byte at least: the number of orders is bounded by the size */
	if (header->norders / INF_BLOCK_EVENTS > size || header->ncustomers > header->norders ||
	    (header->ncustomers == 0) != (header->norders == 0) || header->nskipped > INT64_MAX)
		return "impossible counts";
	if (header->norders > 0 &&
	    (header->time_type == 0 || header->customer_identity == INF_IDENTITY_NONE))
		return "orders of no type";
	if (!inf_is_instant(header->first_at) || !inf_is_instant(header->last_at) ||
	    header->first_at > header->last_at)
		return "impossible instants";
	if (inf_load64(bytes + size - INF_BITS_SLACK) != 0)
		return "no end";
	return NULL;
}

void
inf_set_lookback(uint8_t *bytes, int64_t lookback, InfTouchUse touch_use)
{
	bytes[2] = (uint8_t) touch_use;
	inf_store64(bytes + 48, (uint64_t) lookback);
}

static void
read_columns(InfEventReader *reader, size_t n)
{
	const double *revenue = reader->column[COLUMN_REVENUE];

	inf_read_doubles(&reader->cursor, reader->column[COLUMN_REVENUE], n);
	for (size_t i = 0; i < n && !reader->cursor.bad; i++)
	{
		if (!inf_is_revenue(revenue[i]))
			reader->cursor.bad = true;
	}
}

void
inf_purchase_reader_open(InfPurchaseReader *reader, const uint8_t *bytes, size_t size)
{
	size_t sizes[INF_MAX_COLUMNS] = {sizeof(double), 0, 0};

	memset(reader, 0, sizeof(*reader));
	reader->problem = inf_read_purchase_header(bytes, size, &reader->header);
	if (reader->problem == NULL)
		inf_event_reader_open(
		    &reader->events,
		    (InfCursor){bytes + INF_PURCHASE_HEADER_SIZE, bytes + size - INF_BITS_SLACK, false},
		    reader->header.norders, reader->header.ncustomers, sizes, read_columns);
}

bool
inf_purchase_reader_next_gathered(InfPurchaseReader *reader, InfCustomerOrders *orders)
{
	InfCustomerEvents events;

	if (reader->problem != NULL)
		return false;
	if (!inf_event_reader_next(&reader->events, &events))
	{
		reader->problem = reader->events.problem;
		return false;
	}
	orders->key = events.key;
	orders->n = events.n;
	orders->at = events.at;
	orders->revenue = events.column[COLUMN_REVENUE];
	return true;
}

size_t
inf_purchase_reader_next_events(InfPurchaseReader *reader, InfEvent *events)
{
	size_t n = reader->problem == NULL ? inf_event_reader_next_block(&reader->events) : 0;
	const double *revenue = reader->events.column[COLUMN_REVENUE];

	if (n == 0)
	{
		if (reader->problem == NULL)
			reader->problem = reader->events.problem;
		return 0;
	}
	inf_events_of_block(reader->events.block, events);
	for (size_t i = 0; i < n; i++)
		events[i].value = inf_key_of_revenue(revenue[i]);
	return n;
}

void
inf_purchase_reader_close(InfPurchaseReader *reader)
{
	inf_event_reader_close(&reader->events);
	memset(reader, 0, sizeof(*reader));
}

void
inf_purchase_writer_open(InfPurchaseWriter *writer, size_t prefix, uint8_t time_type,
                         InfIdentity customer_identity, int64_t lookback, InfTouchUse touch_use)
{
	memset(writer, 0, sizeof(*writer));
	writer->prefix = prefix;
	writer->header.time_type = time_type;
	writer->header.customer_identity = customer_identity;
	writer->header.lookback = lookback;
	writer->header.touch_use = touch_use;
	memset(inf_buffer_reserve(&writer->buffer, prefix + INF_PURCHASE_HEADER_SIZE), 0,
	       prefix + INF_PURCHASE_HEADER_SIZE);
	writer->buffer.size = prefix + INF_PURCHASE_HEADER_SIZE;
	writer->block = inf_alloc(sizeof(InfEventBlock));
	writer->block->nevents = writer->block->ncustomers = 0;
	writer->revenue = INF_ALLOC_ARRAY(double, INF_BLOCK_EVENTS);
}

static void
write_block(InfPurchaseWriter *writer)
{
	InfEventBlock *block = writer->block;
	size_t n = block->nevents;
	InfSum sum = writer->sum;

	inf_poll();
	inf_count_block(&writer->totals, block);
	for (size_t i = 0; i < n; i++)
		inf_sum_add(&sum, writer->revenue[i]);
	writer->sum = sum;

	inf_write_block(&writer->buffer, block);
	inf_write_doubles(&writer->buffer, writer->revenue, n);
	block->nevents = block->ncustomers = 0;
}

void
inf_purchase_writer_add(InfPurchaseWriter *writer, const InfCustomerOrders *orders)
{
	InfEventBlock *block = writer->block;

	for (size_t done = 0; done < orders->n;)
	{
		size_t to = block->nevents;
		size_t left = orders->n - done;
		size_t some = INF_BLOCK_EVENTS - to < left ? INF_BLOCK_EVENTS - to : left;

		inf_block_add(block, orders->key, orders->at + done, some);
		memcpy(writer->revenue + to, orders->revenue + done, some * sizeof(double));
		done += some;
		if (block->nevents == INF_BLOCK_EVENTS)
			write_block(writer);
	}
}

void
inf_purchase_writer_add_events(InfPurchaseWriter *writer, const InfEvent *events, size_t n)
{
	InfEventBlock *block = writer->block;

	while (n > 0)
	{
		double *revenue = writer->revenue + block->nevents;
		size_t some = inf_block_add_events(block, events, n);

		for (size_t i = 0; i < some; i++)
			revenue[i] = inf_revenue_of_key(events[i].value);
		events += some;
		n -= some;
		if (block->nevents == INF_BLOCK_EVENTS)
			write_block(writer);
	}
}

void
inf_purchase_writer_close(InfPurchaseWriter *writer, uint64_t nskipped)
{
	InfPurchaseHeader *header = &writer->header;
	const InfEventTotals *totals = &writer->totals;
	uint8_t *start;

	if (writer->block->nevents > 0)
		write_block(writer);
	inf_write64(&writer->buffer, 0); /* INF_BITS_SLACK */
	header->revenue = inf_sum_value(&writer->sum) + 0.0;
	header->nskipped = nskipped;

	start = writer->buffer.data + writer->prefix;
	start[0] = INF_FORMAT_VERSION;
	start[1] = INF_KIND_PURCHASES;
	start[3] = header->time_type;
	start[4] = (uint8_t) header->customer_identity;
	inf_store64(start + 8, totals->nevents);
	inf_store64(start + 16, totals->ncustomers);
	inf_store64(start + 24, header->nskipped);
	inf_store64(start + 32, (uint64_t) totals->first_at);
	inf_store64(start + 40, (uint64_t) totals->last_at);
	inf_set_lookback(start, header->lookback, header->touch_use);
	inf_store64(start + 56, bits_of(header->revenue));

	inf_free(writer->block);
	inf_free(writer->revenue);
	writer->block = NULL;
	writer->revenue = NULL;
}
