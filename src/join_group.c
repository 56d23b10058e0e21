/*
 * join_group.c
 *		Which rows of a part of an attribution join's table have the same key.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "join_group.h"

/* The fewer slots are empty, the less memory is gone through; the more, the sooner one is found. */
#define MIN_SLOTS 64
#define ROOM_OF_SLOTS(nslots) ((nslots) / 8 * 5)
#define SLOTS_FOR(ngroups) ((ngroups) / 4 * 7)

static void *
allocate(Size bytes)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, bytes);
}

static void *
allocate_zero(Size bytes)
{
	return MemoryContextAllocExtended(CurrentMemoryContext, bytes,
	                                  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

static bool
same_keys(const RowShape *shape, JoinKeys *keys, const uint64 *a, const uint64 *b)
{
	for (int i = 0; i < keys->nkeys; i++)
	{
		JoinKey *key = &keys->keys[i];
		Datum left = inf_row_datum(shape, a, (const char *) a, key->column);
		Datum right = inf_row_datum(shape, b, (const char *) b, key->column);

		if (!inf_keys_are_equal(key, &key->same, left, right))
			return false;
	}
	return true;
}

/* Has the row the key of the group, if its word is the same? */
static bool
is_of_group(Grouping *g, uint64 number, const RowShape *shape, JoinKeys *keys, const uint64 *row)
{
	MemoryContext old;
	bool same;

	if (g->firsts == NULL)
		return true;
	if (g->comparing == NULL)
		return same_keys(shape, keys, g->firsts[number], row);
	old = MemoryContextSwitchTo(g->comparing);
	same = same_keys(shape, keys, g->firsts[number], row);
	MemoryContextSwitchTo(old);
	MemoryContextReset(g->comparing);
	return same;
}

/*
 * Rows that come in the order of the hash, as another attribution join may hand them on, all want the
 * first slots of a table that is too small for them. If a new group is as far from its slot as this,
 * the table grows early.
 */
#define CROWDED 64

static void
set_slots(Grouping *g, uint64 nslots, bool with_firsts)
{
	g->nslots = nslots;
	g->room = ROOM_OF_SLOTS(nslots);
	g->groups = allocate_zero(nslots * sizeof(KeyGroup));
	if (with_firsts)
		g->firsts = allocate(nslots * sizeof(uint64 *));
}

static inline uint64
first_slot(const Grouping *g, uint64 hash)
{
	return inf_place_bits(hash, g->place_shift) * g->nslots >> PLACE_BITS;
}

static inline uint64
next_slot(const Grouping *g, uint64 slot)
{
	return ++slot == g->nslots ? 0 : slot;
}

int
inf_next_rows(RowCursor *cursor, uint64 **rows)
{
	int n = 0;

	CHECK_FOR_INTERRUPTS();
	for (; cursor->nchunks > 0; cursor->nchunks--, cursor->chunks++, cursor->at = 0)
	{
		RowChunk *chunk = *cursor->chunks;

		while (cursor->at < chunk->used)
		{
			uint64 *row = &chunk->words[cursor->at + 1];

			if (n == ROWS_AHEAD)
				return n;
			rows[n++] = row;
			cursor->at += 1 + (Size) inf_row_length(cursor->shape, row);
		}
	}
	return n;
}

/* Twice as many slots: the rows before "end" are told where their groups are now. */
static void
grow(Grouping *g, RowCursor cursor, const uint64 *end)
{
	Grouping old = *g;
	uint64 *numbers = allocate(old.nslots * sizeof(uint64));
	uint64 *rows[ROWS_AHEAD];
	int n;

	set_slots(g, 2 * old.nslots, old.firsts != NULL);
	for (uint64 i = 0; i < old.nslots; i++)
	{
		uint64 slot;

		if (old.groups[i].count == 0)
			continue;
		slot = first_slot(g, inf_join_hash(old.groups[i].key));
		while (g->groups[slot].count != 0)
			slot = next_slot(g, slot);
		g->groups[slot] = old.groups[i];
		if (g->firsts != NULL)
			g->firsts[slot] = old.firsts[i];
		numbers[i] = slot;
	}
	for (bool done = false; !done && (n = inf_next_rows(&cursor, rows)) > 0;)
	{
		for (int i = 0; i < n && !done; i++)
		{
			done = rows[i] == end;
			if (!done && ROW_GROUP(rows[i]) != UNGROUPED)
				ROW_GROUP(rows[i]) = numbers[ROW_GROUP(rows[i])];
		}
	}
	pfree(numbers);
	pfree(old.groups);
	if (old.firsts != NULL)
		pfree(old.firsts);
}

/* The number of the row's group, which is made if it is new. */
static inline uint64
group_of_row(Grouping *g, const JoinTable *table, uint64 *row, uint64 hash)
{
	uint64 key = ROW_KEY(row);
	uint64 slot = first_slot(g, hash);
	uint64 passed = 0;

	for (; g->groups[slot].count != 0; slot = next_slot(g, slot), passed++)
	{
		if (g->groups[slot].key == key && is_of_group(g, slot, table->shape, table->keys, row))
		{
			g->groups[slot].count++;
			return slot;
		}
	}
	if (unlikely(passed > CROWDED) && g->nslots < g->most)
		g->room = g->ngroups + 1;
	g->groups[slot].key = key;
	g->groups[slot].count = 1;
	if (g->firsts != NULL)
		g->firsts[slot] = row;
	g->ngroups++;
	return slot;
}

Grouping *
inf_group_rows(const JoinTable *table, RowCursor cursor, uint64 nrows, uint64 expected)
{
	const RowShape *shape = table->shape;
	RowCursor start = cursor;
	Grouping *g = palloc0(sizeof(Grouping));
	uint64 *rows[ROWS_AHEAD];
	uint64 hashes[ROWS_AHEAD];
	int n;

	g->place_shift = inf_place_shift(table);
	g->most = SLOTS_FOR(nrows);
	set_slots(g, Max(MIN_SLOTS, SLOTS_FOR(Min(expected, nrows))), !table->keys->is_word);
	if (table->keys->calls_functions)
		g->comparing = AllocSetContextCreate(CurrentMemoryContext, "AttributionJoin keys",
		                                     ALLOCSET_SMALL_SIZES);
	while ((n = inf_next_rows(&cursor, rows)) > 0)
	{
		for (int i = 0; i < n; i++)
		{
			hashes[i] = inf_join_hash(ROW_KEY(rows[i]));
			__builtin_prefetch(&g->groups[first_slot(g, hashes[i])], 1);
		}
		for (int i = 0; i < n; i++)
		{
			uint64 *row = rows[i];

			g->reference_words += inf_row_length(shape, row) - (uint32) shape->words;
			if (shape->has_head && ROW_HEAD(row)->state == ROW_UNMATCHABLE)
			{
				ROW_GROUP(row) = UNGROUPED;
				continue;
			}
			if (g->ngroups == g->room)
				grow(g, start, row);
			ROW_GROUP(row) = group_of_row(g, table, row, hashes[i]);
		}
	}
	return g;
}
