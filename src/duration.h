/*
 * duration.h
 *		Intervals as lengths of time in microseconds, in which a day is exactly 24 hours.
 *
 * So what depends on them is immutable and the same in every time zone. Months have no length.
 */
#ifndef INF_DURATION_H
#define INF_DURATION_H

#include "lib/stringinfo.h"
#include "utils/timestamp.h"

/*
 * Microseconds of an interval. Raises 22023 if it has months, is negative or is infinite, 22008
 * if it is too long; "what" names it in the message ("lookback window").
 */
extern int64 inf_duration_of_interval(const Interval *span, const char *what);

/* The same from text; 22P02 if the text is no interval. */
extern int64 inf_duration_of_text(const char *text, const char *what);

/* Appends it as "7 days", "12:00:00" or "1 day 12:00:00", which read back as the same length. */
extern void inf_append_duration(StringInfo buf, int64 duration);

#endif
