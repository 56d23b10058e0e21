/*
 * lift_set.h
 *		The counts and sums from which lifts are computed: per stratum, of those who were treated and
 *		of those who were not.
 *
 * What happened to each of them is either a conversion or not (rates), or a number (means). Sums are
 * exact, so the same rows always have the same bytes. Layout:
 *
 *	0	version, kind, outcome, identity of strata, 0, 0, 0, 0
 *	8	number of rows skipped (8 bytes)
 *	16	names of the strata, or, if there are none, the number of cells (0 or 1)
 *		cells in the order of the names: for the control, then for the treated, number of rows and, unless
 *		it is 0, for rates the conversions (varints), for means sum and sum of squares (see wide_sum.h)
 */
#ifndef INF_LIFT_SET_H
#define INF_LIFT_SET_H

#include "core/names.h"
#include "core/set_kind.h"
#include "core/wide_sum.h"

/* A value lies between minus this and this, so that no square leaves the range. */
#define INF_MAX_LIFT_VALUE 1e100

/* Rows of a cell; beyond, a count is no exact double any more. */
#define INF_MAX_LIFT_ROWS ((uint64_t) 1 << 53)

/* Strata of a set; exact sums take more room than counts do. */
#define INF_MAX_RATE_STRATA ((uint32_t) 1 << 24)
#define INF_MAX_MEAN_STRATA ((uint32_t) 1 << 17)

/* Also false for NaN. */
static inline bool
inf_is_lift_value(double value)
{
	return value >= -INF_MAX_LIFT_VALUE && value <= INF_MAX_LIFT_VALUE;
}

/* Stored in values: never renumber. */
typedef enum InfOutcome
{
	INF_OUTCOME_NONE = 0, /* of no rows at all */
	INF_OUTCOME_RATE = 1,
	INF_OUTCOME_MEAN = 2
} InfOutcome;

/* One side of a stratum. */
typedef struct InfLiftSide
{
	uint64_t rows;
	uint64_t converted; /* rates */
	InfWideSum
	    *sums; /* means: two, of the values and of their squares; NULL if there are no rows */
} InfLiftSide;

#define INF_CONTROL 0
#define INF_TREATED 1

typedef struct InfLiftCell
{
	InfLiftSide side[2];
} InfLiftCell;

typedef struct InfLiftSet
{
	InfOutcome outcome;
	uint64_t nskipped;
	InfNameTable strata; /* of identity NONE: not stratified, at most one cell */
	uint32_t ncells;     /* a cell for each name */
	uint32_t capacity;
	InfLiftCell *cells;
} InfLiftSet;

/* An outcome and an identity of NONE: what is added first decides. */
extern void inf_lift_init(InfLiftSet *set);
extern void inf_lift_free(InfLiftSet *set);

extern uint32_t inf_max_strata(InfOutcome outcome);

/*
 * The cell of a stratum, or the only one of a set without strata; added if it is new. NULL if there are too
 * many.
 */
extern InfLiftCell *inf_lift_cell(InfLiftSet *set, const InfName *stratum);

/* One row. The set's outcome must be that; the value must be legal. */
extern void inf_lift_add_rate(InfLiftCell *cell, bool treated, bool converted);
extern void inf_lift_add_mean(InfLiftCell *cell, bool treated, double value);

/* All of a stored set. Returns NULL, or why it cannot be read; they must agree. */
extern const char *inf_lift_add_set(InfLiftSet *set, const uint8_t *bytes, size_t size);

/* What of the stored set does not agree: "outcomes", "strata", or NULL. *problem as above. */
extern const char *inf_lift_mismatch(const InfLiftSet *set, const uint8_t *bytes, size_t size,
                                     const char **problem);

/* Encodes the set behind "prefix" bytes. It stays as it is. */
extern void inf_lift_encode(const InfLiftSet *set, size_t prefix, InfBuffer *out);

/* Returns what is wrong with stored bytes, or NULL. */
extern const char *inf_check_lift_summary(const uint8_t *bytes, size_t size);

#endif
