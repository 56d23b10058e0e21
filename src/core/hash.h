/*
 * hash.h
 *		64-bit keys of customers and influencers. They are stored, so they never change.
 *
 * Whole numbers are mixed by a bijection: different customers have different keys. Texts and UUIDs
 * are hashed: among n customers, the chance that any two share a key is about n^2 / 2^65 (3e-6
 * for ten million, 3e-4 for a hundred million).
 */
#ifndef INF_HASH_H
#define INF_HASH_H

#include "core/bits.h"
#include "core/host.h"

/* A bijection of 64 bits in which every bit depends on all (the finaliser of MurmurHash3). */
static inline uint64_t
inf_mix64(uint64_t x)
{
	x ^= x >> 33;
	x *= UINT64_C(0xFF51AFD7ED558CCD);
	x ^= x >> 33;
	x *= UINT64_C(0xC4CEB9FE1A85EC53);
	x ^= x >> 33;
	return x;
}

__extension__ typedef unsigned __int128 InfHashProduct;

/* Both halves of a 128-bit product, folded together. */
static inline uint64_t
inf_fold64(uint64_t a, uint64_t b)
{
	InfHashProduct product = (InfHashProduct) a * b;

	return (uint64_t) product ^ (uint64_t) (product >> 64);
}

/* Up to 8 bytes, read as a little-endian number: in a few reads, whose bytes in common are the same. */
static inline uint64_t
inf_load_tail(const uint8_t *p, size_t n)
{
	if (n >= 4)
		return inf_load32(p) | (uint64_t) inf_load32(p + n - 4) << (8 * (n - 4));
	if (n == 0)
		return 0;
	return p[0] | (uint64_t) p[n / 2] << (8 * (n / 2)) | (uint64_t) p[n - 1] << (8 * (n - 1));
}

/* The last bytes of 8 and more, as many as 8: in one read, with the bytes before them. */
static inline uint64_t
inf_load_last(const uint8_t *end, size_t n)
{
	return inf_load64(end - 8) >> (8 * (8 - n));
}

static inline uint64_t
inf_hash_bytes(const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	uint64_t h = UINT64_C(0x9E3779B97F4A7C15) ^ n;

	INF_GUARANTEED(n == 0 || p != NULL);
	while (n > 16)
	{
		h = inf_fold64(inf_load64(p) ^ UINT64_C(0xA0761D6478BD642F) ^ h,
		               inf_load64(p + 8) ^ UINT64_C(0xE7037ED1A0B428DB));
		p += 16;
		n -= 16;
	}
	if (n > 8)
		h = inf_fold64(inf_load64(p) ^ UINT64_C(0x8EBC6AF09C88C6E3) ^ h,
		               inf_load_last(p + n, n - 8) ^ UINT64_C(0x589965CC75374CC3));
	else
		h = inf_fold64(inf_load_tail(p, n) ^ UINT64_C(0x1D8E4E27C47D124F) ^ h,
		               UINT64_C(0xEB44ACCAB455D165));
	return inf_mix64(h);
}

#endif
