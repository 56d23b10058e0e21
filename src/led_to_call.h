/*
 * led_to_call.h
 *		A call of the attribution operator, or of its named twin, taken apart.
 */
#ifndef INF_LED_TO_CALL_H
#define INF_LED_TO_CALL_H

#include "nodes/pg_list.h"
#include "nodes/primnodes.h"

/* touched ~> ordered within span, however it was written. */
typedef struct LedToCall
{
	Node *touched;
	Node *ordered; /* an instant, or an attribution_window if "is_window" */
	Node *span;    /* the lookback as an interval; NULL: the default of 30 days, or in the window */
	bool is_window;
	Oid type;       /* of touched: timestamptz, timestamp or date */
	Oid schema;     /* of the extension's functions */
	Oid within_oid; /* led_to(type, type, interval) */
} LedToCall;

/* The function must be one of the operator's (led_to or came_from, any arguments). */
extern LedToCall inf_led_to_call(Oid funcid, List *args);

/*
 * If the call's window is lookback(at, span), or a constant, replaces it by its parts: then
 * is_window is false. Leaves the call alone if the window is of another time type.
 */
extern void inf_led_to_open_window(LedToCall *call);

/* The lookback in microseconds, if it is known when planning; else false. */
extern bool inf_led_to_constant_span(const LedToCall *call, int64 *lookback);

/* One of the extension's functions by name, or InvalidOid. */
extern Oid inf_function_oid(Oid schema, const char *name, int nargs, const Oid *argtypes);

#endif
