/*
 * purchase_cycle.h
 *		When one customer bought, and where in the buying cycle that puts them at an instant.
 *
 * Orders after the instant do not count: nothing is known of them yet. Orders within 24 hours of an
 * occasion's first order belong to that occasion, and gaps are the times between the beginnings of
 * occasions. The expected gap is the median of the customer's own gaps and of the typical gap of all
 * customers, which counts as one gap more: so it is the typical gap after one order, half way to it
 * after two, and soon the customer's own.
 *
 *	recency (time since the last order)		stage
 *	no order								prospect
 *	less than the expected gap				new after one occasion, active after more
 *	from the expected gap on				due
 *	more than lapse_after expected gaps		lapsed
 *
 * That the customer's own rhythm and the recency together tell what comes next is the finding of Fader,
 * Hardie and Lee (2005) and of Platzer and Reutterer (2016); the stages are the simplest form of it.
 *
 * Stored layout:
 *
 *	0	version, kind, time type, unit (days, seconds or microseconds: the largest that all fit), 0, 0, 0, 0
 *	8	rows skipped, orders; if there are any, the first instant and the gaps, in units (varints)
 */
#ifndef INF_PURCHASE_CYCLE_H
#define INF_PURCHASE_CYCLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buffer.h"
#include "core/set_kind.h"

/* Of one customer; what fits into a value of 1 GB as it is built. */
#define INF_MAX_CYCLE_ORDERS ((size_t) 100000000)
#define INF_MAX_CYCLE_SKIPPED ((uint64_t) 1 << 62)

typedef struct InfCycle
{
	uint8_t time_type; /* as the host numbers them; 0: of no orders at all */
	uint64_t nskipped;
	size_t n;
	int64_t *at; /* ascending */
} InfCycle;

/* Sorts instants, as an InfCycle and its encoding need them. */
extern void inf_sort_instants(int64_t *at, size_t n);

/* Behind "prefix" bytes. */
extern void inf_cycle_encode(const InfCycle *cycle, size_t prefix, InfBuffer *out);

/* Returns what is wrong with the bytes, or NULL; then the caller frees cycle->at. */
extern const char *inf_cycle_read(const uint8_t *bytes, size_t size, InfCycle *cycle);

/* The same, and that the bytes are in their one form. */
extern const char *inf_check_purchase_cycle(const uint8_t *bytes, size_t size);

/* What is known of a customer at an instant. */
typedef struct InfCycleState
{
	size_t orders;
	size_t occasions;
	int64_t last_at;     /* if there are orders */
	uint64_t recency;    /* microseconds since then */
	double median_gap;   /* microseconds; if there are two occasions */
	double expected_gap; /* microseconds */
} InfCycleState;

extern InfCycleState inf_cycle_state(const InfCycle *cycle, int64_t at, int64_t typical_gap);

typedef enum InfStage
{
	INF_PROSPECT,
	INF_NEW,
	INF_ACTIVE,
	INF_DUE,
	INF_LAPSED
} InfStage;

extern InfStage inf_cycle_stage(const InfCycleState *state, double lapse_after);

/* Is the recency at least open_at, and at most lapse_after expected gaps? */
extern bool inf_in_market(const InfCycleState *state, double open_at, double lapse_after);

#endif
