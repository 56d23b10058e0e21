/*
 * attribution_window.c
 *		lookback(instant, interval), and text and binary input and output of its result.
 *
 * The text form names the type of the instant and is the same in every session:
 *
 *		timestamptz 2026-01-31 12:00:00+00 lookback 7 days
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include "attribution_window.h"
#include "compat.h"
#include "core/instant.h"
#include "duration.h"

static const char lookback_word[] = " lookback ";

/* Returns what is wrong with the window, or NULL. */
static const char *
window_problem(const AttributionWindow *window)
{
	if (inf_time_type_name(window->type) == NULL)
		return "unknown type of instant";
	if (window->unused != 0)
		return "unknown flags";
	if (window->lookback < 0)
		return "negative lookback window";
	if (window->type == TIME_DATE)
	{
		if (window->at < PG_INT32_MIN || window->at > PG_INT32_MAX ||
		    !(DATE_NOT_FINITE((DateADT) window->at) || IS_VALID_DATE((DateADT) window->at)))
			return "date out of range";
	}
	else if (!TIMESTAMP_NOT_FINITE(window->at) && !IS_VALID_TIMESTAMP(window->at))
		return "timestamp out of range";
	return NULL;
}

void
inf_window_check(const AttributionWindow *window, TimeType expected)
{
	const char *problem;

	if (likely(window->type == (int32) expected && window->lookback >= 0))
		return;
	problem = window_problem(window);
	if (problem != NULL)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("invalid attribution_window value"),
		                errdetail_internal("%s", problem)));
	ereport(ERROR,
	        (errcode(ERRCODE_DATATYPE_MISMATCH),
	         errmsg("touch is of type %s, but the lookback window is of type %s",
	                inf_time_type_name(expected), inf_time_type_name(window->type)),
	         errhint("Cast one of them, so that the time zone of the conversion is your choice.")));
}

static AttributionWindow *
make_window(int64 at, int64 lookback, TimeType type)
{
	AttributionWindow *window = palloc0(sizeof(AttributionWindow));

	window->at = at;
	window->lookback = lookback;
	window->type = type;
	return window;
}

#define LOOKBACK(name, getter, time_type)                                                          \
	PG_FUNCTION_INFO_V1(name);                                                                     \
	Datum name(PG_FUNCTION_ARGS)                                                                   \
	{                                                                                              \
		int64 span = inf_duration_of_interval(PG_GETARG_INTERVAL_P(1), "lookback window");         \
		PG_RETURN_POINTER(make_window(getter(0), span, time_type));                                \
	}                                                                                              \
	extern Datum name(PG_FUNCTION_ARGS)

LOOKBACK(lookback_timestamptz, PG_GETARG_TIMESTAMPTZ, TIME_TIMESTAMPTZ);
LOOKBACK(lookback_timestamp, PG_GETARG_TIMESTAMP, TIME_TIMESTAMP);
LOOKBACK(lookback_date, PG_GETARG_DATEADT, TIME_DATE);

/* In ISO form whatever the session's DateStyle, and in UTC whatever its TimeZone. */
static void
append_instant(StringInfo buf, const AttributionWindow *window)
{
	char text[MAXDATELEN + 1];
	struct pg_tm tm = {0};
	fsec_t fsec = 0;
	int utc = 0;

	if (window->type == TIME_DATE)
	{
		if (DATE_NOT_FINITE((DateADT) window->at))
			EncodeSpecialDate((DateADT) window->at, text);
		else
		{
			j2date((int) window->at + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
			EncodeDateOnly(&tm, USE_ISO_DATES, text);
		}
	}
	else if (TIMESTAMP_NOT_FINITE(window->at))
		EncodeSpecialTimestamp(window->at, text);
	else
	{
		if (timestamp2tm(window->at, NULL, &tm, &fsec, NULL, NULL) != 0)
			ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			                errmsg("timestamp out of range")));
		tm.tm_isdst = 0;
		EncodeDateTime(&tm, fsec, window->type == TIME_TIMESTAMPTZ, utc, NULL, USE_ISO_DATES, text);
	}
	appendStringInfoString(buf, text);
}

