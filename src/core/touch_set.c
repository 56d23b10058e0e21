/*
 * touch_set.c
 *		Writing and reading the stored form of a set of touches.
 */
#include "core/touch_set.h"

#include <string.h>

#include "core/bits.h"
#include "core/column.h"
#include "core/host.h"
#include "core/instant.h"
#include "core/journey.h"

/* Columns beside key and instant. */
#define COLUMN_CODE 0
#define COLUMN_WEIGHT 1
#define COLUMN_PRIORITY 2

const char *
inf_read_touch_header(const uint8_t *bytes, size_t size, InfTouchHeader *header)
{
	memset(header, 0, sizeof(*header));
	if (size < INF_TOUCH_HEADER_SIZE + INF_BITS_SLACK)
		return "too short";
	if (bytes[0] != INF_FORMAT_VERSION)
		return "unknown version";
	if (bytes[1] != INF_KIND_TOUCHES)
		return "no set of touches";
	header->flags = bytes[2];
	header->time_type = bytes[3];
	header->customer_identity = bytes[4];
	header->influencer_identity = bytes[5];
	if ((header->flags & ~(INF_HAS_WEIGHTS | INF_HAS_PRIORITIES)) != 0 || bytes[6] != 0 ||
	    bytes[7] != 0)
		return "unknown flags";
	if (header->time_type > 3 || header->customer_identity > INF_IDENTITY_UUID ||
	    header->influencer_identity > INF_IDENTITY_UUID)
		return "unknown type of instant, customer or influencer";
	header->ntouches = inf_load64(bytes + 8);
	header->ncustomers = inf_load64(bytes + 16);
	header->nskipped = inf_load64(bytes + 24);
	header->first_at = (int64_t) inf_load64(bytes + 32);
	header->last_at = (int64_t) inf_load64(bytes + 40);
	header->names_size = inf_load64(bytes + 48);
	if (header->names_size > size - INF_TOUCH_HEADER_SIZE - INF_BITS_SLACK)
		return "names beyond the end";
	/* a block of touches takes a byte at least: the number of touches is bounded by the size */
	if (header->ntouches / INF_BLOCK_EVENTS > size || header->ncustomers > header->ntouches ||
	    (header->ncustomers == 0) != (header->ntouches == 0) || header->nskipped > INT64_MAX)
		return "impossible counts";
	if (header->ntouches > 0 &&
	    (header->time_type == 0 || header->customer_identity == INF_IDENTITY_NONE ||
	     header->influencer_identity == INF_IDENTITY_NONE))
		return "touches of no type";
	if (!inf_is_instant(header->first_at) || !inf_is_instant(header->last_at) ||
	    header->first_at > header->last_at)
		return "impossible instants";
	if (inf_load64(bytes + size - INF_BITS_SLACK) != 0)
		return "no end";
	return NULL;
}

static void
read_weights(InfCursor *cursor, double *weight, size_t n)
{
	inf_read_doubles(cursor, weight, n);
	for (size_t i = 0; i < n && !cursor->bad; i++)
	{
		if (!inf_is_weight(weight[i]))
			cursor->bad = true;
	}
}

static void
read_priorities(InfCursor *cursor, int32_t *priority, size_t n)
{
	int64_t wide[INF_BLOCK_EVENTS];

	inf_read_int64s(cursor, wide, n);
	for (size_t i = 0; i < n && !cursor->bad; i++)
	{
		if (wide[i] < INT32_MIN || wide[i] > INT32_MAX)
			cursor->bad = true;
		priority[i] = (int32_t) wide[i];
	}
}

static void
read_columns(InfEventReader *reader, size_t n)
{
	InfCursor *cursor = &reader->cursor;

	inf_read_uint32s(cursor, reader->column[COLUMN_CODE], n, (uint32_t) reader->limit);
	if (!cursor->bad && reader->column[COLUMN_WEIGHT] != NULL)
		read_weights(cursor, reader->column[COLUMN_WEIGHT], n);
	if (!cursor->bad && reader->column[COLUMN_PRIORITY] != NULL)
		read_priorities(cursor, reader->column[COLUMN_PRIORITY], n);
}

