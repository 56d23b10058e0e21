/*
 * tie_orders.c
 *		The orders in which a journey's touches can stand.
 */
#include "core/tie_orders.h"

#include <string.h>

#include "core/host.h"
#include "core/sort.h"

void
inf_tie_orders_init(InfTieOrders *orders)
{
	memset(orders, 0, sizeof(*orders));
}

void
inf_tie_orders_free(InfTieOrders *orders)
{
	inf_free(orders->sequence);
	inf_free(orders->code);
	inf_free(orders->group);
	inf_tie_orders_init(orders);
}

static void
reserve(InfTieOrders *o, size_t n)
{
	if (n <= o->capacity)
		return;
	o->capacity = n * 2;
	o->sequence = inf_realloc(o->sequence, inf_array_size(o->capacity, sizeof(uint32_t)));
	o->code = inf_realloc(o->code, inf_array_size(o->capacity, sizeof(uint32_t)));
	o->group = inf_realloc(o->group, inf_array_size(o->capacity, sizeof(uint32_t)));
}

/* The codes of touches at one instant, ascending. */
static void
sort_group(uint32_t *code, size_t n)
{
	InfKey few[16];
	InfKey *keys = n <= 16 ? few : INF_ALLOC_ARRAY(InfKey, n);

	for (size_t i = 0; i < n; i++)
		keys[i] = (InfKey){code[i], i};
	inf_sort(keys, n);
	for (size_t i = 0; i < n; i++)
		code[i] = (uint32_t) keys[i].key;
	if (keys != few)
		inf_free(keys);
}

/*
 * In how many different orders can a sorted group stand, times "norders"? Touches of one influencer are
 * alike. More than the maximum is the maximum and one.
 */
static uint32_t
count_orders(const uint32_t *code, size_t n, uint32_t norders)
{
	uint64_t count = 1;
	uint64_t run = 0;

	for (size_t i = 0; i < n; i++)
	{
		run = i > 0 && code[i] == code[i - 1] ? run + 1 : 1;
		count = count * (i + 1) / run; /* never falls, and is whole */
		if (count * norders > INF_MAX_TIE_ORDERS)
			return INF_MAX_TIE_ORDERS + 1;
	}
	return (uint32_t) count * norders;
}

void
inf_tie_orders_start(InfTieOrders *o, const InfJourney *journey, bool has_instants)
{
	reserve(o, journey->n);
	o->next = 0;
	o->norders = 1;
	for (size_t i = 0; i < journey->n;)
	{
		size_t end = i + 1;

		while (has_instants && end < journey->n && journey->at[end] == journey->at[i])
			end++;
		memcpy(o->code + i, journey->code + i, (end - i) * sizeof(uint32_t));
		if (end - i > 1)
		{
			sort_group(o->code + i, end - i);
			if (o->norders <= INF_MAX_TIE_ORDERS)
				o->norders = count_orders(o->code + i, end - i, o->norders);
		}
		for (size_t k = i; k < end; k++)
			o->group[k] = (uint32_t) i;
		i = end;
	}
	o->ncodes = journey->n;
	if (o->norders > INF_MAX_TIE_ORDERS)
		o->norders = 1;
}

/* Makes the next order of a group, in the order of the sequences; after the last one the first again. */
static bool
next_permutation(uint32_t *code, size_t n)
{
	size_t at = n - 1;
	size_t low, high;
	bool more;

	/* behind "at" all descend: they are at their last */
	while (at > 0 && code[at - 1] >= code[at])
		at--;
	more = at > 0;
	if (more)
	{
		size_t with = n - 1;
		uint32_t swap = code[at - 1];

		while (code[with] <= swap)
			with--;
		code[at - 1] = code[with];
		code[with] = swap;
	}
	for (low = at, high = n - 1; low < high; low++, high--)
	{
		uint32_t swap = code[low];

		code[low] = code[high];
		code[high] = swap;
	}
	return more;
}

/* The next combination of the groups' orders: each comes just once. */
static void
move_on(InfTieOrders *o)
{
	for (size_t i = 0; i < o->ncodes;)
	{
		size_t end = i + 1;

		while (end < o->ncodes && o->group[end] == i)
			end++;
		if (end - i > 1 && next_permutation(o->code + i, end - i))
			return;
		i = end;
	}
}

bool
inf_tie_orders_next(InfTieOrders *o)
{
	size_t kept = 0;

	if (o->next == o->norders)
		return false;
	if (o->next > 0)
		move_on(o);
	o->next++;
	for (size_t i = 0; i < o->ncodes; i++)
	{
		if (kept == 0 || o->sequence[kept - 1] != o->code[i])
			o->sequence[kept++] = o->code[i];
	}
	o->n = kept;
	return true;
}
