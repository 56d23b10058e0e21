/*
 * join_clause.h
 *		The clauses of a join sorted by what the attribution join makes of them.
 */
#ifndef INF_JOIN_CLAUSE_H
#define INF_JOIN_CLAUSE_H

#include "nodes/pathnodes.h"

#include "join_plan.h"
#include "time_type.h"

typedef struct JoinClauses
{
	List *equalities; /* RestrictInfos */
	List *probe_keys;
	List *build_keys;
	List *operators;
	List *built_same;
	List *collations;
	RestrictInfo *window;
	Node *probe_at;
	Node *build_at;
	Node *span; /* or NULL */
	SpanSource span_source;
	bool is_window;
	bool orders_built;
	TimeType time_type;
	List *filters; /* expressions: further conditions of a match */
	List *quals;   /* expressions: conditions of what comes out of an outer join */
} JoinClauses;

/* Does any of the clauses call the attribution operator between two instants? */
extern bool inf_join_has_operator(List *restrictlist);

/*
 * Sorts the clauses of a join of "probe" with "build". False if there is no equality or no
 * attribution operator between the two. "joined" are the relations of the join, "parameters"
 * those whose values are known when it starts.
 */
extern bool inf_join_clauses(PlannerInfo *root, List *restrictlist, Relids joined, Relids probe,
                             Relids build, Relids parameters, bool is_outer, JoinClauses *clauses);

#endif
