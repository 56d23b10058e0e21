/*
 * time_type.c
 *		The three time types that touches and orders may have.
 */
#include "postgres.h"

#include "compat.h"
#include "core/instant.h"
#include "time_type.h"

StaticAssertDecl(MIN_TIMESTAMP == INF_MIN_INSTANT && END_TIMESTAMP == INF_END_INSTANT,
                 "the core's range of instants must be that of timestamps");

const char *
inf_time_type_name(TimeType type)
{
	switch (type)
	{
		case TIME_TIMESTAMPTZ:
			return "timestamptz";
		case TIME_TIMESTAMP:
			return "timestamp";
		case TIME_DATE:
			return "date";
	}
	return NULL;
}

int64
inf_instant_of_date(DateADT date)
{
	if (DATE_IS_NOBEGIN(date))
		return INF_MINUS_INFINITY;
	if (DATE_IS_NOEND(date))
		return INF_PLUS_INFINITY;
	if (date >= TIMESTAMP_END_JULIAN - POSTGRES_EPOCH_JDATE)
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
		                errmsg("date out of range for timestamp")));
	return date * INF_US_PER_DAY;
}
