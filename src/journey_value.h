/*
 * journey_value.h
 *		A journey_set, opened.
 */
#ifndef INF_JOURNEY_VALUE_H
#define INF_JOURNEY_VALUE_H

#include "core/journey_set.h"
#include "core/model.h"

typedef struct JourneyValue
{
	InfJourneySet set;
	InfTouchHeader touches;
	InfPurchaseHeader purchases;
} JourneyValue;

/* Raises XX001 if it is damaged. The parts point into the (detoasted) value. */
extern JourneyValue inf_journeys_of_datum(Datum value);

/*
 * For what goes through the customers, order by order. Raises 0A000 if the model does not decide order by
 * order, or if the journeys came from paths, without customers.
 */
extern void inf_check_journey_wise(const JourneyValue *journeys, const InfModel *model);

/* Raises 54000 if the problem is a limit met, otherwise XX001 if there is one. */
extern void inf_check_journeys(const char *problem, bool limit);

#endif
