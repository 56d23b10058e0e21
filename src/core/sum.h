/*
 * sum.h
 *		A sum of doubles that keeps what each addition rounds off (Neumaier's form of Kahan's sum).
 */
#ifndef INF_SUM_H
#define INF_SUM_H

#include <math.h>

typedef struct InfSum
{
	double total;
	double lost;
} InfSum;

static inline void
inf_sum_add(InfSum *sum, double x)
{
	double t = sum->total + x;

	if (fabs(sum->total) >= fabs(x))
		sum->lost += (sum->total - t) + x;
	else
		sum->lost += (x - t) + sum->total;
	sum->total = t;
}

static inline double
inf_sum_value(const InfSum *sum)
{
	return sum->total + sum->lost;
}

#endif
