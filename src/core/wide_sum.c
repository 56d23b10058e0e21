/*
 * wide_sum.c
 *		Sums of doubles without any rounding.
 */
#include "core/wide_sum.h"

#include <math.h>
#include <string.h>

#define LOWEST (-1074) /* the lowest bit's exponent */
#define DIGIT 32
#define DIGIT_MASK INT64_C(0xFFFFFFFF)
#define PART 53

/* A digit holds this many carries before it could overflow. */
#define MAX_PENDING ((uint32_t) 1 << 29)

/* All digits but the topmost from 0 to 2^32 - 1. The topmost has the sign. */
static void
resolve(InfWideSum *sum)
{
	for (int i = 0; i < INF_WIDE_DIGITS - 1; i++)
	{
		int64_t low = sum->digit[i] & DIGIT_MASK;

		/* an exact quotient, rounded towards minus infinity */
		sum->digit[i + 1] += (sum->digit[i] - low) / (DIGIT_MASK + 1);
		sum->digit[i] = low;
	}
	sum->npending = 0;
}

void
inf_wide_add(InfWideSum *sum, double x)
{
	int exponent;
	int64_t mantissa;
	uint64_t low, high;
	int place, shift;
	int64_t *digit;

	if (x == 0)
		return;
	mantissa = (int64_t) ldexp(frexp(fabs(x), &exponent), PART);
	exponent -= PART;
	if (exponent < LOWEST)
	{
		/* a subnormal number: its low bits are 0 */
		mantissa >>= LOWEST - exponent;
		exponent = LOWEST;
	}
	place = (exponent - LOWEST) / DIGIT;
	shift = (exponent - LOWEST) % DIGIT;
	low = ((uint64_t) mantissa & DIGIT_MASK) << shift;
	high = ((uint64_t) mantissa >> DIGIT) << shift;
	digit = &sum->digit[place];
	if (x > 0)
	{
		digit[0] += (int64_t) (low & DIGIT_MASK);
		digit[1] += (int64_t) ((low >> DIGIT) + (high & DIGIT_MASK));
		digit[2] += (int64_t) (high >> DIGIT);
	}
	else
	{
		digit[0] -= (int64_t) (low & DIGIT_MASK);
		digit[1] -= (int64_t) ((low >> DIGIT) + (high & DIGIT_MASK));
		digit[2] -= (int64_t) (high >> DIGIT);
	}
	if (++sum->npending >= MAX_PENDING)
		resolve(sum);
}

void
inf_wide_add_product(InfWideSum *sum, double a, double b)
{
	double product = a * b;

	inf_wide_add(sum, product);
	inf_wide_add(sum, fma(a, b, -product));
}

/* The magnitude, with carries resolved; returns whether the sum is negative. */
static bool
magnitude(const InfWideSum *sum, InfWideSum *result)
{
	bool negative;

	*result = *sum;
	resolve(result);
	negative = result->digit[INF_WIDE_DIGITS - 1] < 0;
	if (negative)
	{
		for (int i = 0; i < INF_WIDE_DIGITS; i++)
			result->digit[i] = -result->digit[i];
		resolve(result);
	}
	return negative;
}

void
inf_wide_add_sum(InfWideSum *sum, const InfWideSum *other)
{
	InfWideSum resolved = *other;

	resolve(sum);
	resolve(&resolved);
	for (int i = 0; i < INF_WIDE_DIGITS; i++)
		sum->digit[i] += resolved.digit[i];
	resolve(sum);
}

/* Bits of the magnitude from "low" upward, "n" of them, at most PART. */
static uint64_t
bits_at(const InfWideSum *sum, int low, int n)
{
	uint64_t bits = 0;
	int place = low / DIGIT;
	int have = -(low % DIGIT);

	for (; have < n && place < INF_WIDE_DIGITS; place++, have += DIGIT)
	{
		uint64_t digit = (uint64_t) sum->digit[place];

		bits |= have < 0 ? digit >> -have : digit << have;
	}
	return bits & ((UINT64_C(1) << n) - 1);
}

int
inf_wide_parts(const InfWideSum *sum, double *part)
{
	InfWideSum rest;
	double sign = magnitude(sum, &rest) ? -1 : 1;
	int n = 0;

	for (int place = INF_WIDE_DIGITS - 1; place >= 0; place--)
	{
		while (rest.digit[place] != 0)
		{
			int high = place * DIGIT + 64 - __builtin_clzll((uint64_t) rest.digit[place]);
			int low = high > PART ? high - PART : 0;
			uint64_t bits = bits_at(&rest, low, high - low);

			part[n++] = sign * ldexp((double) bits, low + LOWEST);
			for (int i = low / DIGIT; i <= place; i++)
			{
				/* what has been taken from this digit */
				int from = low > i * DIGIT ? low - i * DIGIT : 0;

				rest.digit[i] &= (INT64_C(1) << from) - 1;
			}
		}
	}
	return n;
}

double
inf_wide_value(const InfWideSum *sum)
{
	double part[INF_WIDE_PARTS];
	int n = inf_wide_parts(sum, part);

	if (n <= 1)
		return n == 0 ? 0 : part[0];
	/* the first two decide, unless the second is just half a unit of the first: then any more does */
	if (n > 2)
		part[1] = nextafter(part[1], part[1] * INFINITY);
	return part[0] + part[1];
}

/* Sign and number of digits in one varint, the lowest digit's place, digits of 4 bytes. */
void
inf_write_wide_sum(InfBuffer *buffer, const InfWideSum *sum)
{
	InfWideSum digits;
	bool negative = magnitude(sum, &digits);
	int first = 0, end = INF_WIDE_DIGITS;

	while (end > 0 && digits.digit[end - 1] == 0)
		end--;
	while (first < end && digits.digit[first] == 0)
		first++;
	inf_write_varint(buffer, (uint64_t) (end - first) * 2 + negative);
	if (first == end)
		return;
	inf_write8(buffer, (uint8_t) first);
	for (int i = first; i < end; i++)
	{
		for (int shift = 0; shift < DIGIT; shift += 8)
			inf_write8(buffer, (uint8_t) (digits.digit[i] >> shift));
	}
}

void
inf_read_wide_sum(InfCursor *cursor, InfWideSum *sum)
{
	uint64_t head = inf_read_count(cursor, 2 * INF_WIDE_DIGITS + 1);
	int n = (int) (head / 2);
	bool negative = head % 2 != 0;
	int first = n == 0 ? 0 : inf_read8(cursor);

	memset(sum, 0, sizeof(*sum));
	if ((n == 0 && negative) || first + n >= INF_WIDE_DIGITS)
		cursor->bad = true;
	for (int i = first; i < first + n && !cursor->bad; i++)
	{
		for (int shift = 0; shift < DIGIT; shift += 8)
			sum->digit[i] |= (int64_t) inf_read8(cursor) << shift;
		/* neither the first digit nor the last is 0 */
		if (sum->digit[i] == 0 && (i == first || i == first + n - 1))
			cursor->bad = true;
		if (negative)
			sum->digit[i] = -sum->digit[i];
	}
	if (cursor->bad)
		memset(sum, 0, sizeof(*sum));
}
