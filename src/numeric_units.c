/*
 * numeric_units.c
 *		Numbers of type numeric as whole units of their last decimal place.
 *
 * The server has no way from numeric to such integers but through several allocations, and money
 * is converted once for every order. So this file reads the stored form itself: base-10000 digits
 * behind a header of 2 or 4 bytes, which has been the same on disk since PostgreSQL 9.1 and must
 * remain so for pg_upgrade. The regression test compares it with the server's own arithmetic.
 */
#include "postgres.h"

#include "common/int.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "compat.h"
#include "numeric_units.h"

#define HEADER_KIND_MASK 0xC000
#define HEADER_NEGATIVE 0x4000
#define HEADER_SHORT 0x8000
#define HEADER_SPECIAL 0xC000

#define SHORT_NEGATIVE 0x2000
#define SHORT_SCALE_MASK 0x1F80
#define SHORT_SCALE_SHIFT 7
#define SHORT_WEIGHT_SIGN 0x0040
#define SHORT_WEIGHT_MASK 0x003F

#define LONG_SCALE_MASK 0x3FFF

#define DIGIT_BASE 10000
#define DIGIT_PLACES 4

static uint16
read_uint16(const char *p)
{
	uint16 value;

	memcpy(&value, p, sizeof(value)); /* a short varlena header leaves it unaligned */
	return value;
}

/* *total = *total * factor + add; false if that is 2^63 or more. */
static inline bool
shift_in(uint64 *total, uint64 factor, uint64 add)
{
	uint64 product;

	if (pg_mul_u64_overflow(*total, factor, &product) || product > (uint64) PG_INT64_MAX - add)
		return false;
	*total = product + add;
	return true;
}

static int
power_of_ten(int exponent)
{
	static const int powers[] = {1, 10, 100, 1000};

	return powers[exponent];
}

NumericUnits
inf_numeric_to_units(const struct varlena *number)
{
	NumericUnits result = {.fits = true};
	const char *p = VARDATA_ANY(number);
	const char *end = p + VARSIZE_ANY_EXHDR(number);
	uint16 header = read_uint16(p);
	int weight;
	int last;

	p += sizeof(uint16);
	if ((header & HEADER_KIND_MASK) == HEADER_SPECIAL)
	{
		result.is_special = true;
		return result;
	}
	if ((header & HEADER_KIND_MASK) == HEADER_SHORT)
	{
		result.is_negative = (header & SHORT_NEGATIVE) != 0;
		result.scale = (header & SHORT_SCALE_MASK) >> SHORT_SCALE_SHIFT;
		weight = header & SHORT_WEIGHT_MASK;
		if (header & SHORT_WEIGHT_SIGN)
			weight |= ~SHORT_WEIGHT_MASK;
	}
	else
	{
		result.is_negative = (header & HEADER_KIND_MASK) == HEADER_NEGATIVE;
		result.scale = header & LONG_SCALE_MASK;
		weight = (int16) read_uint16(p);
		p += sizeof(int16);
	}

	/*
	 * Digits stand for powers weight, weight - 1, ... of the base. Go on until all decimal places
	 * are in, with zeroes where no digit is stored.
	 */
	last = -((result.scale + DIGIT_PLACES - 1) / DIGIT_PLACES);
	for (int power = weight; power >= last && result.fits; power--)
	{
		uint16 digit = 0;
		int places = DIGIT_PLACES;

		if (p < end)
		{
			digit = read_uint16(p);
			p += sizeof(uint16);
		}
		else if (result.units == 0)
			break; /* a zero */
		if (power == last && result.scale % DIGIT_PLACES != 0)
		{
			/* only the first places of this digit are within the scale */
			places = result.scale % DIGIT_PLACES;
			digit /= power_of_ten(DIGIT_PLACES - places);
		}
		result.fits = shift_in(&result.units,
		                       places == DIGIT_PLACES ? DIGIT_BASE : power_of_ten(places), digit);
	}
	return result;
}

/* Powers of ten that a double holds exactly. */
#define MAX_EXACT_SCALE 22

double
inf_numeric_to_double(const struct varlena *number)
{
	static const double power[MAX_EXACT_SCALE + 1] = {
	    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
	    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	NumericUnits units = inf_numeric_to_units(number);

	/* one division of two exact numbers: the nearest double */
	if (!units.is_special && units.fits && units.units <= (uint64) 1 << 53 &&
	    units.scale <= MAX_EXACT_SCALE)
	{
		double value = (double) units.units / power[units.scale];

		return units.is_negative ? -value : value;
	}
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8, PointerGetDatum(number)));
}

Datum
inf_numeric_of_units(int64 units, int scale)
{
	return NumericGetDatum(int64_div_fast_to_numeric(units, scale));
}
