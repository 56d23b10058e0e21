/*
 * touch_builder.c
 *		Building a set of touches: from rows in any order, and from other sets.
 */
#include "core/touch_builder.h"

#include <string.h>

#include "core/bits.h"
#include "core/host.h"
#include "core/sort.h"

/* Payload of a row: the influencer's code; in wide rows also priority and weight. */
#define NARROW_PAYLOAD 4
#define WIDE_PAYLOAD 16

void
inf_touch_builder_init(InfTouchBuilder *builder, uint8_t time_type, InfIdentity customer_identity,
					   InfIdentity influencer_identity)
{
	memset(builder, 0, sizeof(*builder));
	builder->time_type = time_type;
	builder->customer_identity = customer_identity;
	inf_name_table_init(&builder->names, influencer_identity);
	inf_rows_init(&builder->rows, NARROW_PAYLOAD);
}

void
inf_touch_builder_free(InfTouchBuilder *builder)
{
	inf_name_table_free(&builder->names);
	inf_rows_free(&builder->rows);
	inf_runs_free(&builder->runs);
}

static inline void
fill_payload(uint8_t *payload, bool wide, uint32_t code, double weight, int32_t priority)
{
	memcpy(payload, &code, sizeof(code));
	if (wide)
	{
		memcpy(payload + 4, &priority, sizeof(priority));
		memcpy(payload + 8, &weight, sizeof(weight));
	}
}

static inline void
append(InfTouchBuilder *builder, uint64_t key, int64_t at, uint32_t code, double weight,
	   int32_t priority)
{
	if (!inf_rows_have_room(&builder->rows, key))
		inf_rows_grow(&builder->rows, key);
	fill_payload(inf_rows_append(&builder->rows, key, at), builder->wide, code, weight, priority);
}

/* The first weight or priority that is not the default: from now on, rows have room for them. */
static void
widen(InfTouchBuilder *builder)
{
	InfRows narrow = builder->rows;

	inf_rows_init(&builder->rows, WIDE_PAYLOAD);
	builder->wide = true;
	for (size_t p = 0; p < narrow.npartitions; p++)
	{
		InfRowScan scan;
		const uint8_t *row;

		inf_poll();
		inf_rows_scan(&scan, &narrow, p);
		while ((row = inf_rows_next(&scan)) != NULL)
		{
			uint32_t code;

			memcpy(&code, row + INF_ROW_HEADER, sizeof(code));
			append(builder, inf_row_key(row), inf_row_at(row), code, 1, 0);
		}
	}
	inf_rows_free(&narrow);
}

static inline void
note_extras(InfTouchBuilder *builder, double weight, int32_t priority)
{
	if (weight != 1)
		builder->flags |= INF_HAS_WEIGHTS;
	if (priority != 0)
		builder->flags |= INF_HAS_PRIORITIES;
	if (builder->flags != 0 && !builder->wide)
		widen(builder);
}

void
inf_touch_builder_add(InfTouchBuilder *builder, uint64_t customer, InfName influencer, int64_t at,
					  double weight, int32_t priority)
{
	if (weight != 1 || priority != 0)
		note_extras(builder, weight, priority);
	append(builder, customer, at, inf_name_code(&builder->names, influencer), weight, priority);
}

const char *
inf_touch_mismatch(const InfTouchBuilder *builder, const InfTouchHeader *header)
{
	if (builder->time_type != 0 && header->time_type != 0 &&
		builder->time_type != header->time_type)
		return "instants";
	if (builder->customer_identity != INF_IDENTITY_NONE &&
		header->customer_identity != INF_IDENTITY_NONE &&
		builder->customer_identity != header->customer_identity)
		return "customers";
	if (builder->names.names.identity != INF_IDENTITY_NONE &&
		header->influencer_identity != INF_IDENTITY_NONE &&
		builder->names.names.identity != header->influencer_identity)
		return "influencers";
	return NULL;
}

/* Takes the rows out of a set. */
static const char *
add_rows(InfTouchBuilder *builder, const uint8_t *bytes, size_t size)
{
	InfTouchReader reader;
	InfCustomerTouches touches;
	uint32_t *code = NULL;
	const char *problem;

	inf_touch_reader_open(&reader, bytes, size);
	if (reader.problem == NULL)
	{
		code = INF_ALLOC_ARRAY(uint32_t, reader.names.count);
		for (uint32_t i = 0; i < reader.names.count; i++)
			code[i] = inf_name_code(&builder->names, inf_names_get(&reader.names, i));
	}
	while (inf_touch_reader_next(&reader, &touches))
	{
		for (size_t i = 0; i < touches.n; i++)
		{
			double weight = touches.weight == NULL ? 1 : touches.weight[i];
			int32_t priority = touches.priority == NULL ? 0 : touches.priority[i];

			note_extras(builder, weight, priority);
			append(builder, touches.key, touches.at[i], code[touches.code[i]], weight, priority);
		}
	}
	problem = reader.problem;
	inf_free(code);
	inf_touch_reader_close(&reader);
	return problem;
}

