/*
 * join_table.c
 *		Gathering the rows of an attribution join's table, within the memory allowed.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "join_plan.h"
#include "join_table.h"
#include "memory_pages.h"

/* Parts of this size are finished within the processor's cache. */
#define PART_BYTES (256 * 1024)
#define MIN_PARTS 8

#define MIN_CHUNK_WORDS 128

/* Rows go to as many places as there are parts: memory for the rows to come is asked for. */
#define WRITE_AHEAD 12
#define MAX_CHUNK_WORDS 8192

/* A word of a part's runs is told by 32 bits. */
#define MOST_TABLE_BYTES ((Size) PG_UINT32_MAX / 16 * 15 * sizeof(uint64))

/* With its key and its instant. */
double
inf_join_row_bytes(double width)
{
	return width + DIRECTORY_BYTES + 2 * sizeof(uint64);
}

Size
inf_join_table_limit(int participants)
{
	return Min(get_hash_memory_limit() * participants, MOST_TABLE_BYTES);
}

int
inf_table_parts(const RowShape *shape, double rows, Size limit)
{
	double bytes = rows * ((1 + shape->words) * sizeof(uint64) + DIRECTORY_BYTES);
	double wanted = bytes / PART_BYTES;
	int nparts = MIN_PARTS;

	/* what is spilled should be read again in one go */
	if (bytes > (double) limit)
		wanted = Max(wanted, 4 * bytes / (double) limit);
	while (nparts < wanted && nparts < (1 << PART_BITS))
		nparts *= 2;
	return nparts;
}

JoinTable *
inf_table_create(MemoryContext context, MemoryContext files, const RowShape *shape,
                 const RowShape *placed, JoinKeys *keys, int level, double rows, Size limit,
                 bool may_spill)
{
	JoinTable *table = MemoryContextAllocZero(context, sizeof(JoinTable));

	table->context = context;
	table->files = files;
	table->shape = shape;
	table->placed = placed;
	table->keys = keys;
	table->level = level;
	table->limit = limit;
	table->may_spill = may_spill;
	table->nparts = inf_table_parts(shape, rows, limit);
	table->shift = 64 - PART_BITS * (level + 1);
	table->parts = MemoryContextAllocZero(context, table->nparts * sizeof(JoinPart));
	table->chunk_words = limit / sizeof(uint64) / table->nparts / 8;
	table->chunk_words = Max(table->chunk_words, MIN_CHUNK_WORDS);
	table->chunk_words = Min(table->chunk_words, MAX_CHUNK_WORDS);
	return table;
}

static void
charge(JoinTable *table, Size bytes)
{
	table->used += bytes;
	table->peak = Max(table->peak, table->used);
}

/* Ends with a NULL chunk or row. */
static uint64 *
next_row(const RowShape *shape, RowChunk **chunk, Size *at)
{
	uint64 *row;

	while (*chunk != NULL && *at >= (*chunk)->used)
	{
		*chunk = (*chunk)->next.chunk;
		*at = 0;
	}
	if (*chunk == NULL)
		return NULL;
	row = &(*chunk)->words[*at + 1];
	*at += 1 + (Size) inf_row_length(shape, row);
	return row;
}

static void
free_chunks(JoinTable *table, JoinPart *part)
{
	RowChunk *chunk = part->first;

	while (chunk != NULL)
	{
		RowChunk *next = chunk->next.chunk;

		pfree(chunk);
		chunk = next;
	}
	table->used -= part->bytes + (Size) part->built_rows * DIRECTORY_BYTES;
	part->first = part->last = NULL;
	part->bytes = 0;
}

