/*
 * touch_cap.h
 *		A set of touches without those that are too many.
 */
#ifndef INF_TOUCH_CAP_H
#define INF_TOUCH_CAP_H

#include "core/touch_set.h"

/*
 * Keeps the first "per_day" (at least 1) touches by each influencer of each customer on each day, which
 * begins at midnight of the instants as they are stored (UTC). Writes the set behind "prefix" bytes;
 * returns what is wrong with the one that was read, or NULL.
 */
extern const char *inf_cap_touches(const uint8_t *bytes, size_t size, uint32_t per_day,
                                   size_t prefix, InfBuffer *out);

#endif
