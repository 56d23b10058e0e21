/*
 * wide_sum.h
 *		Sums of doubles without any rounding: a fixed-point number as wide as the range of doubles
 *		(Kulisch's long accumulator).
 *
 * So a sum depends on what was added alone, and never on the order or on how it was split, however
 * much the magnitudes differ. Where few sums are held and few digits are in use, exact_sum.h is smaller.
 */
#ifndef INF_WIDE_SUM_H
#define INF_WIDE_SUM_H

#include <stdbool.h>

#include "core/buffer.h"

/* Digits of 32 bits from 2^-1074, the smallest double, to beyond the largest one times 2^62. */
#define INF_WIDE_DIGITS 70

/* A number of doubles that do not overlap and sum to any of these. */
#define INF_WIDE_PARTS 44

typedef struct InfWideSum
{
	uint32_t npending; /* additions since carries were resolved */
	int64_t digit[INF_WIDE_DIGITS];
} InfWideSum;

/* All numbers must be finite, and be at most 2^62 of them. A sum of zero bytes is 0. */
extern void inf_wide_add(InfWideSum *sum, double x);
extern void inf_wide_add_sum(InfWideSum *sum, const InfWideSum *other);

/* x * x and a * b, exactly, but for what is below the smallest double. */
extern void inf_wide_add_product(InfWideSum *sum, double a, double b);

/* The double nearest to the sum. */
extern double inf_wide_value(const InfWideSum *sum);

/* The sum as doubles of one sign, the largest first, without rounding. Returns how many. */
extern int inf_wide_parts(const InfWideSum *sum, double *part);

/* To and from bytes; each sum has one form. Marks the cursor bad if the bytes are no sum. */
extern void inf_write_wide_sum(InfBuffer *buffer, const InfWideSum *sum);
extern void inf_read_wide_sum(InfCursor *cursor, InfWideSum *sum);

#endif
