/*
 * check.c
 *		Is this a stored set, to the last bit?
 */
#include "core/check.h"

#include <string.h>

#include "core/host.h"
#include "core/journey_set.h"
#include "core/path_set.h"
#include "core/purchase_set.h"
#include "core/touch_set.h"

static const char not_canonical[] = "not in its one form";

/* What was written again must be what was read. Frees the buffer. */
static const char *
compare(InfBuffer *again, const uint8_t *bytes, size_t size, const char *problem)
{
	if (problem == NULL && (again->size != size || memcmp(again->data, bytes, size) != 0))
		problem = not_canonical;
	inf_buffer_free(again);
	return problem;
}

/* Touches of one customer are in the order of (instant, influencer, priority, weight). */
static bool
touches_in_order(const InfCustomerTouches *t)
{
	for (size_t i = 1; i < t->n; i++)
	{
		if (t->at[i] != t->at[i - 1])
			continue;
		if (t->code[i] != t->code[i - 1])
		{
			if (t->code[i] < t->code[i - 1])
				return false;
			continue;
		}
		if (t->priority != NULL && t->priority[i] != t->priority[i - 1])
		{
			if (t->priority[i] < t->priority[i - 1])
				return false;
			continue;
		}
		if (t->weight != NULL && t->weight[i] < t->weight[i - 1])
			return false;
	}
	return true;
}

const char *
inf_check_touch_set(const uint8_t *bytes, size_t size)
{
	InfTouchReader reader;
	InfTouchWriter writer;
	InfCustomerTouches t;
	const char *problem;
	uint8_t flags = 0;
	bool *used;
	uint32_t nused = 0;

	inf_touch_reader_open(&reader, bytes, size);
	if (reader.problem != NULL)
	{
		problem = reader.problem;
		inf_touch_reader_close(&reader);
		return problem;
	}
	used = INF_ALLOC_ARRAY(bool, reader.names.count);
	memset(used, 0, reader.names.count * sizeof(bool));
	inf_touch_writer_open(&writer, 0, reader.header.flags, reader.header.time_type,
	                      reader.header.customer_identity, &reader.names);
	writer.header.influencer_identity = reader.header.influencer_identity;
	problem = NULL;
	while (problem == NULL && inf_touch_reader_next(&reader, &t))
	{
		if (!touches_in_order(&t))
			problem = "touches out of order";
		for (size_t i = 0; i < t.n; i++)
		{
			double weight = t.weight == NULL ? 1 : t.weight[i];
			int32_t priority = t.priority == NULL ? 0 : t.priority[i];

			flags |= weight != 1 ? INF_HAS_WEIGHTS : 0;
			flags |= priority != 0 ? INF_HAS_PRIORITIES : 0;
			nused += !used[t.code[i]];
			used[t.code[i]] = true;
		}
		inf_touch_writer_add(&writer, &t, NULL);
	}
	if (problem == NULL)
		problem = reader.problem;
	if (problem == NULL && (nused != reader.names.count || flags != reader.header.flags))
		problem = not_canonical;
	inf_touch_writer_close(&writer, reader.header.nskipped);
	inf_free(used);
	inf_touch_reader_close(&reader);
	return compare(&writer.buffer, bytes, size, problem);
}

const char *
inf_check_purchase_set(const uint8_t *bytes, size_t size)
{
	InfPurchaseReader reader;
	InfPurchaseWriter writer;
	InfCustomerOrders o;
	const char *problem;

	inf_purchase_reader_open(&reader, bytes, size);
	if (reader.problem != NULL)
	{
		problem = reader.problem;
		inf_purchase_reader_close(&reader);
		return problem;
	}
	inf_purchase_writer_open(&writer, 0, reader.header.time_type, reader.header.customer_identity,
	                         reader.header.lookback, reader.header.touch_use);
	problem = NULL;
	while (problem == NULL && inf_purchase_reader_next(&reader, &o))
	{
		for (size_t i = 0; i < o.n; i++)
		{
			if (i > 0 && o.at[i] == o.at[i - 1] && o.revenue[i] < o.revenue[i - 1])
				problem = "orders out of order";
		}
		inf_purchase_writer_add(&writer, &o);
	}
	if (problem == NULL)
		problem = reader.problem;
	inf_purchase_writer_close(&writer, reader.header.nskipped);
	inf_purchase_reader_close(&reader);
	return compare(&writer.buffer, bytes, size, problem);
}

static const char *
check_paths(const uint8_t *bytes, size_t size)
{
	InfPathReader reader;
	InfPathTable table;
	InfBuffer again = {NULL, 0, 0};
	InfPath path;
	const char *problem = NULL;
	bool *used;
	uint32_t nused = 0;

	if (size == 0)
		return NULL;
	inf_path_reader_open(&reader, bytes, size);
	used = INF_ALLOC_ARRAY(bool, reader.names.count);
	memset(used, 0, reader.names.count * sizeof(bool));
	inf_path_table_init(&table);
	while (inf_path_reader_next(&reader, &path))
	{
		for (size_t i = 0; i < path.n; i++)
		{
			nused += !used[path.code[i]];
			used[path.code[i]] = true;
		}
		inf_path_table_add(&table, &path);
	}
	problem = reader.problem;
	if (problem == NULL &&
	    (table.nentries != reader.npaths || nused != reader.names.count || reader.npaths == 0))
		problem = not_canonical;
	if (problem == NULL)
	{
		inf_path_table_sort(&table);
		inf_write_paths(&again, &table, &reader.names);
	}
	inf_free(used);
	inf_path_table_free(&table);
	inf_path_reader_close(&reader);
	return compare(&again, bytes, size, problem);
}

const char *
inf_check_journey_set(const uint8_t *bytes, size_t size)
{
	InfJourneySet set;
	InfTouchHeader touches;
	InfPurchaseHeader purchases;
	const char *problem = inf_open_journey_set(bytes, size, &set);

	if (problem == NULL)
		problem = inf_check_touch_set(set.touches.bytes, set.touches.size);
	if (problem == NULL)
		problem = inf_check_purchase_set(set.purchases.bytes, set.purchases.size);
	if (problem == NULL)
		problem = check_paths(set.paths.bytes, set.paths.size);
	if (problem != NULL)
		return problem;
	inf_read_touch_header(set.touches.bytes, set.touches.size, &touches);
	inf_read_purchase_header(set.purchases.bytes, set.purchases.size, &purchases);
	if (inf_set_mismatch(&touches, &purchases) != NULL)
		return "touches and purchases that do not match";
	if (set.paths.size > 0 && touches.influencer_identity != INF_IDENTITY_NONE &&
	    set.paths.bytes[2] != INF_IDENTITY_NONE &&
	    set.paths.bytes[2] != (uint8_t) touches.influencer_identity)
		return "touches and paths that do not match";
	return NULL;
}
