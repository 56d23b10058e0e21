/*
 * journey_credit.h
 *		Who of a journey's influencers is credited with what share of its order.
 */
#ifndef INF_JOURNEY_CREDIT_H
#define INF_JOURNEY_CREDIT_H

#include "core/model.h"
#include "core/sweep.h"

/* Working space for any number of journeys. */
typedef struct InfCreditor
{
	double *share;
	uint32_t *distinct;
	size_t capacity;
	uint64_t *seen; /* in which journey an influencer was last seen */
	uint64_t journey;
} InfCreditor;

/* Shares of one order. An influencer may have several, if it has several touches. */
typedef struct InfCredits
{
	size_t n;
	const uint32_t *code;
	const double *share;
} InfCredits;

extern void inf_creditor_init(InfCreditor *creditor, uint32_t ninfluencers);
extern void inf_creditor_free(InfCreditor *creditor);

/*
 * The shares under a rule model or shapley (which is closed: equal shares to the different
 * influencers). Returns NULL or why they cannot be had; valid until the next call.
 */
extern const char *inf_journey_credits(InfCreditor *creditor, const InfModel *model,
                                       const InfJourney *journey, InfCredits *credits);

#endif
