/*
 * join_sieve.c
 *		The field of bits that tells which probes can match nothing.
 */
#include "postgres.h"

#include "common/int.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"

#include "compat.h"
#include "join_sieve.h"

/*
 * Bits a row, of which it sets three in each bucket in its reach: there are five to nine of these. With
 * too few bits, they are twice as long, or four times; with still fewer, all would be set.
 */
#define BITS_A_ROW 64
#define FEW_BITS_A_ROW 32
#define MOST_COARSE 2

/* Words of a slice are a multiple of this, for no word may be of two parts. More than most is too many. */
#define SLICE_UNIT (UINT64CONST(1) << PART_BITS)
#define MOST_SLICE_WORDS (UINT64CONST(1) << 31)

/*
 * Slices are a line apart from each other. One behind the other, all words of a key would have to share
 * the few places of the processor's cache that their addresses allow.
 */
#define LINE_WORDS (INF_CACHE_LINE / sizeof(uint64))

/* If more than this share of the probes passes, asking the sieve is wasted. */
#define USELESS_SHARE 0.7

/* From where to where does a row reach that has this instant? */
static inline void
row_reach(bool orders_built, int64 at, int64 span, int64 *from, int64 *to)
{
	*from = *to = at;
	if (orders_built)
	{
		if (pg_sub_s64_overflow(at, span, from))
			*from = PG_INT64_MIN;
	}
	else if (pg_add_s64_overflow(at, span, to))
		*to = PG_INT64_MAX;
}

/* How much longer than they could be are the buckets? As a shift; -1: too few rows, or too little memory. */
static int
coarseness(double rows, Size most)
{
	double bits = (double) most * 8 / rows;

	if (rows < INF_SIEVE_MIN_ROWS)
		return -1;
	for (int shift = 0; shift <= MOST_COARSE; shift++)
	{
		if (bits * (1 << shift) >= FEW_BITS_A_ROW)
			return shift;
	}
	return -1;
}

Size
inf_sieve_share(double rows, Size limit)
{
	Size most = limit / 2;
	double wanted = rows * BITS_A_ROW / 8;
	/* few rows, too, have a word of each slice for each part */
	double least = (SIEVE_SLICES + 1) * (SLICE_UNIT + LINE_WORDS) * sizeof(uint64);

	if (coarseness(rows, most) < 0)
		return 0;
	return (Size) Min(Max(wanted, least), (double) most);
}

Size
inf_sieve_shape(JoinSieve *sieve, uint64 rows, const InstantSample *samples, int nsamples,
                bool orders_built, int64 reach, Size most)
{
	InstantRange range;
	int64 from;
	int64 to;
	uint64 wanted;
	uint64 room;
	int coarse = coarseness((double) rows, most);

	memset(sieve, 0, sizeof(*sieve));
	if (coarse < 0 || reach < 0 || !inf_sample_range(samples, nsamples, reach, &range))
		return 0;
	sieve->orders_built = orders_built;
	sieve->reach = reach;
	sieve->bucket_shift = reach < 8 ? 0 : pg_leftmost_one_pos64((uint64) reach) - 2;
	sieve->bucket_shift += coarse;
	row_reach(orders_built, range.earliest, reach, &from, &to);
	sieve->first_bucket = (uint64) (from >> sieve->bucket_shift);
	row_reach(orders_built, range.latest, reach, &from, &to);
	sieve->nbuckets = (uint64) (to >> sieve->bucket_shift) - sieve->first_bucket + 1;
	sieve->nslices = Min(sieve->nbuckets, SIEVE_SLICES) + 1;
	sieve->slice_mask = sieve->nbuckets > SIEVE_SLICES ? SIEVE_SLICES - 1 : PG_UINT64_MAX;
	room = most / (sieve->nslices * sizeof(uint64));
	if (room < SLICE_UNIT + LINE_WORDS)
		return 0;
	wanted = rows * BITS_A_ROW / (64 * sieve->nslices);
	wanted = Min(Max(wanted, SLICE_UNIT), Min(room - LINE_WORDS, MOST_SLICE_WORDS));
	sieve->slice_words = wanted / SLICE_UNIT * SLICE_UNIT;
	sieve->stride = sieve->slice_words + LINE_WORDS;
	return sieve->stride * sieve->nslices * sizeof(uint64);
}

/* In each slice, a part's words are a few stretches: its number is told by the last of PART_BITS. */
static void
clear_part(JoinSieve *sieve, int number, int nparts)
{
	Size stretch = sieve->slice_words / SLICE_UNIT;

	for (Size i = 0; i < sieve->nslices; i++)
	{
		for (int j = number; j < (1 << PART_BITS); j += nparts)
			memset(sieve->words + i * sieve->stride + j * stretch, 0, stretch * sizeof(uint64));
	}
}

