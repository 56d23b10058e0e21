/*
 * rights.c
 *		May the user call what a node of ours stands for?
 */
#include "postgres.h"

#include "catalog/objectaccess.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "rights.h"

void
inf_check_rights(Oid function, ObjectType type)
{
	AclResult result = FUNCTION_ACLCHECK(function);

	if (result != ACLCHECK_OK)
		aclcheck_error(result, type, get_func_name(function));
	InvokeFunctionExecuteHook(function);
}
