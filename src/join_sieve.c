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

/* Bits a row, of which it sets three in each bucket in its reach; there are five to nine of these. */
#define BITS_A_ROW 128

/* Words of a slice are a multiple of this, for no word may be of two parts. More than most is too many. */
#define SLICE_UNIT (UINT64CONST(1) << PART_BITS)
#define MOST_SLICE_WORDS (UINT64CONST(1) << 24)

/*
 * Slices are a line apart from each other. One behind the other, all words of a key would have to share
 * the few places of the processor's cache that their addresses allow.
 */
#define LINE_WORDS (INF_CACHE_LINE / sizeof(uint64))

/* If more than this share of the probes passes, asking the sieve is wasted. */
#define USELESS_SHARE 0.7

Size
inf_sieve_shape(JoinSieve *sieve, uint64 rows, int64 reach, Size most)
{
	uint64 wanted = rows * BITS_A_ROW / (64 * SIEVE_SLICES);
	uint64 room = most / (SIEVE_SLICES * sizeof(uint64));

	memset(sieve, 0, sizeof(*sieve));
	if (rows < INF_SIEVE_MIN_ROWS || reach < 0 || room < SLICE_UNIT + LINE_WORDS)
		return 0;
	wanted = Min(Max(wanted, SLICE_UNIT), Min(room - LINE_WORDS, MOST_SLICE_WORDS));
	sieve->slice_words = wanted / SLICE_UNIT * SLICE_UNIT;
	sieve->bucket_shift = reach < 8 ? 0 : pg_leftmost_one_pos64((uint64) reach) - 2;
	sieve->stride = sieve->slice_words + LINE_WORDS;
	return sieve->stride * SIEVE_SLICES * sizeof(uint64);
}

/* In each slice, a part's words are a few stretches: its number is told by the last of PART_BITS. */
static void
clear_part(JoinSieve *sieve, int number, int nparts)
{
	Size stretch = sieve->slice_words / SLICE_UNIT;

	for (Size i = 0; i < SIEVE_SLICES; i++)
	{
		for (int j = number; j < (1 << PART_BITS); j += nparts)
			memset(sieve->words + i * sieve->stride + j * stretch, 0, stretch * sizeof(uint64));
	}
}

/* Of so many places those with a run are found at once: every other is empty, and nobody guesses which. */
#define PLACES_AT_ONCE 64

/* What is the same for all rows that set bits. */
typedef struct Setting
{
	const RowShape *placed;
	bool orders_built;
	int64 reach;
	int64 most_buckets; /* that the reach can take up */
} Setting;

/* Sets the bits of a run's rows. */
static inline void
add_run(const JoinSieve *sieve, const Setting *setting, const JoinPart *part, const JoinRun *run)
{
	const RowShape *placed = setting->placed;
	uint64 hash = inf_join_hash(run->key);
	uint64 bits = inf_sieve_bits(hash);
	uint64 *first = inf_sieve_first_word(sieve, hash);
	/* known not to change when bits are set */
	uint64 stride = sieve->stride;
	int shift = sieve->bucket_shift;
	const uint64 *row = inf_part_row(placed, part, run->start);
	int64 done = PG_INT64_MIN; /* last bucket whose bit is set */

	for (uint32 r = 0; r < run->count; r++, row += placed->words)
	{
		int64 from = ROW_AT(row);
		int64 to = from;
		int64 span = placed->span ? (int64) row[placed->span] : setting->reach;
		int64 nbuckets = setting->most_buckets;

		if (unlikely((r & 65535) == 65535))
			CHECK_FOR_INTERRUPTS();
		if (setting->orders_built ? pg_sub_s64_overflow(to, span, &from)
		                          : pg_add_s64_overflow(from, span, &to))
		{
			if (setting->orders_built)
				from = PG_INT64_MIN;
			else
				to = PG_INT64_MAX;
		}
		from >>= shift;
		to >>= shift;
		if (placed->span)
		{
			/* as soon as all slices have been visited, all bits of the key are set */
			if ((uint64) to - (uint64) from >= SIEVE_SLICES)
				from = to - (int64) (SIEVE_SLICES - 1);
			nbuckets = to - from + 1;
		}
		else if (to == done)
			continue;
		/* to set some bits twice is quicker than to guess how many there are */
		for (int64 i = 0; i < nbuckets; i++)
			first[inf_sieve_slice_start((uint64) Min(from + i, to), stride)] |= bits;
		done = to;
	}
}

void
inf_sieve_add(JoinSieve *sieve, const RowShape *placed, const JoinPart *part, int number,
              int nparts, bool orders_built, int64 reach)
{
	Setting setting = {.placed = placed,
	                   .orders_built = orders_built,
	                   .reach = reach,
	                   .most_buckets = (reach >> sieve->bucket_shift) + 2};

	clear_part(sieve, number, nparts);
	if (part->runs == NULL)
		return;
	/* the words of a bucket are in the order of the runs, as their rows are: both by the hash */
	for (uint64 next = 0; next < part->nplaces;)
	{
		const JoinRun *runs[PLACES_AT_ONCE];
		int nruns = 0;
		uint64 end = Min(next + PLACES_AT_ONCE, part->nplaces);

		CHECK_FOR_INTERRUPTS();
		for (; next < end; next++)
		{
			runs[nruns] = &part->runs[next];
			nruns += part->runs[next].count != 0;
		}
		for (int i = 0; i < nruns; i++)
			add_run(sieve, &setting, part, runs[i]);
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
