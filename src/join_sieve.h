/*
 * join_sieve.h
 *		Which probes of an attribution join can match nothing: told without a look into the table.
 *
 * Most touches of most customers lead to no order. A finished table therefore comes with a field
 * of bits: time is cut into buckets of an eighth to a quarter of the lookback window, and a bit is
 * set for the key of each built row and each bucket in its reach. Where a probe's bit is not set,
 * nothing in the table can match it. Bits of one bucket lie side by side, so that probes that come
 * in order of time, as touches mostly do, find theirs in the processor's cache.
 */
#ifndef INF_JOIN_SIEVE_H
#define INF_JOIN_SIEVE_H

#include "join_table.h"

/* Buckets have bits of their own up to this many; then they begin again. */
#define SIEVE_SLICE_BITS 7
#define SIEVE_SLICES (UINT64CONST(1) << SIEVE_SLICE_BITS)

/* A smaller table is as quickly asked itself. */
#define INF_SIEVE_MIN_ROWS 256

typedef struct JoinSieve
{
	uint64 *words;    /* NULL: all probes pass */
	int bucket_shift; /* of an instant, to get its bucket's number */
	int key_bits;     /* a slice has this power of two of bits */
	uint64 tested;
	uint64 passed;
} JoinSieve;

/* Where the bit of a key in a bucket is. The first bits of the hash tell, as they tell the part. */
static inline uint64
inf_sieve_bit(const JoinSieve *sieve, uint64 hash, int64 bucket)
{
	return ((uint64) bucket & (SIEVE_SLICES - 1)) << sieve->key_bits |
	       hash >> (64 - sieve->key_bits);
}

/* Decides on a sieve for so many rows of that reach: bytes it takes, or 0 if none is worth while. */
extern Size inf_sieve_shape(JoinSieve *sieve, uint64 rows, int64 reach, Size most);

/*
 * Sets the bits of a finished part; different parts use different words. The reach is each row's
 * own lookback if it has one. Touches reach forward to orders, orders back to touches.
 */
extern void inf_sieve_add(JoinSieve *sieve, const RowShape *shape, const JoinPart *part,
                          bool orders_built, int64 reach);

/* A sieve through which nearly all passes is given up. */
extern void inf_sieve_judge(JoinSieve *sieve);

#define SIEVE_TRIAL 4096

/* Can the probe match anything? The sieve must have words. */
static inline bool
inf_sieve_passes(JoinSieve *sieve, uint64 hash, int64 at)
{
	uint64 bit = inf_sieve_bit(sieve, hash, at >> sieve->bucket_shift);
	bool passes = sieve->words[bit >> 6] >> (bit & 63) & 1;

	sieve->passed += passes;
	if (unlikely(++sieve->tested == SIEVE_TRIAL))
		inf_sieve_judge(sieve);
	return passes;
}

#endif
