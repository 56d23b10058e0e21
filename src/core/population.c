/*
 * population.c
 *		All journeys of a set, one after the other.
 */
#include "core/population.h"

#include <string.h>

#include "core/host.h"

/* One numbering for the influencers of the touches and of the paths. */
static void
unite_names(InfPopulation *p)
{
	const InfNames *lists[2] = {&p->sweep.touches.names, &p->paths.names};
	uint32_t *map[2];

	if (lists[0]->count > 0 && lists[1]->count > 0 && lists[0]->identity != lists[1]->identity)
	{
		p->problem = "touches and paths that do not match";
		return;
	}
	p->names = inf_names_union(lists, 2,
	                           lists[0]->count > 0 ? lists[0]->identity : lists[1]->identity, map);
	/* ascending lists keep their codes if they are all there is */
	if (lists[1]->count == 0)
		inf_free(map[0]);
	else
		p->touch_code = map[0];
	p->path_code = map[1];
}

void
inf_population_open(InfPopulation *p, const InfJourneySet *set, bool lost_wanted)
{
	memset(p, 0, sizeof(*p));
	p->lost_wanted = lost_wanted;
	inf_sweep_open(&p->sweep, set);
	p->problem = p->sweep.problem;
	if (p->problem == NULL)
	{
		inf_path_reader_open(&p->paths, set->paths.bytes, set->paths.size);
		p->problem = p->paths.problem;
	}
	if (p->problem == NULL)
		unite_names(p);
	p->has_paths = p->paths.npaths > 0;
}

void
inf_population_close(InfPopulation *p)
{
	inf_sweep_close(&p->sweep);
	inf_path_reader_close(&p->paths);
	inf_names_free(&p->names);
	inf_free(p->touch_code);
	inf_free(p->path_code);
	inf_free(p->code);
	inf_free(p->at);
	memset(p, 0, sizeof(*p));
}

static void
reserve(InfPopulation *p, size_t n)
{
	if (n <= p->capacity)
		return;
	p->capacity = n * 2;
	p->code = inf_realloc(p->code, inf_array_size(p->capacity, sizeof(uint32_t)));
	p->at = inf_realloc(p->at, inf_array_size(p->capacity, sizeof(int64_t)));
}

static void
renumber(InfPopulation *p, InfJourney *journey, const uint32_t *map)
{
	if (map == NULL)
		return;
	reserve(p, journey->n);
	for (size_t i = 0; i < journey->n; i++)
		p->code[i] = map[journey->code[i]];
	journey->code = p->code;
}

static bool
next_timed(InfPopulation *p, InfPopulationJourney *out)
{
	for (;;)
	{
		if (p->has_customer && p->next_order < p->customer.orders.n)
		{
			inf_order_journey(&p->sweep, &p->customer, p->next_order++, &out->journey);
			out->orders = 1;
			out->non_buyers = 0;
			break;
		}
		if (p->has_customer && p->lost_wanted &&
		    inf_next_lost_journey(&p->sweep, &p->customer, &p->next_lost, &out->journey))
		{
			out->orders = 0;
			out->non_buyers = 1;
			break;
		}
		p->has_customer = inf_sweep_next(&p->sweep, &p->customer);
		p->next_order = p->next_lost = 0;
		if (!p->has_customer)
		{
			p->problem = p->sweep.problem;
			return false;
		}
	}
	renumber(p, &out->journey, p->touch_code);
	out->revenue.n = out->journey.revenue != 0;
	out->revenue.part[0] = out->journey.revenue;
	return true;
}

static bool
next_path(InfPopulation *p, InfPopulationJourney *out)
{
	InfPath path;
	InfJourney *journey = &out->journey;

	do
	{
		if (!inf_path_reader_next(&p->paths, &path))
		{
			p->problem = p->paths.problem;
			return false;
		}
	} while (path.orders == 0 && path.non_buyers == 0);
	memset(journey, 0, sizeof(*journey));
	journey->is_order = path.orders > 0;
	out->revenue = path.revenue;
	journey->revenue = inf_exact_value(&path.revenue);
	journey->n = path.n;
	journey->code = path.code;
	renumber(p, journey, p->path_code);
	reserve(p, path.n);
	for (size_t i = 0; i < path.n; i++)
		p->at[i] = (int64_t) i;
	journey->at = p->at;
	out->orders = path.orders;
	out->non_buyers = path.non_buyers;
	return true;
}

bool
inf_population_next(InfPopulation *p, InfPopulationJourney *journey)
{
	if (p->problem != NULL)
		return false;
	if (!p->in_paths)
	{
		if (next_timed(p, journey))
			return true;
		if (p->problem != NULL)
			return false;
		p->in_paths = true;
	}
	return next_path(p, journey);
}
