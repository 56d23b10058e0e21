/*
 * attribution_window.h
 *		The SQL type attribution_window: a purchase instant with its lookback window.
 */
#ifndef INF_ATTRIBUTION_WINDOW_H
#define INF_ATTRIBUTION_WINDOW_H

#include "utils/timestamp.h"

#include "time_type.h"

/* A value as it is stored: fixed length, 24 bytes, aligned to 8, passed by reference. */
typedef struct AttributionWindow
{
	int64 at;       /* as its type has it: microseconds, or days for a date */
	int64 lookback; /* microseconds, 0 or more */
	int32 type;     /* TimeType of the instant */
	int32 unused;   /* 0 */
} AttributionWindow;

/* Raises 42804 if the window was made from another type, XX001 if it is no valid window. */
extern void inf_window_check(const AttributionWindow *window, TimeType expected);

#define PG_GETARG_WINDOW(n) ((AttributionWindow *) PG_GETARG_POINTER(n))

#endif
