/*
 * join_table.h
 *		The table of an attribution join: key -> run of rows in order of time.
 *
 * Rows are gathered in parts, by the first bits of their hash. A finished part has the rows of
 * a key side by side, sorted by instant, and a directory that tells where keys of some hash are.
 * Where memory does not suffice, whole parts go to files instead.
 */
#ifndef INF_JOIN_TABLE_H
#define INF_JOIN_TABLE_H

#include "port/atomics.h"
#include "utils/dsa.h"

#include "core/cache_line.h"
#include "join_key.h"
#include "join_row.h"

/* Each level of parts uses its own bits of the hash; a part's directory uses the ones after them. */
#define PART_BITS 6
#define MAX_LEVEL 5

/* A key's run: this, and then its rows. */
typedef struct JoinRun
{
	uint64 key;
	uint32 count;
	uint32 number; /* in its part */
} JoinRun;

#define RUN_WORDS (sizeof(JoinRun) / sizeof(uint64))

/* What a row will take besides itself, at most: a run, and a place of the directory. */
#define DIRECTORY_BYTES (sizeof(JoinRun) + sizeof(uint32))

typedef struct RowChunk
{
	union
	{
		struct RowChunk *chunk;
		dsa_pointer shared; /* in shared memory */
	} next;
	Size used; /* in words */
	Size room;
	uint64 words[FLEXIBLE_ARRAY_MEMBER];
} RowChunk;

typedef struct JoinPart
{
	/* finished */
	uint32 *places;  /* where in the runs' words those of each place begin, and the last ones end */
	uint64 nplaces;  /* without that end */
	int place_shift; /* of the hash, to get the bits that tell the place */
	uint64 *runs;    /* in the order of their places; then rows that match nothing, like one more */
	uint32 nruns;    /* without that */
	char *references;        /* base of the rows' values that are no words */
	uint32 *fingers;         /* NULL, or where in each run this process was last */
	pg_atomic_uint32 *marks; /* NULL, or which rows have matched: see join_mark.h */
	uint32 nrows;
	bool has_bad_span; /* a lookback that is an error, if it comes to that */
	int64 longest;     /* lookback in the part */

	/* while it is built */
	RowChunk *first;
	RowChunk *last;
	Size bytes;

	/* in files */
	BufFile *build_file;
	BufFile *probe_file;
	uint64 built_rows;
} JoinPart;

typedef struct JoinTable
{
	MemoryContext context;  /* all of it, but for */
	MemoryContext files;    /* the files */
	const RowShape *shape;  /* of rows that are gathered */
	const RowShape *placed; /* and of those that have their place */
	JoinKeys *keys;
	int level;
	int nparts;
	int shift; /* of the hash, to get a part's number */
	JoinPart *parts;
	Size limit; /* bytes */
	Size used;
	Size peak;
	Size chunk_words;
	bool may_spill;
	bool has_marks; /* set before it is finished */
	uint64 nrows;
	uint64 *scratch; /* a row on its way to a file */
	uint32 scratch_room;
	JoinPart *spilling; /* where it goes */
} JoinTable;

/*
 * The hash tells the place of a key's run, and runs are in the order of their places: a place need
 * only tell where its own begin. The fewer bytes of the table probes touch, the longer these stay in
 * the processor's cache.
 */
#define PLACE_BITS 28

static inline uint64
inf_place_bits(uint64 hash, int place_shift)
{
	return hash >> place_shift & ((UINT64CONST(1) << PLACE_BITS) - 1);
}

/* Where the runs of those with that hash begin; the next place tells where they end. */
static inline uint32 *
inf_place(const JoinPart *part, uint64 hash)
{
	return &part->places[inf_place_bits(hash, part->place_shift) * part->nplaces >> PLACE_BITS];
}

static inline JoinRun *
inf_run_at_word(const JoinPart *part, uint32 word)
{
	return (JoinRun *) (part->runs + word);
}

static inline JoinPart *
inf_table_part(const JoinTable *table, uint64 hash)
{
	return &table->parts[(hash >> table->shift) & (table->nparts - 1)];
}

static inline int
inf_place_shift(const JoinTable *table)
{
	StaticAssertStmt(PART_BITS * (MAX_LEVEL + 1) + PLACE_BITS <= 64, "the hash has enough bits");
	return table->shift - PLACE_BITS;
}

static inline uint64 *
inf_run_row(const RowShape *placed, const JoinRun *run, uint32 number)
{
	return (uint64 *) (run + 1) + (Size) number * placed->words;
}

static inline JoinRun *
inf_next_run(const RowShape *placed, const JoinRun *run)
{
	return (JoinRun *) inf_run_row(placed, run, run->count);
}

/* The run of rows that match nothing. */
static inline JoinRun *
inf_last_run(const JoinPart *part)
{
	return inf_run_at_word(part, part->places[part->nplaces]);
}

/*
 * A new table in the context, which must be empty. Rows and bytes are those expected; "limit" is
 * kept by sending parts to files, if it may spill.
 */
extern JoinTable *inf_table_create(MemoryContext context, MemoryContext files,
                                   const RowShape *shape, const RowShape *placed, JoinKeys *keys,
                                   int level, double rows, Size limit, bool may_spill);

/* Into how many parts such a table is divided. */
extern int inf_table_parts(const RowShape *shape, double rows, Size limit);

/* Room for a row on its way to a file, good until the next call. */
extern uint64 *inf_table_scratch(JoinTable *table, uint32 words);

/* Room for a row of that many words, to be filled and then given to inf_table_add. */
extern uint64 *inf_table_room(JoinTable *table, uint64 key, uint32 words);
extern void inf_table_add(JoinTable *table, uint64 *row);

static inline bool
inf_table_is_full(const JoinTable *table)
{
	return table->used > table->limit;
}

/* Sends the largest parts to files until so many bytes of the limit are left. */
extern void inf_table_leave(JoinTable *table, Size bytes);
extern void inf_table_finish(JoinTable *table);

/* Memory for what goes with the finished table, as it comes. */
extern void *inf_table_extra_room(JoinTable *table, Size bytes);

/* Finishing a part in steps, for those who have the memory elsewhere. */
typedef struct PartSizes
{
	uint32 nrows;
	uint32 nruns;
	uint64 nplaces;
	Size run_bytes;
	Size place_bytes;
	Size mark_bytes;
	Size reference_bytes;
	struct Grouping *grouping;
} PartSizes;

/*
 * Rows mostly come in order of time: a long run's next probe is about where the last one was. Of a
 * finished part, which may be shared, each process remembers that for itself, if runs are long.
 */
extern void inf_part_point(JoinPart *part, MemoryContext context);

extern PartSizes inf_part_measure(const JoinTable *table, RowChunk **chunks, int nchunks,
                                  uint64 nrows, uint64 expected_runs);
extern void inf_part_fill(const JoinTable *table, JoinPart *part, RowChunk **chunks, int nchunks,
                          PartSizes *sizes);

#endif
