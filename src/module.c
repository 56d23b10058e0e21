/*
 * module.c
 *		The loadable module.
 *
 * It is loaded when one of its functions is first needed. For a query with the attribution
 * operator that is while the planner looks at its clauses, before it looks at joins.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "compat.h"
#include "join_init.h"
#include "join_plan.h"
#include "set_scan.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	DefineCustomBoolVariable(
	    "influence.enable_attribution_join", "Enables the planner's use of attribution joins.",
	    NULL, &inf_enable_attribution_join, true, PGC_USERSET, GUC_EXPLAIN, NULL, NULL, NULL);
	DefineCustomBoolVariable("influence.enable_set_scan",
	                         "Enables the planner's use of scans that make sets of touches.", NULL,
	                         &inf_enable_set_scan, true, PGC_USERSET, GUC_EXPLAIN, NULL, NULL,
	                         NULL);
	MarkGUCPrefixReserved("influence");
	inf_join_init();
	inf_set_scan_init();
}
