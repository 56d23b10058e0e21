/*
 * set_summary.h
 *		Summaries of sets as jsonb, for people.
 */
#ifndef INF_SET_SUMMARY_H
#define INF_SET_SUMMARY_H

#include "lib/stringinfo.h"

extern void inf_summary_begin(StringInfo buf);
extern void inf_summary_count(StringInfo buf, const char *key, uint64 count);
extern void inf_summary_number(StringInfo buf, const char *key, double number);
extern void inf_summary_text(StringInfo buf, const char *key, const char *value);

/* "first_at", "last_at" (null if there are none) and "instants", the name of their type. */
extern void inf_summary_span(StringInfo buf, bool any, int time_type, int64 first_at,
                             int64 last_at);

extern Datum inf_summary_end(StringInfo buf);

#endif
