/*
 * rights.h
 *		May what a node of ours stands for be called, though it is not?
 */
#ifndef INF_RIGHTS_H
#define INF_RIGHTS_H

#include "postgres_ext.h"

/* Raises 42501 if the user may not call the function. */
extern void inf_check_function(Oid function);

/*
 * Raises 42501 if the user may not call the aggregate, or its owner not the functions that it is made
 * of.
 */
extern void inf_check_aggregate(Oid aggregate, Oid transition, Oid final);

#endif
