/*
 * scoreboard.c
 *		The leaderboard: what each influencer reached, and what it was worth.
 */
#include "core/scoreboard.h"

#include <string.h>

#include "core/host.h"
#include "core/instant.h"

#define POLL_EVERY 1024

/*
 * What is counted while the customers pass: of touches, and of credit. Apart from each other, because
 * every touch looks for its influencer's, all over the memory.
 */
typedef struct Reach
{
	InfSelfControl control;
	uint64_t touches;
	uint64_t customers;
	uint64_t last_customer;    /* by number, from 1: whom it was last seen to touch */
	uint64_t covered_customer; /* the same with a touch that counts for the lift */
} Reach;

typedef struct Count
{
	InfTally tally;
	InfShares new_shares;
	InfShares placebo_shares;
	double squares; /* of credits and placebo credits, an order each */
	double pending; /* credit of the current order */
	uint64_t buyers;
	uint64_t last_buyer; /* a customer by number */
} Count;

typedef struct Counting
{
	const InfScoreboardOptions *options;
	Reach *reach; /* an influencer each */
	Count *counts;
	uint64_t customer; /* number of the current one */
	uint64_t orders;
	uint64_t credited_orders;
	InfCreditor creditor;
	InfObservation observation;
} Counting;

static void
count_touches(Counting *c, const InfCustomer *customer)
{
	const InfCustomerTouches *touches = &customer->touches;

	for (size_t i = 0; i < touches->n; i++)
	{
		Reach *reach = &c->reach[touches->code[i]];

		if (i % POLL_EVERY == POLL_EVERY - 1)
			inf_poll();
		reach->touches++;
		if (reach->last_customer != c->customer)
		{
			reach->last_customer = c->customer;
			reach->customers++;
		}
		if (!c->options->effects || (touches->weight != NULL && touches->weight[i] == 0))
			continue;
		inf_self_control_add(&reach->control, &c->observation, touches->at[i],
		                     reach->covered_customer != c->customer, &customer->orders);
		reach->covered_customer = c->customer;
	}
}

/* Adds the squares of what each influencer is credited with of one order. */
static void
add_squares(Counting *c, const InfCredits *credits)
{
	if (credits->n == 1)
	{
		c->counts[credits->code[0]].squares += credits->share[0] * credits->share[0];
		return;
	}
	for (size_t i = 0; i < credits->n; i++)
		c->counts[credits->code[i]].pending += credits->share[i];
	for (size_t i = 0; i < credits->n; i++)
	{
		Count *count = &c->counts[credits->code[i]];

		count->squares += count->pending * count->pending;
		count->pending = 0;
	}
}

static const char *
credit_journey(Counting *c, const InfJourney *journey, bool is_new)
{
	InfCredits credits;
	const char *problem;

	if (journey->n == 0)
		return NULL;
	c->credited_orders++;
	problem = inf_journey_credits(&c->creditor, &c->options->model, journey, &credits);
	if (problem != NULL)
		return problem;
	for (size_t i = 0; i < credits.n; i++)
	{
		Count *count = &c->counts[credits.code[i]];

		if (credits.share[i] == 0)
			continue;
		inf_tally_add(&count->tally, credits.share[i], 1, journey->revenue);
		if (is_new)
			count->new_shares += inf_shares_of(credits.share[i]);
		if (count->last_buyer != c->customer)
		{
			count->last_buyer = c->customer;
			count->buyers++;
		}
	}
	if (c->options->effects)
		add_squares(c, &credits);
	return NULL;
}

/* What would be credited if touches after the order counted. */
static const char *
credit_placebo(Counting *c, const InfJourney *journey)
{
	InfCredits credits;
	const char *problem;

	if (journey->n == 0)
		return NULL;
	problem = inf_journey_credits(&c->creditor, &c->options->model, journey, &credits);
	if (problem != NULL)
		return problem;
	for (size_t i = 0; i < credits.n; i++)
		c->counts[credits.code[i]].placebo_shares += inf_shares_of(credits.share[i]);
	add_squares(c, &credits);
	return NULL;
}

/*
 * Had the customer bought nothing within the span before the order? Orders at the same instant do
 * not count. "before" is the last instant of an earlier order, if "any".
 */
static bool
is_new_customer(int64_t ordered_at, bool any, int64_t before, int64_t span)
{
	return !any || inf_elapsed(before, ordered_at) > (uint64_t) span;
}

