/*
 * host.c
 *		The core's host in the unit tests: the C library.
 */
#include "core/host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tap.h"

static int tests;
static int failures;

uint64_t random_state = 1;

/* Aligned to 8 bytes and no more, as the server's memory is. */
void *
inf_alloc(size_t size)
{
	char *p = malloc(size + 8);

	if (p == NULL)
		abort();
	return p + 8;
}

void *
inf_alloc_to_write(size_t size)
{
	return inf_alloc(size);
}

void *
inf_realloc(void *ptr, size_t size)
{
	char *p = realloc(ptr == NULL ? NULL : (char *) ptr - 8, size + 8);

	if (p == NULL)
		abort();
	return p + 8;
}

void
inf_free(void *ptr)
{
	if (ptr != NULL)
		free((char *) ptr - 8);
}

void
inf_poll(void)
{
}

size_t
inf_array_size(size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / 2 / size)
		abort();
	return count * size;
}

void
ok(bool condition, const char *format, ...)
{
	va_list args;

	tests++;
	if (!condition)
		failures++;
	printf("%sok %d - ", condition ? "" : "not ", tests);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

int
done(void)
{
	printf("1..%d\n", tests);
	return failures == 0 ? 0 : 1;
}

/* splitmix64 */
uint64_t
random_bits(void)
{
	uint64_t z = (random_state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

uint32_t
random_below(uint32_t n)
{
	return (uint32_t) (random_bits() % n);
}

double
random_unit(void)
{
	return (double) (random_bits() >> 11) * 0x1p-53;
}
