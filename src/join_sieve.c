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

/* If more than this share of the probes passes, asking the sieve is wasted. */
#define USELESS_SHARE 0.7

Size
inf_sieve_shape(JoinSieve *sieve, uint64 rows, int64 reach, Size most)
{
	uint64 wanted = rows * BITS_A_ROW / (64 * SIEVE_SLICES);
	uint64 room = most / (SIEVE_SLICES * sizeof(uint64));

	memset(sieve, 0, sizeof(*sieve));
	if (rows < INF_SIEVE_MIN_ROWS || reach < 0 || room < SLICE_UNIT)
		return 0;
	wanted = Min(Max(wanted, SLICE_UNIT), Min(room, MOST_SLICE_WORDS));
	sieve->slice_words = wanted / SLICE_UNIT * SLICE_UNIT;
	sieve->bucket_shift = reach < 8 ? 0 : pg_leftmost_one_pos64((uint64) reach) - 2;
	return sieve->slice_words * SIEVE_SLICES * sizeof(uint64);
}

/* In each slice, a part's words are a few stretches: its number is told by the last of PART_BITS. */
static void
clear_part(JoinSieve *sieve, int number, int nparts)
{
	Size slice = sieve->slice_words;
	Size stretch = slice / SLICE_UNIT;

	for (Size i = 0; i < SIEVE_SLICES; i++)
	{
		for (int j = number; j < (1 << PART_BITS); j += nparts)
			memset(sieve->words + i * slice + j * stretch, 0, stretch * sizeof(uint64));
	}
}

/* Of so many places those with a run are found at once, and their rows' memory is asked for. */
#define PLACES_AHEAD 64

/* Sets the bits of a run's rows. */
static inline void
add_run(JoinSieve *sieve, const RowShape *placed, const JoinPart *part, const JoinRun *run,
        bool orders_built, int64 reach)
{
	uint64 hash = inf_join_hash(run->key);
	uint64 bits = inf_sieve_bits(hash);
	const uint64 *row = inf_part_row(placed, part, run->start);
	int64 done = PG_INT64_MIN; /* last bucket whose bit is set */

	for (uint32 r = 0; r < run->count; r++, row += placed->words)
	{
		int64 from = ROW_AT(row);
		int64 to = from;
		int64 span = placed->span ? (int64) row[placed->span] : reach;

		if (unlikely((r & 65535) == 65535))
			CHECK_FOR_INTERRUPTS();
		if (orders_built ? pg_sub_s64_overflow(to, span, &from)
		                 : pg_add_s64_overflow(from, span, &to))
		{
			if (orders_built)
				from = PG_INT64_MIN;
			else
				to = PG_INT64_MAX;
		}
		from >>= sieve->bucket_shift;
		to >>= sieve->bucket_shift;
		/* a row's own lookback may reach further back than the one before did */
		if (!placed->span)
			from = Max(from, done);
		/* as soon as all slices have been visited, all bits of the key are set */
		if ((uint64) to - (uint64) from >= SIEVE_SLICES)
			from = to - (int64) (SIEVE_SLICES - 1);
		for (int64 bucket = from; bucket <= to; bucket++)
			*inf_sieve_bucket_word(sieve, hash, bucket) |= bits;
		done = to;
	}
}

void
inf_sieve_add(JoinSieve *sieve, const RowShape *placed, const JoinPart *part, int number,
              int nparts, bool orders_built, int64 reach)
{
	uint64 next = 0;

	clear_part(sieve, number, nparts);
	if (part->runs == NULL)
		return;
	while (next < part->nplaces)
	{
		const JoinRun *runs[PLACES_AHEAD];
		int nruns = 0;
		uint64 end = Min(next + PLACES_AHEAD, part->nplaces);

		CHECK_FOR_INTERRUPTS();
		for (; next < end; next++)
		{
			const JoinRun *run = &part->runs[next];

			/* every other place is empty, and no branch guesses which */
			runs[nruns] = run;
			nruns += run->count != 0;
			__builtin_prefetch(inf_part_row(placed, part, run->start));
		}
		for (int i = 0; i < nruns; i++)
			add_run(sieve, placed, part, runs[i], orders_built, reach);
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