static const char *
count_orders(Counting *c, InfSweep *sweep, const InfCustomer *customer)
{
	const InfCustomerOrders *orders = &customer->orders;
	bool any = false;
	int64_t before = 0;

	c->orders += orders->n;
	for (size_t i = 0; i < orders->n; i++)
	{
		InfJourney journey;
		const char *problem;

		if (i > 0 && orders->at[i] != orders->at[i - 1])
		{
			any = true;
			before = orders->at[i - 1];
		}
		inf_order_journey(sweep, customer, i, &journey);
		problem = credit_journey(
		    c, &journey,
		    is_new_customer(orders->at[i], any, before, c->options->new_customer_span));
		if (problem == NULL && c->options->effects)
		{
			inf_placebo_journey(sweep, customer, i, &journey);
			problem = credit_placebo(c, &journey);
		}
		if (problem != NULL)
			return problem;
	}
	return NULL;
}

/* Effects and scores, which take all influencers at once. */
static void
find_effects(const Counting *c, InfScoreboard *board)
{
	uint32_t n = board->ninfluencers;
	InfNetEvidence *evidence = INF_ALLOC_ARRAY(InfNetEvidence, n);
	InfNetEffect *effects = INF_ALLOC_ARRAY(InfNetEffect, n);

	for (uint32_t i = 0; i < n; i++)
	{
		const InfScore *score = &board->scores[i];

		evidence[i] = (InfNetEvidence){(double) score->customers, score->orders, score->placebo,
		                               c->counts[i].squares};
	}
	inf_net_effects(evidence, n, effects);
	for (uint32_t i = 0; i < n; i++)
		board->scores[i].net = effects[i];
	inf_free(evidence);
	inf_free(effects);
}

static void
finish(const Counting *c, InfScoreboard *board)
{
	uint32_t n = board->ninfluencers;
	InfTally *tally = INF_ALLOC_ARRAY(InfTally, n);
	double *orders = INF_ALLOC_ARRAY(double, n);

	for (uint32_t i = 0; i < n; i++)
		tally[i] = c->counts[i].tally;
	if (inf_model_sums_to_one(c->options->model.kind))
		inf_tally_orders(tally, n, c->credited_orders, c->orders, orders);
	else
	{
		for (uint32_t i = 0; i < n; i++)
			orders[i] = inf_shares_value(tally[i].shares);
	}
	board->scores = INF_ALLOC_ARRAY(InfScore, n);
	memset(board->scores, 0, n * sizeof(InfScore));
	for (uint32_t i = 0; i < n; i++)
	{
		const Count *count = &c->counts[i];
		InfScore *score = &board->scores[i];

		score->touches = c->reach[i].touches;
		score->customers = c->reach[i].customers;
		score->buyers = count->buyers;
		score->orders = orders[i];
		score->revenue = inf_sum_value(&count->tally.revenue);
		score->new_customers = inf_shares_value(count->new_shares);
		score->placebo = inf_shares_value(count->placebo_shares);
		score->control = c->reach[i].control;
		if (c->options->effects)
			score->lift = inf_self_control_lift(&score->control);
		if (i % POLL_EVERY == 0)
			inf_poll();
	}
	inf_free(tally);
	inf_free(orders);
	if (c->options->effects)
		find_effects(c, board);
}

const char *
inf_scoreboard(const InfJourneySet *set, const InfScoreboardOptions *options, InfScoreboard *board,
               InfNames *names, bool *limit)
{
	InfSweep sweep;
	InfCustomer customer;
	Counting c;
	const char *problem = NULL;
	int64_t window;

	*limit = false;
	inf_sweep_open(&sweep, set);
	if (sweep.problem != NULL)
		return sweep.problem;
	memset(&c, 0, sizeof(c));
	c.options = options;
	/* between dates, the rest of a day in the window counts for nothing */
	window = sweep.lookback - sweep.lookback % options->unit;
	window = window > INT64_MAX - options->unit ? INT64_MAX - options->unit : window;
	c.observation =
	    (InfObservation){options->observed_from, options->observed_to, window, options->unit};
	board->ninfluencers = sweep.touches.names.count;
	c.counts = INF_ALLOC_ARRAY(Count, board->ninfluencers);
	memset(c.counts, 0, board->ninfluencers * sizeof(Count));
	c.reach = INF_ALLOC_ARRAY(Reach, board->ninfluencers);
	memset(c.reach, 0, board->ninfluencers * sizeof(Reach));
	inf_creditor_init(&c.creditor, board->ninfluencers);

	while (problem == NULL && inf_sweep_next(&sweep, &customer))
	{
		if (c.customer++ % POLL_EVERY == 0)
			inf_poll();
		count_touches(&c, &customer);
		problem = count_orders(&c, &sweep, &customer);
	}
	*limit = (problem != NULL);
	if (problem == NULL)
		problem = sweep.problem;
	if (problem == NULL)
	{
		finish(&c, board);
		*names = sweep.touches.names;
		memset(&sweep.touches.names, 0, sizeof(InfNames)); /* they are the caller's now */
	}
	inf_free(c.counts);
	inf_free(c.reach);
	inf_creditor_free(&c.creditor);
	inf_sweep_close(&sweep);
	return problem;
}
