/*
 * set_summary.c
 *		Summaries of sets as jsonb, for people.
 */
#include "postgres.h"

#include "common/shortest_dec.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"

#include "compat.h"
#include "core/instant.h"
#include "set_summary.h"
#include "time_type.h"

static void
append_key(StringInfo buf, const char *key)
{
	appendStringInfo(buf, "%s\"%s\": ", buf->data[buf->len - 1] == '{' ? "" : ", ", key);
}

void
inf_summary_begin(StringInfo buf)
{
	initStringInfo(buf);
	appendStringInfoChar(buf, '{');
}

void
inf_summary_count(StringInfo buf, const char *key, uint64 count)
{
	append_key(buf, key);
	appendStringInfo(buf, UINT64_FORMAT, count);
}

void
inf_summary_number(StringInfo buf, const char *key, double number)
{
	char text[DOUBLE_SHORTEST_DECIMAL_LEN];

	append_key(buf, key);
	double_to_shortest_decimal_buf(number, text);
	appendStringInfoString(buf, text);
}

void
inf_summary_text(StringInfo buf, const char *key, const char *value)
{
	append_key(buf, key);
	escape_json(buf, value);
}

/* In ISO form and UTC, whatever the session's settings. */
static void
append_instant(StringInfo buf, const char *key, int time_type, int64 at)
{
	char text[MAXDATELEN + 1];
	struct pg_tm tm = {0};
	fsec_t fsec = 0;

	if (timestamp2tm(at, NULL, &tm, &fsec, NULL, NULL) != 0)
		ereport(ERROR,
		        (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
	tm.tm_isdst = 0;
	if (time_type == TIME_DATE)
		EncodeDateOnly(&tm, USE_ISO_DATES, text);
	else
		EncodeDateTime(&tm, fsec, time_type == TIME_TIMESTAMPTZ, 0, NULL, USE_ISO_DATES, text);
	inf_summary_text(buf, key, text);
}

void
inf_summary_span(StringInfo buf, bool any, int time_type, int64 first_at, int64 last_at)
{
	const char *name = inf_time_type_name(time_type);

	if (any)
	{
		append_instant(buf, "first_at", time_type, first_at);
		append_instant(buf, "last_at", time_type, last_at);
	}
	else
	{
		append_key(buf, "first_at");
		appendStringInfoString(buf, "null");
		append_key(buf, "last_at");
		appendStringInfoString(buf, "null");
	}
	if (name != NULL)
		inf_summary_text(buf, "instants", name);
}

Datum
inf_summary_end(StringInfo buf)
{
	appendStringInfoChar(buf, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(buf->data));
}
