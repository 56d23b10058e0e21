/*
 * exact_sum.h
 *		Exact sums of doubles: the same bits in whatever order, and however split, they are added.
 *
 * The sum is held as a few doubles that do not overlap, without rounding (Shewchuk 1997, "Adaptive
 * Precision Floating-Point Arithmetic", grow-expansion). As many as are held here are enough for
 * numbers whose magnitudes differ by 10^90; beyond that, the smallest part is rounded away.
 */
#ifndef INF_EXACT_SUM_H
#define INF_EXACT_SUM_H

#define INF_EXACT_PARTS 6

typedef struct InfExactSum
{
	int n;
	double part[INF_EXACT_PARTS]; /* ascending in magnitude */
} InfExactSum;

extern void inf_exact_add(InfExactSum *sum, double x);

/* The double nearest to the sum. */
extern double inf_exact_value(const InfExactSum *sum);

/*
 * The sum in its one form: the nearest double, then the double nearest to what is left, and so on.
 * Returns how many there are, at most INF_EXACT_PARTS; none for 0.
 */
extern int inf_exact_parts(const InfExactSum *sum, double *parts);

#endif
