/*
 * set_value.c
 *		Stored sets as SQL values, and what all their types have in common: input, output, equality.
 *
 * The text form is base64 of the bytes: lossless, and the same in every session.
 */
#include "postgres.h"

#include "common/base64.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "compat.h"
#include "core/check.h"
#include "core/lift_set.h"
#include "core/purchase_cycle.h"
#include "set_value.h"

InfPart
inf_part_of_datum(Datum value)
{
	struct varlena *v = PG_DETOAST_DATUM_PACKED(value);
	InfPart part;

	part.bytes = (const uint8 *) VARDATA_ANY(v);
	part.size = VARSIZE_ANY_EXHDR(v);
	return part;
}

void
inf_check_value_size(size_t size)
{
	if (size > MaxAllocSize)
		ereport(
		    ERROR,
		    (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		     errmsg("set would take %zu bytes, more than the limit of %zu", size,
		            (size_t) MaxAllocSize),
		     errhint("Group by a hash of the customer, on both sides, and add up the groups.")));
}

Datum
inf_datum_of_buffer(InfBuffer *buffer)
{
	inf_check_value_size(buffer->size);
	SET_VARSIZE(buffer->data, buffer->size);
	return PointerGetDatum(buffer->data);
}

void
inf_check_stored(const char *type, const char *problem)
{
	if (problem != NULL)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("invalid %s value", type),
		                errdetail_internal("%s", problem)));
}

void
inf_reject_mismatch(const char *what)
{
	ereport(ERROR,
	        (errcode(ERRCODE_DATATYPE_MISMATCH),
	         errmsg("sets differ in the type of their %s", what),
	         errhint("Make all of them from columns of the same types, and sets of purchases with "
	                 "the same lookback window and use of a touch.")));
}

/* Bytes of a malformed text that its error message shows. */
#define SHOWN_TEXT 40

typedef const char *(*CheckFunction)(const uint8_t *bytes, size_t size);

static Datum
set_in(FunctionCallInfo fcinfo, const char *type, CheckFunction check)
{
	const char *text = PG_GETARG_CSTRING(0);
	int length = (int) strlen(text);
	int room = length / 4 * 3 + 3; /* pg_b64_dec_len() overflows where the text is long */
	struct varlena *value = palloc(VARHDRSZ + room + 1);
	int size = b64_decode(text, length, VARDATA(value), room);
	const char *problem = "not in base64";

	if (size >= 0)
		problem = check((const uint8 *) VARDATA(value), size);
	if (problem != NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		                errmsg("invalid input syntax for type %s: \"%.*s%s\"", type,
		                       pg_mbcliplen(text, length, SHOWN_TEXT), text,
		                       length <= SHOWN_TEXT ? "" : "..."),
		                errdetail_internal("%s", problem)));
	SET_VARSIZE(value, VARHDRSZ + size);
	PG_RETURN_POINTER(value);
}

static Datum
set_recv(FunctionCallInfo fcinfo, const char *type, CheckFunction check)
{
	StringInfo buf = (StringInfo) PG_GETARG_POINTER(0);
	int size = buf->len - buf->cursor;
	struct varlena *value = palloc(VARHDRSZ + size);
	const char *problem;

	pq_copymsgbytes(buf, VARDATA(value), size);
	problem = check((const uint8 *) VARDATA(value), size);
	if (problem != NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
		                errmsg("invalid binary value for type %s", type),
		                errdetail_internal("%s", problem)));
	SET_VARSIZE(value, VARHDRSZ + size);
	PG_RETURN_POINTER(value);
}

#define SET_INPUT(type)                                                                            \
	PG_FUNCTION_INFO_V1(type##_in);                                                                \
	Datum type##_in(PG_FUNCTION_ARGS)                                                              \
	{                                                                                              \
		return set_in(fcinfo, #type, inf_check_##type);                                            \
	}                                                                                              \
	PG_FUNCTION_INFO_V1(type##_recv);                                                              \
	Datum type##_recv(PG_FUNCTION_ARGS)                                                            \
	{                                                                                              \
		return set_recv(fcinfo, #type, inf_check_##type);                                          \
	}                                                                                              \
	extern Datum type##_recv(PG_FUNCTION_ARGS)

SET_INPUT(touch_set);
SET_INPUT(purchase_set);
SET_INPUT(journey_set);
SET_INPUT(lift_summary);
SET_INPUT(purchase_cycle);

PG_FUNCTION_INFO_V1(set_out);
Datum
set_out(PG_FUNCTION_ARGS)
{
	InfPart part = PG_GETARG_PART(0);
	size_t room = ((part.size + 2) / 3) * 4 + 1;
	char *text;
	int length;

	inf_check_value_size(room);
	text = palloc(room);
	length = b64_encode(part.bytes, (int) part.size, text, (int) room);
	text[length] = '\0';
	PG_RETURN_CSTRING(text);
}

PG_FUNCTION_INFO_V1(set_send);
Datum
set_send(PG_FUNCTION_ARGS)
{
	InfPart part = PG_GETARG_PART(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, (const char *) part.bytes, (int) part.size);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* Each set has one form, so equal sets have equal bytes. Their order is that of the bytes. */
static int
compare_sets(FunctionCallInfo fcinfo)
{
	InfPart a = PG_GETARG_PART(0);
	InfPart b = PG_GETARG_PART(1);
	int c = memcmp(a.bytes, b.bytes, Min(a.size, b.size));

	return c != 0 ? c : (a.size > b.size) - (a.size < b.size);
}

#define SET_COMPARISON(name, comparison)                                                           \
	PG_FUNCTION_INFO_V1(name);                                                                     \
	Datum name(PG_FUNCTION_ARGS)                                                                   \
	{                                                                                              \
		PG_RETURN_BOOL(compare_sets(fcinfo) comparison 0);                                         \
	}                                                                                              \
	extern Datum name(PG_FUNCTION_ARGS)

SET_COMPARISON(set_lt, <);
SET_COMPARISON(set_le, <=);
SET_COMPARISON(set_eq, ==);
SET_COMPARISON(set_ne, !=);
SET_COMPARISON(set_ge, >=);
SET_COMPARISON(set_gt, >);

PG_FUNCTION_INFO_V1(set_cmp);
Datum
set_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_sets(fcinfo));
}

PG_FUNCTION_INFO_V1(set_hash);
Datum
set_hash(PG_FUNCTION_ARGS)
{
	InfPart part = PG_GETARG_PART(0);

	PG_RETURN_DATUM(hash_any(part.bytes, (int) part.size));
}
