/*
 * event.c
 *		Sorting events, and blocks of sorted events in stored values.
 */
#include "core/event.h"

#include <string.h>

#include "core/column.h"
#include "core/host.h"
#include "core/instant.h"
#include "core/sort.h"

#define INSERTION_MAX 24
#define MERGE_MAX 4096
#define MAX_BUCKET_BITS 15

static inline bool
is_before(const InfEvent *a, const InfEvent *b)
{
	if (a->key != b->key)
		return a->key < b->key;
	if (a->at != b->at)
		return a->at < b->at;
	return a->value < b->value;
}

static bool
is_sorted(const InfEvent *events, size_t n)
{
	for (size_t i = 1; i < n; i++)
	{
		if (is_before(&events[i], &events[i - 1]))
			return false;
	}
	return true;
}

static void
insertion_sort(InfEvent *events, size_t n)
{
	for (size_t i = 1; i < n; i++)
	{
		InfEvent x = events[i];
		size_t j = i;

		while (j > 0 && is_before(&x, &events[j - 1]))
		{
			events[j] = events[j - 1];
			j--;
		}
		events[j] = x;
	}
}

/* Insertion in short pieces, then merging. The result is in "events". */
static void
merge_sort(InfEvent *events, InfEvent *other, size_t n)
{
	InfEvent *from = events;
	InfEvent *to = other;

	for (size_t i = 0; i < n; i += INSERTION_MAX)
		insertion_sort(events + i, n - i < INSERTION_MAX ? n - i : INSERTION_MAX);
	for (size_t width = INSERTION_MAX; width < n; width *= 2)
	{
		InfEvent *swap;

		for (size_t start = 0; start < n; start += 2 * width)
		{
			size_t middle = start + width < n ? start + width : n;
			size_t end = start + 2 * width < n ? start + 2 * width : n;
			size_t a = start, b = middle;

			for (size_t i = start; i < end; i++)
				to[i] = (b >= end || (a < middle && !is_before(&from[b], &from[a]))) ? from[a++]
				                                                                     : from[b++];
		}
		swap = from;
		from = to;
		to = swap;
	}
	if (from != events)
		memcpy(events, from, n * sizeof(InfEvent));
}

/* One of the three words of an event, as a number whose order is that of the word. */
static inline uint64_t
word_of(const InfEvent *event, int word)
{
	switch (word)
	{
		case 0:
			return event->value;
		case 1:
			return inf_key_of_int64(event->at);
		default:
			return event->key;
	}
}

/* From the lowest byte that differs to the highest, a pass each. The result is in "events". */
static void
radix_sort(InfEvent *events, InfEvent *other, size_t n)
{
	InfEvent *from = events;
	InfEvent *to = other;

	for (int word = 0; word < 3; word++)
	{
		uint64_t first = word_of(&from[0], word);
		uint64_t differ = 0;

		for (size_t i = 1; i < n; i++)
			differ |= word_of(&from[i], word) ^ first;
		for (int shift = 0; shift < 64; shift += 8)
		{
			size_t start[256] = {0};
			size_t next = 0;
			InfEvent *swap;

			if (((differ >> shift) & 0xFF) == 0)
				continue;
			for (size_t i = 0; i < n; i++)
				start[(word_of(&from[i], word) >> shift) & 0xFF]++;
			for (int b = 0; b < 256; b++)
			{
				size_t count = start[b];

				start[b] = next;
				next += count;
			}
			for (size_t i = 0; i < n; i++)
				to[start[(word_of(&from[i], word) >> shift) & 0xFF]++] = from[i];
			swap = from;
			from = to;
			to = swap;
			inf_poll();
		}
	}
	if (from != events)
		memcpy(events, from, n * sizeof(InfEvent));
}

/* Any number of events in any order; the result is in "events". */
static void
sort_bucket(InfEvent *events, InfEvent *other, size_t n)
{
	if (n <= INSERTION_MAX)
		insertion_sort(events, n);
	else if (is_sorted(events, n))
		return; /* touches are often stored as they came */
	else if (n <= MERGE_MAX)
		merge_sort(events, other, n);
	else
		radix_sort(events, other, n);
}

InfEvent *
inf_sort_events(InfEvent *events, InfEvent *other, size_t n, int prefix_bits)
{
	int bits = 0;
	int shift;
	size_t *start;
	size_t nbuckets;
	size_t next = 0;

	/* two or three events to a bucket of neighbouring keys */
	while (bits < MAX_BUCKET_BITS && (n >> (bits + 2)) > 0)
		bits++;
	if (bits == 0)
	{
		sort_bucket(events, other, n);
		return events;
	}

	shift = 64 - prefix_bits - bits;
	nbuckets = (size_t) 1 << bits;
	start = INF_ALLOC_ARRAY(size_t, nbuckets + 1);
	memset(start, 0, (nbuckets + 1) * sizeof(size_t));
	for (size_t i = 0; i < n; i++)
		start[(events[i].key >> shift) & (nbuckets - 1)]++;
	for (size_t b = 0; b <= nbuckets; b++)
	{
		size_t count = start[b];

		start[b] = next;
		next += count;
	}
	inf_poll();
	for (size_t i = 0; i < n; i++)
		other[start[(events[i].key >> shift) & (nbuckets - 1)]++] = events[i];
	/* start[b] is now the end of bucket b */
	for (size_t b = 0; b < nbuckets; b++)
	{
		size_t from = b == 0 ? 0 : start[b - 1];

		sort_bucket(other + from, events + from, start[b] - from);
	}
	inf_poll();
	inf_free(start);
	return other;
}

