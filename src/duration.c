/*
 * duration.c
 *		Intervals as lengths of time.
 */
#include "postgres.h"

#include "common/int.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "compat.h"
#include "core/instant.h"
#include "duration.h"

int64
inf_duration_of_interval(const Interval *span, const char *what)
{
	int64 duration;

	if (INTERVAL_IS_INFINITE(span))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must be finite", what),
		                errhint("Write it in days, hours or smaller units, such as '30 days'.")));
	if (span->month != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("%s must not contain months or years", what),
		                errdetail("Months and years differ in length."),
		                errhint("Write it in days, hours or smaller units, such as '30 days'.")));
	if (pg_mul_s64_overflow(span->day, INF_US_PER_DAY, &duration) ||
	    pg_add_s64_overflow(duration, span->time, &duration))
		ereport(ERROR,
		        (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("%s out of range", what)));
	if (duration < 0)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must not be negative", what),
		         errhint("Write it in days, hours or smaller units, such as '30 days'.")));
	return duration;
}

/* A bare number would be seconds, which nobody means who writes "7". */
static bool
is_bare_number(const char *text)
{
	return strspn(text, "+-.0123456789") == strlen(text);
}

/* A text that is no interval is, for whoever wrote it, a malformed literal of our type. */
static void
duration_text_error(void *arg)
{
	if (geterrcode() == ERRCODE_INVALID_DATETIME_FORMAT)
	{
		errcode(ERRCODE_INVALID_TEXT_REPRESENTATION);
		errhint("Write the %s as an interval, such as \"7 days\".", (const char *) arg);
	}
}

int64
inf_duration_of_text(const char *text, const char *what)
{
	ErrorContextCallback callback;
	Interval *span;

	if (is_bare_number(text))
		ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		                errmsg("invalid input syntax for type %s: \"%s\"", "interval", text),
		                errdetail("The %s has no unit.", what),
		                errhint("Write the %s as an interval, such as \"7 days\".", what)));
	callback.callback = duration_text_error;
	callback.arg = unconstify(char *, what);
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	span = DatumGetIntervalP(DirectFunctionCall3(interval_in, CStringGetDatum(text),
	                                             ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	error_context_stack = callback.previous;
	return inf_duration_of_interval(span, what);
}

void
inf_append_duration(StringInfo buf, int64 duration)
{
	int64 days = duration / INF_US_PER_DAY;
	int64 rest = duration % INF_US_PER_DAY;
	int64 seconds = rest / INF_US_PER_SECOND;
	int fraction = (int) (rest % INF_US_PER_SECOND);

	if (days != 0)
		appendStringInfo(buf, INT64_FORMAT " %s", days, days == 1 ? "day" : "days");
	if (rest == 0 && days != 0)
		return;
	appendStringInfo(buf, "%s%02d:%02d:%02d", days != 0 ? " " : "", (int) (seconds / 3600),
	                 (int) (seconds / 60 % 60), (int) (seconds % 60));
	if (fraction != 0)
		appendStringInfo(buf, ".%06d", fraction);
}
