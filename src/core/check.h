/*
 * check.h
 *		Is this a stored set, to the last bit?
 *
 * Readers make sure that reading is safe and that what is read is in order. Here, for values that come
 * from outside, it is made sure as well that the bytes are just those that the set's own writer
 * would have written: there is one form for each set, so equality can compare bytes.
 */
#ifndef INF_CHECK_H
#define INF_CHECK_H

#include <stddef.h>
#include <stdint.h>

/* Each returns what is wrong, or NULL. */
extern const char *inf_check_touch_set(const uint8_t *bytes, size_t size);
extern const char *inf_check_purchase_set(const uint8_t *bytes, size_t size);
extern const char *inf_check_journey_set(const uint8_t *bytes, size_t size);

#endif
