/*
 * instant.h
 *		Instants, and when a touch is eligible for an order.
 *
 * An instant is a signed number of microseconds. The two ends of the range are the infinities,
 * as in the server's timestamps. A lookback window is a length in microseconds, 0 or more, in
 * which a day is exactly 24 hours.
 */
#ifndef INF_INSTANT_H
#define INF_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

#define INF_MINUS_INFINITY INT64_MIN
#define INF_PLUS_INFINITY INT64_MAX

#define INF_US_PER_SECOND INT64_C(1000000)
#define INF_US_PER_DAY INT64_C(86400000000)

/* Instants of stored touches and orders: what the server's timestamps can hold, the end excluded. */
#define INF_MIN_INSTANT INT64_C(-211813488000000000)
#define INF_END_INSTANT INT64_C(9223371331200000000)

static inline bool
inf_is_instant(int64_t at)
{
	return at >= INF_MIN_INSTANT && at < INF_END_INSTANT;
}

/* The window that applies where none is named: 30 days. */
#define INF_DEFAULT_LOOKBACK (30 * INF_US_PER_DAY)

static inline bool
inf_is_finite(int64_t at)
{
	return at != INF_MINUS_INFINITY && at != INF_PLUS_INFINITY;
}

/* The number of the day that it lies in; a day begins at midnight. */
static inline int64_t
inf_day_of(int64_t at)
{
	return at / INF_US_PER_DAY - (at % INF_US_PER_DAY < 0);
}

/* How long after "from" is "to"? Only for from <= to; the difference always fits. */
static inline uint64_t
inf_elapsed(int64_t from, int64_t to)
{
	return (uint64_t) to - (uint64_t) from;
}

/* Did the touch come before the order, or with it? Infinite instants never qualify. */
static inline bool
inf_came_before(int64_t touched_at, int64_t ordered_at)
{
	return touched_at <= ordered_at && touched_at != INF_MINUS_INFINITY &&
	       ordered_at != INF_PLUS_INFINITY;
}

/* Did the touch lead to the order? 0 <= ordered - touched <= lookback, both ends closed. */
static inline bool
inf_led_to(int64_t touched_at, int64_t ordered_at, int64_t lookback)
{
	return inf_came_before(touched_at, ordered_at) &&
	       inf_elapsed(touched_at, ordered_at) <= (uint64_t) lookback;
}

#endif
