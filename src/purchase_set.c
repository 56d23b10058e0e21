/*
 * purchase_set.c
 *		What a purchase_set says of itself, and lookback(purchase_set, interval, touch_use).
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "core/purchase_set.h"
#include "duration.h"
#include "set_summary.h"
#include "set_value.h"
#include "time_type.h"
#include "touch_use.h"

static InfPurchaseHeader
header_of(Datum value)
{
	InfPart part = inf_part_of_datum(value);
	InfPurchaseHeader header;

	inf_check_stored("purchase_set", inf_read_purchase_header(part.bytes, part.size, &header));
	return header;
}

PG_FUNCTION_INFO_V1(purchase_set_order_count);
Datum
purchase_set_order_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) header_of(PG_GETARG_DATUM(0)).norders);
}

PG_FUNCTION_INFO_V1(purchase_set_customer_count);
Datum
purchase_set_customer_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) header_of(PG_GETARG_DATUM(0)).ncustomers);
}

PG_FUNCTION_INFO_V1(purchase_set_skipped_count);
Datum
purchase_set_skipped_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) header_of(PG_GETARG_DATUM(0)).nskipped);
}

PG_FUNCTION_INFO_V1(purchase_set_revenue);
Datum
purchase_set_revenue(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(header_of(PG_GETARG_DATUM(0)).revenue);
}

PG_FUNCTION_INFO_V1(purchase_set_first_at);
Datum
purchase_set_first_at(PG_FUNCTION_ARGS)
{
	InfPurchaseHeader header = header_of(PG_GETARG_DATUM(0));

	if (header.norders == 0)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(header.first_at);
}

PG_FUNCTION_INFO_V1(purchase_set_last_at);
Datum
purchase_set_last_at(PG_FUNCTION_ARGS)
{
	InfPurchaseHeader header = header_of(PG_GETARG_DATUM(0));

	if (header.norders == 0)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(header.last_at);
}

PG_FUNCTION_INFO_V1(purchase_set_jsonb);
Datum
purchase_set_jsonb(PG_FUNCTION_ARGS)
{
	InfPurchaseHeader header = header_of(PG_GETARG_DATUM(0));
	StringInfoData buf;
	StringInfoData lookback;

	initStringInfo(&lookback);
	inf_append_duration(&lookback, header.lookback);
	inf_summary_begin(&buf);
	inf_summary_count(&buf, "orders", header.norders);
	inf_summary_count(&buf, "customers", header.ncustomers);
	inf_summary_number(&buf, "revenue", header.revenue);
	inf_summary_span(&buf, header.norders > 0, header.time_type, header.first_at, header.last_at);
	inf_summary_text(&buf, "lookback", lookback.data);
	inf_summary_text(&buf, "touch_use", inf_touch_use_name(header.touch_use));
	inf_summary_count(&buf, "skipped", header.nskipped);
	return inf_summary_end(&buf);
}

PG_FUNCTION_INFO_V1(lookback_purchase_set);
Datum
lookback_purchase_set(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0));
	InfPart part = inf_part_of_datum(PointerGetDatum(value));
	int64 lookback = inf_duration_of_interval(PG_GETARG_INTERVAL_P(1), "lookback window");
	InfTouchUse use = inf_touch_use_of_text(text_to_cstring(PG_GETARG_TEXT_PP(2)));
	InfPurchaseHeader header;

	inf_check_stored("purchase_set", inf_read_purchase_header(part.bytes, part.size, &header));
	inf_set_lookback((uint8 *) VARDATA(value), lookback, use);
	PG_RETURN_POINTER(value);
}