/*
 * Sets the bits of a key in the buckets from one to another. At least so many times: to set some bits
 * twice is quicker than to guess how many buckets there are.
 */
static inline void
set_bits(const JoinSieve *sieve, uint64 *first, uint64 bits, uint64 bucket, uint64 last, uint64 n)
{
	for (uint64 i = 0; i < n; i++)
		first[inf_sieve_distance(sieve, bucket + Min(i, last - bucket))] |= bits;
}

/* The first and the last bucket in a row's reach. */
static inline void
reached_buckets(const JoinSieve *sieve, const RowShape *shape, const uint64 *row, uint64 *first,
                uint64 *last)
{
	int64 from;
	int64 to;

	row_reach(sieve->orders_built, ROW_AT(row),
	          shape->span ? (int64) row[shape->span] : sieve->reach, &from, &to);
	*first = inf_sieve_bucket(sieve, from);
	*last = inf_sieve_bucket(sieve, to);
}

/* Sets the bits of a run's rows. "most" is how many buckets the reach can take up. */
static inline void
add_run(const JoinSieve *sieve, const RowShape *placed, const JoinRun *run, uint64 most)
{
	uint64 hash = inf_join_hash(run->key);
	uint64 bits = inf_sieve_bits(hash);
	uint64 *first = inf_sieve_first_word(sieve, hash);
	const uint64 *row = inf_run_row(placed, run, 0);
	uint64 done = 0; /* after the first row: last bucket whose bits are set */

	for (uint32 r = 0; r < run->count; r++, row += placed->words)
	{
		uint64 bucket;
		uint64 last;
		uint64 n = most;

		if (unlikely((r & 65535) == 65535))
			CHECK_FOR_INTERRUPTS();
		reached_buckets(sieve, placed, row, &bucket, &last);
		if (placed->span)
			n = last - bucket + 1;
		else if (r > 0 && last == done)
			continue;
		set_bits(sieve, first, bits, bucket, last, n);
		done = last;
	}
}

void
inf_sieve_add(JoinSieve *sieve, const RowShape *placed, const JoinPart *part, int number,
              int nparts)
{
	JoinSieve known = *sieve; /* not to change when bits are set */
	uint64 most = ((uint64) sieve->reach >> sieve->bucket_shift) + 2;
	const JoinRun *run;

	clear_part(sieve, number, nparts);
	if (part->runs == NULL)
		return;
	/* the words of a bucket are in the order of the runs: both by the hash */
	run = inf_run_at_word(part, 0);
	for (uint32 i = 0; i < part->nruns; i++, run = inf_next_run(placed, run))
	{
		if ((i & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		add_run(&known, placed, run, most);
	}
}

void
inf_sieve_add_file(JoinSieve *sieve, RowReader *reader, int number, int nparts)
{
	JoinSieve known = *sieve;
	const RowShape *shape = reader->shape;
	uint64 *row;

	clear_part(sieve, number, nparts);
	inf_row_file_rewind(reader);
	while ((row = inf_row_file_read(reader)) != NULL)
	{
		uint64 hash = inf_join_hash(ROW_KEY(row));
		uint64 bucket;
		uint64 last;

		CHECK_FOR_INTERRUPTS();
		if (shape->has_head && ROW_HEAD(row)->state == ROW_UNMATCHABLE)
			continue;
		reached_buckets(&known, shape, row, &bucket, &last);
		set_bits(&known, inf_sieve_first_word(&known, hash), inf_sieve_bits(hash), bucket, last,
		         last - bucket + 1);
	}
}

int
inf_sieve_page(JoinSieve *sieve, JoinPage *page, bool drop)
{
	const uint64 *words[MaxHeapTuplesPerPage];
	int nrows = page->nrows;
	int tested = nrows - page->nunread - page->nunmatchable;
	int handed = 0;
	int passed = 0;

	for (int i = 0; i < nrows; i++)
	{
		words[i] = inf_sieve_word(sieve, page->rows[i].hash, page->rows[i].instant);
		__builtin_prefetch(words[i]);
	}
	/* no branch depends on what the words are: nobody could guess them */
	for (int i = 0; i < nrows; i++)
	{
		PageRow *row = &page->rows[i];

		row->may_match &= inf_sieve_has_bits(words[i], row->hash) | !row->is_read;
		passed += row->may_match;
		page->handed[handed] = (uint16) i;
		handed += !drop | row->may_match;
	}
	page->nhanded = handed;
	passed -= page->nunread;
	inf_sieve_count(sieve, (uint64) tested, (uint64) passed);
	return tested - passed;
}

void
inf_sieve_judge(JoinSieve *sieve)
{
	if ((double) sieve->passed > USELESS_SHARE * (double) sieve->tested)
		sieve->words = NULL;
}
