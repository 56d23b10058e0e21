/*
 * rows.h
 *		Events as they come, before they are sorted: appended in constant time.
 *
 * Rows have a customer's key, an instant and a payload, without padding. A few stay together; many
 * are scattered, when they are appended, over partitions by the leading bits of the key. So each
 * partition can be sorted by itself within the cache, and is done with before the next.
 * Memory is taken in chunks, none of which is ever moved.
 */
#ifndef INF_ROWS_H
#define INF_ROWS_H

#include <string.h>

#include "core/arena.h"
#include "core/event.h"

#define INF_PARTITION_BITS 8
#define INF_PARTITIONS (1 << INF_PARTITION_BITS)
#define INF_ROW_HEADER 16 /* bytes of key and instant */

/* Rows go to many places, where nobody has looked before: memory is asked for so many bytes ahead. */
#define INF_WRITE_AHEAD 96

typedef struct InfChunk
{
	struct InfChunk *next; /* the next newer one */
	size_t nrows; /* unless it is the newest, which is filled up to its partition's "next" */
	uint8_t rows[];
} InfChunk;

typedef struct InfPartition
{
	uint8_t *next; /* where the next row goes */
	uint8_t *end;
	InfChunk *oldest;
	InfChunk *newest;
	size_t nrows; /* in the chunks before the newest */
} InfPartition;

typedef struct InfRows
{
	size_t row_size;
	size_t nrows;
	size_t npartitions; /* 1 or INF_PARTITIONS */
	InfPartition *partitions;
	InfPartition first; /* as long as there is but one */
	InfArena arena;     /* of the chunks, if there are more */
} InfRows;

extern void inf_rows_init(InfRows *rows, size_t payload_size);
extern void inf_rows_free(InfRows *rows);

static inline InfPartition *
inf_rows_partition(InfRows *rows, uint64_t key)
{
	return rows->npartitions == 1 ? &rows->first
	                              : &rows->partitions[key >> (64 - INF_PARTITION_BITS)];
}

/* Is there room for a row with this key? If not, inf_rows_grow makes some. */
static inline bool
inf_rows_have_room(InfRows *rows, uint64_t key)
{
	const InfPartition *p = inf_rows_partition(rows, key);

	return p->next != p->end;
}

extern void inf_rows_grow(InfRows *rows, uint64_t key);

/* Appends a row, for which there is room; returns where its payload goes. */
static inline uint8_t *
inf_rows_append(InfRows *rows, uint64_t key, int64_t at)
{
	InfPartition *p = inf_rows_partition(rows, key);
	uint8_t *row = p->next;

	memcpy(row, &key, sizeof(key));
	memcpy(row + 8, &at, sizeof(at));
	p->next += rows->row_size;
	__builtin_prefetch(p->next + INF_WRITE_AHEAD, 1);
	rows->nrows++;
	return row + INF_ROW_HEADER;
}

/* The rows of one partition, in the order in which they came. */
typedef struct InfRowScan
{
	const InfRows *rows;
	const InfPartition *partition;
	const InfChunk *chunk;
	const uint8_t *row;
	const uint8_t *end;
} InfRowScan;

extern void inf_rows_scan(InfRowScan *scan, const InfRows *rows, size_t partition);

/* The next row, or NULL: key, instant, payload. */
extern const uint8_t *inf_rows_next(InfRowScan *scan);

/* How many rows a partition has. */
extern size_t inf_rows_in_partition(const InfRows *rows, size_t partition);

static inline uint64_t
inf_row_key(const uint8_t *row)
{
	uint64_t key;

	memcpy(&key, row, sizeof(key));
	return key;
}

static inline int64_t
inf_row_at(const uint8_t *row)
{
	int64_t at;

	memcpy(&at, row + 8, sizeof(at));
	return at;
}

/* Bytes that the rows take. */
extern size_t inf_rows_memory(const InfRows *rows);

#endif
