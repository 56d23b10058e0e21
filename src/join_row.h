/*
 * join_row.h
 *		Rows of either side of an attribution join, packed into words.
 *
 * A row is: instant, head (state and length), then if there are any the lookback, the NULLs and
 * the columns. Values that are no words of their own follow; their columns hold the offset from
 * a base, which is the row itself until it gets its place in a finished table. Until then the
 * word before the row is its key or the hash of its keys.
 *
 * Rows of one length that all may match have no head while they are gathered, and rows of a finished
 * table never have one: the fewer words, the more rows to a line of the processor's cache.
 */
#ifndef INF_JOIN_ROW_H
#define INF_JOIN_ROW_H

#include "executor/tuptable.h"
#include "storage/buffile.h"
#include "storage/sharedfileset.h"
#include "utils/sharedtuplestore.h"

/* States of a row, in its head: may it match at all? */
#define ROW_MATCHABLE 0
#define ROW_UNMATCHABLE 1

typedef struct RowHead
{
	uint32 state;
	uint32 words; /* see inf_row_length */
} RowHead;

#define ROW_AT(row) (*(int64 *) (row))
#define ROW_HEAD(row) ((RowHead *) ((row) + 1))
#define ROW_KEY(row) ((row)[-1])

/* A column that holds the number of the row. */
#define ROW_NUMBER 0

typedef struct RowColumn
{
	int source; /* number of the attribute, from 1; ROW_NUMBER; or -1 - number of the key */
	int16 length;
	bool by_value;
} RowColumn;

typedef struct RowShape
{
	int ncolumns;
	RowColumn *columns;
	bool has_references; /* are there columns that are no words? */
	bool has_head;
	int span;  /* where is the lookback, or 0 */
	int nulls; /* where are the NULLs, or 0: nobody asks of keys and numbers whether they are NULL */
	int first; /* where is the first column */
	int words; /* length without what follows */
} RowShape;

extern void inf_row_shape_add(RowShape *shape, int source, int16 length, bool by_value);

/* Rows with references have a head in any case. */
extern void inf_row_shape_finish(RowShape *shape, bool has_span, bool has_head);

/* The shape of the same rows in a finished table. */
extern RowShape inf_row_shape_without_head(const RowShape *shape);

/* Length of the row with what follows it, without its key. */
static inline uint32
inf_row_length(const RowShape *shape, uint64 *row)
{
	return shape->has_head ? ROW_HEAD(row)->words : (uint32) shape->words;
}

/* A row that begins, of that length. */
static inline void
inf_row_begin(const RowShape *shape, uint64 *row, uint64 key, uint32 words)
{
	ROW_KEY(row) = key;
	if (shape->has_head)
		ROW_HEAD(row)->words = words;
}

/* Words of a row with these values. */
extern uint32 inf_row_words(const RowShape *shape, const Datum *values, const bool *isnull);

/* Fills NULLs and columns of a row. */
extern void inf_row_fill(const RowShape *shape, uint64 *row, const Datum *values,
                         const bool *isnull);

static inline Datum
inf_row_datum(const RowShape *shape, const uint64 *row, const char *base, int column)
{
	Datum word = (Datum) row[shape->first + column];

	return shape->columns[column].by_value ? word : PointerGetDatum(base + word);
}

/* Files of rows. */
extern BufFile *inf_row_file_create(MemoryContext context);
extern void inf_row_file_write(BufFile *file, const RowShape *shape, uint64 *row);

typedef struct RowReader
{
	const RowShape *shape;
	BufFile *file;                    /* or */
	SharedTuplestoreAccessor *shared; /* or neither, for no rows */
	uint64 *buffer;                   /* grows as needed */
	Size room;                        /* bytes */
	MemoryContext context;
} RowReader;

extern void inf_row_file_rewind(RowReader *reader);

/* A row in a shared file: its length in bytes comes first. */
#define SHARED_ROW_HEADER sizeof(uint64)

/* The next row, good until the next call; NULL at the end. */
extern uint64 *inf_row_file_read(RowReader *reader);

#endif
