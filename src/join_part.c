/*
 * join_part.c
 *		Finishing a part of an attribution join's table: runs of rows by key, sorted by instant.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "join_group.h"
#include "join_mark.h"

/* Short runs of short rows are sorted in place. */
#define SHORT_RUN 16
#define SHORT_ROW 32

/* On average. Behind a long run the next is far away: then there are places enough for few to share one. */
#define LONG_RUN 16
#define PLACES_A_LONG_RUN 8

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

static bool
runs_are_long(uint64 nrows, uint64 nruns)
{
	return nrows / LONG_RUN >= nruns;
}

PartSizes
inf_part_measure(const JoinTable *table, RowChunk **chunks, int nchunks, uint64 nrows,
                 uint64 expected_runs)
{
	RowCursor cursor = {.shape = table->shape, .chunks = chunks, .nchunks = nchunks};
	PartSizes sizes = {0};
	Grouping *g;
	uint64 words;

	g = inf_group_rows(table, cursor, nrows, expected_runs);
	words = nrows * table->placed->words + (g->ngroups + 1) * RUN_WORDS;
	if (words > PG_UINT32_MAX)
		elog(ERROR, "part of an attribution join's table has " UINT64_FORMAT " words", words);
	sizes.grouping = g;
	sizes.nrows = (uint32) nrows;
	sizes.nruns = (uint32) g->ngroups;
	sizes.nplaces = g->ngroups * (runs_are_long(nrows, g->ngroups) ? PLACES_A_LONG_RUN : 1) + 1;
	sizes.run_bytes = words * sizeof(uint64);
	sizes.place_bytes = MAXALIGN((sizes.nplaces + 1) * sizeof(uint32));
	sizes.mark_bytes = table->has_marks ? inf_mark_bytes(words) : 0;
	sizes.reference_bytes = g->reference_words * sizeof(uint64);
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
	Place *places = MemoryContextAllocHuge(CurrentMemoryContext, (Size) count * sizeof(Place));
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
place_row(const RowShape *shape, const RowShape *placed, JoinPart *part, uint64 *row, uint64 *place,
          Size *references)
{
	int start = shape->has_head ? 2 : 1;
	uint32 words;

	place[0] = row[0];
	if (shape->words == start)
		return;
	memcpy(place + 1, row + start, (shape->words - start) * sizeof(uint64));
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

/* Rows come to the words that their groups tell, those that match nothing to the last run. */
static void
place_rows(const JoinTable *table, JoinPart *part, RowCursor cursor, Grouping *g)
{
	uint32 words = (uint32) table->placed->words;
	uint32 last = part->places[part->nplaces] + RUN_WORDS;
	uint64 *rows[ROWS_AHEAD];
	Size references = 0;
	int n;

	while ((n = inf_next_rows(&cursor, rows)) > 0)
	{
		for (int i = 0; i < n; i++)
		{
			if (ROW_GROUP(rows[i]) != UNGROUPED)
				__builtin_prefetch(&g->groups[ROW_GROUP(rows[i])], 1);
		}
		for (int i = 0; i < n; i++)
		{
			uint64 group = ROW_GROUP(rows[i]);
			uint32 *next = group == UNGROUPED ? &last : &g->groups[group].next;

			place_row(table->shape, table->placed, part, rows[i], part->runs + *next, &references);
			*next += words;
		}
	}
}

/* Groups are nearly, but not quite, in the order of their places. */
static void
place_runs(const RowShape *placed, JoinPart *part, Grouping *g)
{
	uint32 words = (uint32) placed->words;
	uint32 *ends = part->places + 1;
	uint64 grouped = 0;
	uint32 number = 0;
	uint32 next = 0;
	JoinRun *last;

	memset(part->places, 0, (part->nplaces + 1) * sizeof(uint32));
	for (uint64 i = 0; i < g->nslots; i++)
	{
		KeyGroup *group = &g->groups[i];

		if ((i & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		if (group->count == 0)
			continue;
		group->next = (uint32) (inf_place(part, inf_join_hash(group->key)) - part->places);
		ends[group->next] += RUN_WORDS + group->count * words;
	}
	/* ends become beginnings, and with each run that is placed ends again */
	for (uint64 i = 0; i < part->nplaces; i++)
	{
		uint32 taken = ends[i];

		ends[i] = next;
		next += taken;
	}
	for (uint64 i = 0; i < g->nslots; i++)
	{
		KeyGroup *group = &g->groups[i];
		uint32 *end = &ends[group->next];
		JoinRun *run = inf_run_at_word(part, *end);

		if ((i & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		if (group->count == 0)
			continue;
		run->key = group->key;
		run->count = group->count;
		run->number = number++;
		group->next = *end + RUN_WORDS;
		*end += RUN_WORDS + group->count * words;
		grouped += group->count;
	}
	last = inf_last_run(part);
	last->key = 0;
	last->count = part->nrows - (uint32) grouped;
	last->number = number;
}

static void
sort_runs(const RowShape *placed, JoinPart *part)
{
	JoinRun *run = inf_run_at_word(part, 0);

	for (uint32 i = 0; i < part->nruns; i++, run = inf_next_run(placed, run))
	{
		if ((i & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		sort_run(inf_run_row(placed, run, 0), run->count, placed->words);
	}
}

void
inf_part_fill(const JoinTable *table, JoinPart *part, RowChunk **chunks, int nchunks,
              PartSizes *sizes)
{
	Grouping *g = sizes->grouping;
	RowCursor cursor = {.shape = table->shape, .chunks = chunks, .nchunks = nchunks};

	part->nrows = sizes->nrows;
	part->nruns = sizes->nruns;
	part->nplaces = sizes->nplaces;
	part->place_shift = g->place_shift;
	place_runs(table->placed, part, g);
	place_rows(table, part, cursor, g);
	sort_runs(table->placed, part);
	if (part->marks != NULL)
		inf_part_unmark(table->placed, part);
}

void
inf_part_point(JoinPart *part, MemoryContext context)
{
	if (part->runs == NULL || !runs_are_long(part->nrows, part->nruns))
		return;
	part->fingers = MemoryContextAllocZero(context, part->nruns * sizeof(uint32));
}
