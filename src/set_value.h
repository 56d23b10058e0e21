/*
 * set_value.h
 *		Stored sets as SQL values: touch_set, purchase_set, journey_set.
 *
 * A value is a varlena whose bytes are the core's, in its one form. Values from outside are checked
 * to the last bit when they come in; whatever reads a stored one checks what it reads again.
 */
#ifndef INF_SET_VALUE_H
#define INF_SET_VALUE_H

#include "fmgr.h"

#include "core/journey_set.h"

/* The bytes of a value, detoasted if need be. */
extern InfPart inf_part_of_datum(Datum value);

#define PG_GETARG_PART(n) inf_part_of_datum(PG_GETARG_DATUM(n))

/* A value from an encoded set that has VARHDRSZ bytes in front; 54000 if it is too large. */
extern Datum inf_datum_of_buffer(InfBuffer *buffer);

/* Raises 54000 if a value of so many bytes, header included, cannot be. */
extern void inf_check_value_size(size_t size);

/* Raises XX001 if there is a problem. */
extern void inf_check_stored(const char *type, const char *problem);

/* Raises 42804: sets of this type whose "what" differ in type cannot be put together. */
extern void inf_reject_mismatch(const char *what);

/* Text and binary output of any of them. */
extern Datum set_out(PG_FUNCTION_ARGS);
extern Datum set_send(PG_FUNCTION_ARGS);

#endif
