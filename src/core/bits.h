/*
 * bits.h
 *		Little-endian loads and stores at any address, and arrays of numbers of a fixed bit width.
 *
 * Element i of an array of width w stands at bit i * w, lowest bit first. A width of 0 takes no
 * room: all elements are 0. Widths from 58 to 63 do not exist (one unaligned 64-bit load must
 * hold an element at any bit offset within a byte); such numbers are stored in 64 bits.
 *
 * Reading an element loads 8 bytes, so a packed array must be followed by INF_BITS_SLACK bytes
 * that belong to the same value.
 */
#ifndef INF_BITS_H
#define INF_BITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INF_BITS_SLACK 8

/* From and to the order of bytes in a value, the lowest first. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
static inline uint64_t
inf_swap64(uint64_t x)
{
	return __builtin_bswap64(x);
}

static inline uint32_t
inf_swap32(uint32_t x)
{
	return __builtin_bswap32(x);
}
#else
static inline uint64_t
inf_swap64(uint64_t x)
{
	return x;
}

static inline uint32_t
inf_swap32(uint32_t x)
{
	return x;
}
#endif

static inline uint64_t
inf_load64(const uint8_t *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	return inf_swap64(x);
}

static inline void
inf_store64(uint8_t *p, uint64_t x)
{
	x = inf_swap64(x);
	memcpy(p, &x, sizeof(x));
}

static inline uint32_t
inf_load32(const uint8_t *p)
{
	uint32_t x;

	memcpy(&x, p, sizeof(x));
	return inf_swap32(x);
}

static inline void
inf_store32(uint8_t *p, uint32_t x)
{
	x = inf_swap32(x);
	memcpy(p, &x, sizeof(x));
}

/* The width that holds numbers up to "max". */
static inline int
inf_bit_width(uint64_t max)
{
	int width = max == 0 ? 0 : 64 - __builtin_clzll(max);

	return width > 57 ? 64 : width;
}

static inline int
inf_is_bit_width(int width)
{
	return (width >= 0 && width <= 57) || width == 64;
}

/* Bytes that n elements take, without the slack. n * width must not overflow. */
static inline size_t
inf_packed_size(size_t n, int width)
{
	return (n * (size_t) width + 7) / 8;
}

static inline uint64_t
inf_unpack(const uint8_t *packed, size_t i, int width)
{
	uint64_t bit;

	if (width == 0)
		return 0;
	bit = (uint64_t) i * (uint64_t) width;
	if (width == 64)
		return inf_load64(packed + (bit >> 3));
	return (inf_load64(packed + (bit >> 3)) >> (bit & 7)) & ((UINT64_C(1) << width) - 1);
}

/* Appends numbers to a packed array, one after the other. */
typedef struct InfPacker
{
	uint8_t *p;
	uint64_t pending; /* bits not yet written, lowest first */
	int npending;     /* fewer than 64 between calls */
} InfPacker;

static inline void
inf_pack(InfPacker *packer, uint64_t value, int width)
{
	if (width == 64)
	{
		inf_store64(packer->p, value); /* all elements have 64 bits: nothing is pending */
		packer->p += 8;
		return;
	}
	packer->pending |= value << packer->npending;
	packer->npending += width;
	if (packer->npending < 64)
		return;
	inf_store64(packer->p, packer->pending);
	packer->p += 8;
	packer->npending -= 64;
	packer->pending = value >> (width - packer->npending); /* at most 57 places */
}

/* Ends the array at a whole byte, and returns where it ends; up to 8 bytes behind are written to. */
static inline uint8_t *
inf_pack_end(InfPacker *packer)
{
	inf_store64(packer->p, packer->pending);
	packer->p += (packer->npending + 7) / 8;
	packer->npending = 0;
	packer->pending = 0;
	return packer->p;
}

#endif
