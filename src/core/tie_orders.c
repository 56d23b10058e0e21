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

/* The codes of touches at one instant, ascending and each once; returns how many are left. */
static size_t
sort_group(uint32_t *code, size_t n)
{
	InfKey few[16];
	InfKey *keys = n <= 16 ? few : INF_ALLOC_ARRAY(InfKey, n);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		keys[i] = (InfKey){code[i], i};
	inf_sort(keys, n);
	for (size_t i = 0; i < n; i++)
	{
		if (i == 0 || keys[i].key != keys[i - 1].key)
			code[kept++] = (uint32_t) keys[i].key;
	}
	if (keys != few)
		inf_free(keys);
	return kept;
}

void
inf_tie_orders_start(InfTieOrders *o, const InfJourney *journey, bool has_instants)
{
	reserve(o, journey->n);
	o->next = 0;
	o->norders = 1;
	o->ncodes = 0;
	for (size_t i = 0; i < journey->n;)
	{
		size_t end = i + 1;
		size_t from = o->ncodes;
		size_t kept;

		while (has_instants && end < journey->n && journey->at[end] == journey->at[i])
			end++;
		memcpy(o->code + from, journey->code + i, (end - i) * sizeof(uint32_t));
		kept = end - i > 1 ? sort_group(o->code + from, end - i) : 1;
		for (size_t k = 0; k < kept; k++)
			o->group[from + k] = (uint32_t) from;
		o->ncodes += kept;
		for (size_t k = 2; k <= kept && o->norders <= INF_MAX_TIE_ORDERS; k++)
			o->norders *= (uint32_t) (k <= INF_MAX_TIE_ORDERS ? k : INF_MAX_TIE_ORDERS + 1);
		i = end;
	}
	if (o->norders > INF_MAX_TIE_ORDERS)
		o->norders = 1;
}

/*
 * Order number "next": a permutation of each group, counted in the factorial number system, so
 * that each combination comes just once.
 */
bool
inf_tie_orders_next(InfTieOrders *o)
{
	uint32_t number = o->next;
	size_t kept = 0;

	if (o->next == o->norders)
		return false;
	o->next++;
	memcpy(o->sequence, o->code, o->ncodes * sizeof(uint32_t));
	if (o->norders > 1)
	{
		for (size_t i = 0; i < o->ncodes; i++)
		{
			/* swap with one of those before it in its group, itself included */
			uint32_t choices = (uint32_t) (i - o->group[i]) + 1;
			size_t with = o->group[i] + number % choices;
			uint32_t code = o->sequence[i];

			number /= choices;
			o->sequence[i] = o->sequence[with];
			o->sequence[with] = code;
		}
	}
	for (size_t i = 0; i < o->ncodes; i++)
	{
		if (kept == 0 || o->sequence[kept - 1] != o->sequence[i])
			o->sequence[kept++] = o->sequence[i];
	}
	o->n = kept;
	return true;
}