PG_FUNCTION_INFO_V1(attribution_window_out);
Datum
attribution_window_out(PG_FUNCTION_ARGS)
{
	AttributionWindow *window = PG_GETARG_WINDOW(0);
	StringInfoData buf;

	inf_window_check(window, window->type);
	initStringInfo(&buf);
	appendStringInfo(&buf, "%s ", inf_time_type_name(window->type));
	append_instant(&buf, window);
	appendStringInfoString(&buf, lookback_word);
	inf_append_duration(&buf, window->lookback);
	PG_RETURN_CSTRING(buf.data);
}

/* "text" starts with the name of a time type and a blank: the type, or 0. */
static TimeType
parse_time_type(const char *text, size_t *length)
{
	for (TimeType type = TIME_TIMESTAMPTZ; type <= TIME_DATE; type++)
	{
		const char *name = inf_time_type_name(type);

		*length = strlen(name);
		if (strncmp(text, name, *length) == 0 && text[*length] == ' ')
			return type;
	}
	return 0;
}

PG_FUNCTION_INFO_V1(attribution_window_in);
Datum
attribution_window_in(PG_FUNCTION_ARGS)
{
	char *text = PG_GETARG_CSTRING(0);
	size_t name_length;
	TimeType type = parse_time_type(text, &name_length);
	char *split = type == 0 ? NULL : strstr(text + name_length, lookback_word);
	Datum at;
	int64 lookback;
	char *instant;

	if (split == NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		         errmsg("invalid input syntax for type %s: \"%s\"", "attribution_window", text),
		         errhint("Use the function lookback(instant, interval).")));
	instant = pnstrdup(text + name_length + 1, split - (text + name_length + 1));
	lookback = inf_duration_of_text(split + strlen(lookback_word), "lookback window");
	switch (type)
	{
		case TIME_TIMESTAMPTZ:
			at = DirectFunctionCall3(timestamptz_in, CStringGetDatum(instant),
			                         ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
			PG_RETURN_POINTER(make_window(DatumGetTimestampTz(at), lookback, type));
		case TIME_TIMESTAMP:
			at = DirectFunctionCall3(timestamp_in, CStringGetDatum(instant),
			                         ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
			PG_RETURN_POINTER(make_window(DatumGetTimestamp(at), lookback, type));
		case TIME_DATE:
			break;
	}
	at = DirectFunctionCall1(date_in, CStringGetDatum(instant));
	PG_RETURN_POINTER(make_window(DatumGetDateADT(at), lookback, type));
}

/* Message: type of the instant (1 byte), instant (8 bytes), lookback in microseconds (8 bytes). */
PG_FUNCTION_INFO_V1(attribution_window_recv);
Datum
attribution_window_recv(PG_FUNCTION_ARGS)
{
	StringInfo buf = (StringInfo) PG_GETARG_POINTER(0);
	TimeType type = pq_getmsgbyte(buf);
	int64 at = pq_getmsgint64(buf);
	int64 lookback = pq_getmsgint64(buf);
	AttributionWindow *window = make_window(at, lookback, type);
	const char *problem = window_problem(window);

	if (problem != NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
		                errmsg("invalid binary value for type %s", "attribution_window"),
		                errdetail_internal("%s", problem)));
	PG_RETURN_POINTER(window);
}

PG_FUNCTION_INFO_V1(attribution_window_send);
Datum
attribution_window_send(PG_FUNCTION_ARGS)
{
	AttributionWindow *window = PG_GETARG_WINDOW(0);
	StringInfoData buf;

	inf_window_check(window, window->type);
	pq_begintypsend(&buf);
	pq_sendbyte(&buf, (uint8) window->type);
	pq_sendint64(&buf, window->at);
	pq_sendint64(&buf, window->lookback);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
