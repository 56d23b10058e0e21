/*
 * touch_use.h
 *		The three uses of a touch by their names.
 */
#ifndef INF_TOUCH_USE_H
#define INF_TOUCH_USE_H

#include "core/purchase_set.h"

extern const char *inf_touch_use_name(InfTouchUse use);

/* Raises 22023 with the legal names. */
extern InfTouchUse inf_touch_use_of_text(const char *name);

#endif
