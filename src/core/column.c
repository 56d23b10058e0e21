/*
 * column.c
 *		Columns of numbers in a block of a stored value.
 */
#include "core/column.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/bits.h"
#include "core/host.h"

/* Powers of ten that a double holds exactly. */
#define MAX_SCALE 9
#define RAW_DOUBLES 0xFF

static const double powers_of_ten[MAX_SCALE + 1] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

/* Integers up to this one are exact as doubles. */
#define MAX_EXACT 0x1p53

static uint64_t
gcd(uint64_t a, uint64_t b)
{
	while (b != 0)
	{
		uint64_t r = a % b;

		a = b;
		b = r;
	}
	return a;
}

static const uint8_t *
read_packed(InfCursor *cursor, size_t n, int width)
{
	/* a count is at most a set's number of rows, so this cannot overflow on 64 bits */
	return inf_is_bit_width(width) ? inf_read_bytes(cursor, inf_packed_size(n, width)) : NULL;
}

void
inf_write_int64s(InfBuffer *buffer, const int64_t *values, size_t n)
{
	int64_t least = values[0];
	int64_t most = values[0];
	uint64_t unit = 0;
	uint64_t range;
	int width;
	InfPacker packer;

	for (size_t i = 1; i < n; i++)
	{
		if (values[i] < least)
			least = values[i];
		if (values[i] > most)
			most = values[i];
	}
	range = (uint64_t) most - (uint64_t) least;
	for (size_t i = 0; i < n && unit != 1; i++)
	{
		uint64_t difference = (uint64_t) values[i] - (uint64_t) least;

		if (unit == 0 || difference % unit != 0)
			unit = gcd(difference, unit);
	}
	if (unit == 0)
		unit = 1; /* all alike */
	width = inf_bit_width(range / unit);

	inf_write_varint(buffer, inf_zigzag(least));
	inf_write_varint(buffer, unit);
	inf_write8(buffer, (uint8_t) width);
	packer = (InfPacker){inf_buffer_reserve(buffer, inf_packed_size(n, width)), 0, 0};
	if (unit == 1)
	{
		for (size_t i = 0; i < n; i++)
			inf_pack(&packer, (uint64_t) values[i] - (uint64_t) least, width);
	}
	else
	{
		for (size_t i = 0; i < n; i++)
			inf_pack(&packer, ((uint64_t) values[i] - (uint64_t) least) / unit, width);
	}
	buffer->size = (size_t) (inf_pack_end(&packer) - buffer->data);
}

void
inf_read_int64s(InfCursor *cursor, int64_t *values, size_t n)
{
	uint64_t least = (uint64_t) inf_unzigzag(inf_read_varint(cursor));
	uint64_t unit = inf_read_varint(cursor);
	int width = inf_read8(cursor);
	const uint8_t *packed = read_packed(cursor, n, width);

	if (packed == NULL || unit == 0)
	{
		cursor->bad = true;
		return;
	}
	if (unit == 1)
	{
		for (size_t i = 0; i < n; i++)
			values[i] = (int64_t) (least + inf_unpack(packed, i, width));
		return;
	}
	for (size_t i = 0; i < n; i++)
		values[i] = (int64_t) (least + inf_unpack(packed, i, width) * unit);
}

void
inf_write_uint32s(InfBuffer *buffer, const uint32_t *values, size_t n)
{
	uint32_t most = 0;
	int width;
	InfPacker packer;

	for (size_t i = 0; i < n; i++)
		most = values[i] > most ? values[i] : most;
	width = inf_bit_width(most);
	inf_write8(buffer, (uint8_t) width);
	packer = (InfPacker){inf_buffer_reserve(buffer, inf_packed_size(n, width)), 0, 0};
	for (size_t i = 0; i < n; i++)
		inf_pack(&packer, values[i], width);
	buffer->size = (size_t) (inf_pack_end(&packer) - buffer->data);
}

