/*
 * Credits of a journey against the definition: the mean over all orders in which touches at one
 * instant can stand, each written out.
 */
#include "core/credit.h"

#include <math.h>
#include <string.h>

#include "core/instant.h"
#include "tap.h"

#define MAX_TOUCHES 7

static long double expected[MAX_TOUCHES];
static long double orders;

/* One order: touch order[0] is first. */
static void
add_order(const InfModel *model, const int64_t *at, const double *weight, int n, const int *order)
{
	long double base[MAX_TOUCHES];
	long double sum = 0;

	for (int p = 0; p < n; p++)
	{
		long double b;
		int touch = order[p];

		switch (model->kind)
		{
			case INF_FIRST_TOUCH:
				b = p == 0;
				break;
			case INF_LAST_TOUCH:
				b = p == n - 1;
				break;
			case INF_LINEAR:
				b = 1;
				break;
			case INF_TIME_DECAY:
				b = exp2l(-(long double) (at[n - 1] - at[touch]) / (long double) model->half_life);
				break;
			default:
				if (n == 1)
					b = 1;
				else if (n == 2)
				{
					long double both = (long double) model->first_share + model->last_share;

					b = both == 0 ? 0.5L : (p == 0 ? model->first_share : model->last_share) / both;
				}
				else if (p == 0)
					b = model->first_share;
				else if (p == n - 1)
					b = model->last_share;
				else
					b = (1 - ((long double) model->first_share + model->last_share)) / (n - 2);
				break;
		}
		base[p] = b * weight[touch];
		sum += base[p];
	}
	for (int p = 0; p < n; p++)
		expected[order[p]] += base[p] / sum;
	orders++;
}

/* All orders that agree with the instants: positions from "p" on are still open. */
static void
permute(const InfModel *model, const int64_t *at, const double *weight, int n, int *order, int p)
{
	if (p == n)
	{
		add_order(model, at, weight, n, order);
		return;
	}
	for (int i = p; i < n && at[order[i]] == at[order[p]]; i++)
	{
		int other[MAX_TOUCHES];

		memcpy(other, order, sizeof(other));
		other[p] = order[i];
		other[i] = order[p];
		/* the rest of the tied touches keep some order; all of them are tried */
		permute(model, at, weight, n, other, p + 1);
	}
}

static InfModel
random_model(void)
{
	static const double shares[][2] = {{0.4, 0.4}, {0.2, 0.6}, {0.6, 0.2}, {0, 0},
	                                   {1, 0},     {0, 1},     {0.5, 0.5}, {0.3, 0.1}};
	static const InfModelKind kinds[] = {INF_FIRST_TOUCH, INF_LAST_TOUCH,     INF_LINEAR,
	                                     INF_TIME_DECAY,  INF_POSITION_BASED, INF_POSITION_BASED};
	InfModel model = {.kind = kinds[random_below(6)]};

	if (model.kind == INF_TIME_DECAY)
		model.half_life = 1 + random_below(20);
	if (model.kind == INF_POSITION_BASED)
	{
		int k = (int) random_below(8);

		model.first_share = shares[k][0];
		model.last_share = shares[k][1];
	}
	return model;
}

int
main(void)
{
	double worst = 0;
	double worst_sum = 0;

	for (int round = 0; round < 100000; round++)
	{
		InfModel model = random_model();
		int n = 1 + (int) random_below(round % 10 == 0 ? MAX_TOUCHES : 5);
		int64_t at[MAX_TOUCHES];
		double weight[MAX_TOUCHES];
		double credit[MAX_TOUCHES];
		int order[MAX_TOUCHES];
		bool weighted = random_below(4) != 0;
		uint32_t spread = 1 + random_below(4);
		double sum = 0;

		at[0] = 1000;
		for (int i = 0; i < n; i++)
		{
			if (i > 0)
				at[i] = at[i - 1] + random_below(spread);
			weight[i] = !weighted              ? 1
			            : random_below(2) == 0 ? 1 + random_below(3)
			                                   : pow(10, 40 * random_unit() - 20);
			order[i] = i;
			expected[i] = 0;
		}
		/* ascending weights within one instant, as inf_credit wants them */
		for (int i = 1; i < n; i++)
		{
			for (int j = i; j > 0 && at[j] == at[j - 1] && weight[j] < weight[j - 1]; j--)
			{
				double w = weight[j];

				weight[j] = weight[j - 1];
				weight[j - 1] = w;
			}
		}
		orders = 0;
		permute(&model, at, weight, n, order, 0);
		if (inf_credit(&model, at, weighted ? weight : NULL, (size_t) n, credit) != NULL)
			ok(false, "a limit was met");
		for (int i = 0; i < n; i++)
		{
			double difference = (double) fabsl(credit[i] - expected[i] / orders);

			if (!(difference <= worst))
				worst = difference;
			sum += credit[i];
		}
		if (!(fabs(sum - 1) <= worst_sum))
			worst_sum = fabs(sum - 1);
	}
	ok(worst < 1e-14, "100,000 journeys: the mean over all orders (worst difference %g)", worst);
	ok(worst_sum < 1e-14, "the credits sum to 1 (worst difference %g)", worst_sum);

	{
		/* the extremes of the clock and of the weights */
		InfModel model = {.kind = INF_TIME_DECAY, .half_life = 1};
		int64_t at[3] = {INT64_MIN + 1, 0, INT64_MAX - 1};
		double weight[3] = {1e100, 1, 1e-100};
		double credit[3];

		ok(inf_credit(&model, at, weight, 3, credit) == NULL && credit[0] == 0 && credit[1] == 0 &&
		       credit[2] == 1,
		   "all but the newest touch have decayed");
		model.half_life = INT64_MAX;
		ok(inf_credit(&model, at, NULL, 3, credit) == NULL &&
		       fabs(credit[1] / credit[2] - 0.5) < 1e-15,
		   "the longest half-life");
	}
	{
		InfModel model = {.kind = INF_MARKOV, .size = 1};
		int64_t at[2] = {0, 1};
		double credit[2];

		ok(inf_credit(&model, at, NULL, 2, credit) != NULL, "data-driven models are refused");
	}
	return done();
}
