/*
 * touch_builder.c
 *		Building a set of touches: from rows in any order, and from other sets.
 */
#include "core/touch_builder.h"

#include <string.h>

#include "core/event_merge.h"
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

/*
 * Appends narrow rows to many partitions. What does not change is kept at hand: the compiler cannot
 * know that no row is written over it.
 */
static void
append_narrow(InfTouchBuilder *builder, const InfNumberTouch *touches, size_t n)
{
	InfRows *rows = &builder->rows;
	const uint32_t *direct = builder->names.direct;
	uint32_t ndirect = builder->names.ndirect;

	for (size_t i = 0; i < n; i++)
	{
		InfNumberTouch touch = touches[i];
		InfPartition *p = inf_rows_partition(rows, touch.customer);
		uint32_t code =
		    (uint64_t) touch.influencer < ndirect ? direct[touch.influencer] : 0; /* plus one */
		uint8_t *row;

		if (code == 0)
		{
			code = inf_name_code_slow(&builder->names, (InfName){.number = touch.influencer}) + 1;
			direct = builder->names.direct;
			ndirect = builder->names.ndirect;
		}
		if (p->next == p->end)
			inf_rows_grow(rows, touch.customer);
		row = p->next;
		p->next = row + INF_ROW_HEADER + NARROW_PAYLOAD;
		__builtin_prefetch(row + INF_WRITE_AHEAD, 1);
		memcpy(row, &touch.customer, sizeof(uint64_t));
		memcpy(row + 8, &touch.at, sizeof(int64_t));
		fill_payload(row + INF_ROW_HEADER, false, code - 1, 1, 0);
	}
	rows->nrows += n;
}