const char *
inf_touch_builder_add_set(InfTouchBuilder *builder, const uint8_t *bytes, size_t size)
{
	InfTouchHeader header;
	const char *problem = inf_read_touch_header(bytes, size, &header);

	if (problem != NULL)
		return problem;
	if (builder->time_type == 0)
		builder->time_type = header.time_type;
	if (builder->customer_identity == INF_IDENTITY_NONE)
		builder->customer_identity = header.customer_identity;
	if (builder->names.names.identity == INF_IDENTITY_NONE)
		builder->names.names.identity = header.influencer_identity;
	builder->nskipped += header.nskipped;
	if (header.ntouches <= INF_RUN_EVENTS)
		return add_rows(builder, bytes, size);
	inf_runs_add(&builder->runs, bytes, size);
	return NULL;
}

/* What a partition's rows have beside the three words that are sorted. */
typedef struct Extras
{
	double *weight;
	int32_t *priority;
	size_t capacity;
} Extras;

/* Rows alike in customer, instant and influencer: by priority, then weight. Few, as a rule. */
static void
sort_alike(InfEvent *events, size_t n, const Extras *extras)
{
	InfKey few[16];
	InfKey *keys = n <= 16 ? few : INF_ALLOC_ARRAY(InfKey, n);

	/* stable: by weight first, then by priority */
	for (size_t i = 0; i < n; i++)
		keys[i] = (InfKey){inf_key_of_weight(extras->weight[(uint32_t) events[i].value]),
						   events[i].value};
	inf_sort(keys, n);
	for (size_t i = 0; i < n; i++)
		keys[i].key = inf_key_of_int64(extras->priority[(uint32_t) keys[i].index]);
	inf_sort(keys, n);
	for (size_t i = 0; i < n; i++)
		events[i].value = keys[i].index;
	if (keys != few)
		inf_free(keys);
}

static void
write_wide(InfTouchWriter *writer, InfEvent *events, size_t n, const Extras *extras)
{
	for (size_t i = 0; i < n;)
	{
		size_t end = i + 1;

		while (end < n && events[end].key == events[i].key && events[end].at == events[i].at &&
			   events[end].value >> 32 == events[i].value >> 32)
			end++;
		if (end - i > 1)
			sort_alike(events + i, end - i, extras);
		for (; i < end; i++)
		{
			uint32_t index = (uint32_t) events[i].value;

			inf_touch_writer_add(writer, events[i].key, events[i].at,
								 (uint32_t) (events[i].value >> 32), extras->weight[index],
								 extras->priority[index]);
		}
	}
}

/* Sorts one partition's rows and writes them. */
static void
write_partition(const InfTouchBuilder *builder, size_t partition, const uint32_t *rank,
				InfEvent *events, InfEvent *other, Extras *extras, InfTouchWriter *writer)
{
	InfRowScan scan;
	const uint8_t *row;
	size_t n = 0;
	InfEvent *sorted;

	inf_rows_scan(&scan, &builder->rows, partition);
	while ((row = inf_rows_next(&scan)) != NULL)
	{
		uint32_t code;

		memcpy(&code, row + INF_ROW_HEADER, sizeof(code));
		events[n].key = inf_row_key(row);
		events[n].at = inf_row_at(row);
		events[n].value = rank[code];
		if (builder->wide)
		{
			memcpy(&extras->priority[n], row + INF_ROW_HEADER + 4, sizeof(int32_t));
			memcpy(&extras->weight[n], row + INF_ROW_HEADER + 8, sizeof(double));
			events[n].value = events[n].value << 32 | n;
		}
		n++;
	}
	sorted = inf_sort_events(events, other, n,
							 builder->rows.npartitions == 1 ? 0 : INF_PARTITION_BITS);
	if (builder->wide)
		write_wide(writer, sorted, n, extras);
	else
	{
		for (size_t i = 0; i < n; i++)
			inf_touch_writer_add(writer, sorted[i].key, sorted[i].at, (uint32_t) sorted[i].value,
								 1, 0);
	}
}

/* The rows as an encoded set. */
static void
write_rows(const InfTouchBuilder *builder, size_t prefix, uint64_t nskipped, InfBuffer *out)
{
	const InfRows *rows = &builder->rows;
	size_t most = 0;
	uint32_t *rank;
	InfNames sorted = inf_names_sorted(&builder->names.names, &rank);
	InfEvent *events;
	InfEvent *other;
	Extras extras = {NULL, NULL, 0};
	InfTouchWriter writer;

	for (size_t p = 0; p < rows->npartitions; p++)
	{
		size_t n = inf_rows_in_partition(rows, p);

		most = n > most ? n : most;
	}
	events = INF_ALLOC_ARRAY(InfEvent, most);
	other = INF_ALLOC_ARRAY(InfEvent, most);
	if (builder->wide)
	{
		extras.weight = INF_ALLOC_ARRAY(double, most);
		extras.priority = INF_ALLOC_ARRAY(int32_t, most);
	}
	inf_touch_writer_open(&writer, prefix, builder->flags, builder->time_type,
						  builder->customer_identity, &sorted);
	for (size_t p = 0; p < rows->npartitions; p++)
		write_partition(builder, p, rank, events, other, &extras, &writer);
	inf_touch_writer_close(&writer, nskipped);
	*out = writer.buffer;

	inf_free(events);
	inf_free(other);
	inf_free(extras.weight);
	inf_free(extras.priority);
	inf_free(rank);
	inf_names_free(&sorted);
}

