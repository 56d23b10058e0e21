/*
 * cap_touches.c
 *		cap_touches(touch_set, per_day): at most so many touches per customer, influencer and day.
 */
#include "postgres.h"

#include "fmgr.h"

#include "core/touch_cap.h"
#include "set_value.h"

PG_FUNCTION_INFO_V1(cap_touches);
Datum
cap_touches(PG_FUNCTION_ARGS)
{
	InfPart part = PG_GETARG_PART(0);
	int32 per_day = PG_GETARG_INT32(1);
	InfBuffer out = {NULL, 0, 0};

	if (per_day < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("cap of touches per day must be at least 1"),
		                errhint("To leave an influencer out, leave its rows out of touch_agg().")));
	inf_check_stored("touch_set",
	                 inf_cap_touches(part.bytes, part.size, (uint32) per_day, VARHDRSZ, &out));
	PG_RETURN_DATUM(inf_datum_of_buffer(&out));
}
