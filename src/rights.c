/*
 * rights.c
 *		May what a node of ours stands for be called?
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"
#include "rights.h"

static void
check(Oid function, Oid role, ObjectType type)
{
	AclResult result = FUNCTION_ACLCHECK(function, role);

	if (result != ACLCHECK_OK)
		aclcheck_error(result, type, get_func_name(function));
	InvokeFunctionExecuteHook(function);
}

static Oid
owner_of(Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	ReleaseSysCache(tuple);
	return owner;
}

void
inf_check_function(Oid function)
{
	check(function, GetUserId(), OBJECT_FUNCTION);
}

void
inf_check_aggregate(Oid aggregate, Oid transition, Oid final)
{
	Oid owner = owner_of(aggregate);

	check(aggregate, GetUserId(), OBJECT_AGGREGATE);
	check(transition, owner, OBJECT_FUNCTION);
	check(final, owner, OBJECT_FUNCTION);
}
