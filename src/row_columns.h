/*
 * row_columns.h
 *		Where columns are in a row of a table, which is not taken apart.
 *
 * In most rows they are where they are in all of them: behind columns of fixed length, none of which
 * is NULL. In others the way to them goes from column to column.
 */
#ifndef INF_ROW_COLUMNS_H
#define INF_ROW_COLUMNS_H

#include "access/htup_details.h"
#include "access/tupdesc.h"

#define INF_MOST_ROW_COLUMNS 4

/* Room for where they are: one more, for those on the way that are not looked for. */
#define INF_ROOM_OF_FOUND (INF_MOST_ROW_COLUMNS + 1)

/* A column on the way. */
typedef struct RowStep
{
	int16 length;    /* attlen */
	uint8 alignment; /* in bytes */
	uint8 wanted;    /* which of the columns that are looked for it is, or INF_MOST_ROW_COLUMNS */
} RowStep;

typedef struct RowColumns
{
	int n;                                   /* that are looked for */
	int offsets[INF_MOST_ROW_COLUMNS];       /* see inf_fixed_offset */
	bool are_fixed;                          /* none of these is -1 */
	bool are_alike;                          /* some are the same column */
	uint8 first_alike[INF_MOST_ROW_COLUMNS]; /* the first that is */
	int natts;                               /* that a row must have for all of them */
	int first;      /* on the way, in rows without NULLs: those before it are of fixed length */
	int end_before; /* where these end */
	RowStep *steps; /* of the natts */
} RowColumns;

/*
 * Where a column is in each row without NULLs, behind the row's header; -1 if that depends on the row,
 * or if it is no column of the table's own. A value of variable length is found from there by
 * inf_varlena_at().
 */
extern int inf_fixed_offset(TupleDesc desc, int attno);

/* How to find the columns, at most INF_MOST_ROW_COLUMNS, each of which is one of the table's own. */
extern void inf_row_columns_init(RowColumns *columns, MemoryContext context, TupleDesc desc,
                                 const int *attnos, int n);

/*
 * Where the columns are in a row that has so many attributes, NULLs or not; NULL for a NULL. There is the
 * value itself, be it of variable length or not. There must be INF_ROOM_OF_FOUND.
 */
extern void inf_find_columns(const RowColumns *columns, HeapTupleHeader header, const char **found);

/* A value of variable length: a short one stands where the one before it ends, a long one is aligned as whole numbers are. */
static inline struct varlena *
inf_varlena_at(const char *at)
{
	return (struct varlena *) (*at == 0 ? INTALIGN(at) : (uintptr_t) at);
}

/*
 * Where the columns are in a row that has all of them and no NULL in front of one: see
 * inf_row_has_columns. A value of variable length is found by inf_varlena_at().
 */
static inline void
inf_find_all_columns(const RowColumns *columns, HeapTupleHeader header, const char **found)
{
	if (!columns->are_fixed)
	{
		inf_find_columns(columns, header, found);
		return;
	}
	for (int i = 0; i < columns->n; i++)
		found[i] = (const char *) header + header->t_hoff + columns->offsets[i];
}

/* Are the row's first columns where they are in rows without NULLs? */
static inline bool
inf_row_has_columns(HeapTupleHeader header, int natts)
{
	if (HeapTupleHeaderGetNatts(header) < natts)
		return false;
	if (likely((header->t_infomask & HEAP_HASNULL) == 0))
		return true;
	for (int i = 0; i < natts; i++)
	{
		if (att_isnull(i, header->t_bits))
			return false;
	}
	return true;
}

/* A whole number of the length, as a Datum of that length would be read. */
static inline int64
inf_read_word(const char *at, int length)
{
	switch (length)
	{
		case 1:
			return (int64) *at;
		case 2:
			return (int64) * (const int16 *) at;
		case 4:
			return (int64) * (const int32 *) at;
		default:
			return *(const int64 *) at;
	}
}

#endif
