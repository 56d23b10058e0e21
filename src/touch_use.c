/*
 * touch_use.c
 *		The three uses of a touch by their names.
 */
#include "postgres.h"

#include "touch_use.h"

static const char *const names[] = {"every_order", "next_order", "first_order"};

const char *
inf_touch_use_name(InfTouchUse use)
{
	return names[use];
}

InfTouchUse
inf_touch_use_of_text(const char *name)
{
	for (int use = INF_EVERY_ORDER; use <= INF_FIRST_ORDER; use++)
	{
		if (pg_strcasecmp(name, names[use]) == 0)
			return use;
	}
	ereport(ERROR,
	        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
	         errmsg("unknown use of a touch \"%s\"", name),
	         errhint("A touch may serve every_order, next_order (it is consumed by the first order "
	                 "after it) or first_order (the customer's first).")));
}
