/*
 * join_search.h
 *		Where in a run of rows, which is sorted by instant, a window begins.
 *
 * Purchases and touches come about evenly over time: the place is guessed from the run's first and
 * last instant and then looked for around the guess. Where that is wrong, the search still takes no
 * more than twice the logarithm of the run's length.
 */
#ifndef INF_JOIN_SEARCH_H
#define INF_JOIN_SEARCH_H

#include "join_row.h"

/* As long as this, a run is searched row by row. */
#define SHORT_SEARCH 8

static inline int64
inf_run_at(const uint64 *rows, int words, uint32 number)
{
	return ROW_AT(rows + (Size) number * words);
}

/* Is the first row at or after the instant the one that is guessed, or a neighbour of it? */
static inline bool
inf_run_is_near(const uint64 *rows, uint32 count, int words, int64 at, uint32 guess)
{
	if (inf_run_at(rows, words, guess) < at)
		return guess + 1 >= count || inf_run_at(rows, words, guess + 1) >= at;
	return guess < 2 || inf_run_at(rows, words, guess - 2) < at;
}

/* Reads the first and the last row only. */
static inline uint32
inf_run_guess(const uint64 *rows, uint32 count, int words, int64 at)
{
	int64 first = inf_run_at(rows, words, 0);
	int64 last = inf_run_at(rows, words, count - 1);

	if (at <= first)
		return 0;
	if (at > last)
		return count - 1;
	return (uint32) (((double) at - (double) first) / ((double) last - (double) first) *
	                 (double) (count - 1));
}

/* The number of the first row at or after the instant, or the count; any guess below it will do. */
static inline uint32
inf_run_from(const uint64 *rows, uint32 count, int words, int64 at, uint32 guess)
{
	uint32 low = 0;      /* all before are before the instant */
	uint32 high = count; /* it and all behind are not */
	uint32 step = 1;

	if (count <= SHORT_SEARCH)
	{
		while (low < count && inf_run_at(rows, words, low) < at)
			low++;
		return low;
	}
	if (inf_run_at(rows, words, guess) < at)
	{
		low = guess + 1;
		while (low < count && count - low >= step && inf_run_at(rows, words, low + step - 1) < at)
		{
			low += step;
			step *= 2;
		}
		if (count - low >= step)
			high = low + step - 1;
	}
	else
	{
		high = guess;
		while (high >= step && inf_run_at(rows, words, high - step) >= at)
		{
			high -= step;
			step *= 2;
		}
		if (high >= step)
			low = high - step + 1;
	}
	while (low < high)
	{
		uint32 middle = low + (high - low) / 2;

		if (inf_run_at(rows, words, middle) < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

#endif
