/*
 * credit.c
 *		Credits of one journey under the rule models.
 */
#include "core/credit.h"

#include <math.h>
#include <string.h>

#include "core/host.h"
#include "core/instant.h"
#include "core/sum.h"

/* Pairs of different weights at the two ends of a journey that may be averaged over. */
#define MAX_WEIGHT_PAIRS ((size_t) 1 << 26)

#define POLL_EVERY ((size_t) 1 << 14)

/* Touches first..first+count-1 of the journey stand at one instant. */
static size_t
ties_at_start(const int64_t *at, size_t n)
{
	size_t count = 1;

	while (count < n && at[count] == at[0])
		count++;
	return count;
}

static size_t
ties_at_end(const int64_t *at, size_t n)
{
	size_t count = 1;

	while (count < n && at[n - 1 - count] == at[n - 1])
		count++;
	return count;
}

static void
fill(double *credit, size_t n, double value)
{
	for (size_t i = 0; i < n; i++)
		credit[i] = value;
}

/* credit holds b_i w_i: divide by the sum, which is above 0. */
static void
normalise(double *credit, size_t n)
{
	InfSum sum = {0, 0};
	double total;

	for (size_t i = 0; i < n; i++)
		inf_sum_add(&sum, credit[i]);
	total = inf_sum_value(&sum);
	for (size_t i = 0; i < n; i++)
		credit[i] /= total;
}

/* All of the credit to touches first..first+count-1, which stand at one instant. */
static void
credit_one_instant(double *credit, size_t n, size_t first, size_t count)
{
	/*
	 * Each of the tied touches stands at the end in 1/count of all orders, and then has the whole
	 * order, whatever its weight.
	 */
	memset(credit, 0, n * sizeof(double));
	fill(credit + first, count, 1.0 / (double) count);
}

static void
credit_linear(const double *weight, size_t n, double *credit)
{
	if (weight == NULL)
		fill(credit, n, 1.0 / (double) n);
	else
	{
		memcpy(credit, weight, n * sizeof(double));
		normalise(credit, n);
	}
}

/* Relative to the newest touch, whose base is 1: so the sum cannot vanish, however old the rest. */
static void
credit_time_decay(double half_life, const int64_t *at, const double *weight, size_t n,
                  double *credit)
{
	for (size_t i = 0; i < n; i++)
	{
		if (i > 0 && at[i] == at[i - 1])
			credit[i] = credit[i - 1];
		else if (at[i] == at[n - 1])
			credit[i] = 1;
		else
			credit[i] = exp2(-((double) inf_elapsed(at[i], at[n - 1]) / half_life));
		if (i % POLL_EVERY == POLL_EVERY - 1)
			inf_poll();
	}
	if (weight != NULL)
	{
		for (size_t i = 0; i < n; i++)
			credit[i] *= weight[i];
	}
	normalise(credit, n);
}

/*
 * The bases of a position-based model: f for the first touch, l for the last, m for each between.
 * With two touches the ends share in proportion; if neither has a share, evenly.
 */
typedef struct Bases
{
	double f;
	double l;
	double m;
} Bases;

static Bases
bases_of(const InfModel *model, size_t n)
{
	double f = model->first_share;
	double l = model->last_share;

	if (n > 2)
		return (Bases){f, l, (1 - (f + l)) / (double) (n - 2)};
	if (f + l == 0)
		return (Bases){0.5, 0.5, 0};
	return (Bases){f / (f + l), l / (f + l), 0};
}

static void
credit_position_unweighted(const InfModel *model, const int64_t *at, size_t n, double *credit)
{
	size_t first = ties_at_start(at, n);
	size_t last = ties_at_end(at, n);
	Bases b = bases_of(model, n);

	if (first == n)
	{
		fill(credit, n, 1.0 / (double) n);
		return;
	}
	fill(credit, first, (b.f + (double) (first - 1) * b.m) / (double) first);
	fill(credit + first, n - first - last, b.m);
	fill(credit + n - last, last, (b.l + (double) (last - 1) * b.m) / (double) last);
}

/*
 * Position-based with weights. Which touch is first (a) and which is last (b) decides the
 * denominator
 *
 *		D(a,b) = f w_a + l w_b + m rest(a,b),	rest the weights of all touches but a and b,
 *
 * and each pair (a,b) is equally likely: a one of the touches at the first instant and b one of
 * those at the last (another than a, where the two instants are the same). With E the mean over
 * the pairs,
 *
 *		c_i = w_i ( f E[i = a; 1/D] + l E[i = b; 1/D] + m E[i <> a, b; 1/D] ).
 *
 * D depends on the weights alone, so touches of one weight are counted together, as a class.
 * No sum is ever had by subtracting from a larger one: weights may differ by many magnitudes.
 */
