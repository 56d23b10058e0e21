/*
 * time_type.h
 *		The three time types that touches and orders may have.
 *
 * They are never mixed: an instant of one type is not compared with one of another, for that
 * would shift it silently by the session's time zone.
 */
#ifndef INF_TIME_TYPE_H
#define INF_TIME_TYPE_H

#include "utils/date.h"
#include "utils/timestamp.h"

/* Stored in values: never renumber. */
typedef enum TimeType
{
	TIME_TIMESTAMPTZ = 1,
	TIME_TIMESTAMP = 2,
	TIME_DATE = 3
} TimeType;

/* The type's name, or NULL if there is no such time type. */
extern const char *inf_time_type_name(TimeType type);

/* A date as microseconds at its midnight; the infinities stay what they are. 22008 if too far. */
extern int64 inf_instant_of_date(DateADT date);

#endif
