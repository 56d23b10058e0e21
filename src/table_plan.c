/*
 * table_plan.c
 *		Plans that do nothing but scan a table.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "executor/instrument.h"
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

static TupleTableSlot *
no_row(PlanState *plan)
{
	return NULL;
}

/* What the server puts around the function of a plan that it measures: seen at one without rows. */
static ExecProcNodeMtd
measuring_exec(void)
{
	static ExecProcNodeMtd seen = NULL;

	if (seen == NULL)
	{
		Instrumentation instrument = {0};
		PlanState plan = {.type = T_ResultState, .instrument = &instrument};

		ExecSetExecProcNode(&plan, no_row);
		(void) ExecProcNode(&plan);
		seen = plan.ExecProcNode;
	}
	return seen;
}

bool
inf_is_bare_scan(PlanState *plan, ExecProcNodeMtd exec, bool picks_columns)
{
	return IsA(plan, SeqScanState) && (plan->ps_ProjInfo == NULL || picks_columns) &&
	       plan->ExecProcNodeReal == exec &&
	       plan->ExecProcNode == (plan->instrument == NULL ? exec : measuring_exec()) &&
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
