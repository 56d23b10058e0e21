/*
 * exact_sum.c
 *		Exact sums of doubles.
 */
#include "core/exact_sum.h"

#include <math.h>

void
inf_exact_add(InfExactSum *sum, double x)
{
	double parts[INF_EXACT_PARTS + 1];
	int n = 0;

	for (int i = 0; i < sum->n; i++)
	{
		double a = sum->part[i];
		double high = a + x;
		double b = high - a;
		double low = (a - (high - b)) + (x - b);

		if (low != 0)
			parts[n++] = low;
		x = high;
	}
	if (x != 0)
		parts[n++] = x;

	/* more parts than there is room for: round the smallest away */
	if (n > INF_EXACT_PARTS)
	{
		for (int i = 1; i < n; i++)
			parts[i - 1] = parts[i];
		n--;
	}
	for (int i = 0; i < n; i++)
		sum->part[i] = parts[i];
	sum->n = n;
}

double
inf_exact_value(const InfExactSum *sum)
{
	int n = sum->n;
	double high, low = 0;

	if (n == 0)
		return 0;
	high = sum->part[--n];
	while (n > 0)
	{
		double x = high;
		double y = sum->part[--n];

		high = x + y;
		low = y - (high - x);
		if (low != 0)
			break;
	}
	/* half way between two doubles, and what is left decides which */
	if (n > 0 && ((low < 0 && sum->part[n - 1] < 0) || (low > 0 && sum->part[n - 1] > 0)))
	{
		double y = low * 2;
		double x = high + y;

		if (y == x - high)
			high = x;
	}
	return high;
}

int
inf_exact_parts(const InfExactSum *sum, double *parts)
{
	InfExactSum rest = *sum;
	int n = 0;

	while (rest.n > 0 && n < INF_EXACT_PARTS)
	{
		parts[n] = inf_exact_value(&rest);
		inf_exact_add(&rest, -parts[n]);
		n++;
	}
	return n;
}
