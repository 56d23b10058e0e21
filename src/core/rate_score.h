/*
 * rate_score.h
 *		The score where only counts are known: orders and customers reached.
 *
 * An influencer's orders are Poisson, at a rate per customer that has a gamma prior in common with
 * all others (see gamma_poisson.h); its score is 100 times the posterior probability that its rate exceeds that
 * of a peer drawn at random. Orders need not be whole; fewer than none count as none.
 */
#ifndef INF_RATE_SCORE_H
#define INF_RATE_SCORE_H

#include <stddef.h>

typedef struct InfRate
{
	double orders;    /* finite */
	double customers; /* above 0, finite */
	size_t index;     /* the caller's */
	double score;     /* the result */
} InfRate;

/* The order of the rates makes no difference. */
extern void inf_rate_scores(InfRate *rates, size_t n);

#endif
