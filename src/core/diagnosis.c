/*
 * diagnosis.c
 *		Signs that an influencer's credit was gamed.
 */
#include "core/diagnosis.h"

#include <string.h>

#include "core/host.h"
#include "core/instant.h"
#include "core/sort.h"

#define POLL_EVERY 1024

/* What is counted while the customers pass. */
typedef struct Signs
{
	InfDiagnosis found;
	InfShares shares;
	InfShares injected_shares;
	InfShares placebo_shares;
	InfShares sole_shares;
	uint64_t last_customer; /* by number, from 1 */
	uint64_t touched_on;    /* the customer, and the day after 0, of the last touch */
	int64_t last_day;
	uint64_t injected_order;       /* by number, from 1: the order that a touch came just before */
	double customer_credit;        /* of the current customer */
	double top[INF_TOP_CUSTOMERS]; /* a heap: the least first */
	int ntop;
} Signs;

typedef struct Diagnosing
{
	const InfModel *model;
	int64_t injection_span;
	Signs *signs;
	InfCreditor creditor;
	uint64_t customer;
	uint64_t order;
	bool is_sole;       /* is the current customer touched by one influencer alone? */
	uint32_t *credited; /* influencers credited with orders of the current customer */
	size_t ncredited;
} Diagnosing;

static void
count_touches(Diagnosing *d, const InfCustomerTouches *touches)
{
	d->is_sole = true;
	for (size_t i = 0; i < touches->n; i++)
	{
		Signs *s = &d->signs[touches->code[i]];
		int64_t day = inf_day_of(touches->at[i]);

		if (i % POLL_EVERY == POLL_EVERY - 1)
			inf_poll();
		d->is_sole &= touches->code[i] == touches->code[0];
		s->found.touches++;
		if (s->touched_on == d->customer && s->last_day == day)
			s->found.repeats++;
		s->touched_on = d->customer;
		s->last_day = day;
	}
}

static const char *
credit_order(Diagnosing *d, const InfJourney *journey)
{
	InfCredits credits;
	const char *problem;

	if (journey->n == 0)
		return NULL;
	problem = inf_journey_credits(&d->creditor, d->model, journey, &credits);
	if (problem != NULL)
		return problem;
	d->order++;
	for (size_t i = journey->n; i > 0; i--)
	{
		if (inf_elapsed(journey->at[i - 1], journey->ordered_at) > (uint64_t) d->injection_span)
			break;
		d->signs[journey->code[i - 1]].injected_order = d->order;
	}
	for (size_t i = 0; i < credits.n; i++)
	{
		Signs *s = &d->signs[credits.code[i]];

		if (credits.share[i] == 0)
			continue;
		s->shares += inf_shares_of(credits.share[i]);
		if (s->injected_order == d->order)
			s->injected_shares += inf_shares_of(credits.share[i]);
		if (d->is_sole)
			s->sole_shares += inf_shares_of(credits.share[i]);
		if (s->last_customer != d->customer)
		{
			s->last_customer = d->customer;
			s->customer_credit = 0;
			d->credited[d->ncredited++] = credits.code[i];
		}
		s->customer_credit += credits.share[i];
	}
	return NULL;
}

static const char *
credit_placebo(Diagnosing *d, const InfJourney *journey)
{
	InfCredits credits;
	const char *problem;

	if (journey->n == 0)
		return NULL;
	problem = inf_journey_credits(&d->creditor, d->model, journey, &credits);
	for (size_t i = 0; problem == NULL && i < credits.n; i++)
		d->signs[credits.code[i]].placebo_shares += inf_shares_of(credits.share[i]);
	return problem;
}

/* Keeps the largest. */
static void
note_customer(Signs *s, double credit)
{
	int at;

	if (s->ntop < INF_TOP_CUSTOMERS)
		at = s->ntop++;
	else if (credit > s->top[0])
		at = 0;
	else
		return;
	s->top[at] = credit;
	/* the least to the front */
	for (int i = 1; i < s->ntop; i++)
	{
		if (s->top[i] < s->top[0])
		{
			double least = s->top[i];

			s->top[i] = s->top[0];
			s->top[0] = least;
		}
	}
}

static const char *
diagnose_customer(Diagnosing *d, InfSweep *sweep, const InfCustomer *customer)
{
	if (d->customer++ % POLL_EVERY == 0)
		inf_poll();
	d->ncredited = 0;
	count_touches(d, &customer->touches);
	for (size_t i = 0; i < customer->orders.n; i++)
	{
		InfJourney journey;
		const char *problem;

		inf_order_journey(sweep, customer, i, &journey);
		problem = credit_order(d, &journey);
		if (problem == NULL)
		{
			inf_placebo_journey(sweep, customer, i, &journey);
			problem = credit_placebo(d, &journey);
		}
		if (problem != NULL)
			return problem;
	}
	for (size_t i = 0; i < d->ncredited; i++)
	{
		Signs *s = &d->signs[d->credited[i]];

		s->found.buyers++;
		note_customer(s, s->customer_credit);
	}
	return NULL;
}

