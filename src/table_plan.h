/*
 * table_plan.h
 *		Plans that do nothing but scan a table: their rows can be read without the executor's way around
 *		each of them.
 */
#ifndef INF_TABLE_PLAN_H
#define INF_TABLE_PLAN_H

#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"
#include "nodes/plannodes.h"

/*
 * Lets a scan of a table hand on its rows as they are, if that is all that is asked of it; then it has
 * no columns to pick, which takes it longer than to read the row.
 */
extern void inf_take_whole_rows(PlannerInfo *root, Plan *plan);

/*
 * Does the plan only pick columns of a table's rows? The server leaves that out by itself, but not
 * for a table of which a column was dropped, or was added with a default.
 */
extern bool inf_only_picks_columns(PlanState *plan);

/* The attribute of the table that is a column of the plan. */
extern int inf_picked_attno(PlanState *plan, int column);

/*
 * May rows of the plan's scan be read without the plan, now that it has given its first one? Not if
 * somebody has put anything around its function, which was "exec", or looks at a row a second time. The
 * server may: to measure the plan (plan->instrument); who reads its rows has to tell of them. What the plan
 * picks of its rows is not asked for.
 */
extern bool inf_is_bare_scan(PlanState *plan, ExecProcNodeMtd exec, bool picks_columns);

/* Does the plan's filter, which it must have, let the row pass that is in the slot? */
extern bool inf_plan_filter(PlanState *plan, TupleTableSlot *slot);

#endif
