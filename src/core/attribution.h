/*
 * attribution.h
 *		Credit per influencer under several models, from one pass over a set of journeys.
 */
#ifndef INF_ATTRIBUTION_H
#define INF_ATTRIBUTION_H

#include "core/journey_credit.h"
#include "core/tally.h"

/* What one model gives. */
typedef struct InfAttribution
{
	InfModel model;
	InfTally *tally; /* an influencer each */
	double *orders;  /* the same when all is added: see inf_attribution_finish */
	double *revenue;
	uint64_t credited_orders;     /* orders that somebody is credited with */
	uint64_t unattributed_orders; /* and that nobody is */
	InfSum unattributed_revenue;
} InfAttribution;

/* Several models over the same influencers. */
typedef struct InfAttributions
{
	size_t nmodels;
	uint32_t ninfluencers;
	InfAttribution *models;

	InfCreditor creditor; /* private */
} InfAttributions;

extern void inf_attributions_init(InfAttributions *all, const InfModel *models, size_t nmodels,
                                  uint32_t ninfluencers);

/*
 * Adds the journey of an order, "count" times over, with revenue for all of them together.
 * Returns NULL or why a credit cannot be had.
 */
extern const char *inf_attributions_add(InfAttributions *all, const InfJourney *journey,
                                        uint64_t count);

/* Fills in orders and revenue. */
extern void inf_attributions_finish(InfAttributions *all);

extern void inf_attributions_free(InfAttributions *all);

#endif
