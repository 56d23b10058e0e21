/*
 * buffer.h
 *		Growing byte buffers to write values into, and bounded cursors to read them from.
 *
 * A cursor never reads beyond its end: what is not there reads as 0 and sets "bad", which is
 * looked at once after a whole section.
 */
#ifndef INF_BUFFER_H
#define INF_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct InfBuffer
{
	uint8_t *data;
	size_t size;
	size_t capacity;
} InfBuffer;

/* Room for so many more bytes (and some slack behind them); returns where they go. */
extern uint8_t *inf_buffer_reserve(InfBuffer *buffer, size_t more);

extern void inf_buffer_free(InfBuffer *buffer);
extern void inf_write_bytes(InfBuffer *buffer, const void *bytes, size_t n);
extern void inf_write8(InfBuffer *buffer, uint8_t value);
extern void inf_write64(InfBuffer *buffer, uint64_t value);

/* 7 bits a byte, lowest first, the top bit set in all but the last. */
extern void inf_write_varint(InfBuffer *buffer, uint64_t value);

/* Signed numbers as varints: 0, -1, 1, -2, ... */
static inline uint64_t
inf_zigzag(int64_t value)
{
	return ((uint64_t) value << 1) ^ (value < 0 ? UINT64_MAX : 0);
}

static inline int64_t
inf_unzigzag(uint64_t value)
{
	return (int64_t) (value >> 1) ^ -(int64_t) (value & 1);
}

typedef struct InfCursor
{
	const uint8_t *p;
	const uint8_t *end;
	bool bad;
} InfCursor;

static inline size_t
inf_left(const InfCursor *cursor)
{
	return (size_t) (cursor->end - cursor->p);
}

/* Skips n bytes and returns where they are, or NULL. */
extern const uint8_t *inf_read_bytes(InfCursor *cursor, size_t n);
extern uint8_t inf_read8(InfCursor *cursor);
extern uint64_t inf_read64(InfCursor *cursor);

/* Only the shortest form of a number is accepted. */
extern uint64_t inf_read_varint(InfCursor *cursor);

/* A varint that is at most "max". */
extern uint64_t inf_read_count(InfCursor *cursor, uint64_t max);

#endif