static InfDiagnosis
finish(const Signs *s)
{
	InfDiagnosis found = s->found;

	found.orders = inf_shares_value(s->shares);
	found.injected = inf_shares_value(s->injected_shares);
	found.placebo = inf_shares_value(s->placebo_shares);
	found.sole = inf_shares_value(s->sole_shares);
	for (int i = 0; i < s->ntop; i++)
		found.top += s->top[i];
	return found;
}

static double
touches_per_buyer(const InfDiagnosis *d)
{
	return (double) d->touches / (double) (d->buyers > 0 ? d->buyers : 1);
}

static double
sole_share(const InfDiagnosis *d)
{
	return d->orders > 0 ? d->sole / d->orders : 0;
}

/* The median of a figure, of influencers that have buyers. */
static double
median_of(const InfDiagnosis *diagnoses, size_t n, double (*figure)(const InfDiagnosis *))
{
	InfKey *keys = INF_ALLOC_ARRAY(InfKey, n);
	double median = 0;
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
	{
		if (diagnoses[i].buyers > 0)
			keys[count++] = (InfKey){inf_key_of_weight(figure(&diagnoses[i])), i};
	}
	inf_sort(keys, count);
	if (count > 0)
		median = (inf_weight_of_key(keys[(count - 1) / 2].key) +
		          inf_weight_of_key(keys[count / 2].key)) /
		         2;
	inf_free(keys);
	return median;
}

static void
set_flags(InfDiagnosis *diagnoses, size_t n)
{
	double median = median_of(diagnoses, n, touches_per_buyer);
	double median_sole = median_of(diagnoses, n, sole_share);

	for (size_t i = 0; i < n; i++)
	{
		InfDiagnosis *d = &diagnoses[i];
		double touches = (double) d->touches;

		if (d->touches >= INF_FLOODING_TOUCHES &&
		    ((double) d->repeats >= INF_FLOODING_REPEATS * touches ||
		     (median > 0 && touches_per_buyer(d) >= INF_FLOODING_RATIO * median)))
			d->flags |= INF_FLOODING;
		if (d->injected >= INF_INJECTION_ORDERS && d->injected >= INF_INJECTION_SHARE * d->orders)
			d->flags |= INF_INJECTION;
		if (d->orders + d->placebo >= INF_PLACEBO_ORDERS &&
		    d->placebo >= INF_PLACEBO_SHARE * (d->orders + d->placebo))
			d->flags |= INF_PLACEBO;
		if (d->orders >= INF_CONCENTRATION_ORDERS && d->top >= INF_CONCENTRATION_SHARE * d->orders)
			d->flags |= INF_CONCENTRATION;
		if (d->orders >= INF_PUPPETS_ORDERS && sole_share(d) >= INF_PUPPETS_SHARE &&
		    sole_share(d) >= INF_PUPPETS_RATIO * median_sole)
			d->flags |= INF_PUPPETS;
	}
}

const char *
inf_diagnose(const InfJourneySet *set, const InfModel *model, int64_t injection_span,
             InfDiagnosis **diagnoses, InfNames *names, bool *limit)
{
	InfSweep sweep;
	InfCustomer customer;
	Diagnosing d = {.model = model, .injection_span = injection_span};
	const char *problem = NULL;
	uint32_t n;

	*limit = false;
	inf_sweep_open(&sweep, set);
	if (sweep.problem != NULL)
		return sweep.problem;
	n = sweep.touches.names.count;
	d.signs = INF_ALLOC_ARRAY(Signs, n);
	memset(d.signs, 0, n * sizeof(Signs));
	d.credited = INF_ALLOC_ARRAY(uint32_t, n);
	inf_creditor_init(&d.creditor, n);
	while (problem == NULL && inf_sweep_next(&sweep, &customer))
		problem = diagnose_customer(&d, &sweep, &customer);
	*limit = (problem != NULL);
	if (problem == NULL)
		problem = sweep.problem;
	if (problem == NULL)
	{
		*diagnoses = INF_ALLOC_ARRAY(InfDiagnosis, n);
		for (uint32_t i = 0; i < n; i++)
			(*diagnoses)[i] = finish(&d.signs[i]);
		set_flags(*diagnoses, n);
		*names = sweep.touches.names;
		memset(&sweep.touches.names, 0, sizeof(InfNames)); /* they are the caller's now */
	}
	inf_free(d.signs);
	inf_free(d.credited);
	inf_creditor_free(&d.creditor);
	inf_sweep_close(&sweep);
	return problem;
}
