/*
 * rights.h
 *		May the user call what a node of ours stands for, without calling it?
 */
#ifndef INF_RIGHTS_H
#define INF_RIGHTS_H

#include "nodes/parsenodes.h"

/* Raises 42501 if not. "type" is what the function is: a function, an aggregate. */
extern void inf_check_rights(Oid function, ObjectType type);

#endif
