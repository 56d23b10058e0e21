/*
 * sparse.c
 *		Sparse matrices, and the solution of (I - A) x = b.
 */
#include "core/sparse.h"

#include <math.h>
#include <string.h>

#include "core/host.h"

double *
inf_zero_vector(uint32_t n)
{
	double *v = INF_ALLOC_ARRAY(double, n);

	memset(v, 0, (size_t) n * sizeof(double));
	return v;
}

InfSparse
inf_sparse_transpose(InfSparse a)
{
	InfSparse t;
	uint64_t nnz = a.first[a.n];
	uint64_t *next;

	t.n = a.n;
	t.first = INF_ALLOC_ARRAY(uint64_t, (size_t) a.n + 1);
	t.to = INF_ALLOC_ARRAY(uint32_t, nnz);
	t.value = INF_ALLOC_ARRAY(double, nnz);
	memset(t.first, 0, ((size_t) a.n + 1) * sizeof(uint64_t));
	for (uint64_t e = 0; e < nnz; e++)
		t.first[a.to[e] + 1]++;
	for (uint32_t i = 0; i < a.n; i++)
		t.first[i + 1] += t.first[i];
	next = INF_ALLOC_ARRAY(uint64_t, a.n);
	memcpy(next, t.first, a.n * sizeof(uint64_t));
	for (uint32_t i = 0; i < a.n; i++)
	{
		for (uint64_t e = a.first[i]; e < a.first[i + 1]; e++)
		{
			uint64_t at = next[a.to[e]]++;

			t.to[at] = i;
			t.value[at] = a.value[e];
		}
		if (i % INF_SPARSE_POLL == 0)
			inf_poll();
	}
	inf_free(next);
	return t;
}

void
inf_sparse_free(InfSparse a)
{
	inf_free(a.first);
	inf_free(a.to);
	inf_free(a.value);
}

double
inf_sparse_residual(InfSparse a, const double *b, const double *x, double *res)
{
	double largest = 0;

	for (uint32_t i = 0; i < a.n; i++)
	{
		double sum = b[i] - x[i];

		for (uint64_t e = a.first[i]; e < a.first[i + 1]; e++)
			sum += a.value[e] * x[a.to[e]];
		res[i] = sum;
		if (fabs(sum) > largest)
			largest = fabs(sum);
		if (i % INF_SPARSE_POLL == 0)
			inf_poll();
	}
	return largest;
}

double
inf_dot(const double *a, const double *b, uint32_t n)
{
	double sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

double
inf_norm(const double *x, uint32_t n)
{
	return sqrt(inf_dot(x, x, n));
}

void
inf_sparse_solve(InfSparse a, const double *b, double *x, InfSparseStats *stats)
{
	uint32_t n = a.n;
	double *r = inf_zero_vector(n), *r0 = inf_zero_vector(n), *p = inf_zero_vector(n),
	       *v = inf_zero_vector(n), *s = inf_zero_vector(n), *u = inf_zero_vector(n),
	       *zero = inf_zero_vector(n), *best_x = inf_zero_vector(n);
	double rho = 1, alpha = 1, omega = 1;
	double scale = 0;
	double largest;
	double best;
	uint32_t iteration = 0;
	uint32_t jacobi_steps = 4;
	bool broken = true;

	for (uint32_t i = 0; i < n; i++)
		scale = fabs(b[i]) > scale ? fabs(b[i]) : scale;
	largest = best = inf_sparse_residual(a, b, x, r);
	memcpy(best_x, x, n * sizeof(double));
	while (largest > INF_SPARSE_TOLERANCE * scale && iteration < INF_SPARSE_ITERATIONS)
	{
		double rho_next, beta, us, uu;

		iteration++;
		if (broken)
		{
			/* start anew from a few Jacobi steps, more each time */
			for (uint32_t step = 0; step < jacobi_steps && largest > 0; step++)
			{
				for (uint32_t i = 0; i < n; i++)
					x[i] += r[i];
				largest = inf_sparse_residual(a, b, x, r);
			}
			iteration += jacobi_steps;
			jacobi_steps *= jacobi_steps < 1024 ? 2 : 1;
			memcpy(r0, r, n * sizeof(double));
			memset(p, 0, n * sizeof(double));
			memset(v, 0, n * sizeof(double));
			rho = alpha = omega = 1;
			broken = false;
			best = largest;
			memcpy(best_x, x, n * sizeof(double));
			continue;
		}
		rho_next = inf_dot(r0, r, n);
		beta = rho_next / rho * (alpha / omega);
		rho = rho_next;
		for (uint32_t i = 0; i < n; i++)
			p[i] = r[i] + beta * (p[i] - omega * v[i]);
		inf_sparse_residual(a, zero, p, v); /* v = -(I - A) p */
		for (uint32_t i = 0; i < n; i++)
			v[i] = -v[i];
		alpha = rho / inf_dot(r0, v, n);
		for (uint32_t i = 0; i < n; i++)
			s[i] = r[i] - alpha * v[i];
		inf_sparse_residual(a, zero, s, u);
		for (uint32_t i = 0; i < n; i++)
			u[i] = -u[i];
		us = inf_dot(u, s, n);
		uu = inf_dot(u, u, n);
		omega = uu > 0 ? us / uu : 0;
		if (!isfinite(alpha) || !isfinite(omega) || omega == 0)
		{
			if (isfinite(alpha) && uu == 0)
			{
				for (uint32_t i = 0; i < n; i++)
					x[i] += alpha * p[i];
			}
			largest = inf_sparse_residual(a, b, x, r);
			broken = true;
		}
		else
		{
			for (uint32_t i = 0; i < n; i++)
				x[i] += alpha * p[i] + omega * s[i];
			largest = inf_sparse_residual(a, b, x, r); /* the true one, not the recurrence's */
		}
		if (!isfinite(largest) || largest > 1e3 * best)
		{
			/* gone astray */
			memcpy(x, best_x, n * sizeof(double));
			largest = inf_sparse_residual(a, b, x, r);
			broken = true;
		}
		if (largest < best)
		{
			best = largest;
			memcpy(best_x, x, n * sizeof(double));
		}
		/* rounding is as far as it goes */
		if (iteration > 200 && largest <= 1e3 * INF_SPARSE_TOLERANCE * scale)
			break;
	}
	if (iteration > stats->iterations)
		stats->iterations = iteration;
	if (largest > stats->residual)
		stats->residual = largest;
	inf_free(r);
	inf_free(r0);
	inf_free(p);
	inf_free(v);
	inf_free(s);
	inf_free(u);
	inf_free(zero);
	inf_free(best_x);
}

void
inf_sparse_multiply(InfSparse q, const double *x, double *y)
{
	for (uint32_t i = 0; i < q.n; i++)
	{
		double sum = 0;

		for (uint64_t e = q.first[i]; e < q.first[i + 1]; e++)
			sum += q.value[e] * x[q.to[e]];
		y[i] = sum;
		if (i % INF_SPARSE_POLL == 0)
			inf_poll();
	}
}
