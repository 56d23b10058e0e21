/*
 * join_clause.c
 *		The clauses of a join sorted by what the attribution join makes of them.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"
#include "join_clause.h"
#include "led_to_call.h"
#include "led_to_support.h"

/* The operator's or function's Oid and arguments, if the clause is a call of either. */
static bool
called_function(Node *clause, Oid *funcid, List **args)
{
	if (is_opclause(clause))
	{
		OpExpr *op = (OpExpr *) clause;

		set_opfuncid(op);
		*funcid = op->opfuncid;
		*args = op->args;
		return true;
	}
	if (is_funcclause(clause))
	{
		*funcid = ((FuncExpr *) clause)->funcid;
		*args = ((FuncExpr *) clause)->args;
		return true;
	}
	return false;
}

/* The operator is known by its support function, which only a superuser can give to another one. */
static bool
is_attribution_operator(Oid funcid)
{
	Oid support = get_func_support(funcid);
	FmgrInfo function;

	if (!OidIsValid(support))
		return false;
	fmgr_info(support, &function);
	return function.fn_addr == led_to_support;
}

static bool
attribution_call(Node *clause, LedToCall *call)
{
	Oid funcid;
	List *args;

	if (exprType(clause) != BOOLOID || !called_function(clause, &funcid, &args) ||
	    !is_attribution_operator(funcid))
		return false;
	*call = inf_led_to_call(funcid, args);
	inf_led_to_open_window(call);
	return call->type == TIMESTAMPTZOID || call->type == TIMESTAMPOID || call->type == DATEOID;
}

bool
inf_join_has_operator(List *restrictlist)
{
	ListCell *lc;

	foreach (lc, restrictlist)
	{
		Node *clause = (Node *) lfirst_node(RestrictInfo, lc)->clause;
		Oid funcid;
		List *args;

		if (called_function(clause, &funcid, &args) && is_attribution_operator(funcid))
			return true;
	}
	return false;
}

/* What the planner found out of the two sides, while the clauses are sorted. */
typedef struct Sides
{
	PlannerInfo *root;
	Relids probe;
	Relids build;
	Relids parameters;
} Sides;

/* Does the expression read rows of "side", and else parameters alone? */
static bool
reads_only(const Sides *sides, Node *expression, Relids side)
{
	Relids relids = pull_varnos(sides->root, expression);

	return bms_overlap(relids, side) &&
	       bms_is_subset(bms_difference(relids, side), sides->parameters);
}

static bool
take_window(const Sides *sides, RestrictInfo *rinfo, JoinClauses *clauses)
{
	LedToCall call;

	if (clauses->window != NULL || !attribution_call((Node *) rinfo->clause, &call) ||
	    contain_volatile_functions((Node *) rinfo->clause))
		return false;
	if (reads_only(sides, call.touched, sides->probe) &&
	    reads_only(sides, call.ordered, sides->build))
		clauses->orders_built = true;
	else if (!reads_only(sides, call.touched, sides->build) ||
	         !reads_only(sides, call.ordered, sides->probe))
		return false;

	if (call.is_window)
		clauses->span_source = clauses->orders_built ? SPAN_BUILD : SPAN_PROBE;
	else if (call.span == NULL)
		clauses->span_source = SPAN_DEFAULT;
	else if (bms_is_subset(pull_varnos(sides->root, call.span), sides->parameters))
		clauses->span_source = SPAN_CONSTANT;
	else if (reads_only(sides, call.span, sides->probe))
		clauses->span_source = SPAN_PROBE;
	else if (reads_only(sides, call.span, sides->build))
		clauses->span_source = SPAN_BUILD;
	else
		return false;

	clauses->window = rinfo;
	clauses->probe_at = clauses->orders_built ? call.touched : call.ordered;
	clauses->build_at = clauses->orders_built ? call.ordered : call.touched;
	clauses->span = call.span;
	clauses->is_window = call.is_window;
	clauses->time_type = call.type == TIMESTAMPTZOID ? TIME_TIMESTAMPTZ
	                     : call.type == TIMESTAMPOID ? TIME_TIMESTAMP
	                                                 : TIME_DATE;
	return true;
}

/* The operator that compares two values of the right side of a hashable equality. */
static Oid
equality_of_right_side(Oid op)
{
	CatCList *list = SearchSysCacheList1(AMOPOPID, ObjectIdGetDatum(op));
	Oid result = InvalidOid;

	for (int i = 0; i < list->n_members && !OidIsValid(result); i++)
	{
		Form_pg_amop amop = (Form_pg_amop) GETSTRUCT(&list->members[i]->tuple);

		if (amop->amopmethod == HASH_AM_OID && amop->amopstrategy == HTEqualStrategyNumber)
			result = get_opfamily_member(amop->amopfamily, amop->amoprighttype, amop->amoprighttype,
			                             HTEqualStrategyNumber);
	}
	ReleaseSysCacheList(list);
	return result;
}

