/*
 * sparse.h
 *		Sparse matrices, and the solution of (I - A) x = b.
 *
 * The matrices are those of walks that end: no element is negative, no row sums to more than 1, and
 * from every row there is a way out.
 */
#ifndef INF_SPARSE_H
#define INF_SPARSE_H

#include <stdint.h>

/* The largest residual that is accepted, where rounding allows it. */
#define INF_SPARSE_TOLERANCE 1e-13
#define INF_SPARSE_ITERATIONS 100000

/* Rows between two looks at whether the query was cancelled. */
#define INF_SPARSE_POLL 4096

/* Row i is to[first[i]] .. to[first[i + 1] - 1]. */
typedef struct InfSparse
{
	uint32_t n;
	uint64_t *first; /* n + 1 */
	uint32_t *to;
	double *value;
} InfSparse;

/* The largest of all systems that were solved. */
typedef struct InfSparseStats
{
	uint32_t iterations;
	double residual;
} InfSparseStats;

/* n zeros, which the caller frees with inf_free(). */
extern double *inf_zero_vector(uint32_t n);

/* The sum of products, in order; and the 2-norm. */
extern double inf_dot(const double *a, const double *b, uint32_t n);
extern double inf_norm(const double *x, uint32_t n);

extern InfSparse inf_sparse_transpose(InfSparse a);
extern void inf_sparse_free(InfSparse a);

/* y = A x */
extern void inf_sparse_multiply(InfSparse a, const double *x, double *y);

/* res = b - (I - A) x; returns its largest element. */
extern double inf_sparse_residual(InfSparse a, const double *b, const double *x, double *res);

/*
 * Solves (I - A) x = b from whatever x is, by the biconjugate gradient method (van der Vorst 1992).
 * Where that breaks down, or has gone astray, Jacobi steps take over: they always converge.
 */
extern void inf_sparse_solve(InfSparse a, const double *b, double *x, InfSparseStats *stats);

#endif
