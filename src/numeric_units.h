/*
 * numeric_units.h
 *		Numbers of type numeric as whole units of their last decimal place (cents).
 */
#ifndef INF_NUMERIC_UNITS_H
#define INF_NUMERIC_UNITS_H

/* A numeric taken apart. */
typedef struct NumericUnits
{
	bool is_special; /* NaN or an infinity: no units */
	bool is_negative;
	bool fits;    /* the units are below 2^63 */
	int scale;    /* decimal places, as the number displays them */
	uint64 units; /* its absolute value times 10^scale, if it fits */
} NumericUnits;

/* Reads the number in place; the datum may have a short header, but must not be toasted. */
extern NumericUnits inf_numeric_to_units(const struct varlena *number);

/* The nearest double; NaN for NaN, and so on. The datum as above. */
extern double inf_numeric_to_double(const struct varlena *number);

/* The number units / 10^scale, displayed with that many decimal places. */
extern Datum inf_numeric_of_units(int64 units, int scale);

#endif
