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

/* Bits a row: it sets one for each bucket in its reach, of which there are five to nine. */
#define BITS_A_ROW 96

/* Bits of different parts must not share a word. */
#define MIN_KEY_BITS (PART_BITS + 6)
#define MAX_KEY_BITS 30

/* If more than this share of the probes passes, asking the sieve is wasted. */
#define USELESS_SHARE 0.7

Size
inf_sieve_shape(JoinSieve *sieve, uint64 rows, int64 reach, Size most)
{
	uint64 bits = MIN_KEY_BITS;

	memset(sieve, 0, sizeof(*sieve));
	if (rows < INF_SIEVE_MIN_ROWS || reach < 0)
		return 0;
	while (bits < MAX_KEY_BITS && (SIEVE_SLICES << bits) < rows * BITS_A_ROW)
		bits++;
	while ((SIEVE_SLICES << bits) / 8 > most)
	{
		if (bits == MIN_KEY_BITS)
			return 0;
		bits--;
	}
	sieve->key_bits = (int) bits;
	sieve->bucket_shift = reach < 8 ? 0 : pg_leftmost_one_pos64((uint64) reach) - 2;
	return (SIEVE_SLICES << bits) / 8;
}

void
inf_sieve_add(JoinSieve *sieve, const RowShape *shape, const JoinPart *part, bool orders_built,
              int64 reach)
{
	for (uint64 i = 0; part->runs != NULL && i <= part->mask; i++)
	{
		const JoinRun *run = &part->runs[i];
		uint64 hash;
		int64 done = PG_INT64_MIN; /* last bucket whose bit is set */

		if ((i & 4095) == 0)
			CHECK_FOR_INTERRUPTS();
		if (run->count == 0)
			continue;
		hash = inf_join_hash(run->key);
		for (uint32 r = 0; r < run->count; r++)
		{
			const uint64 *row = inf_part_row(shape, part, run->start + r);
			int64 from = ROW_AT(row);
			int64 to = from;
			int64 span = shape->span ? (int64) row[shape->span] : reach;

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
			if (!shape->span)
				from = Max(from, done);
			/* as soon as all slices have been visited, all bits of the key are set */
			if ((uint64) to - (uint64) from >= SIEVE_SLICES)
				from = to - (int64) (SIEVE_SLICES - 1);
			for (int64 bucket = from; bucket <= to; bucket++)
			{
				uint64 bit = inf_sieve_bit(sieve, hash, bucket);

				sieve->words[bit >> 6] |= UINT64CONST(1) << (bit & 63);
			}
			done = to;
		}
	}
}

void
inf_sieve_judge(JoinSieve *sieve)
{
	if ((double) sieve->passed > USELESS_SHARE * (double) sieve->tested)
		sieve->words = NULL;
}
