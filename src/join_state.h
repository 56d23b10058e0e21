/*
 * join_state.h
 *		The state of an attribution join that is being executed.
 */
#ifndef INF_JOIN_STATE_H
#define INF_JOIN_STATE_H

#include "nodes/execnodes.h"

#include "join_plan.h"
#include "join_side.h"
#include "join_sieve.h"
#include "join_table.h"

/* A column of the slot that goes out, and where it comes from. */
typedef struct OutputColumn
{
	int to;
	int from; /* probe: attribute's index in the slot; build: column of the row */
	int row;  /* probe: column of the row, if it is kept in one */
	bool by_value;
} OutputColumn;

/* A probe on its way: what is known so far of its key's run. */
typedef struct ReadyProbe
{
	JoinPart *part;
	uint64 hash;
	const uint32 *place; /* in the directory, or NULL */
	JoinRun *run;        /* or NULL; at first only one that may be it */
} ReadyProbe;

#define MAX_BATCH 256

typedef enum JoinPhase
{
	PHASE_BUILD,
	PHASE_PROBE,
	PHASE_BUILT, /* built rows without a match */
	PHASE_NEXT,  /* what is in files */
	PHASE_DONE
} JoinPhase;

/* A part in files, which is joined by itself. */
typedef struct SpilledPart
{
	BufFile *build_file;
	BufFile *probe_file; /* or NULL */
	SharedTuplestoreAccessor *build_shared;
	SharedTuplestoreAccessor *probe_shared;
	int level;      /* of the table that it will be */
	bool streaming; /* splitting it further is no use */
	uint64 built_rows;
} SpilledPart;

typedef struct JoinCounters
{
	uint64 built;
	uint64 removed_by_window;
	uint64 removed_by_sieve;
	uint64 rounds;
	uint64 sorted;    /* rows that had to be brought into order again */
	uint64 counted;   /* rows of which only the number came out */
	Size peak;        /* of tables */
	Size groups_peak; /* of counts by group */
} JoinCounters;

