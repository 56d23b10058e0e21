/*
 * compat.h
 *		Every difference between the server versions that are supported (14 to 18).
 *
 * No other file looks at PG_VERSION_NUM.
 */
#ifndef INF_COMPAT_H
#define INF_COMPAT_H

#if PG_VERSION_NUM < 140000
#error "influence needs PostgreSQL 14 or later"
#endif

#include "utils/timestamp.h"

/* Intervals can be infinite from 17 on. */
#if PG_VERSION_NUM >= 170000
#define INTERVAL_IS_INFINITE(span) INTERVAL_NOT_FINITE(span)
#else
#define INTERVAL_IS_INFINITE(span) false
#endif

#endif
