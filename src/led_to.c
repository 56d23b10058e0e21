/*
 * led_to.c
 *		The attribution operator ~> ("led to"), its commutator <~ and its named twin led_to().
 *
 * A touch led to an order when it came before it or with it, by no more than the lookback window;
 * both ends are closed, and infinities never qualify. With dates, days are calendar days.
 */
#include "postgres.h"

#include "fmgr.h"

#include "attribution_window.h"
#include "compat.h"
#include "core/instant.h"
#include "duration.h"

static inline bool
led_to_in_days(DateADT touched_on, DateADT ordered_on, int64 lookback)
{
	return touched_on <= ordered_on &&
	       (int64) ordered_on - touched_on <= lookback / INF_US_PER_DAY &&
	       !DATE_IS_NOBEGIN(touched_on) && !DATE_IS_NOEND(ordered_on);
}

/* timestamptz and timestamp are the same number, so one function serves both. */
PG_FUNCTION_INFO_V1(led_to_timestamp);
Datum
led_to_timestamp(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(inf_led_to(PG_GETARG_INT64(0), PG_GETARG_INT64(1), INF_DEFAULT_LOOKBACK));
}

PG_FUNCTION_INFO_V1(came_from_timestamp);
Datum
came_from_timestamp(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(inf_led_to(PG_GETARG_INT64(1), PG_GETARG_INT64(0), INF_DEFAULT_LOOKBACK));
}

PG_FUNCTION_INFO_V1(led_to_date);
Datum
led_to_date(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(
	    led_to_in_days(PG_GETARG_DATEADT(0), PG_GETARG_DATEADT(1), INF_DEFAULT_LOOKBACK));
}

PG_FUNCTION_INFO_V1(came_from_date);
Datum
came_from_date(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(
	    led_to_in_days(PG_GETARG_DATEADT(1), PG_GETARG_DATEADT(0), INF_DEFAULT_LOOKBACK));
}

/* With the lookback window as an interval. */
PG_FUNCTION_INFO_V1(led_to_timestamp_within);
Datum
led_to_timestamp_within(PG_FUNCTION_ARGS)
{
	int64 lookback = inf_duration_of_interval(PG_GETARG_INTERVAL_P(2), "lookback window");

	PG_RETURN_BOOL(inf_led_to(PG_GETARG_INT64(0), PG_GETARG_INT64(1), lookback));
}

PG_FUNCTION_INFO_V1(led_to_date_within);
Datum
led_to_date_within(PG_FUNCTION_ARGS)
{
	int64 lookback = inf_duration_of_interval(PG_GETARG_INTERVAL_P(2), "lookback window");

	PG_RETURN_BOOL(led_to_in_days(PG_GETARG_DATEADT(0), PG_GETARG_DATEADT(1), lookback));
}

/* With an attribution_window. */
static bool
led_to_window(int64 touched_at, const AttributionWindow *window, TimeType type)
{
	inf_window_check(window, type);
	return inf_led_to(touched_at, window->at, window->lookback);
}

static bool
led_to_window_of_days(DateADT touched_on, const AttributionWindow *window)
{
	inf_window_check(window, TIME_DATE);
	return led_to_in_days(touched_on, (DateADT) window->at, window->lookback);
}

#define WITH_WINDOW(name, test)                                                                    \
	PG_FUNCTION_INFO_V1(name);                                                                     \
	Datum name(PG_FUNCTION_ARGS)                                                                   \
	{                                                                                              \
		PG_RETURN_BOOL(test);                                                                      \
	}                                                                                              \
	extern Datum name(PG_FUNCTION_ARGS)

WITH_WINDOW(led_to_timestamptz_window,
            led_to_window(PG_GETARG_INT64(0), PG_GETARG_WINDOW(1), TIME_TIMESTAMPTZ));
WITH_WINDOW(led_to_timestamp_window,
            led_to_window(PG_GETARG_INT64(0), PG_GETARG_WINDOW(1), TIME_TIMESTAMP));
WITH_WINDOW(led_to_date_window, led_to_window_of_days(PG_GETARG_DATEADT(0), PG_GETARG_WINDOW(1)));
WITH_WINDOW(came_from_timestamptz_window,
            led_to_window(PG_GETARG_INT64(1), PG_GETARG_WINDOW(0), TIME_TIMESTAMPTZ));
WITH_WINDOW(came_from_timestamp_window,
            led_to_window(PG_GETARG_INT64(1), PG_GETARG_WINDOW(0), TIME_TIMESTAMP));
WITH_WINDOW(came_from_date_window,
            led_to_window_of_days(PG_GETARG_DATEADT(1), PG_GETARG_WINDOW(0)));

/*
 * The bounds of the operator, for index conditions:
 *
 *		touched_at BETWEEN lookback_start(ordered_at, span) AND ordered_at
 *		ordered_at BETWEEN touched_at AND lookback_end(touched_at, span)
 *
 * are exactly touched_at ~> ordered_at. The results are always finite, which keeps infinities out
 * on the other side; for an infinite instant they are NULL, as nothing is eligible.
 */
PG_FUNCTION_INFO_V1(lookback_start_timestamp);
Datum
lookback_start_timestamp(PG_FUNCTION_ARGS)
{
	Timestamp at = PG_GETARG_TIMESTAMP(0);
	int64 lookback = inf_duration_of_interval(PG_GETARG_INTERVAL_P(1), "lookback window");

	if (TIMESTAMP_NOT_FINITE(at))
		PG_RETURN_NULL();
	if (inf_elapsed(MIN_TIMESTAMP, at) <= (uint64) lookback)
		PG_RETURN_TIMESTAMP(MIN_TIMESTAMP);
	PG_RETURN_TIMESTAMP(at - lookback);
}

PG_FUNCTION_INFO_V1(lookback_end_timestamp);
Datum
lookback_end_timestamp(PG_FUNCTION_ARGS)
{
	Timestamp at = PG_GETARG_TIMESTAMP(0);
	int64 lookback = inf_duration_of_interval(PG_GETARG_INTERVAL_P(1), "lookback window");

	if (TIMESTAMP_NOT_FINITE(at))
		PG_RETURN_NULL();
	if (inf_elapsed(at, END_TIMESTAMP - 1) <= (uint64) lookback)
		PG_RETURN_TIMESTAMP(END_TIMESTAMP - 1);
	PG_RETURN_TIMESTAMP(at + lookback);
}

PG_FUNCTION_INFO_V1(lookback_start_date);
Datum
lookback_start_date(PG_FUNCTION_ARGS)
{
	DateADT on = PG_GETARG_DATEADT(0);
	int64 days =
	    inf_duration_of_interval(PG_GETARG_INTERVAL_P(1), "lookback window") / INF_US_PER_DAY;
	int64 earliest = DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE;

	if (DATE_NOT_FINITE(on))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT((DateADT) Max(on - days, earliest));
}

PG_FUNCTION_INFO_V1(lookback_end_date);
Datum
lookback_end_date(PG_FUNCTION_ARGS)
{
	DateADT on = PG_GETARG_DATEADT(0);
	int64 days =
	    inf_duration_of_interval(PG_GETARG_INTERVAL_P(1), "lookback window") / INF_US_PER_DAY;
	int64 latest = DATE_END_JULIAN - POSTGRES_EPOCH_JDATE - 1;

	if (DATE_NOT_FINITE(on))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT((DateADT) Min(on + days, latest));
}
