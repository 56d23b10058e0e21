/*
 * markov_live.c
 *		The states from which somebody converts, in the order in which sweeps take them.
 */
#include "core/markov_live.h"

#include <string.h>

#include "core/host.h"

/* The states from which somebody converts, in the chain's order. */
static uint32_t
list_states(const InfMarkovSystem *system, const double *h, uint32_t *place, uint32_t *state)
{
	uint32_t n = 0;

	for (uint32_t s = 0; s < system->n; s++)
	{
		place[s] = INF_NOT_LIVE;
		if (system->visits[s] > 0 && h[s] > 0)
		{
			place[s] = n;
			state[n++] = s;
		}
	}
	return n;
}

/* Q between live states; state[] has for each place its state in the chain. */
static InfSparse
live_steps(const InfMarkovSystem *system, const uint32_t *place, const uint32_t *state, uint32_t n)
{
	InfSparse q = {.n = n};
	uint64_t nnz = 0;

	q.first = INF_ALLOC_ARRAY(uint64_t, (size_t) n + 1);
	for (int pass = 0; pass < 2; pass++)
	{
		nnz = 0;
		for (uint32_t i = 0; i < n; i++)
		{
			uint32_t s = state[i];

			q.first[i] = nnz;
			for (uint64_t e = system->q.first[s]; e < system->q.first[s + 1]; e++)
			{
				if (place[system->q.to[e]] == INF_NOT_LIVE)
					continue;
				if (pass == 1)
				{
					q.to[nnz] = place[system->q.to[e]];
					q.value[nnz] = system->q.value[e];
				}
				nnz++;
			}
			if (i % INF_SPARSE_POLL == 0)
				inf_poll();
		}
		if (pass == 0)
		{
			q.to = INF_ALLOC_ARRAY(uint32_t, nnz);
			q.value = INF_ALLOC_ARRAY(double, nnz);
		}
	}
	q.first[n] = nnz;
	return q;
}

/*
 * The order in which sweeps take the states: that of a depth-first search, from where it ends back to
 * where it began (reverse postorder). As many steps as can be lead to a later place, and states that
 * few visit stand next to where one comes from.
 */
static void
order_states(InfSparse q, uint32_t *order)
{
	uint64_t *next = INF_ALLOC_ARRAY(uint64_t, q.n);
	uint32_t *stack = INF_ALLOC_ARRAY(uint32_t, q.n);
	uint8_t *seen = inf_alloc(q.n);
	uint32_t unordered = q.n;

	memset(seen, 0, q.n);
	memcpy(next, q.first, q.n * sizeof(uint64_t));
	for (uint32_t root = 0; root < q.n; root++)
	{
		uint32_t depth = 0;

		if (!seen[root])
			stack[depth++] = root;
		seen[root] = 1;
		while (depth > 0)
		{
			uint32_t i = stack[depth - 1];

			while (next[i] < q.first[i + 1] && seen[q.to[next[i]]])
				next[i]++;
			if (next[i] == q.first[i + 1])
			{
				order[--unordered] = i;
				depth--;
				if (unordered % INF_SPARSE_POLL == 0)
					inf_poll();
				continue;
			}
			stack[depth++] = q.to[next[i]];
			seen[q.to[next[i]]] = 1;
		}
	}
	inf_free(next);
	inf_free(stack);
	inf_free(seen);
}

/* Gives each live state its place. Returns its state in the chain for each place. */
static uint32_t *
place_states(const InfMarkovSystem *system, const double *h, InfLive *live)
{
	uint32_t *state = INF_ALLOC_ARRAY(uint32_t, system->n);
	uint32_t *order, *ordered;
	InfSparse q;

	live->place = INF_ALLOC_ARRAY(uint32_t, system->n);
	live->n = list_states(system, h, live->place, state);
	order = INF_ALLOC_ARRAY(uint32_t, live->n);
	ordered = INF_ALLOC_ARRAY(uint32_t, live->n);
	q = live_steps(system, live->place, state, live->n);
	order_states(q, order);
	inf_sparse_free(q);
	for (uint32_t i = 0; i < live->n; i++)
	{
		ordered[i] = state[order[i]];
		live->place[ordered[i]] = i;
	}
	inf_free(state);
	inf_free(order);
	return ordered;
}

void
inf_live_build(const InfMarkovSystem *system, const double *h, const double *v,
               const double *v_bound, double conversion, double value, InfLive *live)
{
	uint32_t *state = place_states(system, h, live);
	uint32_t n = live->n;
	InfSparse q = live_steps(system, live->place, state, n);

	live->h = inf_zero_vector(n);
	live->v = inf_zero_vector(n);
	live->weight = inf_zero_vector(n);
	live->behind = inf_zero_vector(n);
	live->rough = inf_zero_vector(n);
	live->like = inf_zero_vector(n);
	for (uint32_t i = 0; i < n; i++)
	{
		live->h[i] = h[state[i]];
		live->v[i] = v[state[i]];
		live->weight[i] = inf_effect_weight(h[state[i]] / conversion, v_bound[state[i]], value);
		live->like[i] = live->weight[i] / system->visits[state[i]];
	}
	for (uint32_t i = 0; i < n; i++)
	{
		for (uint64_t e = q.first[i]; e < q.first[i + 1]; e++)
		{
			if (q.to[e] <= i)
				live->behind[i] += q.value[e] * live->weight[q.to[e]];
		}
		if (i % INF_SPARSE_POLL == 0)
			inf_poll();
	}
	live->from = inf_sparse_transpose(q);
	for (uint32_t i = 0; i < n; i++)
		live->rough[i] = live->weight[i] * 0x1p-53 *
		                 (double) (live->from.first[i + 1] - live->from.first[i] + 8);
	inf_sparse_free(q);
	inf_free(state);
}

void
inf_live_free(InfLive *live)
{
	inf_free(live->place);
	inf_sparse_free(live->from);
	inf_free(live->h);
	inf_free(live->v);
	inf_free(live->weight);
	inf_free(live->behind);
	inf_free(live->rough);
	inf_free(live->like);
}
