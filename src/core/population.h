/*
 * population.h
 *		All influencers of a set of journeys under one numbering, and all its journeys one after the
 *		other, those with instants and those without.
 */
#ifndef INF_POPULATION_H
#define INF_POPULATION_H

#include "core/path_set.h"
#include "core/sweep.h"

typedef struct InfPopulation
{
	const char *problem; /* what is wrong with the set: no more is read */
	InfNames names;
	bool has_paths; /* are there journeys without instants? */

	/* private */
	InfSweep sweep;
	InfPathReader paths;
	uint32_t *touch_code; /* from the touches' codes to the population's; NULL: the same */
	uint32_t *path_code;
	uint32_t *code; /* a journey's */
	int64_t *at;    /* and the instants of a path: its places */
	size_t capacity;
	bool in_paths;
	InfCustomer customer;
	bool has_customer;
	size_t next_order;
	size_t next_lost;
	bool lost_wanted;
} InfPopulation;

/* A journey of the population: of how many orders, or of how many people who did not buy. */
typedef struct InfPopulationJourney
{
	InfJourney journey; /* revenue: of all its orders together */
	uint64_t orders;
	uint64_t non_buyers;
	InfExactSum revenue; /* the same, exactly */
} InfPopulationJourney;

/* Starts; "problem" tells whether that worked. Journeys of non-buyers are given if wanted. */
extern void inf_population_open(InfPopulation *population, const InfJourneySet *set,
                                bool lost_wanted);

/* The next journey; false at the end or if there is a problem. Valid until the next call. */
extern bool inf_population_next(InfPopulation *population, InfPopulationJourney *journey);

extern void inf_population_close(InfPopulation *population);

#endif