static bool
take_equality(const Sides *sides, RestrictInfo *rinfo, JoinClauses *clauses)
{
	OpExpr *op = (OpExpr *) rinfo->clause;
	bool probe_left;
	Oid opno;
	Oid same;
	Oid probe_hash;
	Oid build_hash;

	if (!rinfo->can_join || !OidIsValid(rinfo->hashjoinoperator))
		return false;
	if (bms_is_subset(rinfo->left_relids, sides->probe) &&
	    bms_is_subset(rinfo->right_relids, sides->build))
		probe_left = true;
	else if (bms_is_subset(rinfo->left_relids, sides->build) &&
	         bms_is_subset(rinfo->right_relids, sides->probe))
		probe_left = false;
	else
		return false;

	opno = probe_left ? op->opno : get_commutator(op->opno);
	if (!OidIsValid(opno) || !op_strict(opno) ||
	    !get_op_hash_functions(opno, &probe_hash, &build_hash))
		return false;
	same = equality_of_right_side(opno);
	if (!OidIsValid(same) || !op_strict(same))
		return false;

	clauses->equalities = lappend(clauses->equalities, rinfo);
	clauses->probe_keys =
	    lappend(clauses->probe_keys, probe_left ? linitial(op->args) : lsecond(op->args));
	clauses->build_keys =
	    lappend(clauses->build_keys, probe_left ? lsecond(op->args) : linitial(op->args));
	clauses->operators = lappend_oid(clauses->operators, opno);
	clauses->built_same = lappend_oid(clauses->built_same, same);
	clauses->collations = lappend_oid(clauses->collations, op->inputcollid);
	return true;
}

/* A condition that is asked row by row. */
typedef struct Condition
{
	Node *clause;
	Cost cost;
	Index security;
} Condition;

/*
 * The clauses in the order in which the server would ask them: those that guard rows against the
 * others first, then the cheap ones. A clause that gives nothing away and costs little need not
 * wait. Else they keep their order.
 */
static List *
order_conditions(PlannerInfo *root, List *rinfos)
{
	int n = list_length(rinfos);
	Condition *conditions = palloc(n * sizeof(Condition));
	List *result = NIL;

	for (int i = 0; i < n; i++)
	{
		RestrictInfo *rinfo = list_nth_node(RestrictInfo, rinfos, i);
		Condition new = {.clause = (Node *) rinfo->clause, .security = rinfo->security_level};
		QualCost cost;
		int at;

		cost_qual_eval_node(&cost, (Node *) rinfo, root);
		new.cost = cost.per_tuple;
		if (rinfo->leakproof && new.cost < 10 * cpu_operator_cost)
			new.security = 0;
		for (at = i; at > 0; at--)
		{
			const Condition *before = &conditions[at - 1];

			if (before->security < new.security ||
			    (before->security == new.security && before->cost <= new.cost))
				break;
			conditions[at] = *before;
		}
		conditions[at] = new;
	}
	for (int i = 0; i < n; i++)
		result = lappend(result, conditions[i].clause);
	pfree(conditions);
	return result;
}

bool
inf_join_clauses(PlannerInfo *root, List *restrictlist, Relids joined, Relids probe, Relids build,
                 Relids parameters, bool is_outer, JoinClauses *clauses)
{
	Sides sides = {root, probe, build, parameters};
	Index most = 0;
	ListCell *lc;

	memset(clauses, 0, sizeof(JoinClauses));
	foreach (lc, restrictlist)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);

		/* conditions that hold for all rows or for none are asked by the server, above the join */
		if (rinfo->pseudoconstant)
		{
			if (!CUSTOM_PATHS_ARE_GATED)
				return false;
			continue;
		}
		most = Max(most, rinfo->security_level);
		if (is_outer && RINFO_IS_PUSHED_DOWN(rinfo, joined))
			clauses->quals = lappend(clauses->quals, rinfo);
		else if (!take_equality(&sides, rinfo, clauses) && !take_window(&sides, rinfo, clauses))
			clauses->filters = lappend(clauses->filters, rinfo);
	}
	if (clauses->window == NULL || clauses->equalities == NIL)
		return false;
	clauses->filters = order_conditions(root, clauses->filters);
	clauses->quals = order_conditions(root, clauses->quals);

	/*
	 * The table looks at instants and lookbacks before any other clause is asked. That must not
	 * be seen by somebody who may not see the rows: see security barriers in the server.
	 */
	foreach (lc, restrictlist)
	{
		if (lfirst_node(RestrictInfo, lc)->security_level != most && !clauses->window->leakproof)
			return false;
	}
	return true;
}
