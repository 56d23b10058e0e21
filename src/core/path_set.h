/*
 * path_set.h
 *		Journeys without instants: how often each sequence of influencers led to orders, and how often
 *		to nothing. What attribution tools call a path table.
 *
 * Stored layout:
 *
 *	0	version, kind, identity of influencers, 0, 0, 0, 0, 0
 *	8	number of paths, size of the names section in bytes (8 bytes each)
 *	24	names; paths in the order of their sequences: length and codes (varints), orders and
 *		non-buyers (varints), revenue (number of parts, 8 bytes each; see exact_sum.h)
 */
#ifndef INF_PATH_SET_H
#define INF_PATH_SET_H

#include "core/exact_sum.h"
#include "core/names.h"
#include "core/set_kind.h"

#define INF_PATH_HEADER_SIZE 24
#define INF_MAX_PATH_COUNT                                                                         \
	((uint64_t) 1 << 53) /* orders, or non-buyers, that may be added at once */

typedef struct InfPath
{
	size_t n;
	const uint32_t *code; /* n of them; may be none: orders that nobody led to */
	uint64_t orders;
	uint64_t non_buyers;
	InfExactSum revenue;
} InfPath;

/* Paths by sequence, while they are counted. */
typedef struct InfPathEntry
{
	size_t start; /* of its codes, in "codes" */
	size_t n;
	uint64_t hash;
	uint64_t orders;
	uint64_t non_buyers;
	InfExactSum revenue;
} InfPathEntry;

typedef struct InfPathTable
{
	uint32_t *codes;
	size_t ncodes;
	size_t codes_capacity;
	InfPathEntry *entries;
	size_t nentries;
	size_t entries_capacity;
	size_t *slots; /* index of an entry plus one; 0: free */
	size_t nslots;
} InfPathTable;

extern void inf_path_table_init(InfPathTable *table);
extern void inf_path_table_free(InfPathTable *table);

/* The place of a path's sequence, which is added with counts of 0 if it is new. */
extern size_t inf_path_table_find(InfPathTable *table, const InfPath *path);

/* Is the path's sequence there, and where? */
extern bool inf_path_table_has(const InfPathTable *table, const InfPath *path, size_t *index);

/* Counts a path. */
extern void inf_path_table_add(InfPathTable *table, const InfPath *path);

/* The paths by length and codes: the same for the same paths, whatever order they came in. */
extern void inf_path_table_sort(InfPathTable *table);

/* Path i. */
extern InfPath inf_path_table_get(const InfPathTable *table, size_t i);

/* Encodes a table (which is sorted) with the names of its codes. */
extern void inf_write_paths(InfBuffer *out, const InfPathTable *table, const InfNames *names);

typedef struct InfPathReader
{
	const char *problem;
	InfNames names;
	uint64_t npaths;

	/* private */
	InfCursor cursor;
	uint64_t nread;
	uint32_t *code;
	size_t capacity;
} InfPathReader;

/* Starts reading; of a size of 0 there is nothing to read. */
extern void inf_path_reader_open(InfPathReader *reader, const uint8_t *bytes, size_t size);
extern bool inf_path_reader_next(InfPathReader *reader, InfPath *path);
extern void inf_path_reader_close(InfPathReader *reader);

#endif
