/*
 * join_part.c
 *		Finishing a part of an attribution join's table: runs of rows by key, sorted by instant.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "join_table.h"

/* Rows of one key, while the part is finished. Empty if it has none. */
typedef struct KeyGroup
{
	uint64 key;
	uint32 count;
	uint32 next; /* where its next row goes */
} KeyGroup;

/* The groups are in the order that their runs will have in the directory. */
typedef struct Grouping
{
	KeyGroup *groups;
	uint64 **firsts; /* a row of each, or NULL: the keys are words */
	uint64 nslots;   /* for groups */
	uint64 room;     /* for so many at most */
	uint64 ngroups;
	int place_shift;
	MemoryContext comparing; /* two keys that are no words */
} Grouping;

/* Instead of its group's number: the row matches nothing. */
#define UNGROUPED PG_UINT64_MAX

/* The fewer slots are empty, the less memory is gone through; the more, the sooner one is found. */
#define MIN_SLOTS 64
#define ROOM_OF_SLOTS(nslots) ((nslots) / 8 * 5)
#define SLOTS_FOR(ngroups) ((ngroups) / 4 * 7)

/* Of so many rows at a time the groups are asked for before they are needed. */
#define ROWS_AHEAD 64

/* Short runs of short rows are sorted in place. */
#define SHORT_RUN 16
#define SHORT_ROW 32

/* On average, with empty places of the directory. */
#define LONG_RUN 8

typedef struct Place
{
	int64 at;
	uint32 number;
} Place;

#define ST_SORT sort_places
#define ST_ELEMENT_TYPE Place
#define ST_COMPARE(a, b) ((a)->at < (b)->at ? -1 : (a)->at > (b)->at)
#define ST_SCOPE static
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

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

		if (key->is_word
		        ? left != right
		        : !DatumGetBool(FunctionCall2Coll(&key->same, key->collation, left, right)))
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
	old = MemoryContextSwitchTo(g->comparing);
	same = same_keys(shape, keys, g->firsts[number], row);
	MemoryContextSwitchTo(old);
	MemoryContextReset(g->comparing);
	return same;
}

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

/* The rows of a part, in the order in which they were gathered. */
typedef struct RowCursor
{
	const RowShape *shape;
	RowChunk **chunks;
	int nchunks;
	Size at; /* in the first of these */
} RowCursor;

/* The next rows, ROWS_AHEAD at most; returns how many, 0 at the end. */
static int
next_rows(RowCursor *cursor, uint64 **rows)
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
	for (bool done = false; !done && (n = next_rows(&cursor, rows)) > 0;)
	{
		for (int i = 0; i < n && !done; i++)
		{
			done = rows[i] == end;
			if (!done && ROW_KEY(rows[i]) != UNGROUPED)
				ROW_KEY(rows[i]) = numbers[ROW_KEY(rows[i])];
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

	for (; g->groups[slot].count != 0; slot = next_slot(g, slot))
	{
		if (g->groups[slot].key == key && is_of_group(g, slot, table->shape, table->keys, row))
		{
			g->groups[slot].count++;
			return slot;
		}
	}
	g->groups[slot].key = key;
	g->groups[slot].count = 1;
	if (g->firsts != NULL)
		g->firsts[slot] = row;
	g->ngroups++;
	return slot;
}

PartSizes
inf_part_measure(const JoinTable *table, RowChunk **chunks, int nchunks, uint64 nrows,
                 uint64 expected_runs)
{
	const RowShape *shape = table->shape;
	RowCursor start = {.shape = shape, .chunks = chunks, .nchunks = nchunks};
	RowCursor cursor = start;
	PartSizes sizes = {0};
	Grouping *g = palloc0(sizeof(Grouping));
	uint64 *rows[ROWS_AHEAD];
	uint64 hashes[ROWS_AHEAD];
	int n;

	if (nrows >= PG_UINT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("too many rows in one part of an attribution join"),
		                errhint("Set influence.enable_attribution_join to off.")));
	g->place_shift = inf_place_shift(table);
	set_slots(g, Max(MIN_SLOTS, SLOTS_FOR(Min(expected_runs, nrows))), !table->keys->is_word);
	if (g->firsts != NULL)
		g->comparing = AllocSetContextCreate(CurrentMemoryContext, "AttributionJoin keys",
		                                     ALLOCSET_SMALL_SIZES);
	while ((n = next_rows(&cursor, rows)) > 0)
	{
		for (int i = 0; i < n; i++)
		{
			hashes[i] = inf_join_hash(ROW_KEY(rows[i]));
			__builtin_prefetch(&g->groups[first_slot(g, hashes[i])], 1);
		}
		for (int i = 0; i < n; i++)
		{
			uint64 *row = rows[i];

			sizes.reference_bytes +=
			    (Size) (inf_row_length(shape, row) - (uint32) shape->words) * sizeof(uint64);
			if (shape->has_head && ROW_HEAD(row)->state == ROW_UNMATCHABLE)
			{
				ROW_KEY(row) = UNGROUPED;
				continue;
			}
			if (g->ngroups == g->room)
				grow(g, start, row);
			ROW_KEY(row) = group_of_row(g, table, row, hashes[i]);
		}
	}
	sizes.grouping = g;
	sizes.nrows = (uint32) nrows;
	sizes.nruns = g->ngroups;
	/* half of it is empty, and at least one place */
	sizes.nplaces = TYPEALIGN64(PLACES_A_LINE, 2 * g->ngroups + 1);
	sizes.run_bytes = sizes.nplaces * sizeof(JoinRun);
	sizes.row_bytes = (Size) nrows * table->placed->words * sizeof(uint64);
	return sizes;
}