size_t
inf_block_add_events(InfEventBlock *block, const InfEvent *events, size_t n)
{
	size_t some = INF_BLOCK_EVENTS - block->nevents;
	size_t ncustomers = block->ncustomers;
	int64_t *at = block->at + block->nevents;
	/* the last customer so far; a first one differs from what is not there */
	uint64_t key = ncustomers > 0 ? block->keys[ncustomers - 1] : ~events[0].key;
	uint32_t count = ncustomers > 0 ? block->counts[ncustomers - 1] : 0;

	if (some > n)
		some = n;
	for (size_t i = 0; i < some; i++)
	{
		bool is_next = events[i].key != key;

		key = events[i].key;
		ncustomers += is_next;
		count = is_next ? 1 : count + 1;
		block->keys[ncustomers - 1] = key;
		block->counts[ncustomers - 1] = count;
		at[i] = events[i].at;
	}
	block->ncustomers = ncustomers;
	block->nevents += some;
	return some;
}

void
inf_events_of_block(const InfEventBlock *block, InfEvent *events)
{
	size_t n = 0;

	for (size_t c = 0; c < block->ncustomers; c++)
	{
		uint64_t key = block->keys[c];
		size_t end = n + block->counts[c];

		/* most have one event or two: what is written too much is the next customer's */
		events[n].key = events[n + 1].key = key;
		for (n += 2; n < end; n++)
			events[n].key = key;
		n = end;
	}
	for (size_t i = 0; i < n; i++)
		events[i].at = block->at[i];
}

void
inf_count_block(InfEventTotals *totals, const InfEventBlock *block)
{
	if (totals->nevents == 0)
		totals->first_at = totals->last_at = block->at[0];
	totals->ncustomers += block->ncustomers;
	if (totals->nevents > 0 && block->keys[0] == totals->last_key)
		totals->ncustomers--; /* goes on from the block before */
	totals->last_key = block->keys[block->ncustomers - 1];
	totals->nevents += block->nevents;
	for (size_t i = 0; i < block->nevents; i++)
	{
		totals->first_at = block->at[i] < totals->first_at ? block->at[i] : totals->first_at;
		totals->last_at = block->at[i] > totals->last_at ? block->at[i] : totals->last_at;
	}
}

void
inf_write_block(InfBuffer *buffer, const InfEventBlock *block)
{
	uint32_t counts[INF_BLOCK_EVENTS];

	inf_write_varint(buffer, block->ncustomers);
	inf_write_keys(buffer, block->keys, block->ncustomers);
	for (size_t i = 0; i < block->ncustomers; i++)
		counts[i] = block->counts[i] - 1;
	inf_write_uint32s(buffer, counts, block->ncustomers);
	inf_write_int64s(buffer, block->at, block->nevents);
}

/*
 * Instants ascend within each customer, of whom the first may go on from the block before. A step
 * back is fine where the next customer begins: so all steps back are counted, and those there, which
 * takes no branch that depends on the data.
 */
static bool
is_in_order(const InfEventBlock *block, const InfBlockEnd *before)
{
	const int64_t *at = block->at;
	const uint64_t span = (uint64_t) INF_END_INSTANT - (uint64_t) INF_MIN_INSTANT;
	size_t outside = (uint64_t) at[0] - (uint64_t) INF_MIN_INSTANT >= span;
	size_t back = 0;
	size_t begin = 0;

	if (before->any &&
	    (block->keys[0] < before->key || (block->keys[0] == before->key && at[0] < before->at)))
		return false;
	for (size_t i = 1; i < block->nevents; i++)
	{
		outside += (uint64_t) at[i] - (uint64_t) INF_MIN_INSTANT >= span;
		back += at[i] < at[i - 1];
	}
	for (size_t c = 0; c + 1 < block->ncustomers; c++)
	{
		begin += block->counts[c];
		back -= at[begin] < at[begin - 1];
	}
	return outside == 0 && back == 0;
}

void
inf_read_block(InfCursor *cursor, InfEventBlock *block, size_t nevents, InfBlockEnd *before)
{
	size_t sum = 0;

	block->nevents = nevents;
	block->ncustomers = (size_t) inf_read_count(cursor, nevents);
	if (block->ncustomers == 0)
	{
		cursor->bad = true;
		return;
	}
	inf_read_keys(cursor, block->keys, block->ncustomers);
	inf_read_uint32s(cursor, block->counts, block->ncustomers, (uint32_t) nevents - 1);
	inf_read_int64s(cursor, block->at, nevents);
	if (cursor->bad)
		return;
	for (size_t i = 0; i < block->ncustomers; i++)
		sum += ++block->counts[i];
	if (sum != nevents || !is_in_order(block, before))
	{
		cursor->bad = true;
		return;
	}
	before->any = true;
	before->key = block->keys[block->ncustomers - 1];
	before->at = block->at[nevents - 1];
}
