/*
 * purchase_builder.c
 *		Building a set of purchases: from rows in any order, and from other sets.
 */
#include "core/purchase_builder.h"

#include <string.h>

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
inf_purchase_builder_add(InfPurchaseBuilder *builder, uint64_t customer, int64_t at, double revenue)
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

/* The orders of one customer, on their way to the writer. */
typedef struct Gathered
{
	size_t capacity;
	int64_t *at;
	double *revenue;
} Gathered;

static void
reserve(Gathered *g, size_t n)
{
	if (n <= g->capacity)
		return;
	g->capacity = n * 2;
	g->at = inf_realloc(g->at, inf_array_size(g->capacity, sizeof(int64_t)));
	g->revenue = inf_realloc(g->revenue, inf_array_size(g->capacity, sizeof(double)));
}

static void
free_gathered(Gathered *g)
{
	inf_free(g->at);
	inf_free(g->revenue);
}

/* Sorts one partition's rows and writes them. */
static void
write_partition(const InfRows *rows, size_t partition, InfEvent *events, InfEvent *other,
                Gathered *g, InfPurchaseWriter *writer)
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
	for (size_t i = 0; i < n;)
	{
		InfCustomerOrders orders = {sorted[i].key, 0, NULL, NULL};
		size_t end = i;

		while (end < n && sorted[end].key == orders.key)
			end++;
		orders.n = end - i;
		reserve(g, orders.n);
		for (size_t k = i; k < end; k++)
		{
			g->at[k - i] = sorted[k].at;
			g->revenue[k - i] = revenue_of_key(sorted[k].value);
		}
		orders.at = g->at;
		orders.revenue = g->revenue;
		inf_purchase_writer_add(writer, &orders);
		i = end;
	}
}

/* The rows as an encoded set. */
static void
write_rows(const InfPurchaseBuilder *builder, size_t prefix, uint64_t nskipped, InfBuffer *out)
{
	const InfRows *rows = &builder->rows;
	size_t most = 0;
	InfEvent *events;
	InfEvent *other;
	Gathered gathered = {0, NULL, NULL};
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
		write_partition(rows, p, events, other, &gathered, &writer);
	inf_purchase_writer_close(&writer, nskipped);
	*out = writer.buffer;
	inf_free(events);
	inf_free(other);
	free_gathered(&gathered);
}

/* One set of a merge: a reader, and its current customer's orders. */
typedef struct Side
{
	InfPurchaseReader reader;
	InfCustomerOrders orders;
	bool more;
} Side;

/* Adds a side's orders to the n that are gathered, in order; the result is in *to. */
static size_t
merge_side(const Gathered *from, size_t n, const InfCustomerOrders *orders, Gathered *to)
{
	size_t i = 0, j = 0, k = 0;

	reserve(to, n + orders->n);
	INF_GUARANTEED(to->at != NULL && to->revenue != NULL);
	while (i < n || j < orders->n)
	{
		bool first =
		    j == orders->n ||
		    (i < n && (from->at[i] < orders->at[j] ||
		               (from->at[i] == orders->at[j] && from->revenue[i] <= orders->revenue[j])));

		to->at[k] = first ? from->at[i] : orders->at[j];
		to->revenue[k++] = first ? from->revenue[i] : orders->revenue[j];
		if (first)
			i++;
		else
			j++;
	}
	return k;
}

static void
advance(Side *side)
{
	side->more = inf_purchase_reader_next(&side->reader, &side->orders);
}

/* Merges the sides customer by customer. */
static void
merge_sides(Side *sides, size_t n, InfPurchaseWriter *writer)
{
	Gathered both[2] = {{0, NULL, NULL}, {0, NULL, NULL}};

	for (;;)
	{
		InfCustomerOrders orders = {0, 0, NULL, NULL};
		size_t nsides = 0;
		size_t last = 0;
		int side = 0;

		/* who comes next, and in how many sets? */
		for (size_t i = 0; i < n; i++)
		{
			if (!sides[i].more || (nsides > 0 && sides[i].orders.key > orders.key))
				continue;
			if (nsides == 0 || sides[i].orders.key < orders.key)
			{
				orders.key = sides[i].orders.key;
				nsides = 0;
			}
			nsides++;
			last = i;
		}
		if (nsides == 0)
			break;
		if (nsides == 1)
		{
			inf_purchase_writer_add(writer, &sides[last].orders);
			advance(&sides[last]);
			continue;
		}
		for (size_t i = 0; i <= last; i++)
		{
			if (!sides[i].more || sides[i].orders.key != orders.key)
				continue;
			orders.n = merge_side(&both[side], orders.n, &sides[i].orders, &both[1 - side]);
			side = 1 - side;
			advance(&sides[i]);
		}
		orders.at = both[side].at;
		orders.revenue = both[side].revenue;
		inf_purchase_writer_add(writer, &orders);
	}
	free_gathered(&both[0]);
	free_gathered(&both[1]);
}

/* Merges n encoded sets of the same types. */
static const char *
merge_sets(const InfBuffer *sets, size_t n, size_t prefix, uint64_t nskipped, InfBuffer *out)
{
	Side *sides = INF_ALLOC_ARRAY(Side, n);
	const char *problem = NULL;

	for (size_t i = 0; i < n; i++)
	{
		inf_purchase_reader_open(&sides[i].reader, sets[i].data, sets[i].size);
		if (problem == NULL)
			problem = sides[i].reader.problem;
	}
	if (problem == NULL)
	{
		const InfPurchaseHeader *header = &sides[0].reader.header;
		InfPurchaseWriter writer;

		inf_purchase_writer_open(&writer, prefix, header->time_type, header->customer_identity,
		                         header->lookback, header->touch_use);
		for (size_t i = 0; i < n; i++)
			advance(&sides[i]);
		merge_sides(sides, n, &writer);
		inf_purchase_writer_close(&writer, nskipped);
		*out = writer.buffer;
		for (size_t i = 0; i < n; i++)
		{
			if (problem == NULL)
				problem = sides[i].reader.problem;
		}
	}
	for (size_t i = 0; i < n; i++)
		inf_purchase_reader_close(&sides[i].reader);
	inf_free(sides);
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
