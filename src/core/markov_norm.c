/*
 * markov_norm.c
 *		How fast walks forget where they came from: the norm of what is left of a step beside w.
 *
 * The largest eigenvalue of S'S by the method of Lanczos. After k steps from a start that is
 * uniform on the sphere, what it finds is below (1 - e) times the eigenvalue with a probability of
 * at most 1.648 sqrt(n) exp(-sqrt(e) (2k - 1)): Kuczynski and Wozniakowski, "Estimating the largest
 * eigenvalue by the power and Lanczos algorithms with a random start", SIAM J. Matrix Anal. Appl.
 * 13 (1992), theorem 4.2; whatever the matrix. With the k and e below that is 1e-17 for n = 1e6. The
 * start here is not random but always the same, made without looking at the matrix: the bound holds
 * unless the matrix was made to defeat it.
 */
#include <math.h>
#include <string.h>

#include "core/hash.h"
#include "core/host.h"
#include "core/markov_flow.h"

#define STEPS 60
#define SHORTFALL 0.15

/* y = S x, or S' x if "transposed"; x is orthogonal to w and so is y. */
static void
apply(const InfFlow *flow, bool transposed, const double *x, double *y)
{
	const double *to_w = flow->step[transposed ? 0 : 1];
	const double *from_w = flow->step[transposed ? 1 : 0];
	double along = 0;

	inf_sparse_multiply(flow->matrix[transposed ? 1 : 0], x, y);
	for (uint32_t i = 0; i < flow->n; i++)
		along += to_w[i] * x[i];
	along /= 1 - flow->wstep;
	for (uint32_t i = 0; i < flow->n; i++)
		y[i] += along * from_w[i];
	inf_flow_project(flow, y);
}

/* Are all eigenvalues of the tridiagonal matrix below x? (Sturm's sequence) */
static bool
all_below(const double *diagonal, const double *beside, int k, double x)
{
	double pivot = 1;

	for (int i = 0; i < k; i++)
	{
		pivot = diagonal[i] - x - (i > 0 ? beside[i - 1] * beside[i - 1] / pivot : 0);
		if (pivot >= 0)
			return false;
	}
	return true;
}

static double
largest_eigenvalue(const double *diagonal, const double *beside, int k)
{
	double low = 0;
	double high = 0;

	for (int i = 0; i < k; i++)
	{
		double reach = diagonal[i] + (i > 0 ? beside[i - 1] : 0) +
		               (i + 1 < k ? beside[i] : 0); /* Gershgorin */

		high = reach > high ? reach : high;
	}
	high = high * (1 + 1e-12) + 1e-300;
	for (int i = 0; i < 100; i++)
	{
		double middle = low + (high - low) / 2;

		if (all_below(diagonal, beside, k, middle))
			high = middle;
		else
			low = middle;
	}
	return high;
}

/* The same start each time: about normally distributed, so about uniform in direction. */
static void
fill_start(double *x, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
	{
		double sum = -6;

		for (uint64_t d = 0; d < 12; d++)
			sum +=
			    (double) (inf_mix64(((uint64_t) i * 12 + d + 1) * UINT64_C(0x9E3779B97F4A7C15)) >>
			              11) *
			    0x1p-53;
		x[i] = sum;
	}
}

double
inf_flow_contraction(const InfFlow *flow)
{
	uint32_t n = flow->n;
	double *before = inf_zero_vector(n);
	double *now = inf_zero_vector(n);
	double *half = inf_zero_vector(n);
	double *next = inf_zero_vector(n);
	double diagonal[STEPS];
	double beside[STEPS];
	double largest = 0;
	double length;
	int k = 0;

	fill_start(now, n);
	inf_flow_project(flow, now);
	length = inf_norm(now, n);
	if (length < 1e-9)
		length = 0; /* w is all there is */
	for (uint32_t i = 0; i < n && length > 0; i++)
		now[i] /= length;
	while (k < STEPS && length > 0)
	{
		double *swap;

		apply(flow, false, now, half);
		apply(flow, true, half, next);
		diagonal[k] = 0;
		for (uint32_t i = 0; i < n; i++)
			diagonal[k] += half[i] * half[i];
		for (uint32_t i = 0; i < n; i++)
			next[i] -= diagonal[k] * now[i] + (k > 0 ? beside[k - 1] * before[i] : 0);
		length = inf_norm(next, n);
		beside[k++] = length;
		if (length < 1e-14)
			break; /* nothing else is there, but for rounding */
		for (uint32_t i = 0; i < n; i++)
			next[i] /= length;
		swap = before;
		before = now;
		now = next;
		next = swap;
	}
	if (k > 0)
		largest = largest_eigenvalue(diagonal, beside, k);
	inf_free(before);
	inf_free(now);
	inf_free(half);
	inf_free(next);
	largest = sqrt(largest / (1 - SHORTFALL)) + 1e-12;
	return largest < 1 ? largest : 1;
}
