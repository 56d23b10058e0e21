/*
 * purchase_builder.c
 *		Building a set of purchases: from rows in any order, and from other sets.
 */
#include "core/purchase_builder.h"

#include <string.h>

#include "core/event_merge.h"
#include "core/host.h"
#include "core/instant.h"

#define PAYLOAD 8 /* the revenue */

void
inf_purchase_builder_init(InfPurchaseBuilder *builder, uint8_t time_type,
                          InfIdentity customer_identity)
{
	memset(builder, 0, sizeof(*builder));
	builder->time_type = time_type;
	builder->customer_identity = customer_identity;
	builder->lookback = INF_DEFAULT_LOOKBACK;
	builder->touch_use = INF_EVERY_ORDER;
	inf_rows_init(&builder->rows, PAYLOAD);
}

void
inf_purchase_builder_free(InfPurchaseBuilder *builder)
{
	inf_rows_free(&builder->rows);
	inf_runs_free(&builder->runs);
}

void
inf_purchase_builder_add(InfPurchaseBuilder *builder, uint64_t customer, int64_t at, double revenue)
{
	uint64_t value = inf_key_of_revenue(revenue);

	if (!inf_rows_have_room(&builder->rows, customer))
		inf_rows_grow(&builder->rows, customer);
	memcpy(inf_rows_append(&builder->rows, customer, at), &value, sizeof(value));
}

const char *
inf_purchase_mismatch(const InfPurchaseBuilder *builder, const InfPurchaseHeader *header)
{
	if (builder->time_type != 0 && header->time_type != 0 &&
	    builder->time_type != header->time_type)
		return "instants";
	if (builder->customer_identity != INF_IDENTITY_NONE &&
	    header->customer_identity != INF_IDENTITY_NONE &&
	    builder->customer_identity != header->customer_identity)
		return "customers";
	if (builder->has_lookback && builder->lookback != header->lookback)
		return "lookback windows";
	if (builder->has_lookback && builder->touch_use != header->touch_use)
		return "uses of a touch";
	return NULL;
}

const char *
inf_purchase_builder_add_set(InfPurchaseBuilder *builder, const uint8_t *bytes, size_t size)
{
	InfPurchaseReader reader;
	InfCustomerOrders orders;
	const char *problem;

	inf_purchase_reader_open(&reader, bytes, size);
	if (reader.problem == NULL)
	{
		if (builder->time_type == 0)
			builder->time_type = reader.header.time_type;
		if (builder->customer_identity == INF_IDENTITY_NONE)
			builder->customer_identity = reader.header.customer_identity;
		builder->has_lookback = true;
		builder->lookback = reader.header.lookback;
		builder->touch_use = reader.header.touch_use;
		builder->nskipped = inf_add_skipped(builder->nskipped, reader.header.nskipped, INT64_MAX);
	}
	if (reader.problem == NULL && reader.header.norders > INF_RUN_EVENTS)
		inf_runs_add(&builder->runs, bytes, size);
	else
	{
		while (inf_purchase_reader_next(&reader, &orders))
		{
			for (size_t i = 0; i < orders.n; i++)
				inf_purchase_builder_add(builder, orders.key, orders.at[i], orders.revenue[i]);
		}
	}
	problem = reader.problem;
	inf_purchase_reader_close(&reader);
	return problem;
}

/* Sorts one partition's rows and writes them. */
static void
write_partition(const InfRows *rows, size_t partition, InfEvent *events, InfEvent *other,
                InfPurchaseWriter *writer)
{
	InfRowScan scan;
	const uint8_t *row;
	size_t n = 0;
	InfEvent *sorted;

	inf_rows_scan(&scan, rows, partition);
	while ((row = inf_rows_next(&scan)) != NULL)
	{
		events[n].key = inf_row_key(row);
		events[n].at = inf_row_at(row);
		memcpy(&events[n].value, row + INF_ROW_HEADER, sizeof(uint64_t));
		n++;
	}
	sorted = inf_sort_events(events, other, n, rows->npartitions == 1 ? 0 : INF_PARTITION_BITS);
	if (n > 0)
		inf_purchase_writer_add_events(writer, sorted, n);
}

