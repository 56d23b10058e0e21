/*
 * identity.h
 *		Customers and influencers of the SQL types that may identify them.
 */
#ifndef INF_IDENTITY_H
#define INF_IDENTITY_H

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

#include "core/hash.h"
#include "core/names.h"

/* Text is kept in UTF-8, whatever the database's encoding. */
extern InfName inf_name_of_text(const text *value);

/* An influencer as text in the database's encoding: a number, a UUID or the text it was. */
extern Datum inf_text_of_name(InfIdentity identity, InfName name);

static inline InfName
inf_name_of_number(int64 value)
{
	return (InfName){.number = value};
}

static inline InfName
inf_name_of_uuid(const pg_uuid_t *value)
{
	return (InfName){.bytes = value->data, .length = UUID_LEN};
}

/* A customer's key; the number -1 is the same customer whether integer or bigint. */
static inline uint64
inf_key_of_number(int64 value)
{
	return inf_mix64((uint64) value);
}

static inline uint64
inf_key_of_name(InfName name)
{
	return inf_hash_bytes(name.bytes, name.length);
}

#endif
