/*
 * Columns of numbers: what is written is read again, and doubles are written as decimals of the
 * smallest scale that a slow look finds, or as they are.
 */
#include <math.h>
#include <string.h>

#include "core/column.h"
#include "tap.h"

#define N 50

/* The smallest power of ten over which all values are whole, exactly; 0xFF: none. */
static int
scale_of(const double *values, size_t n)
{
	static const double power[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

	for (int scale = 0; scale <= 9; scale++)
	{
		bool whole = true;

		for (size_t i = 0; i < n; i++)
		{
			double units = rint(values[i] * power[scale]);

			whole &= fabs(units) <= 0x1p53 && units / power[scale] == values[i];
		}
		if (whole)
			return scale;
	}
	return 0xFF;
}

static bool
doubles_are_right(const double *values, size_t n)
{
	InfBuffer buffer = {NULL, 0, 0};
	double again[N];
	InfCursor cursor;
	bool good;

	inf_write_doubles(&buffer, values, n);
	inf_buffer_reserve(&buffer, 0);
	cursor = (InfCursor){buffer.data, buffer.data + buffer.size, false};
	inf_read_doubles(&cursor, again, n);
	good = buffer.data[0] == scale_of(values, n) && !cursor.bad && cursor.p == cursor.end;
	for (size_t i = 0; i < n; i++)
		good &= again[i] == values[i] && !(again[i] == 0 && signbit(again[i]));
	inf_buffer_free(&buffer);
	return good;
}

/* Whole numbers of so many bits or fewer, over a power of ten, some of them half a unit off. */
static double
random_double(int bits, int scale)
{
	double units = (double) (random_bits() >> (64 - 1 - random_below((uint32_t) bits)));

	if (random_below(20) == 0)
		units += 0.5;
	if (random_below(20) == 0)
		units = 0x1p50 * (double) (1 << random_below(5)) + (double) random_below(5) - 2;
	return (random_below(2) == 0 ? -units : units) / pow(10, scale);
}

static bool
integers_are_right(int bits, int64_t unit)
{
	int64_t values[N], again[N];
	uint32_t few[N], few_again[N];
	uint64_t keys[N], keys_again[N];
	InfBuffer buffer = {NULL, 0, 0};
	InfCursor cursor;
	bool good;

	for (size_t i = 0; i < N; i++)
	{
		values[i] = (int64_t) (bits == 0 ? 0 : random_bits() >> (64 - bits)) * unit - 7;
		few[i] = (uint32_t) (bits == 0 ? 0 : random_bits() >> (64 - bits) & UINT32_MAX);
		keys[i] = (i == 0 ? random_bits() >> 2 : keys[i - 1] + 1) +
		          (bits == 0 || bits > 56 ? 0 : random_bits() >> (64 - bits));
	}
	inf_write_int64s(&buffer, values, N);
	inf_write_uint32s(&buffer, few, N);
	inf_write_keys(&buffer, keys, N);
	inf_buffer_reserve(&buffer, 0);
	cursor = (InfCursor){buffer.data, buffer.data + buffer.size, false};
	inf_read_int64s(&cursor, again, N);
	inf_read_uint32s(&cursor, few_again, N, UINT32_MAX);
	inf_read_keys(&cursor, keys_again, N);
	good = !cursor.bad && cursor.p == cursor.end && memcmp(values, again, sizeof(values)) == 0 &&
	       memcmp(few, few_again, sizeof(few)) == 0 && memcmp(keys, keys_again, sizeof(keys)) == 0;
	inf_buffer_free(&buffer);
	return good;
}

int
main(void)
{
	size_t bad = 0;

	for (int bits = 1; bits <= 60; bits++)
	{
		bad = 0;
		for (int round = 0; round < 200; round++)
		{
			double values[N];
			int scale = (int) random_below(11);
			size_t n = 1 + random_below(N);

			for (size_t i = 0; i < n; i++)
				values[i] = random_double(bits, scale);
			bad += !doubles_are_right(values, n);
		}
		ok(bad == 0, "doubles of %d bits", bits);
	}

	for (int bits = 0; bits <= 63; bits++)
	{
		bad = 0;
		for (int round = 0; round < 50; round++)
			bad += !integers_are_right(bits, 1);
		for (int round = 0; round < 50 && bits < 40; round++)
			bad += !integers_are_right(bits, 1000000);
		ok(bad == 0, "integers of %d bits", bits);
	}
	return done();
}
