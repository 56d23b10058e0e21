/*
 * purchase_set.h
 *		The stored form of a set of purchases: who bought when, for how much.
 *
 * A header, and blocks of purchases in the order of (customer, instant, revenue). The same
 * purchases always have the same bytes. Layout:
 *
 *	0	version, kind, touch use, time type, identity of customers, 0, 0, 0
 *	8	number of orders, of customers, of rows skipped; first and last instant (8 bytes each)
 *	48	lookback window in microseconds (8 bytes)
 *	56	revenue of all orders (a double, 8 bytes)
 *	64	blocks; INF_BITS_SLACK zero bytes
 */
#ifndef INF_PURCHASE_SET_H
#define INF_PURCHASE_SET_H

#include <string.h>

#include "core/event_reader.h"
#include "core/names.h"
#include "core/set_kind.h"
#include "core/sum.h"

#define INF_PURCHASE_HEADER_SIZE 64

/* The revenue of an order lies between minus this and this, so that no sum leaves the range. */
#define INF_MAX_REVENUE 1e100

/* May an order have this revenue? Also false for NaN. */
static inline bool
inf_is_revenue(double revenue)
{
	return revenue >= -INF_MAX_REVENUE && revenue <= INF_MAX_REVENUE;
}

/* Which orders a touch may serve. Stored in values: never renumber. */
typedef enum InfTouchUse
{
	INF_EVERY_ORDER = 0, /* every order in reach */
	INF_NEXT_ORDER = 1,  /* consumed by the first order after it */
	INF_FIRST_ORDER = 2  /* only the customer's first order */
} InfTouchUse;

typedef struct InfPurchaseHeader
{
	InfTouchUse touch_use;
	uint8_t time_type;             /* as the host numbers them; 0: of no orders at all */
	InfIdentity customer_identity; /* NONE: of no orders at all */
	uint64_t norders;
	uint64_t ncustomers;
	uint64_t nskipped;
	int64_t first_at; /* 0 if there are no orders */
	int64_t last_at;
	int64_t lookback; /* microseconds */
	double revenue;
} InfPurchaseHeader;

/* Returns what is wrong with it, or NULL. Looks at the header alone. */
extern const char *inf_read_purchase_header(const uint8_t *bytes, size_t size,
                                            InfPurchaseHeader *header);

/* Changes how the set is to be matched with touches; the bytes must have a valid header. */
extern void inf_set_lookback(uint8_t *bytes, int64_t lookback, InfTouchUse touch_use);

/* Revenue as a number whose order is that of the revenue, the value of an event; and back. */
static inline uint64_t
inf_key_of_revenue(double revenue)
{
	const uint64_t sign = (uint64_t) 1 << 63;
	uint64_t bits;

	revenue += 0.0; /* no minus zero */
	memcpy(&bits, &revenue, sizeof(bits));
	return (bits & sign) ? ~bits : bits | sign;
}

static inline double
inf_revenue_of_key(uint64_t bits)
{
	const uint64_t sign = (uint64_t) 1 << 63;
	double revenue;

	bits = (bits & sign) ? bits & ~sign : ~bits;
	memcpy(&revenue, &bits, sizeof(revenue));
	return revenue;
}

/* All orders of one customer, in order. */
typedef struct InfCustomerOrders
{
	uint64_t key;
	size_t n;
	const int64_t *at;
	const double *revenue;
} InfCustomerOrders;

/* Reads a set from the first customer to the last, checking all that it reads. */
typedef struct InfPurchaseReader
{
	const char *problem; /* what is wrong with the set: no more is read */
	InfPurchaseHeader header;
	InfEventReader events; /* private */
} InfPurchaseReader;

/* Starts reading; "problem" tells whether that worked. The bytes must outlive the reader. */
extern void inf_purchase_reader_open(InfPurchaseReader *reader, const uint8_t *bytes, size_t size);

/* The same, where a customer may go on in the next block. */
extern bool inf_purchase_reader_next_gathered(InfPurchaseReader *reader, InfCustomerOrders *orders);

/* The next customer; false at the end or if there is a problem. Valid until the next call. */
static inline bool
inf_purchase_reader_next(InfPurchaseReader *reader, InfCustomerOrders *orders)
{
	const InfEventBlock *block = reader->events.block;
	size_t customer, first;

	if (!inf_event_reader_step(&reader->events, &customer, &first))
		return inf_purchase_reader_next_gathered(reader, orders);
	orders->key = block->keys[customer];
	orders->n = block->counts[customer];
	orders->at = block->at + first;
	orders->revenue = (const double *) reader->events.column[0] + first;
	return true;
}

/*
 * The next orders as events, instead of customer by customer (see event_merge.h): at most
 * INF_BLOCK_EVENTS, 0 at the end. Their values are the keys of the revenue.
 */
extern size_t inf_purchase_reader_next_events(InfPurchaseReader *reader, InfEvent *events);

extern void inf_purchase_reader_close(InfPurchaseReader *reader);

/* Writes a set, from the first customer to the last. */
typedef struct InfPurchaseWriter
{
	InfPurchaseHeader header;
	InfBuffer buffer; /* the set begins behind "prefix" bytes, which are the caller's */

	/* private */
	size_t prefix;
	InfEventTotals totals;
	InfEventBlock *block;
	double *revenue;
	InfSum sum; /* of the revenue */
} InfPurchaseWriter;

extern void inf_purchase_writer_open(InfPurchaseWriter *writer, size_t prefix, uint8_t time_type,
                                     InfIdentity customer_identity, int64_t lookback,
                                     InfTouchUse touch_use);

/* The next customer, or more orders of the one before, in order. */
extern void inf_purchase_writer_add(InfPurchaseWriter *writer, const InfCustomerOrders *orders);

/* The same for orders of any customers, n > 0 of them, as events in order. */
extern void inf_purchase_writer_add_events(InfPurchaseWriter *writer, const InfEvent *events,
                                           size_t n);

/* Ends the set; the buffer has it. */
extern void inf_purchase_writer_close(InfPurchaseWriter *writer, uint64_t nskipped);

#endif
