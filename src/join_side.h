/*
 * join_side.h
 *		What an attribution join reads of the rows of one side: keys, instant, lookback, columns.
 */
#ifndef INF_JOIN_SIDE_H
#define INF_JOIN_SIDE_H

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
	int64 number; /* rows are numbered as they come */
	uint64 key;
	int64 instant;
	int64 lookback; /* negative: an error, if it comes to that */
	Datum *key_values;
	Datum *values; /* by column of the shape */
	bool *isnull;
} JoinSide;

/* Prepares a compiled expression. */
extern SideExpression inf_side_expression(JoinSide *side, Expr *expression, PlanState *parent);

/*
 * Reads keys, instant and lookback of a row. False if it cannot match any other: a NULL, or an
 * instant that is infinite. The expressions are evaluated in the short-lived memory of the context,
 * which is cleared before.
 */
extern bool inf_side_read(JoinSide *side, JoinKeys *keys, TupleTableSlot *slot,
                          ExprContext *econtext);

/* Collects the columns of the row just read; returns the words that it takes. */
extern uint32 inf_side_collect(JoinSide *side, TupleTableSlot *slot, bool matchable);

/* Fills a row from what was read and collected. */
extern void inf_side_fill(const JoinSide *side, uint64 *row, bool matchable);

/* A lookback of an interval in units of the instants; negative instead of an error. */
extern int64 inf_span_of_interval(const Interval *span, bool is_date);

/* The error that the operator raises for a lookback that is negative. */
extern void inf_span_error(int64 span, TimeType type);

#endif
