/*
 * markov_dense.c
 *		The Markov equations of a few states, by state reduction.
 *
 * Eliminating state m puts the walks through it into the transitions between those before it. The
 * pivot is what leaves m for them or for good, added up and not had by subtracting from 1. So
 * I - Q = (I - F)(S - L) with F, S, L that have no negative elements, and N follows from them by
 * additions and multiplications alone.
 */
#include <math.h>
#include <string.h>

#include "core/host.h"
#include "core/markov_system.h"

/* A square matrix by rows. */
typedef struct Matrix
{
	uint32_t n;
	double *element;
} Matrix;

static inline double *
row_of(Matrix m, uint32_t i)
{
	return m.element + (size_t) i * m.n;
}

static Matrix
new_matrix(uint32_t n)
{
	Matrix m = {n, inf_alloc(inf_array_size((size_t) n * n, sizeof(double)))};

	memset(m.element, 0, (size_t) n * n * sizeof(double));
	return m;
}

/* y += a x */
static inline void
add_scaled(double *restrict y, double a, const double *restrict x, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		y[i] += a * x[i];
}

/* On return, F above the diagonal of a, S on it and L below. "absorb" is used up. */
static void
reduce(Matrix a, double *absorb)
{
	for (uint32_t m = a.n; m-- > 0;)
	{
		const double *row = row_of(a, m);
		double leaving = absorb[m];

		for (uint32_t j = 0; j < m; j++)
			leaving += row[j];
		if (leaving == 0)
			leaving = 1; /* a state of no journey: nothing comes to it either */
		row_of(a, m)[m] = leaving;
		for (uint32_t i = 0; i < m; i++)
		{
			double *other = row_of(a, i);
			double f = other[m];

			if (f == 0)
				continue;
			other[m] = f = f / leaving;
			add_scaled(other, f, row, m);
			absorb[i] += f * absorb[m];
		}
		inf_poll();
	}
}

/* N from the reduced matrix. */
static Matrix
invert(Matrix a)
{
	Matrix x = new_matrix(a.n);

	/* (I - F) Y = I, from the last row up: Y is upper triangular */
	for (uint32_t i = a.n; i-- > 0;)
	{
		double *y = row_of(x, i);

		y[i] = 1;
		for (uint32_t p = i + 1; p < a.n; p++)
		{
			double f = row_of(a, i)[p];

			if (f != 0)
				add_scaled(y + p, f, row_of(x, p) + p, a.n - p);
		}
		if (i % 16 == 0)
			inf_poll();
	}
	/* (S - L) X = Y, from the first row down */
	for (uint32_t m = 0; m < a.n; m++)
	{
		double *row = row_of(x, m);
		double inverse = 1 / row_of(a, m)[m];

		for (uint32_t j = 0; j < m; j++)
		{
			double l = row_of(a, m)[j];

			if (l != 0)
				add_scaled(row, l, row_of(x, j), a.n);
		}
		for (uint32_t c = 0; c < a.n; c++)
			row[c] *= inverse;
		if (m % 16 == 0)
			inf_poll();
	}
	return x;
}

/* Solves the small system A x = b in place (b becomes x), by elimination with pivoting. */
static void
solve_small(Matrix a, double *b, double *c)
{
	uint32_t n = a.n;

	for (uint32_t k = 0; k < n; k++)
	{
		uint32_t pivot = k;

		for (uint32_t i = k + 1; i < n; i++)
		{
			if (fabs(row_of(a, i)[k]) > fabs(row_of(a, pivot)[k]))
				pivot = i;
		}
		if (pivot != k)
		{
			for (uint32_t j = k; j < n; j++)
			{
				double swap = row_of(a, k)[j];

				row_of(a, k)[j] = row_of(a, pivot)[j];
				row_of(a, pivot)[j] = swap;
			}
			{
				double swap = b[k];

				b[k] = b[pivot];
				b[pivot] = swap;
				swap = c[k];
				c[k] = c[pivot];
				c[pivot] = swap;
			}
		}
		for (uint32_t i = k + 1; i < n; i++)
		{
			double f = row_of(a, i)[k] / row_of(a, k)[k];

			if (f == 0)
				continue;
			for (uint32_t j = k + 1; j < n; j++)
				row_of(a, i)[j] -= f * row_of(a, k)[j];
			b[i] -= f * b[k];
			c[i] -= f * c[k];
		}
		if (k % 64 == 0)
			inf_poll();
	}
	for (uint32_t k = n; k-- > 0;)
	{
		for (uint32_t j = k + 1; j < n; j++)
		{
			b[k] -= row_of(a, k)[j] * b[j];
			c[k] -= row_of(a, k)[j] * c[j];
		}
		b[k] /= row_of(a, k)[k];
		c[k] /= row_of(a, k)[k];
	}
}

