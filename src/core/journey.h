/*
 * journey.h
 *		From the touches that stand beside an order to the credit of each.
 */
#ifndef INF_JOURNEY_H
#define INF_JOURNEY_H

#include "core/model.h"

/* A touch as it comes, in any order. */
typedef struct InfTouch
{
	int64_t at;
	double weight;
	int32_t priority;
	uint32_t index; /* where its credit goes */
} InfTouch;

/* Weights beside 0 lie between these, so that no sum or ratio of them leaves the number range. */
#define INF_MIN_WEIGHT 1e-100
#define INF_MAX_WEIGHT 1e+100

/* May a touch have this weight? Also false for NaN. */
static inline bool
inf_is_weight(double weight)
{
	return weight == 0 || (weight >= INF_MIN_WEIGHT && weight <= INF_MAX_WEIGHT);
}

/*
 * Writes credit[touch.index] for each of the n touches: its share of the order at ordered_at.
 *
 * A touch earns 0 that comes after the order, is infinitely early, has weight 0, or has a lower
 * priority than another that is eligible. The touches array is sorted in place: those that earn
 * come first, by (at, weight), and are counted in *nearning; rows alike in both keep their order.
 * Whether a touch lies in the lookback window is for the caller to know.
 *
 * Returns NULL or a limit that was met (see inf_credit).
 */
extern const char *inf_journey_credit(const InfModel *model, int64_t ordered_at, InfTouch *touches,
                                      size_t n, double *credit, size_t *nearning);

#endif
