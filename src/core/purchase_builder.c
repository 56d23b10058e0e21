/*
 * purchase_builder.c
 *		Building a set of purchases: from rows in any order, and from other sets.
 */
#include "core/purchase_builder.h"

#include <string.h>

#include "core/bits.h"
#include "core/host.h"
#include "core/instant.h"

#define PAYLOAD 8 /* the revenue */

#define SIGN ((uint64_t) 1 << 63)

/* Revenue as a number whose order is that of the revenue, and back. */
static inline uint64_t
key_of_revenue(double revenue)
{
	uint64_t bits;

	revenue += 0.0; /* no minus zero */
	memcpy(&bits, &revenue, sizeof(bits));
	return (bits & SIGN) ? ~bits : bits | SIGN;
}

static inline double
revenue_of_key(uint64_t bits)
{
	double revenue;

	bits = (bits & SIGN) ? bits & ~SIGN : ~bits;
	memcpy(&revenue, &bits, sizeof(revenue));
	return revenue;
}

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
inf_purchase_builder_add(InfPurchaseBuilder *builder, uint64_t customer, int64_t at,
						 double revenue)
{
	uint64_t value = key_of_revenue(revenue);

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
		builder->nskipped += reader.header.nskipped;
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
	for (size_t i = 0; i < n; i++)
		inf_purchase_writer_add(writer, sorted[i].key, sorted[i].at,
								revenue_of_key(sorted[i].value));
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

/* One side of a merge: a reader and its current customer's orders. */
typedef struct Side
{
	InfPurchaseReader reader;
	InfCustomerOrders orders;
	bool more;
} Side;

static void
copy_orders(InfPurchaseWriter *writer, const InfCustomerOrders *orders, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		inf_purchase_writer_add(writer, orders->key, orders->at[i], orders->revenue[i]);
}

static void
merge_customer(InfPurchaseWriter *writer, const InfCustomerOrders *a, const InfCustomerOrders *b)
{
	size_t i = 0, j = 0;

	while (i < a->n && j < b->n)
	{
		if (a->at[i] < b->at[j] || (a->at[i] == b->at[j] && a->revenue[i] <= b->revenue[j]))
		{
			copy_orders(writer, a, i, i + 1);
			i++;
		}
		else
		{
			copy_orders(writer, b, j, j + 1);
			j++;
		}
	}
	copy_orders(writer, a, i, a->n);
	copy_orders(writer, b, j, b->n);
}

static void
advance(Side *side)
{
	side->more = inf_purchase_reader_next(&side->reader, &side->orders);
}

/* Merges two encoded sets of the same types. */
static const char *
merge_sets(const InfBuffer *first, const InfBuffer *second, size_t prefix, InfBuffer *out)
{
	Side a, b;
	const char *problem;

	inf_purchase_reader_open(&a.reader, first->data, first->size);
	inf_purchase_reader_open(&b.reader, second->data, second->size);
	problem = a.reader.problem != NULL ? a.reader.problem : b.reader.problem;
	if (problem == NULL)
	{
		const InfPurchaseHeader *header = &a.reader.header;
		InfPurchaseWriter writer;

		inf_purchase_writer_open(&writer, prefix, header->time_type, header->customer_identity,
								 header->lookback, header->touch_use);
		advance(&a);
		advance(&b);
		while (a.more || b.more)
		{
			if (a.more && b.more && a.orders.key == b.orders.key)
			{
				merge_customer(&writer, &a.orders, &b.orders);
				advance(&a);
				advance(&b);
			}
			else
			{
				Side *side = !b.more || (a.more && a.orders.key < b.orders.key) ? &a : &b;

				copy_orders(&writer, &side->orders, 0, side->orders.n);
				advance(side);
			}
		}
		problem = a.reader.problem != NULL ? a.reader.problem : b.reader.problem;
		inf_purchase_writer_close(&writer, 0);
		*out = writer.buffer;
	}
	inf_purchase_reader_close(&a.reader);
	inf_purchase_reader_close(&b.reader);
	return problem;
}

const char *
inf_purchase_builder_finish(const InfPurchaseBuilder *builder, size_t prefix, InfBuffer *out)
{
	InfBuffer rows = {NULL, 0, 0};
	const char *problem;

	if (builder->runs.count == 0)
	{
		write_rows(builder, prefix, builder->nskipped, out);
		return NULL;
	}
	if (builder->rows.nrows > 0)
		write_rows(builder, 0, 0, &rows);
	problem = inf_runs_merge(&builder->runs, builder->rows.nrows > 0 ? &rows : NULL, prefix,
							 merge_sets, out);
	inf_buffer_free(&rows);
	/* of sets whose rows were taken out, and of the runs */
	if (problem == NULL)
		inf_store64(out->data + prefix + 24, builder->nskipped);
	return problem;
}

size_t
inf_purchase_builder_memory(const InfPurchaseBuilder *builder)
{
	return inf_rows_memory(&builder->rows) + inf_runs_memory(&builder->runs);
}
