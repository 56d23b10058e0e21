/* The reach scores. */
#include "core/reach_scores.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "tap.h"

static int64_t
points(const char *kind, int64_t followers)
{
	return inf_kred_points(kind, strlen(kind), followers);
}

/* The rank of each row by counting, 0..100. */
static double
rank_by_counting(const double *value, size_t n, size_t row)
{
	double below = 0, equal = 0;

	for (size_t i = 0; i < n; i++)
	{
		below += value[i] < value[row];
		equal += (i != row && value[i] == value[row]);
	}
	return n == 1 ? 50 : 100 * (below + equal / 2) / (double) (n - 1);
}

int
main(void)
{
	double a[300], b[300], c[300], score[300], mixed[300], x[3];
	const double *part[3] = {a, b, c};
	size_t bad = 0, out_of_range = 0, falling = 0;
	int64_t level = 0;

	ok(points("reply", 10) == 10 && points("retweet", 10000) == 10 &&
	       points("share", 10001) == 50 && points("like", 0) == 1 &&
	       points("follow", INT64_MAX) == 5,
	   "points by kind and followers");
	ok(points("", 0) == -1 && points("replys", 0) == -1 && points("repl", 0) == -1 &&
	       points("Reply", 0) == -1,
	   "no points for what is not known");
	ok(inf_kred_outreach(0) == 0 && inf_kred_outreach(99) == 0 && inf_kred_outreach(100) == 1 &&
	       inf_kred_outreach(269) == 1 && inf_kred_outreach(270) == 2,
	   "the levels that were published");
	ok(inf_kred_outreach(83089) == 12 && inf_kred_outreach(83000) == 11, "level 12");
	ok(inf_kred_outreach(DBL_MAX) > 1000, "the largest number has a level");
	for (double p = 0; p < 1e6; p += 997)
	{
		falling += inf_kred_outreach(p) < level;
		level = inf_kred_outreach(p);
	}
	ok(falling == 0, "levels never fall");

	a[0] = b[0] = c[0] = 0;
	inf_kred_influence(part, 1, score);
	ok(score[0] == 1, "nobody does anything: influence 1");
	inf_klout_score(part, 1, score);
	ok(score[0] == 50.5, "all equal: the middle");
	inf_peerindex_score(part, 1, score);
	ok(score[0] == 50, "alone in the middle");
	a[0] = b[0] = c[0] = DBL_MAX;
	a[1] = b[1] = c[1] = DBL_MIN;
	inf_klout_score(part, 2, score);
	ok(score[0] == 100 && score[1] == 1, "the largest and the smallest");
	x[0] = 10;
	x[1] = 100;
	x[2] = 1000;
	inf_kred_influence((const double *const[]){x}, 3, score);
	ok(score[2] == 1000 && score[1] == 1 + floor(999 * log(101) / log(1001)) && score[0] < score[1],
	   "influence steepens towards 1000");

	for (int turn = 0; turn < 300; turn++)
	{
		size_t n = 1 + random_below(turn % 10 == 0 ? 300 : 12);

		for (size_t i = 0; i < n; i++)
		{
			a[i] = random_below(5);
			b[i] = floor(exp(10 * random_unit()));
			c[i] = random_unit();
		}
		inf_peerindex_score(part, n, score);
		for (size_t i = 0; i < n; i++)
			mixed[i] = round(n == 1 ? 0
			                        : (double) (n - 1) / 50 *
			                              (3 * rank_by_counting(a, n, i) +
			                               rank_by_counting(b, n, i) + rank_by_counting(c, n, i)));
		for (size_t i = 0; i < n; i++)
			bad += fabs(score[i] - rank_by_counting(mixed, n, i)) > 1e-9;
		inf_klout_score(part, n, score);
		for (size_t i = 0; i < n; i++)
			out_of_range += !(score[i] >= 1 && score[i] <= 100);
	}
	ok(bad == 0, "300 random communities: ranks are those found by counting");
	ok(out_of_range == 0, "and scores lie between 1 and 100");
	return done();
}