typedef struct WeightClass
{
	double weight;
	double count;
	double others;   /* weight of the touches at this instant, but for one of this class */
	double as_first; /* sum over the pairs of 1/D in which one given touch of the class is first, */
	double as_last;  /* is last, */
	double as_middle; /* is neither */
} WeightClass;

typedef struct WeightClasses
{
	WeightClass *items;
	size_t count;
} WeightClasses;

static WeightClasses
classify(const double *weight, size_t n)
{
	WeightClasses c = {NULL, 0};
	double before = 0, after = 0;

	for (size_t i = 0; i < n; i++)
		c.count += (i == 0 || weight[i] != weight[i - 1]);
	c.items = INF_ALLOC_ARRAY(WeightClass, c.count);
	memset(c.items, 0, c.count * sizeof(WeightClass));

	for (size_t i = 0, k = 0; i < n; i++)
	{
		if (i > 0 && weight[i] != weight[i - 1])
			k++;
		c.items[k].weight = weight[i];
		c.items[k].count++;
	}
	for (size_t k = 0; k < c.count; k++)
	{
		c.items[k].others = before + (c.items[k].count - 1) * c.items[k].weight;
		before += c.items[k].count * c.items[k].weight;
	}
	for (size_t k = c.count; k-- > 0;)
	{
		c.items[k].others += after;
		after += c.items[k].count * c.items[k].weight;
	}
	return c;
}

/*
 * sum[k] holds the pairs in which one of the touches of class k has the role (first, or last).
 * From them: the pairs in which another than a given touch has it.
 */
static void
others_in_role(WeightClasses c, const double *sum)
{
	double before = 0, after = 0;

	for (size_t k = 0; k < c.count; k++)
	{
		c.items[k].as_middle = before + sum[k] * (c.items[k].count - 1) / c.items[k].count;
		before += sum[k];
	}
	for (size_t k = c.count; k-- > 0;)
	{
		c.items[k].as_middle += after;
		after += sum[k];
	}
}

/* First and last instant differ. Returns the sum of 1/D over all pairs. */
static double
average_two_instants(Bases b, WeightClasses heads, WeightClasses tails, double between)
{
	double *by_head = INF_ALLOC_ARRAY(double, heads.count);
	double *by_tail = INF_ALLOC_ARRAY(double, tails.count);
	InfSum all = {0, 0};
	size_t steps = 0;

	memset(by_head, 0, heads.count * sizeof(double));
	memset(by_tail, 0, tails.count * sizeof(double));
	for (size_t i = 0; i < heads.count; i++)
	{
		const WeightClass *h = &heads.items[i];

		for (size_t j = 0; j < tails.count; j++)
		{
			const WeightClass *t = &tails.items[j];
			double d = b.f * h->weight + b.l * t->weight + b.m * (between + h->others + t->others);
			double pairs = h->count * t->count / d;

			by_head[i] += pairs;
			by_tail[j] += pairs;
			inf_sum_add(&all, pairs);
			if (++steps % POLL_EVERY == 0)
				inf_poll();
		}
	}
	for (size_t i = 0; i < heads.count; i++)
		heads.items[i].as_first = by_head[i] / heads.items[i].count;
	for (size_t j = 0; j < tails.count; j++)
		tails.items[j].as_last = by_tail[j] / tails.items[j].count;
	others_in_role(heads, by_head);
	others_in_role(tails, by_tail);
	inf_free(by_head);
	inf_free(by_tail);
	return inf_sum_value(&all);
}

/*
 * All touches stand at one instant: the pairs are all ordered pairs of two different touches.
 * Row i holds the pairs of a touch of class i with one of class j >= i, in both orders.
 */
