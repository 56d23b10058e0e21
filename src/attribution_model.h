/*
 * attribution_model.h
 *		The SQL type attribution_model: a model with its parameters.
 */
#ifndef INF_ATTRIBUTION_MODEL_H
#define INF_ATTRIBUTION_MODEL_H

#include "core/model.h"

/*
 * A value as it is stored: 24 bytes, aligned to 8, never compressed. The meaning of the two
 * parameters depends on the kind: half-life in microseconds; shares of the first and last touch
 * (the bits of a float8); a whole number. Those not used are 0.
 */
typedef struct AttributionModel
{
	int32 vl_len_; /* varlena header */
	uint8 version; /* MODEL_VERSION */
	uint8 kind;    /* InfModelKind */
	uint16 unused; /* 0 */
	int64 param[INF_MAX_MODEL_PARAMS];
} AttributionModel;

#define MODEL_VERSION 1

/* Reads a value, and raises XX001 if it is none. */
extern InfModel inf_model_of_datum(Datum value);

/* The canonical text. */
extern char *inf_model_to_cstring(const InfModel *model);

#define PG_GETARG_MODEL(n) inf_model_of_datum(PG_GETARG_DATUM(n))

#endif
