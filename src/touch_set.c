/*
 * touch_set.c
 *		What a touch_set says of itself.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "core/touch_set.h"
#include "set_summary.h"
#include "set_value.h"
#include "time_type.h"

static InfTouchHeader
header_of(Datum value)
{
	InfPart part = inf_part_of_datum(value);
	InfTouchHeader header;

	inf_check_stored("touch_set", inf_read_touch_header(part.bytes, part.size, &header));
	return header;
}

PG_FUNCTION_INFO_V1(touch_set_touch_count);
Datum
touch_set_touch_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) header_of(PG_GETARG_DATUM(0)).ntouches);
}

PG_FUNCTION_INFO_V1(touch_set_customer_count);
Datum
touch_set_customer_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) header_of(PG_GETARG_DATUM(0)).ncustomers);
}

PG_FUNCTION_INFO_V1(touch_set_skipped_count);
Datum
touch_set_skipped_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) header_of(PG_GETARG_DATUM(0)).nskipped);
}

static int64
influencer_count(Datum value)
{
	InfPart part = inf_part_of_datum(value);
	InfTouchReader reader;
	int64 count;

	inf_touch_reader_open(&reader, part.bytes, part.size);
	inf_check_stored("touch_set", reader.problem);
	count = reader.names.count;
	inf_touch_reader_close(&reader);
	return count;
}

PG_FUNCTION_INFO_V1(touch_set_influencer_count);
Datum
touch_set_influencer_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(influencer_count(PG_GETARG_DATUM(0)));
}

PG_FUNCTION_INFO_V1(touch_set_first_at);
Datum
touch_set_first_at(PG_FUNCTION_ARGS)
{
	InfTouchHeader header = header_of(PG_GETARG_DATUM(0));

	if (header.ntouches == 0)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(header.first_at);
}

PG_FUNCTION_INFO_V1(touch_set_last_at);
Datum
touch_set_last_at(PG_FUNCTION_ARGS)
{
	InfTouchHeader header = header_of(PG_GETARG_DATUM(0));

	if (header.ntouches == 0)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(header.last_at);
}

PG_FUNCTION_INFO_V1(touch_set_jsonb);
Datum
touch_set_jsonb(PG_FUNCTION_ARGS)
{
	InfTouchHeader header = header_of(PG_GETARG_DATUM(0));
	StringInfoData buf;

	inf_summary_begin(&buf);
	inf_summary_count(&buf, "touches", header.ntouches);
	inf_summary_count(&buf, "customers", header.ncustomers);
	inf_summary_count(&buf, "influencers", influencer_count(PG_GETARG_DATUM(0)));
	inf_summary_span(&buf, header.ntouches > 0, header.time_type, header.first_at, header.last_at);
	inf_summary_count(&buf, "skipped", header.nskipped);
	return inf_summary_end(&buf);
}
