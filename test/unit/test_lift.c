/*
 * Lifts: the same rows give the same bytes however they come, no damage to the bytes goes unnoticed or does
 * harm, and the statistics keep their promises.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/lift.h"
#include "core/lift_set.h"
#include "tap.h"

typedef struct Row
{
	bool treated;
	bool converted;
	double value;
	char stratum[8];
} Row;

static void
add_row(InfLiftSet *set, InfOutcome outcome, bool stratified, const Row *row)
{
	InfName name = {.bytes = (const uint8_t *) row->stratum, .length = strlen(row->stratum)};
	InfLiftCell *cell;

	set->outcome = outcome;
	set->strata.names.identity = stratified ? INF_IDENTITY_TEXT : INF_IDENTITY_NONE;
	cell = inf_lift_cell(set, stratified ? &name : NULL);
	if (outcome == INF_OUTCOME_RATE)
		inf_lift_add_rate(cell, row->treated, row->converted);
	else
		inf_lift_add_mean(cell, row->treated, row->value);
}

static Row *
make_rows(size_t n, uint32_t nstrata)
{
	Row *rows = malloc((n + 1) * sizeof(Row));

	for (size_t i = 0; i < n; i++)
	{
		uint32_t s = random_below(nstrata);

		rows[i].treated = random_below(2);
		rows[i].converted = random_below(5) == 0;
		rows[i].value = random_below(9) == 0 ? pow(10, 200 * random_unit() - 100)
		                                     : rint(1e4 * random_unit() - 5e3) / 100;
		memset(rows[i].stratum, 0, sizeof(rows[i].stratum));
		for (uint32_t k = 0; k < s % 4; k++)
			rows[i].stratum[k] = (char) ('a' + (s + k) % 7);
	}
	return rows;
}

/* In a random order, in random parts, which are put together through their bytes. */
static InfBuffer
encode_in_parts(const Row *rows, size_t n, InfOutcome outcome, bool stratified)
{
	InfLiftSet parts[3], whole;
	InfBuffer bytes;

	for (int p = 0; p < 3; p++)
		inf_lift_init(&parts[p]);
	inf_lift_init(&whole);
	for (size_t i = 0; i < n; i++)
		add_row(&parts[random_below(3)], outcome, stratified, &rows[n - 1 - i]);
	for (int p = 0; p < 3; p++)
	{
		const char *problem;

		inf_lift_encode(&parts[p], 5, &bytes);
		if (inf_lift_mismatch(&whole, bytes.data + 5, bytes.size - 5, &problem) != NULL ||
		    problem != NULL || inf_lift_add_set(&whole, bytes.data + 5, bytes.size - 5) != NULL)
			ok(false, "a part can be read");
		inf_buffer_free(&bytes);
		inf_lift_free(&parts[p]);
	}
	inf_lift_encode(&whole, 0, &bytes);
	inf_lift_free(&whole);
	return bytes;
}

static void
damage(const InfBuffer *bytes, int *unnoticed)
{
	uint8_t *copy = malloc(bytes->size + 8);

	for (int round = 0; round < 40; round++)
	{
		size_t size = bytes->size;
		InfLiftSet set;

		memcpy(copy, bytes->data, size);
		if (random_below(3) == 0)
			size = random_below((uint32_t) size + 1);
		else
			copy[random_below((uint32_t) size)] ^= (uint8_t) (1 + random_below(255));
		/* whatever it is now, reading it does no harm, nor does computing with it */
		inf_lift_init(&set);
		if (inf_lift_add_set(&set, copy, size) == NULL)
		{
			InfLift lift = inf_lift(&set, 0.95);

			*unnoticed += lift.p_value < 0 || lift.p_value > 1;
		}
		inf_lift_free(&set);
		if (size < bytes->size)
			*unnoticed += inf_check_lift_summary(copy, size) == NULL;
		else
			inf_check_lift_summary(copy, size);
	}
	free(copy);
}

