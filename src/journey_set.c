/*
 * journey_set.c
 *		touches ~> purchases, and what a journey_set says of itself.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/expandeddatum.h"

#include "attribution_model.h"
#include "compat.h"
#include "core/names.h"
#include "core/path_set.h"
#include "core/sweep.h"
#include "duration.h"
#include "journey_value.h"
#include "set_summary.h"
#include "set_value.h"
#include "touch_use.h"

static const char type_name[] = "journey_set";

/*
 * The journeys of touches ~> purchases, mostly handed straight on to a function that reads them: an
 * expanded object that points to the two sets instead of holding copies of them.
 *
 * Only read-only pointers to it are given out, so it is never changed, moved or deleted, and whoever
 * keeps a value for longer than the row that it was computed from has it flattened. So it needs no
 * memory context of its own, and the sets are there as long as it is.
 */
typedef struct JourneyPair
{
	ExpandedObjectHeader header;
	InfJourneySet set;
} JourneyPair;

static Size
pair_flat_size(ExpandedObjectHeader *header)
{
	const InfJourneySet *set = &((JourneyPair *) header)->set;

	return VARHDRSZ + INF_JOURNEY_HEADER_SIZE + set->touches.size + set->purchases.size;
}

static void
pair_flatten(ExpandedObjectHeader *header, void *result, Size allocated)
{
	const InfJourneySet *set = &((JourneyPair *) header)->set;

	inf_put_journey_set(VARDATA(result), set);
	SET_VARSIZE(result, allocated);
}

static const ExpandedObjectMethods pair_methods = {pair_flat_size, pair_flatten};

/* The parts of a value, without looking into them. */
static InfJourneySet
parts_of_datum(Datum value)
{
	InfJourneySet set;
	InfPart part;

	if (VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(value)) &&
	    DatumGetEOHP(value)->eoh_methods == &pair_methods)
		return ((JourneyPair *) DatumGetEOHP(value))->set;
	part = inf_part_of_datum(value);
	inf_check_stored(type_name, inf_open_journey_set(part.bytes, part.size, &set));
	return set;
}

JourneyValue
inf_journeys_of_datum(Datum value)
{
	JourneyValue journeys = {.set = parts_of_datum(value)};

	inf_check_stored(type_name,
	                 inf_read_touch_header(journeys.set.touches.bytes, journeys.set.touches.size,
	                                       &journeys.touches));
	inf_check_stored(type_name,
	                 inf_read_purchase_header(journeys.set.purchases.bytes,
	                                          journeys.set.purchases.size, &journeys.purchases));
	return journeys;
}

/* Orders and revenue, of the paths too. */
static void
totals_of(const JourneyValue *journeys, uint64 *orders, double *revenue)
{
	InfPathReader reader;
	InfPath path;
	InfSum sum = {journeys->purchases.revenue, 0};

	*orders = journeys->purchases.norders;
	inf_path_reader_open(&reader, journeys->set.paths.bytes, journeys->set.paths.size);
	while (inf_path_reader_next(&reader, &path))
	{
		*orders += path.orders;
		inf_sum_add(&sum, inf_exact_value(&path.revenue));
	}
	inf_check_stored(type_name, reader.problem);
	inf_path_reader_close(&reader);
	*revenue = inf_sum_value(&sum);
}

/* Influencers of the touches and of the paths, each once. */
static int64
count_influencers(const JourneyValue *journeys)
{
	InfTouchReader touches;
	InfPathReader paths;
	int64 count;

	inf_touch_reader_open(&touches, journeys->set.touches.bytes, journeys->set.touches.size);
	inf_check_stored(type_name, touches.problem);
	inf_path_reader_open(&paths, journeys->set.paths.bytes, journeys->set.paths.size);
	inf_check_stored(type_name, paths.problem);
	if (touches.names.count == 0 || paths.names.count == 0)
		count = (int64) touches.names.count + paths.names.count;
	else
	{
		const InfNames *lists[2] = {&touches.names, &paths.names};
		uint32_t *map[2];

		count = inf_names_union(lists, 2, touches.names.identity, map).count;
	}
	inf_touch_reader_close(&touches);
	inf_path_reader_close(&paths);
	return count;
}

/* People who were touched, who bought, or both. */
static int64
count_customers(const JourneyValue *journeys)
{
	InfSweep sweep;
	InfCustomer customer;
	int64 count = 0;

	inf_sweep_open(&sweep, &journeys->set);
	while (inf_sweep_next(&sweep, &customer))
		count++;
	inf_check_stored(type_name, sweep.problem);
	inf_sweep_close(&sweep);
	return count;
}

