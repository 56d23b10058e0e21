/*
 * join_side.h
 *		What an attribution join reads of the rows of one side: keys, instant, lookback, columns.
 */
#ifndef INF_JOIN_SIDE_H
#define INF_JOIN_SIDE_H

#include "access/heapam.h"
#include "access/tableam.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"

#include "join_plan.h"
#include "join_table.h"
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
	TableScanDesc scan;   /* of a plan that does nothing but scan, or NULL */
	bool in_place;        /* key and instant are always at the same offsets of such a row */
	int key_offset;
	int at_offset;
	int *column_offsets; /* the same of the shape's columns, all of which are words; or NULL */
	bool is_build;
	bool is_date;
	bool is_window; /* the instant is an attribution_window */
	bool has_span;  /* the lookback comes from this side */
	TimeType time_type;
	SideExpression *keys;
	int *key_lengths; /* of keys that are words */
	SideExpression at;
	SideExpression span;
	int natts; /* columns to be read */
	RowShape shape;

	/* of the present row */
	HeapTuple tuple;   /* where rows are read in place; the slot has it only if somebody asks */
	bool was_in_place; /* was it read in place? */
	int64 number;      /* rows are numbered as they come */
	uint64 key;
	int64 instant;
	int64 lookback; /* negative: an error, if it comes to that */
	Datum *key_values;
	Datum *values; /* by column of the shape */
	bool *isnull;
} JoinSide;

/* Prepares a compiled expression. */
extern SideExpression inf_side_expression(JoinSide *side, Expr *expression, PlanState *parent);

/* See inf_side_next. */
extern TupleTableSlot *inf_side_next_of_plan(JoinSide *side);

/* The plan starts over, or another one does. */
static inline void
inf_side_forget_scan(JoinSide *side)
{
	side->scan = NULL;
	side->in_place = side->was_in_place = false;
	if (side->column_offsets != NULL)
		pfree(side->column_offsets);
	side->column_offsets = NULL;
}

/*
 * The next row of the plan, or NULL. What does nothing but scan a table is left out of the way after
 * its first row: that is a fifth of the time that a row takes. Where rows are read in place, the slot
 * is empty until inf_side_settle() puts the row there: most rows are not looked at any further.
 */
static inline TupleTableSlot *
inf_side_next(JoinSide *side)
{
	TupleTableSlot *slot;

	if (side->scan == NULL)
		return inf_side_next_of_plan(side);
	CHECK_FOR_INTERRUPTS();
	slot = ((ScanState *) side->plan)->ss_ScanTupleSlot;
	if (side->in_place)
	{
		if (!TTS_EMPTY(slot))
			ExecClearTuple(slot);
		side->tuple = heap_getnext(side->scan, ForwardScanDirection);
		return side->tuple == NULL ? NULL : slot;
	}
	return table_scan_getnextslot(side->scan, ForwardScanDirection, slot) ? slot : NULL;
}

/* Puts the row into its slot, if it is not there yet. */
static inline void
inf_side_settle(const JoinSide *side, TupleTableSlot *slot)
{
	if (side->in_place && TTS_EMPTY(slot))
		ExecStoreBufferHeapTuple(side->tuple, slot, ((HeapScanDesc) side->scan)->rs_cbuf);
}

/*
 * Reads keys, instant and lookback of a row, but not all that is collected of it. False if it cannot
 * match any other: a NULL, or an instant that is infinite. The expressions are evaluated in the
 * short-lived memory of the context, which is cleared before.
 */
extern bool inf_side_read(JoinSide *side, JoinKeys *keys, TupleTableSlot *slot,
                          ExprContext *econtext);

/* Collects the columns of the row just read; returns the words that it takes. */
extern uint32 inf_side_collect(JoinSide *side, TupleTableSlot *slot, bool matchable);

/* Fills a row from what was read and collected. */
extern void inf_side_fill(const JoinSide *side, uint64 *row, bool matchable);

/*
 * Both at once, for a row whose head has its length. Where the row was read in place and its columns
 * are words at offsets that are known, it is not taken apart.
 */
extern void inf_side_keep(JoinSide *side, TupleTableSlot *slot, uint64 *row, bool matchable);

/* A lookback of an interval in units of the instants; negative instead of an error. */
extern int64 inf_span_of_interval(const Interval *span, bool is_date);

/* The error that the operator raises for a lookback that is negative. */
extern void inf_span_error(int64 span, TimeType type);

#endif
