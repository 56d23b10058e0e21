/*
 * join_count_groups.c
 *		Counts of probes that are the same in all that comes out of them, added up on the way.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/datum.h"
#include "utils/memutils.h"

#include "compat.h"
#include "core/hash.h"
#include "join_count_groups.h"

/* All of them may take this share of work_mem, and there is no more to be gained from so many. */
#define SHARE_OF_MEMORY 8
#define MOST_GROUPS 65536

/* Values that are no words are kept as copies. A group for which these are longer is not kept. */
#define MOST_COPIED 256

#define FIRST_BITS 8
#define FEWEST_BITS 4

/* If fewer than one in so many probes find their group, when so many have come, others are not asked. */
#define USEFUL_PART 8
#define TRIAL 16384

/* A place is a few words: count (0: it is free), NULLs, values. */
#define PLACE_COUNT 0
#define PLACE_NULLS 1
#define PLACE_VALUES 2

struct CountGroups
{
	MemoryContext context; /* of places and copies */
	int ncolumns;
	const OutputColumn *columns;
	int16 *lengths;
	Size most; /* bytes */
	Size used;
	Size peak;
	int bits; /* of a hash, to get a place */
	uint64 nplaces;
	int words; /* of a place */
	uint64 *places;
	uint64 ngroups;
	bool is_full;    /* no more are kept */
	bool is_useless; /* nor is there any use in looking for those that are */
	uint64 asked;
	uint64 found;
	uint64 next; /* place to be read at the end */
};

static inline Size
place_bytes(int ncolumns)
{
	return (PLACE_VALUES + ncolumns) * sizeof(uint64);
}

double
inf_count_groups_most(double width)
{
	/* between three quarters of the places are taken and three eighths */
	double bytes = 2 * ((double) place_bytes(1) + width);

	if (width > MOST_COPIED)
		return 0;
	return Min((double) work_mem * 1024 / SHARE_OF_MEMORY / bytes, MOST_GROUPS);
}

static Size
bytes_of_places(const CountGroups *groups, int bits)
{
	return ((Size) groups->words << bits) * sizeof(uint64);
}

static void
charge(CountGroups *groups, Size bytes)
{
	groups->used += bytes;
	groups->peak = Max(groups->peak, groups->used);
}

static void
set_places(CountGroups *groups, int bits)
{
	Size bytes = bytes_of_places(groups, bits);

	groups->bits = bits;
	groups->nplaces = UINT64CONST(1) << bits;
	groups->places = MemoryContextAllocExtended(groups->context, bytes, MCXT_ALLOC_ZERO);
	charge(groups, bytes);
}

static void
set_first_places(CountGroups *groups)
{
	int bits = FIRST_BITS;

	while (bits > FEWEST_BITS && bytes_of_places(groups, bits) > groups->most)
		bits--;
	set_places(groups, bits);
}

CountGroups *
inf_count_groups_create(MemoryContext context, const OutputColumn *columns, int ncolumns,
                        TupleDesc desc)
{
	CountGroups *groups = MemoryContextAllocZero(context, sizeof(CountGroups));

	groups->context =
	    AllocSetContextCreate(context, "AttributionJoin counts", ALLOCSET_DEFAULT_SIZES);
	groups->ncolumns = ncolumns;
	groups->columns = columns;
	groups->lengths = MemoryContextAlloc(context, Max(ncolumns, 1) * sizeof(int16));
	for (int i = 0; i < ncolumns; i++)
		groups->lengths[i] = TupleDescAttr(desc, columns[i].to)->attlen;
	groups->words = PLACE_VALUES + ncolumns;
	groups->most = (Size) work_mem * 1024 / SHARE_OF_MEMORY;
	set_first_places(groups);
	return groups;
}

void
inf_count_groups_forget(CountGroups *groups)
{
	if (groups->asked == 0 && groups->next == 0)
		return;
	MemoryContextReset(groups->context);
	groups->used = 0;
	groups->ngroups = groups->asked = groups->found = groups->next = 0;
	groups->is_full = groups->is_useless = false;
	set_first_places(groups);
}

/* Bytes of a value that is no word. An expanded one is said to be too long. */
static inline Size
bytes_of(const CountGroups *groups, int column, Datum value)
{
	if (groups->lengths[column] == -1 && VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(value)))
		return MOST_COPIED + 1;
	return datumGetSize(value, false, groups->lengths[column]);
}

/* What is made of one more value of a group. NULLs are told by their numbers. */
static inline uint64
hash_value(const CountGroups *groups, int column, uint64 hash, Datum value)
{
	if (groups->columns[column].by_value)
		return inf_mix64(hash) ^ (uint64) value;
	return inf_mix64(hash) ^
	       inf_hash_bytes(DatumGetPointer(value), bytes_of(groups, column, value));
}

static inline uint64 *
place_at(const CountGroups *groups, uint64 number)
{
	return groups->places + number * groups->words;
}

/* The place of a hash, with those that follow it to be searched. */
static inline uint64
first_place(const CountGroups *groups, uint64 hash)
{
	return inf_mix64(hash) >> (64 - groups->bits);
}

static inline uint64
next_place(const CountGroups *groups, uint64 number)
{
	return (number + 1) & (groups->nplaces - 1);
}