typedef struct AttributionJoinState
{
	CustomScanState css;
	AttributionJoinKind kind;
	SpanSource span_source;
	bool orders_built;
	TimeType time_type;
	double expected_rows;
	JoinKeys keys;
	JoinSide probe;
	JoinSide build;
	RowShape placed;           /* of built rows in a finished table */
	bool build_has_parameters; /* its expressions may change with a rescan */

	ExprState *span_state; /* SPAN_CONSTANT */
	bool span_known;
	bool span_null;
	bool span_settled; /* no rescan changes it */
	int64 span;

	/* what comes out */
	ExprState *filter;
	bool direct; /* the result slot itself is filled: no projection, no conditions */
	TupleTableSlot *out;
	bool out_changes; /* those who get it may put their own row into it: triggers do */
	int nprobe_out;
	OutputColumn *probe_out;
	int nbuild_out;
	OutputColumn *build_out;
	uint64 last_nulls; /* of the built columns in the slot */
	bool keeps_probe;  /* probes without a match come out */
	bool keeps_build;  /* built rows without a match come out */
	bool marks;        /* built rows are marked when they match */
	bool checks_rows;  /* the window is not the only condition of a row in it */
	bool emits_all;    /* nor is there anything else to be done for one but to emit it */
	JoinCounts counts;
	int ncount_out;
	int *count_out;                   /* columns of the slot */
	struct CountGroups *count_groups; /* counts by probe that are still to come out; or NULL */

	/* the present round */
	JoinPhase phase;
	MemoryContext table_context;
	JoinTable *table;
	JoinSieve sieve;            /* of the plan's own probes */
	InstantSample built_sample; /* of the plan's own built rows that can match */
	int64 built_longest; /* lookback of these, if they have their own; and is one an error? */
	bool built_bad_span;
	SpilledPart *round; /* NULL: the plan's own rows */
	bool whole;         /* the table holds all of them */
	bool last_stream;   /* all of the round's built rows have been in the table by now */
	RowReader build_reader;
	RowReader probe_reader;
	uint8 *probe_matched; /* by number, when the probes are read several times */
	Size probe_matched_room;
	uint64 probe_number;
	MemoryContext spill_context;
	List *spilled;
	uint64 unmatchable; /* counted, to spread them */

	/* the present probe */
	bool probing;
	bool matched;
	bool filled;          /* its columns are in the slot */
	TupleTableSlot *slot; /* or */
	uint64 *row;
	int64 probe_at;
	int64 probe_span;
	const JoinPart *part;
	uint64 *next; /* of the run's rows, which are in the window up to "high" */
	uint32 left;  /* how many there are */
	int64 high;

	/* probes read ahead */
	bool batches;
	bool exhausted;
	int batch_room;
	int nbatch;
	int batch_at;
	int batch_asked;  /* as far as this, places were asked for */
	int batch_placed; /* as far as this, the runs there */
	int batch_alike; /* where keys are no words: as far as this, the keys of such as look like theirs */
	int batch_found; /* and as far as this, theirs were found */
	uint64 *batch_rows;
	Size batch_words;   /* room for so many */
	Size batch_used;    /* of these; not counted where all rows are of one length */
	Size *batch_starts; /* where each row begins; NULL: they are of one length */
	ReadyProbe *batch;

	/* unmatched built rows */
	int built_part;
	JoinRun *built_run; /* NULL: the part's first */
	uint32 built_row;   /* of the run */

	/* the order of the probes, where it is promised */
	bool in_order;
	int number_column;           /* of a probe in a row */
	struct Tuplesortstate *sort; /* or NULL */
	TupleTableSlot *sort_in;
	TupleTableSlot *sort_out;

	/* with other participants */
	struct SharedJoin *shared; /* or NULL */
	dsa_area *area;
	int participant;
	bool attached; /* others may wait */
	bool writes_files;
	MemoryContext shared_context;
	SharedTuplestoreAccessor **shared_files;
	void *file_row;
	Size file_row_room;

	JoinCounters counters;
} AttributionJoinState;

/* join_round.c: building tables, from the plan and from files */
extern void inf_join_build(AttributionJoinState *state);
extern TupleTableSlot *inf_join_read_side(AttributionJoinState *state, JoinSide *side, bool keeps,
                                          bool *matchable);
extern bool inf_join_next_round(AttributionJoinState *state);
extern void inf_join_end_round(AttributionJoinState *state);
extern void inf_join_spill_slot(AttributionJoinState *state, JoinPart *part, TupleTableSlot *slot);
extern void inf_join_spill_row(AttributionJoinState *state, JoinPart *part, uint64 *row);
extern void inf_join_forget(AttributionJoinState *state);

/* join_probe.c */
extern bool inf_join_next_probe(AttributionJoinState *state);

/* What is known of all built rows of the plan that can match: there is none yet. */
static inline void
inf_join_begin_built(AttributionJoinState *state)
{
	inf_sample_begin(&state->built_sample);
	state->built_longest = 0;
	state->built_bad_span = false;
}

/* One more of these; it is the one that was read last. */
static inline void
inf_join_note_built(AttributionJoinState *state)
{
	const JoinSide *side = &state->build;

	inf_sample_add(&state->built_sample, side->instant);
	if (side->has_span)
	{
		state->built_longest = Max(state->built_longest, side->lookback);
		state->built_bad_span |= side->lookback < 0;
	}
}

/*
 * join_find.c: how far any built row reaches, if that is settled before the first probe comes; -1: it is not, or
 * there are lookbacks that are errors. For that, all built rows have been noted.
 */
extern int64 inf_join_reach(AttributionJoinState *state);

/* join_explain.c */
extern void inf_join_explain(CustomScanState *node, List *ancestors, struct ExplainState *es);

#endif
