/*
 * led_to_support.h
 *		The support function by which the attribution operator is known.
 */
#ifndef INF_LED_TO_SUPPORT_H
#define INF_LED_TO_SUPPORT_H

#include "fmgr.h"

extern PGDLLEXPORT Datum led_to_support(PG_FUNCTION_ARGS);

#endif
