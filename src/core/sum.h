/*
 * sum.h
 *		A sum of doubles that keeps what each addition rounds off (Neumaier's form of Kahan's sum).
 */
#ifndef INF_SUM_H
#define INF_SUM_H

typedef struct InfSum
{
	double total;
	double lost;
} InfSum;

static inline void
inf_sum_add(InfSum *sum, double x)
{
	double t = sum->total + x;
	double added = t - sum->total;

	/* what was rounded off, whichever of the two is larger (Knuth's form): it takes no branch */
	sum->lost += (sum->total - (t - added)) + (x - added);
	sum->total = t;
}

static inline double
inf_sum_value(const InfSum *sum)
{
	return sum->total + sum->lost;
}

#endif