void
inf_touch_reader_open(InfTouchReader *reader, const uint8_t *bytes, size_t size)
{
	const InfTouchHeader *header = &reader->header;
	size_t sizes[INF_MAX_COLUMNS] = {sizeof(uint32_t), 0, 0};
	InfCursor names;

	memset(reader, 0, sizeof(*reader));
	reader->problem = inf_read_touch_header(bytes, size, &reader->header);
	if (reader->problem != NULL)
		return;

	names.p = bytes + INF_TOUCH_HEADER_SIZE;
	names.end = names.p + header->names_size;
	names.bad = false;
	reader->names = inf_read_names(&names, header->influencer_identity);
	if (names.bad || names.p != names.end || reader->names.count > header->ntouches ||
	    (reader->names.count == 0) != (header->ntouches == 0))
	{
		reader->problem = "damaged names";
		return;
	}
	if (header->flags & INF_HAS_WEIGHTS)
		sizes[COLUMN_WEIGHT] = sizeof(double);
	if (header->flags & INF_HAS_PRIORITIES)
		sizes[COLUMN_PRIORITY] = sizeof(int32_t);
	inf_event_reader_open(&reader->events,
	                      (InfCursor){names.end, bytes + size - INF_BITS_SLACK, false},
	                      header->ntouches, header->ncustomers, sizes, read_columns);
	reader->events.limit = reader->names.count - 1;
}

void
inf_touch_reader_close(InfTouchReader *reader)
{
	inf_names_free(&reader->names);
	inf_event_reader_close(&reader->events);
	memset(reader, 0, sizeof(*reader));
}

bool
inf_touch_reader_next_gathered(InfTouchReader *reader, InfCustomerTouches *touches)
{
	InfCustomerEvents events;

	if (reader->problem != NULL)
		return false;
	if (!inf_event_reader_next(&reader->events, &events))
	{
		reader->problem = reader->events.problem;
		return false;
	}
	touches->key = events.key;
	touches->n = events.n;
	touches->at = events.at;
	touches->code = events.column[COLUMN_CODE];
	touches->weight = events.column[COLUMN_WEIGHT];
	touches->priority = events.column[COLUMN_PRIORITY];
	return true;
}

size_t
inf_touch_reader_next_events(InfTouchReader *reader, InfEvent *events)
{
	size_t n = reader->problem == NULL ? inf_event_reader_next_block(&reader->events) : 0;
	const uint32_t *code = reader->events.column[COLUMN_CODE];

	if (n == 0)
	{
		if (reader->problem == NULL)
			reader->problem = reader->events.problem;
		return 0;
	}
	inf_events_of_block(reader->events.block, events);
	for (size_t i = 0; i < n; i++)
		events[i].value = code[i];
	return n;
}

void
inf_touch_writer_open(InfTouchWriter *writer, size_t prefix, uint8_t flags, uint8_t time_type,
                      InfIdentity customer_identity, const InfNames *names)
{
	size_t names_from;

	memset(writer, 0, sizeof(*writer));
	writer->prefix = prefix;
	writer->header.flags = flags;
	writer->header.time_type = time_type;
	writer->header.customer_identity = customer_identity;
	writer->header.influencer_identity = names->identity;

	memset(inf_buffer_reserve(&writer->buffer, prefix + INF_TOUCH_HEADER_SIZE), 0,
	       prefix + INF_TOUCH_HEADER_SIZE);
	writer->buffer.size = names_from = prefix + INF_TOUCH_HEADER_SIZE;
	inf_write_names(&writer->buffer, names);
	writer->header.names_size = writer->buffer.size - names_from;

	writer->block = inf_alloc(sizeof(InfEventBlock));
	writer->block->nevents = writer->block->ncustomers = 0;
	writer->code = INF_ALLOC_ARRAY(uint32_t, INF_BLOCK_EVENTS);
	if (flags & INF_HAS_WEIGHTS)
		writer->weight = INF_ALLOC_ARRAY(double, INF_BLOCK_EVENTS);
	if (flags & INF_HAS_PRIORITIES)
		writer->priority = INF_ALLOC_ARRAY(int32_t, INF_BLOCK_EVENTS);
}

