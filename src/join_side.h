/*
 * join_side.h
 *		What an attribution join reads of the rows of one side: keys, instant, lookback, columns.
 */
#ifndef INF_JOIN_SIDE_H
#define INF_JOIN_SIDE_H

#include "access/tableam.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"

#include "join_page.h"
#include "join_plan.h"
#include "join_sieve.h"
#include "join_table.h"
#include "table_plan.h"
#include "time_type.h"

/* An expression over the side's rows; most are just columns. */
typedef struct SideExpression
{
	int attno;        /* if it is a column */
	ExprState *state; /* else */
} SideExpression;

typedef struct JoinSide
{
	PlanState *plan;
	ExecProcNodeMtd exec; /* the plan's own function, before anybody puts another around it */
	bool reads_table; /* the plan only picks columns of a table's rows: these are read instead */
	bool may_filter;  /* its filter may be asked of some rows only, or of many at a time */
	const JoinSieve *sieve; /* which tells of which, or NULL */
	TupleDesc desc;         /* of the rows that are read */
	TableScanDesc scan;     /* of a plan that does nothing but scan, or NULL */
	JoinPage *page;         /* of such a scan whose rows are read in place, or NULL */
	bool is_build;
	bool is_date;
	bool is_window; /* the instant is an attribution_window */
	bool has_span;  /* the lookback comes from this side */
	TimeType time_type;
	JoinKeys *keys;
	SideExpression *key_expressions;
	int *key_lengths; /* of keys that are words */
	SideExpression at;
	SideExpression span;
	int natts; /* columns to be read */
	RowShape shape;

	/* of the present row */
	const PageRow *row; /* of a page */
	bool is_settled;    /* the slot has it, because somebody asked */
	int64 number;       /* rows are numbered as they come */
	uint64 key;
	uint64 hash; /* of the key */
	int64 instant;
	int64 lookback;    /* negative: an error, if it comes to that */
	Datum *key_values; /* see inf_side_know_keys */
	Datum *values;     /* by column of the shape */
	bool *isnull;
} JoinSide;

/* Prepares a compiled expression. */
extern SideExpression inf_side_expression(JoinSide *side, Expr *expression, PlanState *parent);

/* See inf_side_next. */
extern TupleTableSlot *inf_side_next_of_plan(JoinSide *side);

/* The next row of the scan that the plan's filter lets pass. */
extern bool inf_side_scan(const JoinSide *side, TupleTableSlot *slot);

/* The plan starts over, or another one does. */
static inline void
inf_side_forget_scan(JoinSide *side)
{
	side->scan = NULL;
	if (side->page != NULL)
		inf_page_end(side->page);
	side->page = NULL;
	side->row = NULL;
}

/*
 * The next row of the plan, or NULL. What does nothing but scan a table is left out of the way after
 * its first row: that is a fifth of the time that a row takes. Where rows are read in place, the slot
 * has the row only after inf_side_settle(): most rows are not looked at any further.
 */
static inline TupleTableSlot *
inf_side_next(JoinSide *side)
{
	TupleTableSlot *slot;

	if (side->scan == NULL)
		return inf_side_next_of_plan(side);
	slot = ((ScanState *) side->plan)->ss_ScanTupleSlot;
	if (side->page != NULL)
	{
		side->row = inf_page_next(side->page);
		side->is_settled = false;
		return side->row == NULL ? NULL : slot;
	}
	return inf_side_scan(side, slot) ? slot : NULL;
}

/* Puts the row into its slot, if it is not there yet. */
static inline void
inf_side_settle(JoinSide *side)
{
	if (side->row == NULL || side->is_settled)
		return;
	inf_page_settle(side->page, side->row);
	side->is_settled = true;
}

/*
 * Is it a row of the plan at all? That must be asked before anything is made of a row that was read in
 * place, but of as few as can be: the plan's filter has to have them in the slot.
 */
static inline bool
inf_side_has_row(JoinSide *side, TupleTableSlot *slot)
{
	if (side->row == NULL || side->plan->qual == NULL || side->page->pages.filtered != NULL)
		return true;
	inf_side_settle(side);
	return inf_plan_filter(side->plan, slot);
}

/*
 * Reads keys, instant and lookback of a row, but not all that is collected of it. False if it cannot
 * match any other: a NULL, or an instant that is infinite. The expressions are evaluated in the
 * short-lived memory of the context, which is cleared before.
 */
extern bool inf_side_read_slot(JoinSide *side, TupleTableSlot *slot, ExprContext *econtext);

/*
 * Values of the keys of the row just read, which can match: as they are given to inf_key_hash, good until
 * the next row is read. Of a row that was read in place they are not known before.
 */
extern void inf_side_know_keys(JoinSide *side, TupleTableSlot *slot);

static inline bool
inf_side_instant_is_finite(const JoinSide *side)
{
	if (side->is_date)
		return !DATE_NOT_FINITE((DateADT) side->instant);
	return !TIMESTAMP_NOT_FINITE(side->instant);
}

static inline bool
inf_side_read(JoinSide *side, TupleTableSlot *slot, ExprContext *econtext)
{
	const PageRow *row = side->row;

	side->number++;
	if (row == NULL || !row->is_read)
		return inf_side_read_slot(side, slot, econtext);
	side->key = row->key;
	side->hash = row->hash;
	side->instant = row->instant;
	return inf_side_instant_is_finite(side);
}

/*
 * Collects the columns of the row just read; returns the words that it takes. Where they are words at
 * offsets that are known in a row that was read in place, that is left to inf_side_fill.
 */
extern uint32 inf_side_collect(JoinSide *side, TupleTableSlot *slot, bool matchable);

/* Fills a row from what was read and collected, while the scan is at it. */
extern void inf_side_fill(const JoinSide *side, uint64 *row, bool matchable);

/* A lookback of an interval in units of the instants; negative instead of an error. */
extern int64 inf_span_of_interval(const Interval *span, bool is_date);

/* The error that the operator raises for a lookback that is negative. */
extern void inf_span_error(int64 span, TimeType type);

#endif