static inline bool
is_same(const CountGroups *groups, const uint64 *place, const Datum *values, uint64 nulls)
{
	if (place[PLACE_NULLS] != nulls)
		return false;
	for (int i = 0; i < groups->ncolumns; i++)
	{
		Datum value = values[groups->columns[i].to];
		Datum kept = (Datum) place[PLACE_VALUES + i];
		Size bytes;

		if ((nulls >> i & 1) != 0 || kept == value)
			continue;
		if (groups->columns[i].by_value)
			return false;
		bytes = bytes_of(groups, i, value);
		if (bytes_of(groups, i, kept) != bytes ||
		    memcmp(DatumGetPointer(kept), DatumGetPointer(value), bytes) != 0)
			return false;
	}
	return true;
}

static inline uint64 *
free_place(const CountGroups *groups, uint64 hash)
{
	uint64 number = first_place(groups, hash);

	while (place_at(groups, number)[PLACE_COUNT] != 0)
		number = next_place(groups, number);
	return place_at(groups, number);
}

/* Twice as many places. */
static void
grow(CountGroups *groups)
{
	uint64 *old = groups->places;
	uint64 nold = groups->nplaces;

	set_places(groups, groups->bits + 1);
	for (uint64 n = 0; n < nold; n++)
	{
		const uint64 *from = old + n * groups->words;
		uint64 hash = from[PLACE_NULLS];

		if (from[PLACE_COUNT] == 0)
			continue;
		for (int i = 0; i < groups->ncolumns; i++)
		{
			if ((from[PLACE_NULLS] >> i & 1) == 0)
				hash = hash_value(groups, i, hash, (Datum) from[PLACE_VALUES + i]);
		}
		memcpy(free_place(groups, hash), from, groups->words * sizeof(uint64));
	}
	pfree(old);
	groups->used -= bytes_of_places(groups, groups->bits - 1);
}

/* A group comes to a free place. */
static void
keep(CountGroups *groups, uint64 *place, const Datum *values, uint64 nulls, Size copied)
{
	char *next = copied == 0 ? NULL : MemoryContextAlloc(groups->context, copied);

	if (next != NULL)
		charge(groups, GetMemoryChunkSpace(next));
	groups->ngroups++;
	place[PLACE_NULLS] = nulls;
	for (int i = 0; i < groups->ncolumns; i++)
	{
		Datum value = values[groups->columns[i].to];

		if ((nulls >> i & 1) == 0 && !groups->columns[i].by_value)
		{
			Size bytes = bytes_of(groups, i, value);

			memcpy(next, DatumGetPointer(value), bytes);
			value = PointerGetDatum(next);
			next += MAXALIGN(bytes);
		}
		place[PLACE_VALUES + i] = (uint64) value;
	}
}

/* Is there room for one more group? One place in four is free at least. */
static bool
has_room(CountGroups *groups, Size copied)
{
	if (groups->ngroups >= MOST_GROUPS || groups->used + copied > groups->most)
		groups->is_full = true;
	if (groups->is_full || 4 * groups->ngroups < 3 * groups->nplaces)
		return !groups->is_full;
	/* the old ones are there until the new ones are filled */
	groups->is_full =
	    groups->used + copied + bytes_of_places(groups, groups->bits + 1) > groups->most;
	if (!groups->is_full)
		grow(groups);
	return !groups->is_full;
}

bool
inf_count_groups_add(CountGroups *groups, const Datum *values, const bool *isnull, uint64 count)
{
	uint64 nulls = 0;
	Size copied = 0;
	uint64 hash;
	uint64 number;
	uint64 *place;

	if (groups->is_useless)
		return false;
	for (int i = 0; i < groups->ncolumns; i++)
	{
		const OutputColumn *column = &groups->columns[i];

		if (isnull[column->to])
			nulls |= UINT64CONST(1) << i;
		else if (!column->by_value)
			copied += MAXALIGN(bytes_of(groups, i, values[column->to]));
	}
	if (copied > MOST_COPIED)
		return false;
	hash = nulls;
	for (int i = 0; i < groups->ncolumns; i++)
	{
		if ((nulls >> i & 1) == 0)
			hash = hash_value(groups, i, hash, values[groups->columns[i].to]);
	}
	groups->asked++;
	number = first_place(groups, hash);
	for (;;)
	{
		place = place_at(groups, number);
		if (place[PLACE_COUNT] == 0)
			break;
		if (is_same(groups, place, values, nulls))
		{
			place[PLACE_COUNT] += count;
			groups->found++;
			return true;
		}
		number = next_place(groups, number);
	}
	groups->is_useless = groups->asked >= TRIAL && groups->found < groups->asked / USEFUL_PART;
	if (groups->is_useless || groups->is_full || !has_room(groups, copied))
		return false;
	/* they may have become more */
	place = free_place(groups, hash);
	keep(groups, place, values, nulls, copied);
	place[PLACE_COUNT] = count;
	return true;
}

Size
inf_count_groups_peak(const CountGroups *groups)
{
	return groups->peak;
}

uint64
inf_count_groups_next(CountGroups *groups, Datum *values, bool *isnull)
{
	while (groups->next < groups->nplaces)
	{
		const uint64 *place = place_at(groups, groups->next++);

		if (place[PLACE_COUNT] == 0)
			continue;
		for (int i = 0; i < groups->ncolumns; i++)
		{
			values[groups->columns[i].to] = (Datum) place[PLACE_VALUES + i];
			isnull[groups->columns[i].to] = (place[PLACE_NULLS] >> i & 1) != 0;
		}
		return place[PLACE_COUNT];
	}
	return 0;
}
