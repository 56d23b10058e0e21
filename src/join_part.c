/*
 * join_part.c
 *		Finishing a part of an attribution join's table: runs of rows by key, sorted by instant.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "join_table.h"

/* Rows of one key, while the part is finished. */
typedef struct KeyGroup
{
	uint64 key;
	uint64 *first; /* any of its rows */
	uint32 count;
	uint32 next; /* where its next row goes */
} KeyGroup;

typedef struct Grouping
{
	KeyGroup *groups;
	uint32 ngroups;
	uint32 room;
	uint32 *directory; /* number of a group plus 1, or 0 */
	uint32 mask;
	MemoryContext comparing; /* two keys that are no words */
} Grouping;

#define UNGROUPED PG_UINT32_MAX

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
is_of_group(Grouping *g, const KeyGroup *group, const RowShape *shape, JoinKeys *keys,
            const uint64 *row)
{
	MemoryContext old;
	bool same;

	if (keys->is_word)
		return true;
	old = MemoryContextSwitchTo(g->comparing);
	same = same_keys(shape, keys, group->first, row);
	MemoryContextSwitchTo(old);
	MemoryContextReset(g->comparing);
	return same;
}

/* An empty directory of so many slots, a power of two, and room for half as many groups. */
static void
set_slots(Grouping *g, Size slots)
{
	g->directory = allocate_zero(slots * sizeof(uint32));
	g->mask = (uint32) (slots - 1);
	g->room = (uint32) (slots / 2);
}

static void
grow(Grouping *g)
{
	Size slots = ((Size) g->mask + 1) * 2;

	if (slots > PG_UINT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("too many rows in one part of an attribution join"),
		                errhint("Set influence.enable_attribution_join to off.")));
	pfree(g->directory);
	set_slots(g, slots);
	g->groups = repalloc_huge(g->groups, (Size) g->room * sizeof(KeyGroup));
	for (uint32 i = 0; i < g->ngroups; i++)
	{
		uint64 at = inf_join_hash(g->groups[i].key) & g->mask;

		while (g->directory[at] != 0)
			at = (at + 1) & g->mask;
		g->directory[at] = i + 1;
	}
}

/* The number of the row's group, which is made if it is new. */
static uint32
group_of_row(Grouping *g, const RowShape *shape, JoinKeys *keys, uint64 *row)
{
	uint64 key = ROW_KEY(row);
	uint64 at = inf_join_hash(key) & g->mask;
	KeyGroup *group;

	while (g->directory[at] != 0)
	{
		group = &g->groups[g->directory[at] - 1];
		if (group->key == key && is_of_group(g, group, shape, keys, row))
		{
			group->count++;
			return g->directory[at] - 1;
		}
		at = (at + 1) & g->mask;
	}
	group = &g->groups[g->ngroups++];
	group->key = key;
	group->first = row;
	group->count = 1;
	g->directory[at] = g->ngroups;
	if (g->ngroups == g->room)
		grow(g);
	return g->ngroups - 1;
}

PartSizes
inf_part_measure(const RowShape *shape, const RowShape *placed, JoinKeys *keys, RowChunk **chunks,
                 int nchunks, uint64 nrows, uint32 expected_runs)
{
	PartSizes sizes = {0};
	Grouping *g = palloc0(sizeof(Grouping));
	Size slots = 1024;

	if (nrows >= UNGROUPED)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("too many rows in one part of an attribution join"),
		                errhint("Set influence.enable_attribution_join to off.")));
	while (slots / 2 < Min(expected_runs, nrows))
		slots *= 2;
	set_slots(g, slots);
	g->groups = allocate(g->room * sizeof(KeyGroup));
	if (!keys->is_word)
		g->comparing = AllocSetContextCreate(CurrentMemoryContext, "AttributionJoin keys",
		                                     ALLOCSET_SMALL_SIZES);
	for (int i = 0; i < nchunks; i++)
	{
		uint64 *words = chunks[i]->words;
		Size used = chunks[i]->used;

		CHECK_FOR_INTERRUPTS();
		for (Size at = 0; at < used;)
		{
			uint64 *row = &words[at + 1];
			RowHead *head = ROW_HEAD(row);

			sizes.reference_bytes += (Size) (head->words - shape->words) * sizeof(uint64);
			if (head->state == ROW_UNMATCHABLE)
				head->state = UNGROUPED;
			else
				head->state = group_of_row(g, shape, keys, row);
			at += 1 + (Size) head->words;
		}
	}
	sizes.grouping = g;
	sizes.nrows = (uint32) nrows;
	sizes.nruns = g->ngroups;
	/* half of it is empty, and at least one place */
	sizes.nplaces = TYPEALIGN64(PLACES_A_LINE, 2 * (uint64) g->ngroups + 1);
	sizes.run_bytes = sizes.nplaces * sizeof(JoinRun);
	sizes.row_bytes = (Size) nrows * placed->words * sizeof(uint64);
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

static void
place_row(const RowShape *shape, const RowShape *placed, JoinPart *part, const uint64 *row,
          uint32 number, Size *references)
{
	uint64 *place = inf_part_row(placed, part, number);
	uint32 words = ROW_HEAD(row)->words;

	place[0] = row[0];
	memcpy(place + (placed->has_head ? 2 : 1), row + 2, (shape->words - 2) * sizeof(uint64));
	if (placed->has_head)
		ROW_HEAD(place)->state = ROW_UNMATCHED;
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
inf_part_fill(const RowShape *shape, const RowShape *placed, JoinPart *part, RowChunk **chunks,
              int nchunks, PartSizes *sizes)
{
	Grouping *g = sizes->grouping;
	uint32 next = 0;
	Size references = 0;

	for (uint32 i = 0; i < g->ngroups; i++)
	{
		g->groups[i].next = next;
		next += g->groups[i].count;
	}
	/* after them come the rows that match nothing */
	for (int i = 0; i < nchunks; i++)
	{
		uint64 *words = chunks[i]->words;
		Size used = chunks[i]->used;

		CHECK_FOR_INTERRUPTS();
		for (Size at = 0; at < used;)
		{
			uint64 *row = &words[at + 1];
			uint32 group = ROW_HEAD(row)->state;

			place_row(shape, placed, part, row,
			          group == UNGROUPED ? next++ : g->groups[group].next++, &references);
			at += 1 + (Size) ROW_HEAD(row)->words;
		}
	}
	part->nrows = sizes->nrows;
	part->nplaces = sizes->nplaces;
	memset(part->runs, 0, sizes->run_bytes);
	for (uint32 i = 0; i < g->ngroups; i++)
	{
		const KeyGroup *group = &g->groups[i];

		if ((i & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		sort_run(inf_part_row(placed, part, group->next - group->count), group->count,
		         placed->words);
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