typedef struct Solution
{
	Matrix n;       /* N */
	double *visits; /* n */
	double *h;
	double *v; /* h, with values */
} Solution;

/* Walks that convert by way of the influencer's states: n_S (N_SS)^-1 h_S, and the same in value. */
static void
by_way_of(const Solution *s, const uint32_t *states, uint32_t count, double *orders, double *value)
{
	Matrix block;
	double *h, *v;

	*orders = *value = 0;
	if (count == 1)
	{
		double visit = s->visits[states[0]] / row_of(s->n, states[0])[states[0]];

		*orders = visit * s->h[states[0]];
		*value = visit * s->v[states[0]];
		return;
	}
	if (count == 0)
		return;
	block = new_matrix(count);
	h = INF_ALLOC_ARRAY(double, count);
	v = INF_ALLOC_ARRAY(double, count);
	for (uint32_t i = 0; i < count; i++)
	{
		for (uint32_t j = 0; j < count; j++)
			row_of(block, i)[j] = row_of(s->n, states[i])[states[j]];
		h[i] = s->h[states[i]];
		v[i] = s->v[states[i]];
	}
	solve_small(block, h, v);
	for (uint32_t i = 0; i < count; i++)
	{
		*orders += s->visits[states[i]] * h[i];
		*value += s->visits[states[i]] * v[i];
	}
	inf_free(block.element);
	inf_free(h);
	inf_free(v);
}

void
inf_markov_dense(const InfMarkovSystem *system, InfMarkov *result)
{
	uint32_t n = system->n;
	Matrix a = new_matrix(n);
	double *absorb = INF_ALLOC_ARRAY(double, n);
	Solution s;

	for (uint32_t i = 0; i < n; i++)
	{
		for (uint64_t e = system->q.first[i]; e < system->q.first[i + 1]; e++)
			row_of(a, i)[system->q.to[e]] = system->q.value[e];
		absorb[i] = system->absorb[i];
	}
	reduce(a, absorb);
	s.n = invert(a);
	inf_free(a.element);
	inf_free(absorb);

	s.visits = INF_ALLOC_ARRAY(double, n);
	s.h = INF_ALLOC_ARRAY(double, n);
	s.v = INF_ALLOC_ARRAY(double, n);
	memset(s.visits, 0, n * sizeof(double));
	for (uint32_t i = 0; i < n; i++)
	{
		const double *row = row_of(s.n, i);

		s.h[i] = s.v[i] = 0;
		for (uint32_t j = 0; j < n; j++)
		{
			s.h[i] += row[j] * system->convert[j];
			s.v[i] += row[j] * system->value[j];
		}
		add_scaled(s.visits, system->start[i], row, n);
	}
	for (uint32_t i = 0; i < n; i++)
	{
		result->conversion_probability += system->start[i] * s.h[i];
		result->value += system->start[i] * s.v[i];
	}
	for (uint32_t i = 0; i < system->chain->ninfluencers; i++)
	{
		const uint32_t *states = system->owner_state + system->owner_first[i];
		uint32_t count = system->owner_first[i + 1] - system->owner_first[i];
		double orders, value;

		by_way_of(&s, states, count, &orders, &value);
		inf_set_effects(result, i, orders, value);
		if (result->visit_probability != NULL)
		{
			result->visit_probability[i] = s.visits[i] / row_of(s.n, i)[i];
			result->conversion[i] = s.h[i];
		}
	}
	result->dense = true;
	result->nexact = system->chain->ninfluencers;
	/* what n^2 additions of rounding errors can come to, relative to effects of at most 1 */
	result->error = 0x1p-52 * n * 4;
	inf_free(s.n.element);
	inf_free(s.visits);
	inf_free(s.h);
	inf_free(s.v);
}