/* The rows as an encoded set. */
static void
write_rows(const InfPurchaseBuilder *builder, size_t prefix, uint64_t nskipped, InfBuffer *out)
{
	const InfRows *rows = &builder->rows;
	size_t most = 0;
	InfEvent *events;
	InfEvent *other;
	InfPurchaseWriter writer;

	for (size_t p = 0; p < rows->npartitions; p++)
	{
		size_t n = inf_rows_in_partition(rows, p);

		most = n > most ? n : most;
	}
	events = INF_ALLOC_ARRAY(InfEvent, most);
	other = INF_ALLOC_ARRAY(InfEvent, most);
	inf_purchase_writer_open(&writer, prefix, builder->time_type, builder->customer_identity,
	                         builder->lookback, builder->touch_use);
	for (size_t p = 0; p < rows->npartitions; p++)
		write_partition(rows, p, events, other, &writer);
	inf_purchase_writer_close(&writer, nskipped);
	*out = writer.buffer;
	inf_free(events);
	inf_free(other);
}

static size_t
next_events(void *reader, InfEvent *events)
{
	return inf_purchase_reader_next_events(reader, events);
}

/* Merges n encoded sets of the same types. */
static const char *
merge_sets(const InfBuffer *sets, size_t n, size_t prefix, uint64_t nskipped, InfBuffer *out)
{
	InfPurchaseReader *readers = INF_ALLOC_ARRAY(InfPurchaseReader, n);
	InfEventSource *sources = INF_ALLOC_ARRAY(InfEventSource, n);
	const char *problem = NULL;

	for (size_t i = 0; i < n; i++)
	{
		inf_purchase_reader_open(&readers[i], sets[i].data, sets[i].size);
		if (problem == NULL)
			problem = readers[i].problem;
		sources[i] = (InfEventSource){next_events, &readers[i]};
	}
	if (problem == NULL)
	{
		const InfPurchaseHeader *header = &readers[0].header;
		InfEventMerge *merge = inf_event_merge_open(sources, n);
		InfPurchaseWriter writer;
		const InfEvent *events;
		size_t nevents;

		inf_purchase_writer_open(&writer, prefix, header->time_type, header->customer_identity,
		                         header->lookback, header->touch_use);
		while ((nevents = inf_event_merge_next(merge, &events)) > 0)
			inf_purchase_writer_add_events(&writer, events, nevents);
		inf_purchase_writer_close(&writer, nskipped);
		*out = writer.buffer;
		inf_event_merge_close(merge);
		for (size_t i = 0; i < n; i++)
		{
			if (problem == NULL)
				problem = readers[i].problem;
		}
	}
	for (size_t i = 0; i < n; i++)
		inf_purchase_reader_close(&readers[i]);
	inf_free(readers);
	inf_free(sources);
	return problem;
}

const char *
inf_purchase_builder_finish(const InfPurchaseBuilder *builder, size_t prefix, InfBuffer *out)
{
	size_t n = builder->runs.count;
	InfBuffer *sets;
	const char *problem;

	if (n == 0)
	{
		write_rows(builder, prefix, builder->nskipped, out);
		return NULL;
	}
	sets = INF_ALLOC_ARRAY(InfBuffer, n + 1);
	memcpy(sets, builder->runs.items, n * sizeof(InfBuffer));
	if (builder->rows.nrows > 0)
		write_rows(builder, 0, 0, &sets[n++]);
	problem = merge_sets(sets, n, prefix, builder->nskipped, out);
	if (builder->rows.nrows > 0)
		inf_buffer_free(&sets[n - 1]);
	inf_free(sets);
	return problem;
}

size_t
inf_purchase_builder_memory(const InfPurchaseBuilder *builder)
{
	return inf_rows_memory(&builder->rows) + inf_runs_memory(&builder->runs);
}