static Datum
journeys_from(Datum touch_set, Datum purchase_set)
{
	InfJourneySet set = {inf_part_of_datum(touch_set), inf_part_of_datum(purchase_set), {NULL, 0}};
	InfTouchHeader touches;
	InfPurchaseHeader purchases;
	const char *mismatch;
	JourneyPair *pair;

	inf_check_stored("touch_set",
	                 inf_read_touch_header(set.touches.bytes, set.touches.size, &touches));
	inf_check_stored("purchase_set",
	                 inf_read_purchase_header(set.purchases.bytes, set.purchases.size, &purchases));
	mismatch = inf_set_mismatch(&touches, &purchases);
	if (mismatch != NULL)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
		                errmsg("touches and purchases differ in the type of their %s", mismatch),
		                errhint("Make both sets from columns of the same types.")));
	inf_check_value_size(VARHDRSZ + INF_JOURNEY_HEADER_SIZE + set.touches.size +
	                     set.purchases.size);
	pair = palloc0(sizeof(JourneyPair));
	EOH_init_header(&pair->header, &pair_methods, CurrentMemoryContext);
	pair->set = set;
	return EOHPGetRODatum(&pair->header);
}

PG_FUNCTION_INFO_V1(led_to_sets);
Datum
led_to_sets(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(journeys_from(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)));
}

PG_FUNCTION_INFO_V1(came_from_sets);
Datum
came_from_sets(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(journeys_from(PG_GETARG_DATUM(1), PG_GETARG_DATUM(0)));
}

PG_FUNCTION_INFO_V1(journey_set_touch_count);
Datum
journey_set_touch_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) inf_journeys_of_datum(PG_GETARG_DATUM(0)).touches.ntouches);
}

PG_FUNCTION_INFO_V1(journey_set_order_count);
Datum
journey_set_order_count(PG_FUNCTION_ARGS)
{
	JourneyValue journeys = inf_journeys_of_datum(PG_GETARG_DATUM(0));
	uint64 orders;
	double revenue;

	totals_of(&journeys, &orders, &revenue);
	PG_RETURN_INT64((int64) orders);
}

PG_FUNCTION_INFO_V1(journey_set_revenue);
Datum
journey_set_revenue(PG_FUNCTION_ARGS)
{
	JourneyValue journeys = inf_journeys_of_datum(PG_GETARG_DATUM(0));
	uint64 orders;
	double revenue;

	totals_of(&journeys, &orders, &revenue);
	PG_RETURN_FLOAT8(revenue);
}

PG_FUNCTION_INFO_V1(journey_set_customer_count);
Datum
journey_set_customer_count(PG_FUNCTION_ARGS)
{
	JourneyValue journeys = inf_journeys_of_datum(PG_GETARG_DATUM(0));

	PG_RETURN_INT64(count_customers(&journeys));
}

PG_FUNCTION_INFO_V1(journey_set_influencer_count);
Datum
journey_set_influencer_count(PG_FUNCTION_ARGS)
{
	JourneyValue journeys = inf_journeys_of_datum(PG_GETARG_DATUM(0));

	PG_RETURN_INT64(count_influencers(&journeys));
}

PG_FUNCTION_INFO_V1(journey_set_jsonb);
Datum
journey_set_jsonb(PG_FUNCTION_ARGS)
{
	JourneyValue journeys = inf_journeys_of_datum(PG_GETARG_DATUM(0));
	StringInfoData buf;
	StringInfoData lookback;
	uint64 orders;
	double revenue;

	initStringInfo(&lookback);
	inf_append_duration(&lookback, journeys.purchases.lookback);
	totals_of(&journeys, &orders, &revenue);
	inf_summary_begin(&buf);
	inf_summary_count(&buf, "touches", journeys.touches.ntouches);
	inf_summary_count(&buf, "orders", orders);
	inf_summary_number(&buf, "revenue", revenue);
	inf_summary_count(&buf, "customers", count_customers(&journeys));
	inf_summary_count(&buf, "influencers", count_influencers(&journeys));
	inf_summary_text(&buf, "lookback", lookback.data);
	inf_summary_text(&buf, "touch_use", inf_touch_use_name(journeys.purchases.touch_use));
	inf_summary_count(&buf, "skipped", journeys.touches.nskipped + journeys.purchases.nskipped);
	return inf_summary_end(&buf);
}

void
inf_check_journey_wise(const JourneyValue *journeys, const InfModel *model)
{
	if (!inf_model_is_journey_wise(model->kind))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("attribution model %s does not decide order by order",
		                       inf_model_to_cstring(model)),
		                errhint("Use attribution(), and one of the other models here.")));
	if (journeys->set.paths.size > 0)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("journeys made from paths tell nothing of customers"),
		                errhint("Use attribution(), which needs none.")));
}

void
inf_check_journeys(const char *problem, bool limit)
{
	if (limit)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("%s", problem),
		                errhint("Round the weights, so that there are fewer different ones.")));
	inf_check_stored("journey_set", problem);
}
