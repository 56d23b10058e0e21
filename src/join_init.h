/*
 * join_init.h
 *		Setting an attribution join up, from what the planner left in the plan.
 */
#ifndef INF_JOIN_INIT_H
#define INF_JOIN_INIT_H

#include "nodes/execnodes.h"

extern void inf_join_begin(CustomScanState *node, EState *estate, int eflags);

/* Once, when the library is loaded. */
extern void inf_join_init(void);

#endif
