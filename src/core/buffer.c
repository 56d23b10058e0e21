/*
 * buffer.c
 *		Growing byte buffers and bounded cursors.
 */
#include "core/buffer.h"

#include <string.h>

#include "core/bits.h"
#include "core/host.h"

uint8_t *
inf_buffer_reserve(InfBuffer *buffer, size_t more)
{
	size_t need = buffer->size + more + INF_BITS_SLACK;

	if (need > buffer->capacity)
	{
		size_t capacity = buffer->capacity < 256 ? 256 : buffer->capacity;

		while (capacity < need)
			capacity += capacity / 2;
		buffer->data = inf_realloc(buffer->data, capacity);
		buffer->capacity = capacity;
	}
	return buffer->data + buffer->size;
}

void
inf_buffer_free(InfBuffer *buffer)
{
	inf_free(buffer->data);
	memset(buffer, 0, sizeof(*buffer));
}

void
inf_write_bytes(InfBuffer *buffer, const void *bytes, size_t n)
{
	uint8_t *p = inf_buffer_reserve(buffer, n);

	if (n > 0)
		memcpy(p, bytes, n);
	buffer->size += n;
}

void
inf_write8(InfBuffer *buffer, uint8_t value)
{
	*inf_buffer_reserve(buffer, 1) = value;
	buffer->size++;
}

void
inf_write64(InfBuffer *buffer, uint64_t value)
{
	inf_store64(inf_buffer_reserve(buffer, 8), value);
	buffer->size += 8;
}

void
inf_write_varint(InfBuffer *buffer, uint64_t value)
{
	uint8_t *p = inf_buffer_reserve(buffer, 10);
	size_t n = 0;

	while (value >= 0x80)
	{
		p[n++] = (uint8_t) (value | 0x80);
		value >>= 7;
	}
	p[n++] = (uint8_t) value;
	buffer->size += n;
}

const uint8_t *
inf_read_bytes(InfCursor *cursor, size_t n)
{
	const uint8_t *p = cursor->p;

	if (cursor->bad || inf_left(cursor) < n)
	{
		cursor->bad = true;
		return NULL;
	}
	cursor->p += n;
	return p;
}

uint8_t
inf_read8(InfCursor *cursor)
{
	const uint8_t *p = inf_read_bytes(cursor, 1);

	return p == NULL ? 0 : *p;
}

uint64_t
inf_read64(InfCursor *cursor)
{
	const uint8_t *p = inf_read_bytes(cursor, 8);

	return p == NULL ? 0 : inf_load64(p);
}

uint64_t
inf_read_varint(InfCursor *cursor)
{
	uint64_t value = 0;

	for (int shift = 0; shift < 64; shift += 7)
	{
		uint8_t byte = inf_read8(cursor);
		uint64_t bits = byte & 0x7F;

		if (cursor->bad)
			return 0;
		if (shift == 63 && bits > 1)
			break; /* more than 64 bits */
		value |= bits << shift;
		if ((byte & 0x80) == 0)
		{
			if (byte == 0 && shift > 0)
				break; /* a longer form than need be */
			return value;
		}
	}
	cursor->bad = true;
	return 0;
}

uint64_t
inf_read_count(InfCursor *cursor, uint64_t max)
{
	uint64_t value = inf_read_varint(cursor);

	if (value > max)
	{
		cursor->bad = true;
		return 0;
	}
	return value;
}