void
inf_read_uint32s(InfCursor *cursor, uint32_t *values, size_t n, uint32_t max)
{
	int width = inf_read8(cursor);
	const uint8_t *packed = width <= 32 ? read_packed(cursor, n, width) : NULL;
	uint32_t most = 0;

	if (packed == NULL)
	{
		cursor->bad = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
	{
		values[i] = (uint32_t) inf_unpack(packed, i, width);
		most = values[i] > most ? values[i] : most;
	}
	if (most > max)
		cursor->bad = true;
}

void
inf_write_keys(InfBuffer *buffer, const uint64_t *keys, size_t n)
{
	uint64_t most = 0;
	int width;
	InfPacker packer;

	for (size_t i = 1; i < n; i++)
		most = keys[i] - keys[i - 1] > most ? keys[i] - keys[i - 1] : most;
	width = n < 2 ? 0 : inf_bit_width(most - 1);
	inf_write64(buffer, keys[0]);
	inf_write8(buffer, (uint8_t) width);
	packer = (InfPacker){inf_buffer_reserve(buffer, inf_packed_size(n - 1, width)), 0, 0};
	for (size_t i = 1; i < n; i++)
		inf_pack(&packer, keys[i] - keys[i - 1] - 1, width);
	buffer->size = (size_t) (inf_pack_end(&packer) - buffer->data);
}

void
inf_read_keys(InfCursor *cursor, uint64_t *keys, size_t n)
{
	uint64_t key = inf_read64(cursor);
	int width = inf_read8(cursor);
	const uint8_t *packed = read_packed(cursor, n - 1, width);

	if (packed == NULL)
	{
		cursor->bad = true;
		return;
	}
	keys[0] = key;
	for (size_t i = 1; i < n; i++)
	{
		uint64_t next = key + inf_unpack(packed, i - 1, width) + 1;

		if (next <= key) /* beyond 2^64 */
			cursor->bad = true;
		keys[i] = key = next;
	}
}

/* The nearest whole number, to "to"; false if it is no longer exact as a double. */
static inline bool
round_to_units(double x, int64_t *to)
{
#if FLT_EVAL_METHOD == 0
	/* added to this, a double has no bits left for a fraction, and its lowest are the whole number */
	const double shift = 0x1.8p52;

	if (fabs(x) < 0x1p51)
	{
		double shifted = x + shift;
		int64_t bits, base;

		memcpy(&bits, &shifted, sizeof(bits));
		memcpy(&base, &shift, sizeof(base));
		*to = bits - base;
		return true;
	}
#endif
	x = rint(x);
	if (!(fabs(x) <= MAX_EXACT))
		return false;
	*to = (int64_t) x;
	return true;
}

/* Is every value a whole number of units over this power of ten, exactly? */
static bool
to_decimal(const double *values, size_t n, double power, int64_t *units)
{
	for (size_t i = 0; i < n; i++)
	{
		if (!round_to_units(values[i] * power, &units[i]) || (double) units[i] / power != values[i])
			return false;
	}
	return true;
}

static void
write_decimals(InfBuffer *buffer, const int64_t *units, size_t n, int scale)
{
	int64_t least = INT64_MAX;
	int64_t most = INT64_MIN;
	int width;
	InfPacker packer;

	for (size_t i = 0; i < n; i++)
	{
		least = units[i] < least ? units[i] : least;
		most = units[i] > most ? units[i] : most;
	}
	width = inf_bit_width((uint64_t) most - (uint64_t) least);
	inf_write8(buffer, (uint8_t) scale);
	inf_write_varint(buffer, inf_zigzag(least));
	inf_write8(buffer, (uint8_t) width);
	packer = (InfPacker){inf_buffer_reserve(buffer, inf_packed_size(n, width)), 0, 0};
	for (size_t i = 0; i < n; i++)
		inf_pack(&packer, (uint64_t) (units[i] - least), width);
	buffer->size = (size_t) (inf_pack_end(&packer) - buffer->data);
}

void
inf_write_doubles(InfBuffer *buffer, const double *values, size_t n)
{
	int64_t *units = INF_ALLOC_ARRAY(int64_t, n);
	uint8_t *p;
	int scale = 0;

	while (scale <= MAX_SCALE && !to_decimal(values, n, powers_of_ten[scale], units))
		scale++;
	if (scale <= MAX_SCALE)
		write_decimals(buffer, units, n, scale);
	inf_free(units);
	if (scale <= MAX_SCALE)
		return;

	inf_write8(buffer, RAW_DOUBLES);
	p = inf_buffer_reserve(buffer, 8 * n);
	for (size_t i = 0; i < n; i++)
	{
		double value = values[i] + 0.0;
		uint64_t bits;

		memcpy(&bits, &value, sizeof(bits));
		inf_store64(p + 8 * i, bits);
	}
	buffer->size += 8 * n;
}

void
inf_read_doubles(InfCursor *cursor, double *values, size_t n)
{
	int scale = inf_read8(cursor);
	const uint8_t *packed;

	if (scale == RAW_DOUBLES)
	{
		packed = read_packed(cursor, n, 64);
		if (packed == NULL)
		{
			cursor->bad = true;
			return;
		}
		for (size_t i = 0; i < n; i++)
		{
			uint64_t bits = inf_load64(packed + 8 * i);

			memcpy(&values[i], &bits, sizeof(bits));
			if (!isfinite(values[i]))
				cursor->bad = true;
		}
	}
	else
	{
		int64_t least = inf_unzigzag(inf_read_varint(cursor));
		int width = inf_read8(cursor);
		double power;

		packed = read_packed(cursor, n, width);
		if (packed == NULL || scale > MAX_SCALE)
		{
			cursor->bad = true;
			return;
		}
		power = powers_of_ten[scale];
		for (size_t i = 0; i < n; i++)
			values[i] =
			    (double) (int64_t) ((uint64_t) least + inf_unpack(packed, i, width)) / power;
	}
}
