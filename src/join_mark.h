/*
 * join_mark.h
 *		Which rows of an attribution join's table have matched: a bit for each.
 *
 * The bits are apart from the rows, which are the shorter for it, and few enough for the processor's
 * cache. A row's bit is that of the word where it begins.
 */
#ifndef INF_JOIN_MARK_H
#define INF_JOIN_MARK_H

#include "join_table.h"

#define MARK_BITS 32

/* For so many words of runs. */
static inline Size
inf_mark_bytes(uint64 words)
{
	return MAXALIGN((words + MARK_BITS - 1) / MARK_BITS * sizeof(pg_atomic_uint32));
}

/* The bits of the row, and of those about it. */
static inline pg_atomic_uint32 *
inf_row_marks(const JoinPart *part, const uint64 *row)
{
	return &part->marks[(Size) (row - part->runs) / MARK_BITS];
}

static inline uint32
inf_row_mark_bit(const JoinPart *part, const uint64 *row)
{
	return (uint32) 1 << (Size) (row - part->runs) % MARK_BITS;
}

static inline bool
inf_row_is_marked(const JoinPart *part, const uint64 *row)
{
	return (pg_atomic_read_u32(inf_row_marks(part, row)) & inf_row_mark_bit(part, row)) != 0;
}

/* Marks the row, as others may who share the table. Was it not marked before? */
static inline bool
inf_row_mark(const JoinPart *part, const uint64 *row, bool shared)
{
	pg_atomic_uint32 *marks = inf_row_marks(part, row);
	uint32 bit = inf_row_mark_bit(part, row);
	uint32 known = pg_atomic_read_u32(marks);

	if ((known & bit) != 0)
		return false;
	if (shared)
		return (pg_atomic_fetch_or_u32(marks, bit) & bit) == 0;
	pg_atomic_write_u32(marks, known | bit);
	return true;
}

static inline void
inf_part_unmark(const RowShape *placed, const JoinPart *part)
{
	uint64 *end = (uint64 *) inf_next_run(placed, inf_last_run(part));

	memset(part->marks, 0, inf_mark_bytes(end - part->runs));
}

#endif
