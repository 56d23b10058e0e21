/*
 * credit.h
 *		The share of one order that each touch of its journey earns under a rule model.
 *
 * A journey is the order's eligible touches with a weight above 0, of the highest priority
 * present. With base b_i of the model and weight w_i, the credit is c_i = b_i w_i / sum b_j w_j.
 *
 * Touches at one instant could stand in any order; their credit is the mean over all of those
 * orders, so that it does not depend on how the rows happen to lie.
 */
#ifndef INF_CREDIT_H
#define INF_CREDIT_H

#include "core/model.h"

/*
 * Writes the credit of each of the journey's n touches.
 *
 * at		instants, ascending; finite
 * weight	a touch's weight, finite and above 0, ascending within one instant; NULL: all are 1
 * credit	room for n; the credits sum to 1, unless the model is participation
 *
 * Returns NULL, or why the credit cannot be had (a limit). Takes O(n), and for position_based
 * O(n + f * l), where f and l are the numbers of different weights at the first and the last
 * instant.
 */
extern const char *inf_credit(const InfModel *model, const int64_t *at, const double *weight,
                              size_t n, double *credit);

#endif
