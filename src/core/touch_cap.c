/*
 * touch_cap.c
 *		A set of touches without those that are too many.
 */
#include "core/touch_cap.h"

#include <string.h>

#include "core/host.h"
#include "core/instant.h"

/* An influencer's touches of a customer on a day, so far. */
typedef struct Day
{
	uint64_t customer; /* by number, from 1 */
	int64_t day;
	uint32_t touches;
} Day;

typedef struct Capping
{
	uint32_t per_day;
	uint64_t customer;
	Day *days; /* an influencer each */
	size_t capacity;
	int64_t *at;
	uint32_t *code;
	double *weight;
	int32_t *priority;
} Capping;

/* Is it one of those that stay? To be asked for a customer's touches one after the other. */
static bool
stays(Capping *c, uint32_t code, int64_t at)
{
	Day *day = &c->days[code];

	INF_GUARANTEED(c->days != NULL);
	if (day->customer != c->customer || day->day != inf_day_of(at))
		*day = (Day){c->customer, inf_day_of(at), 0};
	return day->touches++ < c->per_day;
}

static void
grow(Capping *c, size_t n)
{
	if (n <= c->capacity)
		return;
	c->capacity = n * 2;
	c->at = inf_realloc(c->at, inf_array_size(c->capacity, sizeof(int64_t)));
	c->code = inf_realloc(c->code, inf_array_size(c->capacity, sizeof(uint32_t)));
	c->weight = inf_realloc(c->weight, inf_array_size(c->capacity, sizeof(double)));
	c->priority = inf_realloc(c->priority, inf_array_size(c->capacity, sizeof(int32_t)));
}

/* The customer's touches that stay. */
static InfCustomerTouches
cap_customer(Capping *c, const InfCustomerTouches *touches)
{
	InfCustomerTouches kept = {.key = touches->key};

	grow(c, touches->n);
	c->customer++;
	for (size_t i = 0; i < touches->n; i++)
	{
		if (!stays(c, touches->code[i], touches->at[i]))
			continue;
		c->at[kept.n] = touches->at[i];
		c->code[kept.n] = touches->code[i];
		c->weight[kept.n] = touches->weight == NULL ? 1 : touches->weight[i];
		c->priority[kept.n] = touches->priority == NULL ? 0 : touches->priority[i];
		kept.n++;
	}
	kept.at = c->at;
	kept.code = c->code;
	kept.weight = c->weight;
	kept.priority = c->priority;
	return kept;
}

/* Which of the extra columns do the touches need that stay? A set has no others. */
static uint8_t
needed_flags(const InfCustomerTouches *kept)
{
	uint8_t flags = 0;

	for (size_t i = 0; i < kept->n; i++)
	{
		if (kept->weight[i] != 1)
			flags |= INF_HAS_WEIGHTS;
		if (kept->priority[i] != 0)
			flags |= INF_HAS_PRIORITIES;
	}
	return flags;
}

const char *
inf_cap_touches(const uint8_t *bytes, size_t size, uint32_t per_day, size_t prefix, InfBuffer *out)
{
	const char *problem = NULL;
	Capping c = {.per_day = per_day};
	InfTouchWriter writer;
	uint8_t flags = 0;

	/* twice: for what the set will have, and to write it */
	for (int pass = 0; pass < 2 && problem == NULL; pass++)
	{
		InfTouchReader reader;
		InfCustomerTouches touches;

		inf_touch_reader_open(&reader, bytes, size);
		if (reader.problem == NULL && pass == 0)
		{
			c.days = INF_ALLOC_ARRAY(Day, reader.names.count);
			memset(c.days, 0, reader.names.count * sizeof(Day));
		}
		if (reader.problem == NULL && pass == 1)
			inf_touch_writer_open(&writer, prefix, flags, reader.header.time_type,
			                      reader.header.customer_identity, &reader.names);
		while (inf_touch_reader_next(&reader, &touches))
		{
			InfCustomerTouches kept = cap_customer(&c, &touches);

			if (pass == 0)
				flags |= needed_flags(&kept);
			else
				inf_touch_writer_add(&writer, &kept, NULL);
		}
		problem = reader.problem;
		if (pass == 1 && problem == NULL)
		{
			inf_touch_writer_close(&writer, reader.header.nskipped);
			*out = writer.buffer;
		}
		inf_touch_reader_close(&reader);
	}
	inf_free(c.days);
	inf_free(c.at);
	inf_free(c.code);
	inf_free(c.weight);
	inf_free(c.priority);
	return problem;
}