/* One side of a merge: a reader and the touches of its current customer. */
typedef struct Side
{
	InfTouchReader reader;
	InfCustomerTouches touches;
	bool more;
	uint32_t *map; /* from the set's codes to those of the result */
} Side;

static void
copy_touches(InfTouchWriter *writer, const Side *side, size_t from, size_t to)
{
	const InfCustomerTouches *t = &side->touches;

	for (size_t i = from; i < to; i++)
		inf_touch_writer_add(writer, t->key, t->at[i], side->map[t->code[i]],
							 t->weight == NULL ? 1 : t->weight[i],
							 t->priority == NULL ? 0 : t->priority[i]);
}

/* Does touch i of a come before touch j of b, or is it the same? */
static bool
comes_first(const Side *a, size_t i, const Side *b, size_t j)
{
	uint32_t ca = a->map[a->touches.code[i]];
	uint32_t cb = b->map[b->touches.code[j]];
	int32_t pa = a->touches.priority == NULL ? 0 : a->touches.priority[i];
	int32_t pb = b->touches.priority == NULL ? 0 : b->touches.priority[j];
	double wa = a->touches.weight == NULL ? 1 : a->touches.weight[i];
	double wb = b->touches.weight == NULL ? 1 : b->touches.weight[j];

	if (a->touches.at[i] != b->touches.at[j])
		return a->touches.at[i] < b->touches.at[j];
	if (ca != cb)
		return ca < cb;
	if (pa != pb)
		return pa < pb;
	return wa <= wb;
}

static void
merge_customer(InfTouchWriter *writer, const Side *a, const Side *b)
{
	size_t i = 0, j = 0;

	while (i < a->touches.n && j < b->touches.n)
	{
		if (comes_first(a, i, b, j))
		{
			copy_touches(writer, a, i, i + 1);
			i++;
		}
		else
		{
			copy_touches(writer, b, j, j + 1);
			j++;
		}
	}
	copy_touches(writer, a, i, a->touches.n);
	copy_touches(writer, b, j, b->touches.n);
}

static void
advance(Side *side)
{
	side->more = inf_touch_reader_next(&side->reader, &side->touches);
}

/* Merges two encoded sets of the same types. */
static const char *
merge_sets(const InfBuffer *first, const InfBuffer *second, size_t prefix, InfBuffer *out)
{
	Side a, b;
	const char *problem;

	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	inf_touch_reader_open(&a.reader, first->data, first->size);
	inf_touch_reader_open(&b.reader, second->data, second->size);
	problem = a.reader.problem != NULL ? a.reader.problem : b.reader.problem;
	if (problem == NULL)
	{
		const InfNames *lists[2] = {&a.reader.names, &b.reader.names};
		uint32_t *map[2];
		InfNames names = inf_names_union(lists, 2, a.reader.header.influencer_identity, map);
		InfTouchWriter writer;

		a.map = map[0];
		b.map = map[1];
		inf_touch_writer_open(&writer, prefix,
							  a.reader.header.flags | b.reader.header.flags,
							  a.reader.header.time_type, a.reader.header.customer_identity, &names);
		advance(&a);
		advance(&b);
		while (a.more || b.more)
		{
			if (a.more && b.more && a.touches.key == b.touches.key)
			{
				merge_customer(&writer, &a, &b);
				advance(&a);
				advance(&b);
			}
			else
			{
				Side *side = !b.more || (a.more && a.touches.key < b.touches.key) ? &a : &b;

				copy_touches(&writer, side, 0, side->touches.n);
				advance(side);
			}
		}
		problem = a.reader.problem != NULL ? a.reader.problem : b.reader.problem;
		inf_touch_writer_close(&writer,
							   a.reader.header.nskipped + b.reader.header.nskipped);
		*out = writer.buffer;
		inf_names_free(&names);
		inf_free(a.map);
		inf_free(b.map);
	}
	inf_touch_reader_close(&a.reader);
	inf_touch_reader_close(&b.reader);
	return problem;
}

const char *
inf_touch_builder_finish(const InfTouchBuilder *builder, size_t prefix, InfBuffer *out)
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
inf_touch_builder_memory(const InfTouchBuilder *builder)
{
	const InfNameTable *names = &builder->names;
	size_t memory = inf_rows_memory(&builder->rows) + inf_runs_memory(&builder->runs);

	if (names->slots != NULL)
		memory += ((size_t) names->mask + 1) * sizeof(InfNameSlot);
	return memory + names->names.bytes_capacity +
		   (size_t) names->names.capacity * sizeof(int64_t);
}
