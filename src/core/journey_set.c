/*
 * journey_set.c
 *		The stored form of a set of journeys.
 */
#include "core/journey_set.h"

#include <string.h>

#include "core/bits.h"

const char *
inf_open_journey_set(const uint8_t *bytes, size_t size, InfJourneySet *set)
{
	InfPart *parts[3] = {&set->touches, &set->purchases, &set->paths};
	InfCursor cursor = {bytes, bytes + size, false};
	uint64_t sizes[3];

	if (size < INF_JOURNEY_HEADER_SIZE)
		return "too short";
	if (inf_read8(&cursor) != INF_FORMAT_VERSION)
		return "unknown version";
	if (inf_read8(&cursor) != INF_KIND_JOURNEYS)
		return "no set of journeys";
	for (int i = 0; i < 6; i++)
	{
		if (inf_read8(&cursor) != 0)
			return "unknown flags";
	}
	for (int i = 0; i < 3; i++)
		sizes[i] = inf_read64(&cursor);
	for (int i = 0; i < 3; i++)
	{
		parts[i]->size = (size_t) sizes[i];
		parts[i]->bytes = inf_read_bytes(&cursor, parts[i]->size);
	}
	if (cursor.bad || cursor.p != cursor.end)
		return "impossible sizes";
	return NULL;
}

const char *
inf_set_mismatch(const InfTouchHeader *touches, const InfPurchaseHeader *purchases)
{
	if (touches->time_type != 0 && purchases->time_type != 0 &&
	    touches->time_type != purchases->time_type)
		return "instants";
	if (touches->customer_identity != INF_IDENTITY_NONE &&
	    purchases->customer_identity != INF_IDENTITY_NONE &&
	    touches->customer_identity != purchases->customer_identity)
		return "customers";
	return NULL;
}

void
inf_put_journey_set(void *to, const InfJourneySet *set)
{
	const InfPart *parts[3] = {&set->touches, &set->purchases, &set->paths};
	uint8_t *p = to;

	memset(p, 0, INF_JOURNEY_HEADER_SIZE);
	p[0] = INF_FORMAT_VERSION;
	p[1] = INF_KIND_JOURNEYS;
	for (int i = 0; i < 3; i++)
		inf_store64(p + 8 + 8 * i, parts[i]->size);
	p += INF_JOURNEY_HEADER_SIZE;
	for (int i = 0; i < 3; i++)
	{
		if (parts[i]->size > 0)
			memcpy(p, parts[i]->bytes, parts[i]->size);
		p += parts[i]->size;
	}
}

void
inf_write_journey_set(InfBuffer *out, size_t prefix, const InfJourneySet *set)
{
	size_t size = prefix + INF_JOURNEY_HEADER_SIZE + set->touches.size + set->purchases.size +
	              set->paths.size;

	memset(out, 0, sizeof(*out));
	inf_buffer_reserve(out, size);
	memset(out->data, 0, prefix);
	inf_put_journey_set(out->data + prefix, set);
	out->size = size;
}