void
inf_touch_builder_add_numbers(InfTouchBuilder *builder, const InfNumberTouch *touches, size_t n)
{
	if (builder->rows.npartitions > 1 && !builder->wide)
	{
		append_narrow(builder, touches, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
	{
		InfName name = {.number = touches[i].influencer};

		append(builder, touches[i].customer, touches[i].at, inf_name_code(&builder->names, name), 1,
		       0);
	}
}

void
inf_touch_builder_add_batch(InfTouchBuilder *builder, const InfTouchBatch *batch)
{
	uint32_t codes[INF_NAME_BATCH];

	inf_name_codes(&builder->names, batch->influencer, batch->n, codes);
	for (size_t i = 0; i < batch->n; i++)
		append(builder, batch->customer[i], batch->at[i], codes[i], 1, 0);
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
		INF_GUARANTEED(code != NULL);
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
	builder->nskipped = inf_add_skipped(builder->nskipped, header.nskipped, INT64_MAX);
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

/* The touches of one customer with weights and priorities, on their way to the writer. */
typedef struct Gathered
{
	size_t capacity;
	int64_t *at;
	uint32_t *code;
	double *weight;
	int32_t *priority;
} Gathered;

static void
reserve(Gathered *g, size_t n)
{
	if (n <= g->capacity)
		return;
	g->capacity = n * 2;
	g->at = inf_realloc(g->at, inf_array_size(g->capacity, sizeof(int64_t)));
	g->code = inf_realloc(g->code, inf_array_size(g->capacity, sizeof(uint32_t)));
	g->weight = inf_realloc(g->weight, inf_array_size(g->capacity, sizeof(double)));
	g->priority = inf_realloc(g->priority, inf_array_size(g->capacity, sizeof(int32_t)));
}

static void
free_gathered(Gathered *g)
{
	inf_free(g->at);
	inf_free(g->code);
	inf_free(g->weight);
	inf_free(g->priority);
}

/* Writes the gathered touches of a customer. */
static void
write_gathered(InfTouchWriter *writer, uint64_t key, const Gathered *g, size_t n)
{
	InfCustomerTouches touches = {key, n, g->at, g->code, g->weight, g->priority};

	inf_touch_writer_add(writer, &touches, NULL);
}

/* Writes sorted events, whose values are codes and places in the extras. */
static void
write_wide(InfTouchWriter *writer, InfEvent *events, size_t n, const Extras *extras, Gathered *g)
{
	for (size_t i = 0; i < n;)
	{
		uint64_t key = events[i].key;
		size_t end = i;

		while (end < n && events[end].key == key)
			end++;
		for (size_t k = i; k < end;)
		{
			size_t alike = k + 1;

			while (alike < end && events[alike].at == events[k].at &&
			       events[alike].value >> 32 == events[k].value >> 32)
				alike++;
			if (alike - k > 1)
				sort_alike(events + k, alike - k, extras);
			k = alike;
		}
		reserve(g, end - i);
		for (size_t k = i; k < end; k++)
		{
			uint32_t index = (uint32_t) events[k].value;

			g->at[k - i] = events[k].at;
			g->code[k - i] = (uint32_t) (events[k].value >> 32);
			g->weight[k - i] = extras->weight[index];
			g->priority[k - i] = extras->priority[index];
		}
		write_gathered(writer, key, g, end - i);
		i = end;
	}
}

/* Sorts one partition's rows and writes them. */
static void
write_partition(const InfTouchBuilder *builder, size_t partition, const uint32_t *rank,
                InfEvent *events, InfEvent *other, Extras *extras, Gathered *gathered,
                InfTouchWriter *writer)
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
	sorted =
	    inf_sort_events(events, other, n, builder->rows.npartitions == 1 ? 0 : INF_PARTITION_BITS);
	if (builder->wide)
		write_wide(writer, sorted, n, extras, gathered);
	else if (n > 0)
		inf_touch_writer_add_events(writer, sorted, n);
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
	Extras extras = {NULL, NULL};
	Gathered gathered = {0, NULL, NULL, NULL, NULL};
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
		write_partition(builder, p, rank, events, other, &extras, &gathered, &writer);
	inf_touch_writer_close(&writer, nskipped);
	*out = writer.buffer;

	inf_free(events);
	inf_free(other);
	inf_free(extras.weight);
	inf_free(extras.priority);
	free_gathered(&gathered);
	inf_free(rank);
	inf_names_free(&sorted);
}

/* One set of a merge: a reader, and the touches of its current customer. */
typedef struct Side
{
	InfTouchReader reader;
	InfCustomerTouches touches;
	bool more;
	uint32_t *map; /* from the set's codes to those of the result */
} Side;

/* Does touch i of a come before touch j of b, or is it the same? */
static bool
comes_first(const Gathered *a, size_t i, const Side *b, size_t j)
{
	uint32_t cb = b->map[b->touches.code[j]];

	if (a->at[i] != b->touches.at[j])
		return a->at[i] < b->touches.at[j];
	if (a->code[i] != cb)
		return a->code[i] < cb;
	{
		int32_t pb = b->touches.priority == NULL ? 0 : b->touches.priority[j];
		double wb = b->touches.weight == NULL ? 1 : b->touches.weight[j];

		if (a->priority[i] != pb)
			return a->priority[i] < pb;
		return a->weight[i] <= wb;
	}
}

/* Puts touch j of b behind the n that are gathered. */
static inline void
put(Gathered *g, size_t n, const Side *b, size_t j)
{
	INF_GUARANTEED(g->at != NULL);
	g->at[n] = b->touches.at[j];
	g->code[n] = b->map[b->touches.code[j]];
	g->weight[n] = b->touches.weight == NULL ? 1 : b->touches.weight[j];
	g->priority[n] = b->touches.priority == NULL ? 0 : b->touches.priority[j];
}

static inline void
put_gathered(Gathered *g, size_t n, const Gathered *from, size_t i)
{
	INF_GUARANTEED(g->at != NULL);
	g->at[n] = from->at[i];
	g->code[n] = from->code[i];
	g->weight[n] = from->weight[i];
	g->priority[n] = from->priority[i];
}

/* Adds a side's touches to the n that are gathered, in order; the result is in *to. */
static size_t
merge_side(const Gathered *from, size_t n, const Side *side, Gathered *to)
{
	size_t i = 0, j = 0, k = 0;

	reserve(to, n + side->touches.n);
	while (i < n && j < side->touches.n)
	{
		if (comes_first(from, i, side, j))
			put_gathered(to, k++, from, i++);
		else
			put(to, k++, side, j++);
	}
	while (i < n)
		put_gathered(to, k++, from, i++);
	while (j < side->touches.n)
		put(to, k++, side, j++);
	return k;
}

static void
advance(Side *side)
{
	side->more = inf_touch_reader_next(&side->reader, &side->touches);
}

/* Merges sides with weights or priorities, customer by customer. */
static void
merge_wide(Side *sides, size_t n, InfTouchWriter *writer)
{
	Gathered both[2] = {{0, NULL, NULL, NULL, NULL}, {0, NULL, NULL, NULL, NULL}};

	for (size_t i = 0; i < n; i++)
		advance(&sides[i]);
	for (;;)
	{
		uint64_t key = 0;
		size_t nsides = 0;
		size_t last = 0;
		size_t gathered = 0;
		int side = 0;

		/* who comes next, and in how many sets? */
		for (size_t i = 0; i < n; i++)
		{
			if (!sides[i].more || (nsides > 0 && sides[i].touches.key > key))
				continue;
			if (nsides == 0 || sides[i].touches.key < key)
			{
				key = sides[i].touches.key;
				nsides = 0;
			}
			nsides++;
			last = i;
		}
		if (nsides == 0)
			break;
		if (nsides == 1)
		{
			inf_touch_writer_add(writer, &sides[last].touches, sides[last].map);
			advance(&sides[last]);
			continue;
		}
		for (size_t i = 0; i <= last; i++)
		{
			if (!sides[i].more || sides[i].touches.key != key)
				continue;
			gathered = merge_side(&both[side], gathered, &sides[i], &both[1 - side]);
			side = 1 - side;
			advance(&sides[i]);
		}
		write_gathered(writer, key, &both[side], gathered);
	}
	free_gathered(&both[0]);
	free_gathered(&both[1]);
}

/* The next touches of a side without weights and priorities. */
static size_t
next_events(void *reader, InfEvent *events)
{
	Side *side = reader;
	size_t n = inf_touch_reader_next_events(&side->reader, events);

	for (size_t i = 0; i < n; i++)
		events[i].value = side->map[events[i].value];
	return n;
}

/* Merges sides without them. */
static void
merge_narrow(Side *sides, size_t n, InfTouchWriter *writer)
{
	InfEventSource *sources = INF_ALLOC_ARRAY(InfEventSource, n);
	InfEventMerge *merge;
	const InfEvent *events;
	size_t nevents;

	for (size_t i = 0; i < n; i++)
		sources[i] = (InfEventSource){next_events, &sides[i]};
	merge = inf_event_merge_open(sources, n);
	while ((nevents = inf_event_merge_next(merge, &events)) > 0)
		inf_touch_writer_add_events(writer, events, nevents);
	inf_event_merge_close(merge);
	inf_free(sources);
}

/* Merges n encoded sets of the same types. */
static const char *
merge_sets(const InfBuffer *sets, size_t n, size_t prefix, uint64_t nskipped, InfBuffer *out)
{
	Side *sides = INF_ALLOC_ARRAY(Side, n);
	const InfNames **lists = INF_ALLOC_ARRAY(const InfNames *, n);
	uint32_t **maps = INF_ALLOC_ARRAY(uint32_t *, n);
	uint8_t flags = 0;
	const char *problem = NULL;

	for (size_t i = 0; i < n; i++)
	{
		inf_touch_reader_open(&sides[i].reader, sets[i].data, sets[i].size);
		if (problem == NULL)
			problem = sides[i].reader.problem;
		lists[i] = &sides[i].reader.names;
		flags |= sides[i].reader.header.flags;
	}
	if (problem == NULL)
	{
		const InfTouchHeader *header = &sides[0].reader.header;
		InfNames names = inf_names_union(lists, n, header->influencer_identity, maps);
		InfTouchWriter writer;

		inf_touch_writer_open(&writer, prefix, flags, header->time_type, header->customer_identity,
		                      &names);
		for (size_t i = 0; i < n; i++)
			sides[i].map = maps[i];
		if (flags == 0)
			merge_narrow(sides, n, &writer);
		else
			merge_wide(sides, n, &writer);
		inf_touch_writer_close(&writer, nskipped);
		*out = writer.buffer;
		inf_names_free(&names);
		for (size_t i = 0; i < n; i++)
		{
			if (problem == NULL)
				problem = sides[i].reader.problem;
			inf_free(maps[i]);
		}
	}
	for (size_t i = 0; i < n; i++)
		inf_touch_reader_close(&sides[i].reader);
	inf_free(sides);
	inf_free(lists);
	inf_free(maps);
	return problem;
}

const char *
inf_touch_builder_finish(const InfTouchBuilder *builder, size_t prefix, InfBuffer *out)
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
inf_touch_builder_memory(const InfTouchBuilder *builder)
{
	const InfNameTable *names = &builder->names;
	size_t memory = inf_rows_memory(&builder->rows) + inf_runs_memory(&builder->runs);

	if (names->slots != NULL)
		memory += ((size_t) names->mask + 1) * sizeof(InfNameSlot);
	return memory + names->names.bytes_capacity + (size_t) names->names.capacity * sizeof(int64_t);
}