static void
test_bytes(InfOutcome outcome, bool stratified, const char *what)
{
	int different = 0, rejected = 0, unnoticed = 0;

	for (int round = 0; round < 150; round++)
	{
		size_t n = random_below(round % 10 == 0 ? 2000 : 30);
		Row *rows = make_rows(n, 1 + random_below(40));
		InfLiftSet set;
		InfBuffer bytes, again;

		inf_lift_init(&set);
		for (size_t i = 0; i < n; i++)
			add_row(&set, outcome, stratified, &rows[i]);
		inf_lift_encode(&set, 0, &bytes);
		again = encode_in_parts(rows, n, outcome, stratified);
		different += bytes.size != again.size || memcmp(bytes.data, again.data, bytes.size) != 0;
		rejected += inf_check_lift_summary(bytes.data, bytes.size) != NULL;
		damage(&bytes, &unnoticed);
		inf_buffer_free(&bytes);
		inf_buffer_free(&again);
		inf_lift_free(&set);
		free(rows);
	}
	ok(different == 0, "%s: the same bytes in any order and in parts", what);
	ok(rejected == 0, "%s: they are accepted", what);
	ok(unnoticed == 0, "%s: cut short they are not, and damage does no harm", what);
}

static InfLift
rates(uint64_t x1, uint64_t n1, uint64_t x0, uint64_t n0)
{
	InfLiftSet set;
	InfLiftCell *cell;
	InfLift lift;

	inf_lift_init(&set);
	set.outcome = INF_OUTCOME_RATE;
	cell = inf_lift_cell(&set, NULL);
	cell->side[INF_TREATED] = (InfLiftSide){n1, x1, NULL};
	cell->side[INF_CONTROL] = (InfLiftSide){n0, x0, NULL};
	lift = inf_lift(&set, 0.95);
	inf_lift_free(&set);
	return lift;
}

static void
test_known(void)
{
	/* Newcombe 1998, table II, method 10: (a) 56/70 - 48/80 and (g) 10/10 - 0/20 */
	InfLift lift = rates(56, 70, 48, 80);

	ok(fabs(lift.lift.low - 0.0524) < 5e-5 && fabs(lift.lift.high - 0.3339) < 5e-5,
	   "Newcombe's first example: %g to %g", lift.lift.low, lift.lift.high);
	lift = rates(10, 10, 0, 20);
	ok(fabs(lift.lift.low - 0.6791) < 5e-5 && lift.lift.high == 1, "everybody and nobody: %g to %g",
	   lift.lift.low, lift.lift.high);
	ok(isnan(lift.relative.value), "no ratio to a control of 0");
	lift = rates(0, 10, 0, 20);
	ok(lift.lift.value == 0 && lift.p_value == 1 && lift.lift.low < 0 && lift.lift.high > 0,
	   "nobody on either side: no lift, and no certainty");
	lift = rates(3, 10, 0, 0);
	ok(lift.mean[INF_TREATED] == 0.3 && isnan(lift.mean[INF_CONTROL]) && isnan(lift.lift.value) &&
	       isnan(lift.p_value),
	   "no control, no lift");
	lift = rates((uint64_t) 1 << 52, (uint64_t) 1 << 53, ((uint64_t) 1 << 52) - 1000000000,
	             (uint64_t) 1 << 53);
	ok(lift.p_value > 0 && lift.p_value < 1 && lift.lift.low < lift.lift.value,
	   "as many as can be: p %g", lift.p_value);
}

static void
test_variance(void)
{
	InfLiftSet set;
	InfLift lift;

	/* numbers that vary in their last digits alone */
	inf_lift_init(&set);
	for (int i = 0; i < 1000; i++)
	{
		Row row = {.treated = i % 2 == 0, .value = 1e15 + (i % 4 < 2 ? 1 : -1)};

		add_row(&set, INF_OUTCOME_MEAN, false, &row);
	}
	lift = inf_lift(&set, 0.95);
	ok(fabs(lift.variance[0] * 499 - 1) < 1e-12 && lift.lift.value == 0,
	   "1e15 plus and minus 1 has a variance of 1: %.15g", lift.variance[0] * 499);
	inf_lift_free(&set);
}

int
main(void)
{
	test_bytes(INF_OUTCOME_RATE, false, "rates");
	test_bytes(INF_OUTCOME_RATE, true, "rates in strata");
	test_bytes(INF_OUTCOME_MEAN, false, "means");
	test_bytes(INF_OUTCOME_MEAN, true, "means in strata");
	test_known();
	test_variance();
	return done();
}
