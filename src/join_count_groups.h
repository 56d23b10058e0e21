/*
 * join_count_groups.h
 *		Counts of probes that are the same in all that comes out of them, added up on the way.
 *
 * The aggregate above an attribution join takes any number of partial counts for a group, and longer for
 * each of them than the join takes to count. Groups are therefore kept until the end, as many as there
 * is room for; counts of others come out as they are.
 */
#ifndef INF_JOIN_COUNT_GROUPS_H
#define INF_JOIN_COUNT_GROUPS_H

#include "access/tupdesc.h"

#include "join_state.h"

typedef struct CountGroups CountGroups;

/* Their NULLs are the bits of a word. */
#define INF_COUNT_COLUMNS 64

/* In the memory context; of values in these columns of a slot, INF_COUNT_COLUMNS at most. */
extern CountGroups *inf_count_groups_create(MemoryContext context, const OutputColumn *columns,
                                            int ncolumns, TupleDesc desc);

/* Nothing is kept any more. */
extern void inf_count_groups_forget(CountGroups *groups);

/* Adds the count of a group, whose values are in a slot's arrays. False if it is not kept: then it comes out. */
extern bool inf_count_groups_add(CountGroups *groups, const Datum *values, const bool *isnull,
                                 uint64 count);

/*
 * The next of the counts that are kept, whose values, which stay where they are, come to the arrays; 0 if
 * there are no more.
 */
extern uint64 inf_count_groups_next(CountGroups *groups, Datum *values, bool *isnull);

/* The most bytes that they took. */
extern Size inf_count_groups_peak(const CountGroups *groups);

/* How many groups of this width, on average, are kept at most. */
extern double inf_count_groups_most(double width);

#endif
