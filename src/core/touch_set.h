/*
 * touch_set.h
 *		The stored form of a set of touches: who was touched by whom, when.
 *
 * A header, the influencers' names, and blocks of touches in the order of (customer, instant,
 * influencer, priority, weight). The same touches always have the same bytes. Layout:
 *
 *	0	version, kind, flags, time type, identity of customers, identity of influencers, 0, 0
 *	8	number of touches, of customers, of rows skipped; first and last instant (8 bytes each)
 *	48	size of the names section in bytes (8 bytes)
 *	56	names; blocks; INF_BITS_SLACK zero bytes
 *
 * All numbers are little-endian and need no alignment.
 */
#ifndef INF_TOUCH_SET_H
#define INF_TOUCH_SET_H

#include "core/event_reader.h"
#include "core/names.h"
#include "core/set_kind.h"

#define INF_TOUCH_HEADER_SIZE 56

#define INF_HAS_WEIGHTS 0x01    /* some weight is not 1 */
#define INF_HAS_PRIORITIES 0x02 /* some priority is not 0 */

typedef struct InfTouchHeader
{
	uint8_t flags;
	uint8_t time_type;             /* as the host numbers them; 0: of no touches at all */
	InfIdentity customer_identity; /* NONE: of no touches at all */
	InfIdentity influencer_identity;
	uint64_t ntouches;
	uint64_t ncustomers;
	uint64_t nskipped;
	int64_t first_at; /* 0 if there are no touches */
	int64_t last_at;
	uint64_t names_size;
} InfTouchHeader;

/* Returns what is wrong with it, or NULL. Looks at the header alone. */
extern const char *inf_read_touch_header(const uint8_t *bytes, size_t size, InfTouchHeader *header);

/* All touches of one customer, in order. */
typedef struct InfCustomerTouches
{
	uint64_t key;
	size_t n;
	const int64_t *at;
	const uint32_t *code;
	const double *weight;    /* NULL: all are 1 */
	const int32_t *priority; /* NULL: all are 0 */
} InfCustomerTouches;

/* Reads a set from the first customer to the last, checking all that it reads. */
typedef struct InfTouchReader
{
	const char *problem; /* what is wrong with the set: no more is read */
	InfTouchHeader header;
	InfNames names;
	InfEventReader events; /* private */
} InfTouchReader;

/* Starts reading; "problem" tells whether that worked. The bytes must outlive the reader. */
extern void inf_touch_reader_open(InfTouchReader *reader, const uint8_t *bytes, size_t size);

/* The same, where a customer may go on in the next block. */
extern bool inf_touch_reader_next_gathered(InfTouchReader *reader, InfCustomerTouches *touches);

/* The next customer; false at the end or if there is a problem. Valid until the next call. */
static inline bool
inf_touch_reader_next(InfTouchReader *reader, InfCustomerTouches *touches)
{
	const InfEventReader *events = &reader->events;
	size_t customer, first;

	if (events->column[1] != NULL || events->column[2] != NULL ||
	    !inf_event_reader_step(&reader->events, &customer, &first))
		return inf_touch_reader_next_gathered(reader, touches);
	touches->key = events->block->keys[customer];
	touches->n = events->block->counts[customer];
	touches->at = events->block->at + first;
	touches->code = (const uint32_t *) events->column[0] + first;
	touches->weight = NULL;
	touches->priority = NULL;
	return true;
}

/*
 * The next touches as events, instead of customer by customer (see event_merge.h): at most
 * INF_BLOCK_EVENTS, 0 at the end. Their values are the codes; weights and priorities are left out.
 */
extern size_t inf_touch_reader_next_events(InfTouchReader *reader, InfEvent *events);

extern void inf_touch_reader_close(InfTouchReader *reader);

/* Writes a set, from the first customer to the last. */
typedef struct InfTouchWriter
{
	InfTouchHeader header;
	InfBuffer buffer; /* the set begins behind "prefix" bytes, which are the caller's */

	/* private */
	size_t prefix;
	InfEventTotals totals;
	InfEventBlock *block;
	uint32_t *code;
	double *weight;
	int32_t *priority;
} InfTouchWriter;

/* Names must be ascending; all of them must occur. */
extern void inf_touch_writer_open(InfTouchWriter *writer, size_t prefix, uint8_t flags,
                                  uint8_t time_type, InfIdentity customer_identity,
                                  const InfNames *names);

/*
 * The next customer, or more touches of the one before: n touches in order, whose codes are those
 * of the writer's names, or are turned into them by a map. Without weights all are 1, without
 * priorities all are 0.
 */
extern void inf_touch_writer_add(InfTouchWriter *writer, const InfCustomerTouches *touches,
                                 const uint32_t *map);

/*
 * The same for touches of any customers, n > 0 of them, as events in order whose values are the codes.
 * Only for a set without weights and priorities.
 */
extern void inf_touch_writer_add_events(InfTouchWriter *writer, const InfEvent *events, size_t n);

/* Ends the set; the buffer has it. */
extern void inf_touch_writer_close(InfTouchWriter *writer, uint64_t nskipped);

#endif
