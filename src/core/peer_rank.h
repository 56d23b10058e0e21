/*
 * peer_rank.h
 *		The probability that one does better than a peer drawn at random, for many at once.
 *
 * Of K peers, each has a posterior distribution of its own; they are independent. For each i this gives
 * the mean over j of P(theta_i > theta_j), without the K^2 pairs: O(K), to 1e-6; up to 16 peers by all pairs.
 */
#ifndef INF_PEER_RANK_H
#define INF_PEER_RANK_H

#include <stddef.h>

/*
 * A normal distribution (shape 0) with its mean and standard deviation, or the logarithm of a gamma
 * distribution with its shape: then "center" is its mode, log(shape / rate), and "scale" is not used.
 */
typedef struct InfPosterior
{
	double center;
	double scale; /* above 0 */
	double shape; /* 0, or at least 0.1 */
} InfPosterior;

/*
 * Writes the probability for each of "count" posteriors, at least 2. Posteriors that are more than
 * 250,000 times narrower than the range of all are taken as so wide.
 */
extern void inf_peer_rank(const InfPosterior *posteriors, size_t count, double *better);

#endif