static void
sort_short_run(uint64 *rows, uint32 count, int words)
{
	uint64 row[SHORT_ROW];

	for (uint32 i = 1; i < count; i++)
	{
		uint64 *moving = rows + (Size) i * words;
		int64 at = ROW_AT(moving);
		uint32 j = i;

		while (j > 0 && ROW_AT(rows + (Size) (j - 1) * words) > at)
			j--;
		if (j == i)
			continue;
		memcpy(row, moving, words * sizeof(uint64));
		memmove(rows + (Size) (j + 1) * words, rows + (Size) j * words,
		        (Size) (i - j) * words * sizeof(uint64));
		memcpy(rows + (Size) j * words, row, words * sizeof(uint64));
	}
}

/* In place, for the run may be most of what fits into memory. */
static void
sort_long_run(uint64 *rows, uint32 count, int words)
{
	Size bytes = words * sizeof(uint64);
	Place *places = allocate((Size) count * sizeof(Place));
	uint64 *moving = palloc(bytes);

	for (uint32 i = 0; i < count; i++)
	{
		places[i].at = ROW_AT(rows + (Size) i * words);
		places[i].number = i;
	}
	sort_places(places, count);
	/* each cycle of the permutation: what belongs to a place comes there, until it closes */
	for (uint32 i = 0; i < count; i++)
	{
		uint32 to = i;

		if (places[i].number == i)
			continue;
		memcpy(moving, rows + (Size) i * words, bytes);
		while (places[to].number != i)
		{
			uint32 from = places[to].number;

			memcpy(rows + (Size) to * words, rows + (Size) from * words, bytes);
			places[to].number = to;
			to = from;
		}
		memcpy(rows + (Size) to * words, moving, bytes);
		places[to].number = to;
	}
	pfree(moving);
	pfree(places);
}

static void
sort_run(uint64 *rows, uint32 count, int words)
{
	for (uint32 i = 1; i < count; i++)
	{
		if (ROW_AT(rows + (Size) i * words) < ROW_AT(rows + (Size) (i - 1) * words))
		{
			if (count <= SHORT_RUN && words <= SHORT_ROW)
				sort_short_run(rows, count, words);
			else
				sort_long_run(rows, count, words);
			return;
		}
	}
}

static inline void
place_row(const RowShape *shape, const RowShape *placed, JoinPart *part, uint64 *row, uint32 number,
          Size *references)
{
	uint64 *place = inf_part_row(placed, part, number);
	int start = shape->has_head ? 2 : 1;
	uint32 words;

	place[0] = row[0];
	if (placed->has_head)
		ROW_HEAD(place)->state = ROW_UNMATCHED;
	if (shape->words == start)
		return;
	memcpy(place + (placed->has_head ? 2 : 1), row + start,
	       (shape->words - start) * sizeof(uint64));
	words = inf_row_length(shape, row);
	if (words > (uint32) shape->words)
	{
		Size bytes = (words - (uint32) shape->words) * sizeof(uint64);
		Size shift = *references - shape->words * sizeof(uint64);

		memcpy(part->references + *references, row + shape->words, bytes);
		for (int i = 0; i < shape->ncolumns; i++)
		{
			/* a NULL's offset may become anything */
			if (!shape->columns[i].by_value)
				place[placed->first + i] += shift;
		}
		*references += bytes;
	}
	if (shape->span)
	{
		int64 span = (int64) row[shape->span];

		if (span < 0)
			part->has_bad_span = true;
		part->longest = Max(part->longest, span);
	}
}

static void
place_rows(const JoinTable *table, JoinPart *part, RowCursor cursor, Grouping *g, uint32 next)
{
	uint64 *rows[ROWS_AHEAD];
	Size references = 0;
	int n;

	while ((n = next_rows(&cursor, rows)) > 0)
	{
		for (int i = 0; i < n; i++)
		{
			if (ROW_KEY(rows[i]) != UNGROUPED)
				__builtin_prefetch(&g->groups[ROW_KEY(rows[i])], 1);
		}
		for (int i = 0; i < n; i++)
		{
			uint64 group = ROW_KEY(rows[i]);

			place_row(table->shape, table->placed, part, rows[i],
			          group == UNGROUPED ? next++ : g->groups[group].next++, &references);
		}
	}
}

static void
add_run(JoinPart *part, const KeyGroup *group)
{
	JoinRun *run = inf_first_place(part, inf_join_hash(group->key));

	while (run->count != 0)
		run = inf_next_place(part, run);
	run->key = group->key;
	run->start = group->next - group->count;
	run->count = group->count;
}

void
inf_part_fill(const JoinTable *table, JoinPart *part, RowChunk **chunks, int nchunks,
              PartSizes *sizes)
{
	Grouping *g = sizes->grouping;
	RowCursor cursor = {.shape = table->shape, .chunks = chunks, .nchunks = nchunks};
	uint32 next = 0;

	for (uint64 i = 0; i < g->nslots; i++)
	{
		g->groups[i].next = next;
		next += g->groups[i].count;
	}
	/* after them come the rows that match nothing */
	place_rows(table, part, cursor, g, next);
	part->nrows = sizes->nrows;
	part->nplaces = sizes->nplaces;
	part->place_shift = g->place_shift;
	memset(part->runs, 0, sizes->run_bytes);
	for (uint64 i = 0; i < g->nslots; i++)
	{
		const KeyGroup *group = &g->groups[i];

		if ((i & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		if (group->count == 0)
			continue;
		sort_run(inf_part_row(table->placed, part, group->next - group->count), group->count,
		         table->placed->words);
		add_run(part, group);
	}
}

void
inf_part_point(JoinPart *part, MemoryContext context)
{
	if (part->runs == NULL || part->nrows / LONG_RUN < part->nplaces)
		return;
	part->fingers = MemoryContextAllocZero(context, part->nplaces * sizeof(uint32));
}