static void
spill_part(JoinTable *table, JoinPart *part)
{
	RowChunk *chunk = part->first;
	Size at = 0;
	uint64 *row;

	part->build_file = inf_row_file_create(table->files);
	while ((row = next_row(table->shape, &chunk, &at)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		inf_row_file_write(part->build_file, table->shape, row);
	}
	free_chunks(table, part);
}

void
inf_table_leave(JoinTable *table, Size bytes)
{
	while (table->used + bytes > table->limit)
	{
		JoinPart *largest = NULL;

		for (int i = 0; i < table->nparts; i++)
		{
			JoinPart *part = &table->parts[i];

			if (part->first != NULL && (largest == NULL || part->bytes > largest->bytes))
				largest = part;
		}
		if (largest == NULL)
			return;
		spill_part(table, largest);
	}
}

static void
add_chunk(JoinTable *table, JoinPart *part, Size words)
{
	Size room = part->last == NULL ? MIN_CHUNK_WORDS : 2 * part->last->room;
	Size bytes;
	RowChunk *chunk;

	room = Max(Min(room, table->chunk_words), words);
	bytes = offsetof(RowChunk, words) + room * sizeof(uint64);
	chunk = inf_memory_to_write(table->context, bytes);
	chunk->next.chunk = NULL;
	chunk->used = 0;
	chunk->room = room;
	if (part->last == NULL)
		part->first = chunk;
	else
		part->last->next.chunk = chunk;
	part->last = chunk;
	part->bytes += bytes;
	charge(table, bytes);
}

uint64 *
inf_table_scratch(JoinTable *table, uint32 words)
{
	if (table->scratch == NULL || table->scratch_room < words)
	{
		if (table->scratch != NULL)
			pfree(table->scratch);
		table->scratch =
		    MemoryContextAllocHuge(table->context, (1 + (Size) words) * sizeof(uint64));
		table->scratch_room = words;
	}
	return table->scratch + 1;
}

uint64 *
inf_table_room(JoinTable *table, uint64 key, uint32 words)
{
	JoinPart *part = inf_table_part(table, inf_join_hash(key));
	RowChunk *chunk = part->last;
	uint64 *row;

	if (part->build_file == NULL && (chunk == NULL || chunk->room - chunk->used <= words))
	{
		add_chunk(table, part, 1 + (Size) words);
		if (table->may_spill)
			inf_table_leave(table, 0);
		chunk = part->last;
	}
	if (part->build_file != NULL)
	{
		row = inf_table_scratch(table, words);
		table->spilling = part;
	}
	else
	{
		row = &chunk->words[chunk->used + 1];
		chunk->used += 1 + (Size) words;
		__builtin_prefetch(&chunk->words[chunk->used + WRITE_AHEAD], 1);
		table->spilling = NULL;
		charge(table, DIRECTORY_BYTES);
	}
	inf_row_begin(table->shape, row, key, words);
	part->built_rows++;
	table->nrows++;
	return row;
}

void
inf_table_add(JoinTable *table, uint64 *row)
{
	if (table->spilling != NULL)
		inf_row_file_write(table->spilling->build_file, table->shape, row);
}

/*
 * A stretch of memory for the finished parts of a large table. Side by side they can have large
 * pages, without which a probe of such a table spends its time on looking up addresses.
 */
typedef struct Stretch
{
	char *next;
	Size left;
} Stretch;

/* Of a small table there is none. */
static Stretch
reserve(MemoryContext context, Size bytes)
{
	Stretch stretch = {NULL, 0};

	if (bytes >= INF_LARGE_PAGE)
	{
		stretch.next = inf_memory_in_large_pages(context, bytes);
		stretch.left = bytes;
	}
	return stretch;
}

static void *
take(Stretch *stretch, MemoryContext context, Size bytes)
{
	char *result = stretch->next;

	if (bytes > stretch->left)
	{
		result = MemoryContextAllocHuge(context, bytes + INF_CACHE_LINE);
		return (char *) TYPEALIGN(INF_CACHE_LINE, (uintptr_t) result);
	}
	stretch->next += bytes;
	stretch->left -= bytes;
	return result;
}

/* Runs and directories of the parts that are still to be finished. */
typedef struct Stretches
{
	Stretch runs;
	Stretch places;
	bool reserved;
} Stretches;

/* The first part tells about how many runs each has. */
static void
reserve_stretches(JoinTable *table, Stretches *stretches, const PartSizes *sizes)
{
	Size nparts = 0;
	Size nrows = 0;
	Size nruns;
	Size run_bytes;
	Size place_bytes;
	Stretch all;

	for (int i = 0; i < table->nparts; i++)
	{
		if (table->parts[i].first == NULL)
			continue;
		nparts++;
		nrows += table->parts[i].built_rows;
	}
	nruns = nparts * (sizes->nruns + sizes->nruns / 32 + 1);
	run_bytes = (nrows * table->placed->words + nruns * RUN_WORDS) * sizeof(uint64);
	place_bytes =
	    TYPEALIGN(INF_CACHE_LINE, nparts * (sizes->place_bytes + sizes->place_bytes / 32));
	stretches->reserved = true;
	/* directories are the smaller, and each probe reads one: so they come first */
	all = reserve(table->context, place_bytes + run_bytes);
	if (all.next == NULL)
		return;
	stretches->places = (Stretch){all.next, place_bytes};
	stretches->runs = (Stretch){all.next + place_bytes, run_bytes};
}

/* Hashes spread keys evenly: returns how many runs another part may be expected to have. */
static uint64
finish_part(JoinTable *table, JoinPart *part, Stretches *stretches, uint64 expected_runs)
{
	int nchunks = 0;
	RowChunk **chunks;
	PartSizes sizes;

	for (RowChunk *chunk = part->first; chunk != NULL; chunk = chunk->next.chunk)
		nchunks++;
	chunks = palloc(nchunks * sizeof(RowChunk *));
	nchunks = 0;
	for (RowChunk *chunk = part->first; chunk != NULL; chunk = chunk->next.chunk)
		chunks[nchunks++] = chunk;

	sizes = inf_part_measure(table, chunks, nchunks, part->built_rows, expected_runs);
	if (!stretches->reserved)
		reserve_stretches(table, stretches, &sizes);
	part->runs = take(&stretches->runs, table->context, sizes.run_bytes);
	part->places = take(&stretches->places, table->context, sizes.place_bytes);
	if (sizes.mark_bytes > 0)
		part->marks = MemoryContextAllocHuge(table->context, sizes.mark_bytes);
	if (sizes.reference_bytes > 0)
		part->references = MemoryContextAllocHuge(table->context, sizes.reference_bytes);
	inf_part_fill(table, part, chunks, nchunks, &sizes);
	inf_part_point(part, table->context);
	free_chunks(table, part);
	charge(table, sizes.run_bytes + sizes.place_bytes + sizes.mark_bytes + sizes.reference_bytes);
	return sizes.nruns;
}

void
inf_table_finish(JoinTable *table)
{
	MemoryContext passing =
	    AllocSetContextCreate(table->context, "AttributionJoin part", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(passing);
	Stretches stretches = {0};
	uint64 expected_runs = 0;

	for (int i = 0; i < table->nparts; i++)
	{
		JoinPart *part = &table->parts[i];

		if (part->build_file == NULL && part->first != NULL)
			expected_runs = finish_part(table, part, &stretches, expected_runs);
		MemoryContextReset(passing);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(passing);
}

void *
inf_table_extra_room(JoinTable *table, Size bytes)
{
	Stretch stretch = reserve(table->context, bytes);

	charge(table, bytes);
	return take(&stretch, table->context, bytes);
}
