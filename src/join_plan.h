/*
 * join_plan.h
 *		What the planner tells the executor of an attribution join.
 *
 * One side is built into a table, the other probes it. Either may be the touches.
 */
#ifndef INF_JOIN_PLAN_H
#define INF_JOIN_PLAN_H

#include "nodes/extensible.h"
#include "nodes/pathnodes.h"

/* Which pairs and which single rows come out. */
typedef enum AttributionJoinKind
{
	AJ_INNER,
	AJ_LEFT,       /* and every probe without a match */
	AJ_RIGHT,      /* and every built row without a match */
	AJ_SEMI,       /* every probe with a match, once */
	AJ_ANTI,       /* every probe without a match */
	AJ_BUILD_SEMI, /* every built row with a match, once */
	AJ_BUILD_ANTI  /* every built row without a match */
} AttributionJoinKind;

/* Where the lookback window comes from. */
typedef enum SpanSource
{
	SPAN_DEFAULT,  /* none is named */
	SPAN_CONSTANT, /* the same for all rows of one scan */
	SPAN_PROBE,
	SPAN_BUILD
} SpanSource;

/* Do the rows themselves come out, or how many they are? */
typedef enum JoinCounts
{
	COUNTS_NOTHING,
	COUNTS_BY_PROBE, /* by what is known of the probes: any number of rows for those that are the same */
	COUNTS_ALL       /* one row, unless there is nothing to count */
} JoinCounts;

/* Where a column of the scan tuple comes from. */
typedef enum JoinColumnSide
{
	COLUMN_OF_PROBE,
	COLUMN_OF_BUILD,
	COLUMN_OF_COUNT
} JoinColumnSide;

/* The path's private list. */
typedef enum PathPrivate
{
	PATH_PRIVATE,     /* the plan's, as far as it is known */
	PATH_EXPRESSIONS, /* the plan's */
	PATH_QUALS,       /* of what comes out */
	PATH_CLAUSES      /* RestrictInfos: all that was asked of the join */
} PathPrivate;

/* Integers in the plan's private list. */
typedef enum PlanNumber
{
	NUMBER_KIND,
	NUMBER_SPAN_SOURCE,
	NUMBER_IS_WINDOW,    /* the orders' instant is an attribution_window */
	NUMBER_ORDERS_BUILT, /* the orders are the build side, not the touches */
	NUMBER_TIME_TYPE,    /* TimeType of the touches */
	NUMBER_IN_ORDER,     /* what comes out is in the order of the probes */
	NUMBER_COUNTS,       /* JoinCounts */
	NUMBER_COUNT
} PlanNumber;

/* The plan's private list. */
typedef enum PlanPrivate
{
	PRIVATE_NUMBERS,    /* integers, see above */
	PRIVATE_OPERATORS,  /* of each key: probe = build */
	PRIVATE_BUILT_SAME, /* of each key: build = build */
	PRIVATE_COLLATIONS, /* of each key */
	PRIVATE_ROWS,       /* how many built rows the planner expects */
	PRIVATE_SIDES,      /* of each column of the scan tuple: JoinColumnSide */
	PRIVATE_ATTNOS,     /* its number on that side */
	PRIVATE_COUNT
} PlanPrivate;

/* The plan's expressions: a list of lists. All refer to the scan tuple. */
typedef enum PlanExpression
{
	EXPRESSION_PROBE_KEYS,
	EXPRESSION_BUILD_KEYS,
	EXPRESSION_INSTANTS, /* probe's, build's */
	EXPRESSION_SPAN,     /* none or one */
	EXPRESSION_FILTERS,  /* further conditions of a match */
	EXPRESSION_EQUALITY, /* the clauses that are proven by the table, for EXPLAIN */
	EXPRESSION_WINDOW,
	EXPRESSION_COUNT
} PlanExpression;

/* Columns that are kept of a row of one side: as many as a word has bits, for their NULLs. */
#define AJ_MAX_COLUMNS 64

#define AJ_NAME "AttributionJoin"

extern bool inf_enable_attribution_join;

/* join_path.c: paths */
extern void inf_join_path_init(void);

/* A path without parameters with its sides exchanged; NULL if they cannot be. */
extern CustomPath *inf_join_exchange(PlannerInfo *root, const CustomPath *join);

/* join_count_path.c: paths that count */
extern void inf_join_count_path_init(void);

/* join_plan.c: the plan out of a path */
extern const CustomPathMethods inf_join_path_methods;

/* join_exec.c */
extern const CustomScanMethods inf_join_scan_methods;

/* Bytes that a built row takes in the table, with its share of the directory. */
extern double inf_join_row_bytes(double width);

/* Bytes that a table may take, of so many participants. */
extern Size inf_join_table_limit(int participants);

#endif
