/*
 * journey_value.h
 *		A journey_set, opened.
 */
#ifndef INF_JOURNEY_VALUE_H
#define INF_JOURNEY_VALUE_H

#include "core/journey_set.h"

typedef struct JourneyValue
{
	InfJourneySet set;
	InfTouchHeader touches;
	InfPurchaseHeader purchases;
} JourneyValue;

/* Raises XX001 if it is damaged. The parts point into the (detoasted) value. */
extern JourneyValue inf_journeys_of_datum(Datum value);

#endif
