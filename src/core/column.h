/*
 * column.h
 *		Columns of numbers in a block of a stored value.
 *
 * A column is written in the one form that its numbers ask for, so that equal columns have equal
 * bytes:
 *
 *	integers	base (the least), unit (the greatest common divisor of the differences), and
 *				(number - base) / unit in packed bits
 *	doubles		as integers divided by the smallest power of ten that gives back each of them
 *				exactly (money, mostly); else the 64 bits of each
 *
 * Readers check everything that a wrong byte could make unsafe.
 */
#ifndef INF_COLUMN_H
#define INF_COLUMN_H

#include "core/buffer.h"

extern void inf_write_int64s(InfBuffer *buffer, const int64_t *values, size_t n);
extern void inf_read_int64s(InfCursor *cursor, int64_t *values, size_t n);

/* Numbers that start near 0: no base, no unit. */
extern void inf_write_uint32s(InfBuffer *buffer, const uint32_t *values, size_t n);

/* Marks the cursor bad if one of the values is above "max". */
extern void inf_read_uint32s(InfCursor *cursor, uint32_t *values, size_t n, uint32_t max);

/* Strictly ascending keys; "first" is above all that came before, unless it is the first block. */
extern void inf_write_keys(InfBuffer *buffer, const uint64_t *keys, size_t n);
extern void inf_read_keys(InfCursor *cursor, uint64_t *keys, size_t n);

/* Finite numbers; minus zero becomes zero. */
extern void inf_write_doubles(InfBuffer *buffer, const double *values, size_t n);
extern void inf_read_doubles(InfCursor *cursor, double *values, size_t n);

#endif
