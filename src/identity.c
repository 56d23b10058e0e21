/*
 * identity.c
 *		Customers and influencers of the SQL types that may identify them.
 */
#include "postgres.h"

#include "compat.h"
#include "identity.h"

InfName
inf_name_of_text(const text *value)
{
	InfName name = {.bytes = (const uint8 *) VARDATA_ANY(value),
	                .length = VARSIZE_ANY_EXHDR(value)};

	if (name.length > INF_MAX_NAME)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("identifier of %zu bytes is too long", name.length),
		                errdetail("The limit is %d bytes.", INF_MAX_NAME)));
	if (GetDatabaseEncoding() != PG_UTF8)
	{
		char *converted = pg_server_to_any((const char *) name.bytes, (int) name.length, PG_UTF8);

		if (converted != (const char *) name.bytes)
		{
			name.bytes = (const uint8 *) converted;
			name.length = strlen(converted);
		}
	}
	return name;
}

Datum
inf_text_of_name(InfIdentity identity, InfName name)
{
	char *converted;

	switch (identity)
	{
		case INF_IDENTITY_INTEGER:
		{
			char number[MAXINT8LEN + 1];
			int length = pg_lltoa(name.number, number);

			return PointerGetDatum(cstring_to_text_with_len(number, length));
		}
		case INF_IDENTITY_UUID:
		{
			pg_uuid_t uuid;

			memcpy(uuid.data, name.bytes, UUID_LEN);
			return CStringGetTextDatum(
			    DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(&uuid))));
		}
		case INF_IDENTITY_NONE:
		case INF_IDENTITY_TEXT:
			break;
	}
	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return PointerGetDatum(
		    cstring_to_text_with_len((const char *) name.bytes, (int) name.length));

	/* checks the bytes as well: a value may come from anywhere */
	converted = pg_any_to_server((const char *) name.bytes, (int) name.length, PG_UTF8);
	if (converted != (const char *) name.bytes)
		return CStringGetTextDatum(converted);
	return PointerGetDatum(cstring_to_text_with_len((const char *) name.bytes, (int) name.length));
}
