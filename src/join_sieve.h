/*
 * join_sieve.h
 *		Which probes of an attribution join can match nothing: told without a look into the table.
 *
 * Most touches of most customers lead to no order. The built rows therefore come with a field of
 * bits: the time that they reach is cut into buckets of an eighth to a quarter of the lookback
 * window, and for each built row and each bucket in its reach three bits are set in a word that the
 * key tells. Where not all of a probe's bits are set, no built row can match it, be that in the table
 * or in a file. Words of one bucket lie side by side, in a slice, so that probes that come in order of
 * time, as touches mostly do, find theirs in the processor's cache. The few rows that are far away
 * from the others share a slice. Where memory is short, buckets are up to four times as long, so that
 * fewer bits are set.
 */
#ifndef INF_JOIN_SIEVE_H
#define INF_JOIN_SIEVE_H

#include "join_page.h"
#include "join_sample.h"
#include "join_table.h"

/* Each bucket has a slice up to this many; then these begin again. All others have one more. */
#define SIEVE_SLICES 128

/* A smaller table is as quickly asked itself. */
#define INF_SIEVE_MIN_ROWS 256

typedef struct JoinSieve
{
	uint64 *words;       /* NULL: all probes pass */
	bool orders_built;   /* touches reach forward to orders, orders back to touches */
	int64 reach;         /* of each row that has no lookback of its own; none has a longer one */
	int bucket_shift;    /* of an instant, to get its bucket's number */
	uint64 first_bucket; /* that most built rows reach */
	uint64 nbuckets;     /* likewise */
	uint64 nslices;      /* the last is that of all other buckets */
	uint64 slice_mask;   /* of the number of a bucket, from the first one, to get its slice's */
	uint64 slice_words;  /* how many a slice has */
	uint64 stride;       /* from one slice to the next */
	uint64 tested;
	uint64 passed;
} JoinSieve;

/*
 * A key's word in the first slice. The hash as a share of all tells, as it tells the part, and the
 * run's place in it.
 */
static inline uint64 *
inf_sieve_first_word(const JoinSieve *sieve, uint64 hash)
{
	return sieve->words + ((hash >> 32) * sieve->slice_words >> 32);
}

/* The number of an instant's bucket, from the first one with a slice: those before it wrap around. */
static inline uint64
inf_sieve_bucket(const JoinSieve *sieve, int64 at)
{
	return (uint64) (at >> sieve->bucket_shift) - sieve->first_bucket;
}

/* How far from the key's word in the first slice is the one of that bucket? */
static inline uint64
inf_sieve_distance(const JoinSieve *sieve, uint64 bucket)
{
	uint64 slice = bucket < sieve->nbuckets ? bucket & sieve->slice_mask : sieve->nslices - 1;

	return slice * sieve->stride;
}

/* The word that tells of a probe. */
static inline const uint64 *
inf_sieve_word(const JoinSieve *sieve, uint64 hash, int64 at)
{
	return inf_sieve_first_word(sieve, hash) +
	       inf_sieve_distance(sieve, inf_sieve_bucket(sieve, at));
}

/* A key's bits in each of its words: more than one cost no access and spare most of the errors. */
static inline uint64
inf_sieve_bits(uint64 hash)
{
	return UINT64CONST(1) << (hash & 63) | UINT64CONST(1) << (hash >> 6 & 63) |
	       UINT64CONST(1) << (hash >> 12 & 63);
}

/*
 * What a table of so many rows that is too large for its memory should leave of it to the sieve: bytes, or
 * 0 if that would be too little for one.
 */
extern Size inf_sieve_share(double rows, Size limit);

/*
 * Decides on a sieve for so many rows, of whose instants these are samples, and their reach: bytes it
 * takes, or 0 if none is worth while.
 */
extern Size inf_sieve_shape(JoinSieve *sieve, uint64 rows, const InstantSample *samples,
                            int nsamples, bool orders_built, int64 reach, Size most);

/*
 * Clears the words of a part and sets the bits of its rows, if it has any: a table's sieve is ready
 * when that was done for all of its parts, each of which has words of its own.
 */
extern void inf_sieve_add(JoinSieve *sieve, const RowShape *placed, const JoinPart *part,
                          int number, int nparts);

/* The same for a part whose rows are in a file. */
extern void inf_sieve_add_file(JoinSieve *sieve, RowReader *reader, int number, int nparts);

/* A sieve through which nearly all passes is given up. */
extern void inf_sieve_judge(JoinSieve *sieve);

#define SIEVE_TRIAL 4096

static inline void
inf_sieve_count(JoinSieve *sieve, uint64 tested, uint64 passed)
{
	bool on_trial = sieve->tested < SIEVE_TRIAL;

	sieve->tested += tested;
	sieve->passed += passed;
	if (unlikely(on_trial && sieve->tested >= SIEVE_TRIAL))
		inf_sieve_judge(sieve);
}

/* Are all of the key's bits set in the word? */
static inline bool
inf_sieve_has_bits(const uint64 *word, uint64 hash)
{
	uint64 bits = inf_sieve_bits(hash);

	return (*word & bits) == bits;
}

/* Can the probe match anything? The sieve must have words, here and below. */
static inline bool
inf_sieve_passes(JoinSieve *sieve, uint64 hash, int64 at)
{
	bool passes = inf_sieve_has_bits(inf_sieve_word(sieve, hash, at), hash);

	inf_sieve_count(sieve, 1, passes);
	return passes;
}

/*
 * Tells of all rows of a page that have just been read which may match, and lets only these be handed
 * on if "drop". Returns how many it kept from that.
 */
extern int inf_sieve_page(JoinSieve *sieve, JoinPage *page, bool drop);

#endif
