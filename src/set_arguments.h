/*
 * set_arguments.h
 *		How the aggregates' functions read arguments of each type: NAME_type(n), for macros that put
 *		together a function from the types' names.
 */
#ifndef INF_SET_ARGUMENTS_H
#define INF_SET_ARGUMENTS_H

#include "identity.h"
#include "time_type.h"

/* A customer's key. */
#define CUSTOMER_int4(n) inf_key_of_number(PG_GETARG_INT32(n))
#define CUSTOMER_int8(n) inf_key_of_number(PG_GETARG_INT64(n))
#define CUSTOMER_text(n) inf_key_of_name(inf_name_of_text(PG_GETARG_TEXT_PP(n)))
#define CUSTOMER_uuid(n) inf_key_of_name(inf_name_of_uuid(PG_GETARG_UUID_P(n)))

/* An influencer's name. */
#define INFLUENCER_int4(n) inf_name_of_number(PG_GETARG_INT32(n))
#define INFLUENCER_int8(n) inf_name_of_number(PG_GETARG_INT64(n))
#define INFLUENCER_text(n) inf_name_of_text(PG_GETARG_TEXT_PP(n))
#define INFLUENCER_uuid(n) inf_name_of_uuid(PG_GETARG_UUID_P(n))

#define IDENTITY_int4 INF_IDENTITY_INTEGER
#define IDENTITY_int8 INF_IDENTITY_INTEGER
#define IDENTITY_text INF_IDENTITY_TEXT
#define IDENTITY_uuid INF_IDENTITY_UUID

/* An instant in microseconds. */
#define INSTANT_timestamptz(n) PG_GETARG_TIMESTAMPTZ(n)
#define INSTANT_timestamp(n) PG_GETARG_TIMESTAMP(n)
#define INSTANT_date(n) inf_instant_of_date(PG_GETARG_DATEADT(n))

#define TYPE_timestamptz TIME_TIMESTAMPTZ
#define TYPE_timestamp TIME_TIMESTAMP
#define TYPE_date TIME_DATE

/* A transition function, and the types that it takes. */
typedef struct TransitionTypes
{
	PGFunction function;
	TimeType time_type;
	InfIdentity customers;
	InfIdentity influencers; /* NONE for orders */
} TransitionTypes;

/* The types of a function, or NULL if it is none of them. */
static inline const TransitionTypes *
inf_find_transition(const TransitionTypes *all, size_t n, PGFunction function)
{
	for (size_t i = 0; i < n; i++)
	{
		if (all[i].function == function)
			return &all[i];
	}
	return NULL;
}

#endif
