/*
 * compat.h
 *		Every difference between the server versions that are supported (14 to 18).
 *
 * No other file looks at PG_VERSION_NUM.
 */
#ifndef INF_COMPAT_H
#define INF_COMPAT_H

#if PG_VERSION_NUM < 140000
#error "influence needs PostgreSQL 14 or later"
#endif

#include "fmgr.h"
#include "utils/timestamp.h"

/* Variable-length values have a header of their own from 16 on. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* Intervals can be infinite from 17 on. */
#if PG_VERSION_NUM >= 170000
#define INTERVAL_IS_INFINITE(span) INTERVAL_NOT_FINITE(span)
#define SET_INTERVAL_INFINITE(span) INTERVAL_NOEND(span)
#else
#define INTERVAL_IS_INFINITE(span) false
#define SET_INTERVAL_INFINITE(span) ((void) (span))
#endif

/* Bytes are uint8 in base64.h from 18 on. */
#if PG_VERSION_NUM >= 180000
#define b64_encode(src, len, dst, dstlen) pg_b64_encode((src), (len), (dst), (dstlen))
#define b64_decode(src, len, dst, dstlen) pg_b64_decode((src), (len), (uint8 *) (dst), (dstlen))
#else
#define b64_encode(src, len, dst, dstlen)                                                          \
	pg_b64_encode((const char *) (src), (len), (dst), (dstlen))
#define b64_decode(src, len, dst, dstlen) pg_b64_decode((src), (len), (dst), (dstlen))
#endif

/* InitMaterializedSRF, which came with 15. */
#if PG_VERSION_NUM < 150000
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/memutils.h"

static inline void
InitMaterializedSRF(FunctionCallInfo fcinfo, bits32 flags)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext old;

	if (rsinfo == NULL || !IsA(rsinfo, ReturnSetInfo) || !(rsinfo->allowedModes & SFRM_Materialize))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("set-valued function called in context that cannot accept a set")));
	old = MemoryContextSwitchTo(rsinfo->econtext->ecxt_per_query_memory);
	if (get_call_result_type(fcinfo, NULL, &rsinfo->setDesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	rsinfo->setDesc = CreateTupleDescCopy(rsinfo->setDesc);
	rsinfo->setResult = tuplestore_begin_heap((rsinfo->allowedModes & SFRM_Materialize_Random) != 0,
	                                          false, work_mem);
	rsinfo->returnMode = SFRM_Materialize;
	MemoryContextSwitchTo(old);
}
#endif

/* Whether a custom path can project is said from 15 on; before, it always could. */
#include "nodes/extensible.h"
#ifndef CUSTOMPATH_SUPPORT_PROJECTION
#define CUSTOMPATH_SUPPORT_PROJECTION 0
#endif

/* Memory of hash tables, and the parts of EXPLAIN, were declared in different places. */
#if PG_VERSION_NUM < 150000
#include "executor/nodeHash.h"
#endif
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif

/*
 * From 17 on, custom paths of joins carry clauses, of which the server takes those that hold for all
 * rows or for none. Before, it offers no joins with such clauses to extensions.
 */
#if PG_VERSION_NUM >= 170000
#define CUSTOM_PATHS_ARE_GATED true
#define SET_RESTRICTINFO(path, clauses) ((path)->custom_restrictinfo = (clauses))
#else
#define CUSTOM_PATHS_ARE_GATED false
#define SET_RESTRICTINFO(path, clauses) ((void) 0)
#endif

/* From 18 on, paths count the nodes below that the user has switched off. */
#if PG_VERSION_NUM >= 180000
#define DISABLED_NODES(path) ((path)->disabled_nodes)
#define SET_DISABLED_NODES(path, nodes) ((path)->disabled_nodes = (nodes))
#else
#define SET_DISABLED_NODES(path, nodes) ((void) 0)
#endif

/* From 16 on, what is grouped by is without what it need not be. */
#if PG_VERSION_NUM >= 160000
#define PROCESSED_GROUP_CLAUSE(root) ((root)->processed_groupClause)
#else
#define PROCESSED_GROUP_CLAUSE(root) ((root)->parse->groupClause)
#endif

/* May the role call the function? */
#include "catalog/pg_proc.h"
#if PG_VERSION_NUM >= 160000
#define FUNCTION_ACLCHECK(function, role)                                                          \
	object_aclcheck(ProcedureRelationId, (function), (role), ACL_EXECUTE)
#else
#define FUNCTION_ACLCHECK(function, role) pg_proc_aclcheck((function), (role), ACL_EXECUTE)
#endif

/* Sorts have options from 15 on; before, whether they can be read backwards. */
#include "utils/tuplesort.h"
#ifndef TUPLESORT_NONE
#define TUPLESORT_NONE false
#endif

/* Scans read pages ahead by themselves from 17 on, which did away with snapshots that are too old, too. */
#if PG_VERSION_NUM >= 170000
#define SCANS_READ_AHEAD true
#define HEAP_GET_PAGE(scan, block) ((void) 0)
#define TestForOldSnapshot(snapshot, relation, page) ((void) 0)
#else
#define SCANS_READ_AHEAD false
#define HEAP_GET_PAGE(scan, block) heapgetpage((TableScanDesc) (scan), (block))
#endif

/* What ReadRecentBuffer() leaves to be counted of a page that it has found. */
#if PG_VERSION_NUM < 150000
#include "executor/instrument.h"
#define COUNT_RECENT_BUFFER() (pgBufferUsage.shared_blks_hit++)
#elif PG_VERSION_NUM >= 160000 && PG_VERSION_NUM < 170000
#include "pgstat.h"
#define COUNT_RECENT_BUFFER() pgstat_count_io_op(IOOBJECT_RELATION, IOCONTEXT_NORMAL, IOOP_HIT)
#else
#define COUNT_RECENT_BUFFER() ((void) 0)
#endif

/* What tells a table's files apart has another name from 16 on. */
#if PG_VERSION_NUM >= 160000
#define RELATION_LOCATOR(relation) ((relation)->rd_locator)
#else
#define RELATION_LOCATOR(relation) ((relation)->rd_node)
#endif

/* A prefix of settings is reserved under another name in 14. */
#if PG_VERSION_NUM < 150000
#define MarkGUCPrefixReserved(prefix) EmitWarningsOnPlaceholders(prefix)
#endif

#endif
