/*
 * markov_order.h
 *		How far back should a Markov model look? Held-out likelihood of each order.
 *
 * Journeys are dealt to five folds, always in the same way. Each fold's journeys are foretold, step
 * by step until conversion or null, from the counts of the other four: the next influencer given
 * the last k, where counts are few mixed with the prediction given the last k - 1, and so on
 * down to none (Witten and Bell 1991). The mean logarithm of these probabilities, over journeys,
 * tells orders apart: a longer memory that has only learned the data by heart foretells worse.
 */
#ifndef INF_MARKOV_ORDER_H
#define INF_MARKOV_ORDER_H

#include "core/model.h"
#include "core/population.h"

#define INF_ORDER_FOLDS 5

/* Of more journeys than this, every so manieth is taken. */
#define INF_ORDER_JOURNEYS 200000

typedef struct InfOrderFit
{
	double log_likelihood; /* mean of a journey, natural logarithm */
	double gain;           /* over the order before; 0 for the first */
	double gain_error;     /* standard error of the gain */
	uint64_t contexts;     /* different memories of this length that were seen */
	bool recommended;
} InfOrderFit;

/*
 * Fits orders 1..max_order into fits[0..max_order-1]. Recommended is the lowest order that the best
 * one does not beat by more than a standard error. *njourneys: how many were used. Returns what is
 * wrong with the set, or NULL.
 */
extern const char *inf_markov_order(const InfJourneySet *set, uint32_t max_order, InfOrderFit *fits,
                                    uint64_t *njourneys);

#endif
