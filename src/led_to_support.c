/*
 * led_to_support.c
 *		What the planner is told of the attribution operator: simpler forms and index conditions.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "compat.h"
#include "core/instant.h"
#include "led_to_call.h"
#include "led_to_sel.h"

/*
 * touched ~> lookback(ordered, span) becomes led_to(touched, ordered, span): its arguments can
 * match an index, and no window need be built for every row.
 */
static Node *
simplify(SupportRequestSimplify *request)
{
	FuncExpr *fcall = request->fcall;
	LedToCall call = inf_led_to_call(fcall->funcid, fcall->args);

	if (!call.is_window)
		return NULL;
	inf_led_to_open_window(&call);
	if (call.is_window || !OidIsValid(call.within_oid))
		return NULL;
	return (Node *) makeFuncExpr(call.within_oid, BOOLOID,
	                             list_make3(call.touched, call.ordered, call.span), InvalidOid,
	                             InvalidOid, COERCE_EXPLICIT_CALL);
}

static Node *
default_span(void)
{
	Interval *span = palloc0(sizeof(Interval));

	span->day = INF_DEFAULT_LOOKBACK / INF_US_PER_DAY;
	return (Node *) makeConst(INTERVALOID, -1, InvalidOid, sizeof(Interval), PointerGetDatum(span),
	                          false, false);
}

/* The bound that the other column's instant and the lookback give, as a function call. */
static Node *
bound(const LedToCall *call, const char *function, Node *instant)
{
	Oid argtypes[2] = {call->type, INTERVALOID};
	Oid oid = inf_function_oid(call->schema, function, 2, argtypes);

	if (!OidIsValid(oid))
		return NULL;
	return (Node *) makeFuncExpr(
	    oid, call->type,
	    list_make2(copyObject(instant), call->span ? copyObject(call->span) : default_span()),
	    InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
}

/*
 * "column strategy value" as an operator clause. The operator is that of the type's own btree
 * order, and must also be in the index's family; that holds for btree and for BRIN, for instance.
 */
static Expr *
comparison(const LedToCall *call, Oid index_family, int strategy, Node *column, Node *value)
{
	TypeCacheEntry *type = lookup_type_cache(call->type, TYPECACHE_BTREE_OPFAMILY);
	Oid op;

	if (!OidIsValid(type->btree_opf))
		return NULL;
	op = get_opfamily_member(type->btree_opf, call->type, call->type, strategy);
	if (!OidIsValid(op) || !op_in_opfamily(op, index_family))
		return NULL;
	return make_opclause(op, BOOLOID, false, (Expr *) copyObject(column),
	                     (Expr *) copyObject(value), InvalidOid, InvalidOid);
}

/* May the expression stand on the other side of an index condition of the relation? */
static bool
is_comparable(PlannerInfo *root, Node *expression, Index relid)
{
	return expression == NULL || (!bms_is_member(relid, pull_varnos(root, expression)) &&
	                              !contain_volatile_functions(expression));
}

/* Both bounds of the indexed column, as a list of clauses; NIL if there are none to be had. */
static List *
index_condition(SupportRequestIndexCondition *request, List *args)
{
	LedToCall call = inf_led_to_call(request->funcid, args);
	Node *column = list_nth(args, request->indexarg);
	Node *other;
	Node *limit;
	Expr *inner;
	Expr *outer;

	if (call.is_window)
		return NIL; /* a window that simplify() could not open */
	if (column == call.touched)
		other = call.ordered;
	else if (column == call.ordered)
		other = call.touched;
	else
		return NIL;
	if (!is_comparable(request->root, other, request->index->rel->relid) ||
	    !is_comparable(request->root, call.span, request->index->rel->relid))
		return NIL;

	if (column == call.touched)
	{
		limit = bound(&call, "lookback_start", other);
		inner = comparison(&call, request->opfamily, BTLessEqualStrategyNumber, column, other);
		outer = limit == NULL ? NULL
		                      : comparison(&call, request->opfamily, BTGreaterEqualStrategyNumber,
		                                   column, limit);
	}
	else
	{
		limit = bound(&call, "lookback_end", other);
		inner = comparison(&call, request->opfamily, BTGreaterEqualStrategyNumber, column, other);
		outer = limit == NULL ? NULL
		                      : comparison(&call, request->opfamily, BTLessEqualStrategyNumber,
		                                   column, limit);
	}
	if (inner == NULL || outer == NULL)
		return NIL;
	request->lossy = false;
	return list_make2(inner, outer);
}

PG_FUNCTION_INFO_V1(led_to_support);
Datum
led_to_support(PG_FUNCTION_ARGS)
{
	Node *request = (Node *) PG_GETARG_POINTER(0);
	Node *result = NULL;

	if (IsA(request, SupportRequestSimplify))
		result = simplify((SupportRequestSimplify *) request);
	else if (IsA(request, SupportRequestSelectivity))
	{
		SupportRequestSelectivity *r = (SupportRequestSelectivity *) request;

		r->selectivity = inf_led_to_selectivity(r->root, r->funcid, r->args);
		result = request;
	}
	else if (IsA(request, SupportRequestIndexCondition))
	{
		SupportRequestIndexCondition *r = (SupportRequestIndexCondition *) request;
		List *args = NIL;

		if (is_opclause(r->node))
			args = ((OpExpr *) r->node)->args;
		else if (is_funcclause(r->node))
			args = ((FuncExpr *) r->node)->args;
		if (args != NIL)
			result = (Node *) index_condition(r, args);
	}
	PG_RETURN_POINTER(result);
}
