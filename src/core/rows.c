/*
 * rows.c
 *		Events as they come, before they are sorted.
 */
#include "core/rows.h"

#include "core/host.h"

/* So many rows stay in one partition. */
#define SCATTER_ABOVE 65536

/*
 * Chunks grow with what they are added to, so that little is left empty. Their sizes are powers of
 * two, as hosts like them.
 */
#define MIN_CHUNK_SIZE 256
#define MAX_CHUNK_SIZE 8192
_Static_assert(MAX_CHUNK_SIZE <= INF_MOST_PIECE, "a chunk is a piece of an arena");

/* Those of the first rows are freed when these are scattered: a host may keep small ones for later. */
#define MAX_FIRST_CHUNK_SIZE 16384

void
inf_rows_init(InfRows *rows, size_t payload_size)
{
	memset(rows, 0, sizeof(*rows));
	rows->row_size = INF_ROW_HEADER + payload_size;
	rows->npartitions = 1;
}

static InfPartition *
partition_of(const InfRows *rows, size_t i)
{
	return rows->npartitions == 1 ? (InfPartition *) &rows->first : &rows->partitions[i];
}

static size_t
rows_in_newest(const InfRows *rows, const InfPartition *p)
{
	return p->newest == NULL ? 0 : (size_t) (p->next - p->newest->rows) / rows->row_size;
}

static void
free_chunks(InfPartition *p)
{
	while (p->oldest != NULL)
	{
		InfChunk *next = p->oldest->next;

		inf_free(p->oldest);
		p->oldest = next;
	}
	memset(p, 0, sizeof(*p));
}

void
inf_rows_free(InfRows *rows)
{
	free_chunks(&rows->first);
	inf_arena_free(&rows->arena);
	inf_free(rows->partitions);
	inf_rows_init(rows, rows->row_size - INF_ROW_HEADER);
}

static void
add_chunk(InfRows *rows, InfPartition *p)
{
	size_t have = (p->nrows + rows_in_newest(rows, p)) * rows->row_size;
	bool is_first = rows->npartitions == 1;
	size_t most = is_first ? MAX_FIRST_CHUNK_SIZE : MAX_CHUNK_SIZE;
	size_t size = MIN_CHUNK_SIZE;
	size_t capacity;
	InfChunk *chunk;

	while (size < most && size < have / 8)
		size *= 2;
	capacity = (size - sizeof(InfChunk)) / rows->row_size;
	chunk = is_first ? inf_alloc(size) : inf_arena_take(&rows->arena, size);
	chunk->next = NULL;
	chunk->nrows = 0;
	if (p->newest == NULL)
		p->oldest = chunk;
	else
	{
		p->newest->nrows = rows_in_newest(rows, p);
		p->nrows += p->newest->nrows;
		p->newest->next = chunk;
	}
	p->newest = chunk;
	p->next = chunk->rows;
	p->end = chunk->rows + capacity * rows->row_size;
}

/* From one partition to many. */
static void
scatter(InfRows *rows)
{
	InfPartition all = rows->first;
	InfRows one = *rows;
	InfRowScan scan;
	const uint8_t *row;

	rows->partitions = INF_ALLOC_ARRAY(InfPartition, INF_PARTITIONS);
	memset(rows->partitions, 0, INF_PARTITIONS * sizeof(InfPartition));
	memset(&rows->first, 0, sizeof(rows->first));
	rows->npartitions = INF_PARTITIONS;
	rows->nrows = 0;

	inf_rows_scan(&scan, &one, 0);
	while ((row = inf_rows_next(&scan)) != NULL)
	{
		uint64_t key = inf_row_key(row);
		InfPartition *p = inf_rows_partition(rows, key);

		if (p->next == p->end)
			add_chunk(rows, p);
		memcpy(p->next, row, rows->row_size);
		p->next += rows->row_size;
		rows->nrows++;
	}
	free_chunks(&all);
}

void
inf_rows_grow(InfRows *rows, uint64_t key)
{
	InfPartition *p;

	if (rows->npartitions == 1 && rows->nrows >= SCATTER_ABOVE)
		scatter(rows);
	p = inf_rows_partition(rows, key);
	if (p->next == p->end)
		add_chunk(rows, p);
}

static void
enter_chunk(InfRowScan *scan)
{
	const InfChunk *chunk = scan->chunk;

	scan->row = scan->end = NULL;
	if (chunk == NULL)
		return;
	scan->row = chunk->rows;
	scan->end = chunk == scan->partition->newest
	                ? scan->partition->next
	                : chunk->rows + chunk->nrows * scan->rows->row_size;
}

void
inf_rows_scan(InfRowScan *scan, const InfRows *rows, size_t partition)
{
	scan->rows = rows;
	scan->partition = partition_of(rows, partition);
	scan->chunk = scan->partition->oldest;
	enter_chunk(scan);
}

const uint8_t *
inf_rows_next(InfRowScan *scan)
{
	const uint8_t *row;

	while (scan->row == scan->end)
	{
		if (scan->chunk == NULL)
			return NULL;
		scan->chunk = scan->chunk->next;
		enter_chunk(scan);
	}
	row = scan->row;
	scan->row += scan->rows->row_size;
	return row;
}

size_t
inf_rows_in_partition(const InfRows *rows, size_t partition)
{
	const InfPartition *p = partition_of(rows, partition);

	return p->nrows + rows_in_newest(rows, p);
}

size_t
inf_rows_memory(const InfRows *rows)
{
	size_t memory = rows->npartitions == 1 ? 0 : rows->npartitions * sizeof(InfPartition);

	for (size_t i = 0; i < rows->npartitions; i++)
	{
		const InfPartition *p = partition_of(rows, i);

		memory += p->nrows * rows->row_size;
		if (p->newest != NULL)
			memory += (size_t) (p->end - p->newest->rows);
	}
	return memory;
}
