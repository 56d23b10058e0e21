/*
 * table_plan.c
 *		Plans that do nothing but scan a table.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "optimizer/pathnode.h"
#include "optimizer/plancat.h"

#include "compat.h"
#include "table_plan.h"

void
inf_take_whole_rows(PlannerInfo *root, Plan *plan)
{
	RelOptInfo *rel;
	List *whole;
	ListCell *lc;

	if (!IsA(plan, SeqScan) && !IsA(plan, IndexScan) && !IsA(plan, BitmapHeapScan))
		return;
	rel = find_base_rel(root, ((Scan *) plan)->scanrelid);
	foreach (lc, plan->targetlist)
	{
		Node *node = (Node *) lfirst_node(TargetEntry, lc)->expr;

		if (!IsA(node, Var) || ((Var *) node)->varattno <= 0)
			return;
	}
	whole = build_physical_tlist(root, rel);
	if (whole != NIL)
		plan->targetlist = whole;
}

bool
inf_only_picks_columns(PlanState *plan)
{
	ListCell *lc;

	if (!IsA(plan, SeqScanState) || plan->ps_ProjInfo == NULL)
		return false;
	foreach (lc, plan->plan->targetlist)
	{
		Var *var = (Var *) lfirst_node(TargetEntry, lc)->expr;

		if (!IsA(var, Var) || var->varattno <= 0)
			return false;
	}
	return true;
}

int
inf_picked_attno(PlanState *plan, int column)
{
	TargetEntry *entry = list_nth(plan->plan->targetlist, column - 1);

	return castNode(Var, entry->expr)->varattno;
}

bool
inf_is_bare_scan(PlanState *plan, ExecProcNodeMtd exec, bool picks_columns)
{
	return IsA(plan, SeqScanState) && (plan->ps_ProjInfo == NULL || picks_columns) &&
	       plan->instrument == NULL && plan->ExecProcNode == exec &&
	       plan->state->es_epq_active == NULL;
}

bool
inf_plan_filter(PlanState *plan, TupleTableSlot *slot)
{
	ExprContext *econtext = plan->ps_ExprContext;

	ResetExprContext(econtext);
	econtext->ecxt_scantuple = slot;
	return ExecQual(plan->qual, econtext);
}
