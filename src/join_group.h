/*
 * join_group.h
 *		Which rows of a part of an attribution join's table have the same key.
 */
#ifndef INF_JOIN_GROUP_H
#define INF_JOIN_GROUP_H

#include "join_table.h"

/* The rows of a part, in the order in which they were gathered. */
typedef struct RowCursor
{
	const RowShape *shape;
	RowChunk **chunks;
	int nchunks;
	Size at; /* in the first of these */
} RowCursor;

/* So many rows at a time, for what they need to be asked for before they need it. */
#define ROWS_AHEAD 64

/* The next rows; returns how many, 0 at the end. */
extern int inf_next_rows(RowCursor *cursor, uint64 **rows);

/* Rows of one key. Empty if it has none. */
typedef struct KeyGroup
{
	uint64 key;
	uint32 count;
	uint32 next; /* its place of the directory, then the word where its next row goes */
} KeyGroup;

/* The groups are nearly in the order of their places of the directory. */
typedef struct Grouping
{
	KeyGroup *groups;
	uint64 **firsts; /* a row of each, or NULL: the keys are words */
	uint64 nslots;   /* for groups */
	uint64 room;     /* for so many at most */
	uint64 most;     /* slots that can be of use */
	uint64 ngroups;
	Size reference_words; /* of all rows */
	int place_shift;
	MemoryContext comparing; /* two keys by functions; NULL: there are none of these */
} Grouping;

/* The number of a row's group comes in the place of its key. */
#define ROW_GROUP(row) ROW_KEY(row)

/* There is none: the row matches nothing. */
#define UNGROUPED PG_UINT64_MAX

/* In the present memory context. So many groups are expected; if there are more, it takes longer. */
extern Grouping *inf_group_rows(const JoinTable *table, RowCursor cursor, uint64 nrows,
                                uint64 expected);

#endif