static void
write_block(InfTouchWriter *writer)
{
	InfEventBlock *block = writer->block;
	size_t n = block->nevents;

	inf_poll();
	inf_count_block(&writer->totals, block);
	inf_write_block(&writer->buffer, block);
	inf_write_uint32s(&writer->buffer, writer->code, n);
	if (writer->weight != NULL)
		inf_write_doubles(&writer->buffer, writer->weight, n);
	if (writer->priority != NULL)
	{
		int64_t priority[INF_BLOCK_EVENTS];

		for (size_t i = 0; i < n; i++)
			priority[i] = writer->priority[i];
		inf_write_int64s(&writer->buffer, priority, n);
	}
	block->nevents = block->ncustomers = 0;
}

void
inf_touch_writer_add(InfTouchWriter *writer, const InfCustomerTouches *touches, const uint32_t *map)
{
	InfEventBlock *block = writer->block;
	size_t n = touches->n;

	for (size_t done = 0; done < n;)
	{
		size_t to = block->nevents;
		size_t some = INF_BLOCK_EVENTS - to < n - done ? INF_BLOCK_EVENTS - to : n - done;

		inf_block_add(block, touches->key, touches->at + done, some);
		for (size_t i = 0; i < some; i++)
			writer->code[to + i] =
			    map == NULL ? touches->code[done + i] : map[touches->code[done + i]];
		for (size_t i = 0; writer->weight != NULL && i < some; i++)
			writer->weight[to + i] = touches->weight == NULL ? 1 : touches->weight[done + i];
		for (size_t i = 0; writer->priority != NULL && i < some; i++)
			writer->priority[to + i] = touches->priority == NULL ? 0 : touches->priority[done + i];
		done += some;
		if (block->nevents == INF_BLOCK_EVENTS)
			write_block(writer);
	}
}

void
inf_touch_writer_add_events(InfTouchWriter *writer, const InfEvent *events, size_t n)
{
	InfEventBlock *block = writer->block;

	while (n > 0)
	{
		uint32_t *code = writer->code + block->nevents;
		size_t some = inf_block_add_events(block, events, n);

		for (size_t i = 0; i < some; i++)
			code[i] = (uint32_t) events[i].value;
		events += some;
		n -= some;
		if (block->nevents == INF_BLOCK_EVENTS)
			write_block(writer);
	}
}

void
inf_touch_writer_close(InfTouchWriter *writer, uint64_t nskipped)
{
	const InfTouchHeader *header = &writer->header;
	const InfEventTotals *totals = &writer->totals;
	uint8_t *start;

	if (writer->block->nevents > 0)
		write_block(writer);
	inf_write64(&writer->buffer, 0); /* INF_BITS_SLACK */

	start = writer->buffer.data + writer->prefix;
	start[0] = INF_FORMAT_VERSION;
	start[1] = INF_KIND_TOUCHES;
	start[2] = header->flags;
	start[3] = header->time_type;
	start[4] = (uint8_t) header->customer_identity;
	start[5] = (uint8_t) header->influencer_identity;
	inf_store64(start + 8, totals->nevents);
	inf_store64(start + 16, totals->ncustomers);
	inf_store64(start + 24, nskipped);
	inf_store64(start + 32, (uint64_t) totals->first_at);
	inf_store64(start + 40, (uint64_t) totals->last_at);
	inf_store64(start + 48, header->names_size);

	inf_free(writer->block);
	inf_free(writer->code);
	inf_free(writer->weight);
	inf_free(writer->priority);
	writer->block = NULL;
	writer->code = NULL;
	writer->weight = NULL;
	writer->priority = NULL;
}
