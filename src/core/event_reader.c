/*
 * event_reader.c
 *		Reading blocks of events customer by customer.
 */
#include "core/event_reader.h"

#include <string.h>

#include "core/host.h"

static const char damaged[] = "damaged events";

void
inf_event_reader_open(InfEventReader *reader, InfCursor cursor, uint64_t nevents,
                      uint64_t ncustomers, const size_t *column_sizes,
                      void (*read_columns)(InfEventReader *reader, size_t n))
{
	memset(reader, 0, sizeof(*reader));
	reader->cursor = cursor;
	reader->nevents = nevents;
	reader->ncustomers = ncustomers;
	reader->read_columns = read_columns;
	reader->block = inf_alloc(sizeof(InfEventBlock));
	reader->block->nevents = reader->block->ncustomers = 0;
	for (int c = 0; c < INF_MAX_COLUMNS; c++)
	{
		reader->column_size[c] = column_sizes[c];
		if (column_sizes[c] > 0)
			reader->column[c] = inf_alloc(INF_BLOCK_EVENTS * column_sizes[c]);
	}
}

void
inf_event_reader_close(InfEventReader *reader)
{
	inf_free(reader->block);
	inf_free(reader->gathered.at);
	for (int c = 0; c < INF_MAX_COLUMNS; c++)
	{
		inf_free(reader->column[c]);
		inf_free(reader->gathered.column[c]);
	}
	memset(reader, 0, sizeof(*reader));
}

static bool
read_block(InfEventReader *reader)
{
	uint64_t left = reader->nevents - reader->events_read;
	size_t n = left < INF_BLOCK_EVENTS ? (size_t) left : INF_BLOCK_EVENTS;
	InfBlockEnd before = reader->end;

	inf_poll();
	reader->ncustomers_ready = 0;
	if (n == 0)
	{
		if (reader->cursor.p != reader->cursor.end || reader->customers_read != reader->ncustomers)
			reader->problem = damaged;
		return false;
	}
	inf_read_block(&reader->cursor, reader->block, n, &reader->end);
	if (!reader->cursor.bad)
		reader->read_columns(reader, n);
	if (reader->cursor.bad)
	{
		reader->problem = damaged;
		return false;
	}
	reader->events_read += n;
	reader->customers_read += reader->block->ncustomers;
	if (before.any && before.key == reader->block->keys[0])
		reader->customers_read--; /* goes on from the block before */
	reader->next_customer = 0;
	reader->next_event = 0;
	reader->ncustomers_ready = reader->block->ncustomers;
	return true;
}

size_t
inf_event_reader_next_block(InfEventReader *reader)
{
	return reader->problem == NULL && reader->block != NULL && read_block(reader)
	           ? reader->block->nevents
	           : 0;
}

/* Is the block used up, and is there another? */
static inline bool
at_end_of_block(const InfEventReader *reader)
{
	return reader->next_customer == reader->block->ncustomers &&
	       reader->events_read < reader->nevents;
}

/* The block's next customer, of whom the next block may have more. */
static void
next_piece(InfEventReader *reader, InfCustomerEvents *piece)
{
	size_t from = reader->next_event;

	piece->key = reader->block->keys[reader->next_customer];
	piece->n = reader->block->counts[reader->next_customer];
	piece->at = reader->block->at + from;
	for (int c = 0; c < INF_MAX_COLUMNS; c++)
		piece->column[c] = reader->column[c] == NULL
		                       ? NULL
		                       : (char *) reader->column[c] + from * reader->column_size[c];
	reader->next_customer++;
	reader->next_event += piece->n;
}

/* Appends what a block has of a customer. */
static void
gather(InfEventReader *reader, const InfCustomerEvents *piece)
{
	InfCustomerEvents *g = &reader->gathered;
	size_t need = g->n + piece->n;

	if (need > reader->gathered_capacity)
	{
		size_t capacity = reader->gathered_capacity * 2;

		if (capacity < need)
			capacity = need;
		g->at = inf_realloc(g->at, inf_array_size(capacity, sizeof(int64_t)));
		for (int c = 0; c < INF_MAX_COLUMNS; c++)
		{
			if (reader->column_size[c] > 0)
				g->column[c] =
				    inf_realloc(g->column[c], inf_array_size(capacity, reader->column_size[c]));
		}
		reader->gathered_capacity = capacity;
	}
	g->key = piece->key;
	memcpy(g->at + g->n, piece->at, piece->n * sizeof(int64_t));
	for (int c = 0; c < INF_MAX_COLUMNS; c++)
	{
		size_t size = reader->column_size[c];

		if (size == 0)
			continue;
		INF_GUARANTEED(piece->column[c] != NULL);
		memcpy((char *) g->column[c] + g->n * size, piece->column[c], piece->n * size);
	}
	g->n = need;
}

bool
inf_event_reader_next(InfEventReader *reader, InfCustomerEvents *events)
{
	if (reader->problem != NULL || reader->block == NULL)
		return false;
	if (reader->next_customer == reader->block->ncustomers && !read_block(reader))
		return false;
	next_piece(reader, events);
	if (!at_end_of_block(reader))
		return true;

	/* the last customer of a block may go on in the next */
	reader->gathered.n = 0;
	gather(reader, events);
	while (at_end_of_block(reader))
	{
		InfCustomerEvents piece;

		if (!read_block(reader))
			return false;
		if (reader->block->keys[0] != reader->gathered.key)
			break;
		next_piece(reader, &piece);
		gather(reader, &piece);
	}
	*events = reader->gathered;
	return true;
}
