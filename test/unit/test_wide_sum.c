/* Sums without rounding: the same bits in any order, and right. */
#include "core/wide_sum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/exact_sum.h"
#include "tap.h"

static double
random_number(double range)
{
	double x = ldexp(random_unit() - 0.5, (int) (range * (random_unit() - 0.5)));

	return random_below(4) == 0 ? rint(x) : x;
}

static InfBuffer
bytes_of(const InfWideSum *sum)
{
	InfBuffer buffer = {NULL, 0, 0};

	inf_write_wide_sum(&buffer, sum);
	return buffer;
}

static bool
same(const InfWideSum *a, const InfWideSum *b)
{
	InfBuffer x = bytes_of(a), y = bytes_of(b);
	bool equal = x.size == y.size && memcmp(x.data, y.data, x.size) == 0;

	inf_buffer_free(&x);
	inf_buffer_free(&y);
	return equal;
}

static void
test_random(double range, const char *what)
{
	int orders = 0, values = 0, parts_off = 0, trips = 0;

	for (int round = 0; round < 2000; round++)
	{
		size_t n = 1 + random_below(40);
		double x[40];
		InfWideSum sum = {0}, split[2] = {{0}, {0}}, again;
		InfExactSum exact = {0};
		double part[INF_WIDE_PARTS];
		int nparts;
		InfBuffer buffer;
		InfCursor cursor;

		for (size_t i = 0; i < n; i++)
		{
			x[i] = random_number(range);
			inf_wide_add(&sum, x[i]);
			inf_exact_add(&exact, x[i]);
		}
		for (size_t i = n; i > 0; i--)
			inf_wide_add(&split[random_below(2)], x[i - 1]);
		inf_wide_add_sum(&split[0], &split[1]);
		orders += !same(&sum, &split[0]);
		/* the other exact sum is exact within this range */
		if (range <= 200)
			values += inf_wide_value(&sum) != inf_exact_value(&exact);
		nparts = inf_wide_parts(&sum, part);
		memset(&again, 0, sizeof(again));
		for (int i = 0; i < nparts; i++)
			inf_wide_add(&again, part[i]);
		parts_off += !same(&sum, &again);

		buffer = bytes_of(&sum);
		cursor = (InfCursor){buffer.data, buffer.data + buffer.size, false};
		inf_read_wide_sum(&cursor, &again);
		trips += cursor.bad || inf_left(&cursor) != 0 || !same(&sum, &again);
		inf_buffer_free(&buffer);

		/* and away again */
		for (size_t i = 0; i < n; i++)
			inf_wide_add(&sum, -x[i]);
		values += inf_wide_value(&sum) != 0;
	}
	ok(orders == 0, "%s: the same bytes in any order", what);
	ok(values == 0, "%s: the nearest double", what);
	ok(parts_off == 0, "%s: the parts sum to it", what);
	ok(trips == 0, "%s: to bytes and back", what);
}

static void
test_known(void)
{
	InfWideSum sum = {0};

	inf_wide_add(&sum, 1e308);
	inf_wide_add(&sum, 1e-320);
	inf_wide_add(&sum, -1e308);
	ok(inf_wide_value(&sum) == 1e-320, "the smallest survives the largest");
	memset(&sum, 0, sizeof(sum));
	inf_wide_add(&sum, 1);
	inf_wide_add(&sum, 0x1p-53);
	ok(inf_wide_value(&sum) == 1, "half a unit goes to even");
	inf_wide_add(&sum, 0x1p-1000);
	ok(inf_wide_value(&sum) == 1 + 0x1p-52, "a little more does not");
	inf_wide_add(&sum, -0x1p-999);
	ok(inf_wide_value(&sum) == 1, "and a little less neither");
	memset(&sum, 0, sizeof(sum));
	inf_wide_add_product(&sum, 0.1, 0.1);
	inf_wide_add_product(&sum, -0.1, 0.1);
	ok(inf_wide_value(&sum) == 0, "products are exact");
	memset(&sum, 0, sizeof(sum));
	for (int i = 0; i < 10000000; i++)
		inf_wide_add(&sum, -0.1);
	ok(inf_wide_value(&sum) == -1000000.0000000000555111512312578270211815, "ten million tenths");
}

static void
test_damage(void)
{
	int accepted = 0, other = 0;

	for (int round = 0; round < 20000; round++)
	{
		uint8_t bytes[16];
		size_t n = random_below(sizeof(bytes));
		InfCursor cursor = {bytes, bytes + n, false};
		InfWideSum sum;
		InfBuffer again;

		for (size_t i = 0; i < n; i++)
			bytes[i] = random_below(3) == 0 ? (uint8_t) random_bits() : (uint8_t) random_below(6);
		inf_read_wide_sum(&cursor, &sum);
		if (cursor.bad)
			continue;
		accepted++;
		again = bytes_of(&sum);
		other +=
		    again.size != (size_t) (cursor.p - bytes) || memcmp(again.data, bytes, again.size) != 0;
		inf_buffer_free(&again);
	}
	ok(accepted > 100 && other == 0, "random bytes: %d are sums, each in its one form", accepted);
}

int
main(void)
{
	test_known();
	test_random(60, "money");
	test_random(200, "wide");
	test_random(1900, "as wide as can be");
	test_damage();
	return done();
}
