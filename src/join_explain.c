/*
 * join_explain.c
 *		What EXPLAIN says of an attribution join.
 */
#include "postgres.h"

#include "commands/explain.h"
#include "nodes/makefuncs.h"
#include "utils/ruleutils.h"

#include "compat.h"
#include "join_state.h"

static const char *
kind_name(AttributionJoinKind kind)
{
	switch (kind)
	{
		case AJ_INNER:
			return "Inner";
		case AJ_LEFT:
			return "Left";
		case AJ_RIGHT:
			return "Right";
		case AJ_SEMI:
			return "Semi";
		case AJ_ANTI:
			return "Anti";
		case AJ_BUILD_SEMI:
			return "Right Semi";
		case AJ_BUILD_ANTI:
			return "Right Anti";
	}
	return "";
}

static void
show_clauses(const char *label, CustomScanState *node, List *clauses, List *ancestors,
             ExplainState *es)
{
	List *context;

	if (clauses == NIL)
		return;
	context = set_deparse_context_plan(es->deparse_cxt, node->ss.ps.plan, ancestors);
	ExplainPropertyText(
	    label, deparse_expression((Node *) make_ands_explicit(clauses), context, true, false), es);
}

static void
show_bytes(const char *label, Size bytes, ExplainState *es)
{
	ExplainPropertyUInteger(label, "kB", (bytes + 1023) / 1024, es);
}

void
inf_join_explain(CustomScanState *node, List *ancestors, ExplainState *es)
{
	AttributionJoinState *state = (AttributionJoinState *) node;
	CustomScan *scan = castNode(CustomScan, node->ss.ps.plan);
	List *filters = list_nth(scan->custom_exprs, EXPRESSION_FILTERS);

	ExplainPropertyText("Join Type", kind_name(state->kind), es);
	if (state->counts != COUNTS_NOTHING)
		ExplainPropertyText("Counts",
		                    state->counts == COUNTS_ALL ? "All Rows" : "Rows of Each Group", es);
	show_clauses("Hash Cond", node, list_nth(scan->custom_exprs, EXPRESSION_EQUALITY), ancestors,
	             es);
	show_clauses("Window", node, list_nth(scan->custom_exprs, EXPRESSION_WINDOW), ancestors, es);
	show_clauses("Join Filter", node, filters, ancestors, es);
	if (!es->analyze || node->ss.ps.instrument == NULL)
		return;
	if (filters != NIL && node->ss.ps.instrument->nfiltered1 > 0)
		ExplainPropertyFloat(
		    "Rows Removed by Join Filter", NULL,
		    node->ss.ps.instrument->nfiltered1 / Max(node->ss.ps.instrument->nloops, 1), 0, es);
	ExplainPropertyUInteger(
	    "Rows Removed by Window", NULL,
	    state->counters.removed_by_window + (uint64) node->ss.ps.instrument->ntuples2, es);
	/* each worker had a table of its own, and the leader none */
	if (state->counters.rounds == 0 && node->ss.ps.worker_instrument != NULL)
		return;
	/* nor is it known what those of workers counted */
	if (state->counters.counted > 0 &&
	    (node->ss.ps.worker_instrument == NULL || node->ss.ps.plan->parallel_aware))
		ExplainPropertyUInteger("Rows Counted", NULL, state->counters.counted, es);
	if (state->counters.removed_by_sieve > 0)
		ExplainPropertyUInteger("Probes Removed by Sieve", NULL, state->counters.removed_by_sieve,
		                        es);
	ExplainPropertyUInteger("Built Rows", NULL, state->counters.built, es);
	ExplainPropertyUInteger("Batches", NULL, state->counters.rounds, es);
	if (state->counters.sorted > 0)
		ExplainPropertyUInteger("Rows Sorted", NULL, state->counters.sorted, es);
	show_bytes("Memory Usage", state->counters.peak, es);
	if (state->counters.groups_peak > 0)
		show_bytes("Memory Usage of Counts", state->counters.groups_peak, es);
}