static void
average_one_instant(Bases b, WeightClasses c)
{
	double *row = INF_ALLOC_ARRAY(double, c.count);
	double *after = INF_ALLOC_ARRAY(double, c.count + 1);
	double before = 0; /* weight of the classes before i */
	size_t steps = 0;

	after[c.count] = 0; /* weight of the classes from k on */
	for (size_t k = c.count; k-- > 0;)
		after[k] = after[k + 1] + c.items[k].count * c.items[k].weight;

	for (size_t i = 0; i < c.count; i++)
	{
		WeightClass *h = &c.items[i];
		double between = 0; /* weight of the classes between i and j */
		double row_total = 0;
		double row_before = 0, row_after = 0;

		/* two of the same class */
		row[i] = 0;
		if (h->count > 1)
		{
			double rest = before + after[i + 1] + (h->count - 2) * h->weight;
			double inverse = 1 / ((b.f + b.l) * h->weight + b.m * rest);

			row[i] = h->count * (h->count - 1) * inverse;
			h->as_first += (h->count - 1) * inverse;
			h->as_last += (h->count - 1) * inverse;
			h->as_middle += (h->count - 1) * (h->count - 2) * inverse;
		}
		for (size_t j = i + 1; j < c.count; j++)
		{
			WeightClass *t = &c.items[j];
			double rest = before + (h->count - 1) * h->weight + between +
			              (t->count - 1) * t->weight + after[j + 1];
			double h_first = 1 / (b.f * h->weight + b.l * t->weight + b.m * rest);
			double t_first = 1 / (b.f * t->weight + b.l * h->weight + b.m * rest);

			row[j] = h->count * t->count * (h_first + t_first);
			h->as_first += t->count * h_first;
			h->as_last += t->count * t_first;
			t->as_first += h->count * t_first;
			t->as_last += h->count * h_first;
			row_total += row[j];
			between += t->count * t->weight;
			if (++steps % POLL_EVERY == 0)
				inf_poll();
		}

		/* who is in the middle of the pairs of this row? */
		h->as_middle += row_total * (h->count - 1) / h->count;
		for (size_t j = i + 1; j < c.count; j++)
		{
			WeightClass *t = &c.items[j];

			t->as_middle += row[i] + row_before + row[j] * (t->count - 1) / t->count;
			row_before += row[j];
		}
		for (size_t j = c.count; j-- > i + 1;)
		{
			c.items[j].as_middle += row_after;
			row_after += row[j];
		}
		for (size_t j = 0; j < i; j++)
			c.items[j].as_middle += row[i] + row_total;
		before += h->count * h->weight;
	}
	inf_free(row);
	inf_free(after);
}

static const char *
credit_position_weighted(const InfModel *model, const int64_t *at, const double *weight, size_t n,
                         double *credit)
{
	size_t first = ties_at_start(at, n);
	size_t last = ties_at_end(at, n);
	Bases b = bases_of(model, n);
	WeightClasses heads = classify(weight, first);
	WeightClasses tails = heads;
	double all = 0;

	if (first < n)
		tails = classify(weight + n - last, last);
	if (heads.count > MAX_WEIGHT_PAIRS / tails.count)
		return "too many different weights at the first and the last instant of an order";

	if (first == n)
		average_one_instant(b, heads);
	else
	{
		InfSum between = {0, 0};

		for (size_t i = first; i < n - last; i++)
			inf_sum_add(&between, weight[i]);
		all = average_two_instants(b, heads, tails, inf_sum_value(&between));
	}

	for (size_t i = 0, h = 0, t = 0; i < n; i++)
	{
		double expected;

		if (i < first)
		{
			h += (i > 0 && weight[i] != weight[i - 1]);
			expected = b.f * heads.items[h].as_first + b.m * heads.items[h].as_middle;
			if (first == n)
				expected += b.l * heads.items[h].as_last;
		}
		else if (i >= n - last)
		{
			t += (i > n - last && weight[i] != weight[i - 1]);
			expected = b.l * tails.items[t].as_last + b.m * tails.items[t].as_middle;
		}
		else
			expected = b.m * all;
		credit[i] = weight[i] * expected;
	}
	inf_free(heads.items);
	if (first < n)
		inf_free(tails.items);

	/* divides by the number of pairs, and takes off what was rounded */
	normalise(credit, n);
	return NULL;
}

const char *
inf_credit(const InfModel *model, const int64_t *at, const double *weight, size_t n, double *credit)
{
	if (n == 0)
		return NULL;
	if (n == 1 || model->kind == INF_PARTICIPATION)
	{
		fill(credit, n, 1.0);
		return NULL;
	}

	switch (model->kind)
	{
		case INF_FIRST_TOUCH:
			credit_one_instant(credit, n, 0, ties_at_start(at, n));
			return NULL;
		case INF_LAST_TOUCH:
		{
			size_t last = ties_at_end(at, n);

			credit_one_instant(credit, n, n - last, last);
			return NULL;
		}
		case INF_LINEAR:
			credit_linear(weight, n, credit);
			return NULL;
		case INF_TIME_DECAY:
			credit_time_decay((double) model->half_life, at, weight, n, credit);
			return NULL;
		case INF_POSITION_BASED:
			if (weight == NULL)
				credit_position_unweighted(model, at, n, credit);
			else
				return credit_position_weighted(model, at, weight, n, credit);
			return NULL;
		case INF_PARTICIPATION:
		case INF_SHAPLEY:
		case INF_SHAPLEY_RATE:
		case INF_MARKOV:
			break;
	}
	return "attribution model is not decided order by order";
}
