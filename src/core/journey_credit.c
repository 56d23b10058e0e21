/*
 * journey_credit.c
 *		Who of a journey's influencers is credited with what share of its order.
 */
#include "core/journey_credit.h"

#include <string.h>

#include "core/credit.h"
#include "core/host.h"

static const double whole_order = 1.0;

void
inf_creditor_init(InfCreditor *creditor, uint32_t ninfluencers)
{
	memset(creditor, 0, sizeof(*creditor));
	creditor->seen = INF_ALLOC_ARRAY(uint64_t, ninfluencers);
	memset(creditor->seen, 0, ninfluencers * sizeof(uint64_t));
}

void
inf_creditor_free(InfCreditor *creditor)
{
	inf_free(creditor->share);
	inf_free(creditor->distinct);
	inf_free(creditor->seen);
	memset(creditor, 0, sizeof(*creditor));
}

/* The journey's influencers, each once; returns how many. */
static size_t
find_distinct(InfCreditor *creditor, const InfJourney *journey)
{
	size_t n = 0;

	creditor->journey++;
	for (size_t i = 0; i < journey->n; i++)
	{
		uint32_t code = journey->code[i];

		if (creditor->seen[code] != creditor->journey)
		{
			creditor->seen[code] = creditor->journey;
			creditor->distinct[n++] = code;
		}
	}
	return n;
}

const char *
inf_journey_credits(InfCreditor *creditor, const InfModel *model, const InfJourney *journey,
                    InfCredits *credits)
{
	credits->n = journey->n;
	credits->code = journey->code;
	credits->share = &whole_order;
	if (journey->n <= 1)
		return NULL;

	if (journey->n > creditor->capacity)
	{
		creditor->capacity = journey->n * 2;
		creditor->share =
		    inf_realloc(creditor->share, inf_array_size(creditor->capacity, sizeof(double)));
		creditor->distinct =
		    inf_realloc(creditor->distinct, inf_array_size(creditor->capacity, sizeof(uint32_t)));
	}
	credits->share = creditor->share;
	if (model->kind == INF_PARTICIPATION || model->kind == INF_SHAPLEY)
	{
		double share;

		credits->n = find_distinct(creditor, journey);
		credits->code = creditor->distinct;
		share = model->kind == INF_PARTICIPATION ? 1.0 : 1.0 / (double) credits->n;
		for (size_t i = 0; i < credits->n; i++)
			creditor->share[i] = share;
		return NULL;
	}
	return inf_credit(model, journey->at, journey->weight, journey->n, creditor->share);
}
