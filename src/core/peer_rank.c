/*
 * peer_rank.c
 *		The probability that one does better than a peer drawn at random, for many at once.
 *
 * P(theta_i > theta_j) is the mean, over the narrower of the two, of the wider one's distribution
 * function, which is smooth on the scale of the wider one. So there is a lattice for each scale (a
 * level), twice as coarse as the one before. Each posterior is put on the lattice of its own level:
 * its density as weights on the points (the trapezoidal rule, which is exact to rounding for such
 * densities), and its distribution function on the same points. Weights are handed up to the
 * coarser levels, sums of distribution functions are handed down to the finer ones, both by the same
 * interpolation on eight points, whose error is below 1e-6 at four points a standard deviation.
 */
#include "core/peer_rank.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/distribution.h"
#include "core/host.h"

/* Points of a lattice to a posterior's scale: this many at least, and less than twice as many. */
#define POINTS_PER_SCALE 4

/* How far a posterior reaches: to where its density is e^-REACH of the highest. */
#define REACH 18.0

#define MAX_POINTS ((int64_t) 1 << 20)
#define MAX_LEVELS 24

/* Points beyond both ends, for the interpolation. */
#define MARGIN 8

#define POLL_EVERY 1024

/* Up to so many, all pairs are quicker. */
#define FEW_PEERS 16
#define LARGEST_PAIRED_SHAPE 1e9

typedef struct Level
{
	double step;
	int64_t n;
	double *below; /* the distribution functions of this level's and of coarser posteriors */
	double *own;   /* weights of this level's posteriors */
	double *finer; /* weights of finer ones, and from the left: up to, but without, the point */
	double *finer_before;
} Level;

typedef struct Lattices
{
	double origin;
	int nlevels;
	Level level[MAX_LEVELS];

	/* one posterior */
	size_t capacity;
	double *weight;
	double *distribution;
} Lattices;

static double
scale_of(const InfPosterior *p)
{
	if (p->shape == 0)
		return p->scale;
	/* the logarithm of a gamma has one steep side, however small its shape */
	return p->shape > 1 ? 1 / sqrt(p->shape) : 1;
}

/* How far the posterior reaches to the left and to the right of its center. */
static double
reach(const InfPosterior *p, int side)
{
	double u;

	if (p->shape == 0)
		return sqrt(2 * REACH) * p->scale;
	/* u - expm1(u) = -REACH / shape: from beyond, Newton's steps stay beyond */
	u = side < 0 ? -(REACH / p->shape + 1) : log(REACH / p->shape + 2) + 1;
	for (int i = 0; i < 20; i++)
		u -= (u - expm1(u) + REACH / p->shape) / -expm1(u);
	return fabs(u);
}

static int
level_of(const Lattices *lattices, const InfPosterior *p)
{
	double ratio = scale_of(p) / (POINTS_PER_SCALE * lattices->level[0].step);
	int level = 0;

	while (level + 1 < lattices->nlevels && ratio >= 2)
	{
		ratio /= 2;
		level++;
	}
	return level;
}

/* The density of a normal at n points from u on, up to a factor. */
static void
normal_weights(double scale, double u, double step, size_t n, double *weight)
{
	double h = step / scale;
	double shrink = exp(-h * h);
	size_t middle = (size_t) fmin(fmax(-u / step, 0), (double) (n - 1));
	double z = u / scale + (double) middle * h;
	double ratio;

	/* each ratio of neighbours is that of the ones before times e^-(h^2) */
	weight[middle] = exp(-0.5 * z * z);
	ratio = exp(-h * (z + 0.5 * h));
	for (size_t k = middle + 1; k < n; k++)
	{
		weight[k] = weight[k - 1] * ratio;
		ratio *= shrink;
	}
	ratio = exp(h * (z - 0.5 * h));
	for (size_t k = middle; k > 0; k--)
	{
		weight[k - 1] = weight[k] * ratio;
		ratio *= shrink;
	}
}

/* The same for the logarithm of a gamma; also the derivatives of its exponent but the first. */
static void
gamma_weights(double shape, double u, double step, size_t n, double *weight, double *e)
{
	double ratio = exp(-shape * step);
	double shrink = exp(-step);
	double next = exp(u + (double) n * step);
	size_t k = n;

	while (k > 0)
	{
		double x;

		k--;
		x = u + (double) k * step;
		if (x < -40)
			break;
		e[k] = next *= shrink;
		weight[k] = exp(shape * (x - e[k] + 1));
	}
	/* the rest is the left tail, which is exponential */
	if (n > 0 && u + (double) k * step < -40)
	{
		weight[k] = exp(shape * (u + (double) k * step + 1));
		e[k] = 0;
		for (; k > 0; k--)
		{
			weight[k - 1] = weight[k] * ratio;
			e[k - 1] = 0;
		}
	}
}

/*
 * Turns weights into those that sum to 1, and into the distribution function. The sum of the weights
 * up to a point is the trapezoidal rule, which at an end in the middle wants the corrections of Euler
 * and Maclaurin: derivatives of the exponent, g, g' and g''.
 */
static void
normal_distribution(double scale, double u, double step, size_t n, double *weight,
                    double *distribution)
{
	double h = step / scale;
	double g1 = -h * h;
	double sum = 0;
	double before = 0;

	for (size_t k = 0; k < n; k++)
		sum += weight[k];
	sum = 1 / sum;
	for (size_t k = 0; k < n; k++)
	{
		double g = -(u / scale + (double) k * h) * h;
		double w = weight[k] * sum;

		distribution[k] = before + w * (0.5 - g / 12 + g * (g * g + 3 * g1) / 720);
		before += w;
		weight[k] = w;
	}
}

static void
gamma_distribution(double shape, double step, size_t n, double *weight, double *distribution)
{
	double sum = 0;
	double before = 0;

	for (size_t k = 0; k < n; k++)
		sum += weight[k];
	sum = 1 / sum;
	for (size_t k = 0; k < n; k++)
	{
		double e = distribution[k]; /* of the point, so far */
		double g = shape * (1 - e) * step;
		double g1 = -shape * e * step * step;
		double g2 = g1 * step;
		double w = weight[k] * sum;

		distribution[k] = before + w * (0.5 - g / 12 + (g * g * g + 3 * g * g1 + g2) / 720);
		before += w;
		weight[k] = w;
	}
}

/*
 * Puts a posterior on its lattice: from point *first on, weights that sum to 1, and the distribution
 * function there; returns the number of points.
 */
static size_t
lay(Lattices *lattices, const InfPosterior *posterior, const Level *level, int64_t *first)
{
	InfPosterior p = *posterior;
	double step = level->step;
	int64_t last;
	double u;
	size_t n;

	if (scale_of(&p) < POINTS_PER_SCALE * step) /* on the finest level */
		p = (InfPosterior){p.center, POINTS_PER_SCALE * step, 0};
	*first = (int64_t) ceil((p.center - reach(&p, -1) - lattices->origin) / step);
	last = (int64_t) floor((p.center + reach(&p, 1) - lattices->origin) / step);
	*first = *first < 0 ? 0 : *first;
	last = last >= level->n ? level->n - 1 : last;
	n = (size_t) (last - *first + 1);
	if (n > lattices->capacity)
	{
		lattices->capacity = n * 2;
		lattices->weight =
		    inf_realloc(lattices->weight, inf_array_size(lattices->capacity, sizeof(double)));
		lattices->distribution =
		    inf_realloc(lattices->distribution, inf_array_size(lattices->capacity, sizeof(double)));
	}
	/* a posterior reaches over some points at least */
	INF_GUARANTEED(n > 0 && lattices->weight != NULL && lattices->distribution != NULL);
	u = lattices->origin + (double) *first * step - p.center;
	if (p.shape == 0)
	{
		normal_weights(p.scale, u, step, n, lattices->weight);
		normal_distribution(p.scale, u, step, n, lattices->weight, lattices->distribution);
	}
	else
	{
		gamma_weights(p.shape, u, step, n, lattices->weight, lattices->distribution);
		gamma_distribution(p.shape, step, n, lattices->weight, lattices->distribution);
	}
	return n;
}

static void
open_lattices(Lattices *lattices, const InfPosterior *posteriors, size_t count)
{
	double low = 0, high = 0, narrow = 0, wide = 0;

	memset(lattices, 0, sizeof(*lattices));
	for (size_t i = 0; i < count; i++)
	{
		const InfPosterior *p = &posteriors[i];
		double scale = scale_of(p);
		double left = p->center - reach(p, -1);
		double right = p->center + reach(p, 1);

		low = i == 0 || left < low ? left : low;
		high = i == 0 || right > high ? right : high;
		narrow = i == 0 || scale < narrow ? scale : narrow;
		wide = i == 0 || scale > wide ? scale : wide;
	}
	narrow /= POINTS_PER_SCALE;
	if (narrow < (high - low) / (double) (MAX_POINTS - 4 * MARGIN))
		narrow = (high - low) / (double) (MAX_POINTS - 4 * MARGIN);
	while (lattices->nlevels < MAX_LEVELS &&
	       (lattices->nlevels == 0 || ldexp(narrow, lattices->nlevels) * POINTS_PER_SCALE <= wide))
	{
		Level *level = &lattices->level[lattices->nlevels];

		level->step = ldexp(narrow, lattices->nlevels);
		level->n = (int64_t) ceil((high - low) / level->step) + 2 * MARGIN;
		lattices->nlevels++;
	}
	/* points of a lattice are points of all finer ones; margins are those of the coarsest */
	lattices->origin = low - MARGIN * lattices->level[lattices->nlevels - 1].step;
	for (int l = 0; l < lattices->nlevels; l++)
	{
		Level *level = &lattices->level[l];
		size_t size;

		level->n = (int64_t) ceil((high - lattices->origin) / level->step) + MARGIN;
		size = inf_array_size((size_t) level->n + 1, sizeof(double));
		level->below = inf_alloc(size);
		level->own = inf_alloc(size);
		level->finer = inf_alloc(size);
		level->finer_before = inf_alloc(size);
		memset(level->below, 0, size);
		memset(level->own, 0, size);
		memset(level->finer, 0, size);
	}
}

static void
close_lattices(Lattices *lattices)
{
	for (int l = 0; l < lattices->nlevels; l++)
	{
		inf_free(lattices->level[l].below);
		inf_free(lattices->level[l].own);
		inf_free(lattices->level[l].finer);
		inf_free(lattices->level[l].finer_before);
	}
	inf_free(lattices->weight);
	inf_free(lattices->distribution);
}

/* In the middle between the fourth and the fifth of eight points (Lagrange). */
static const double middle[8] = {-5 / 2048.0,   49 / 2048.0,   -245 / 2048.0, 1225 / 2048.0,
                                 1225 / 2048.0, -245 / 2048.0, 49 / 2048.0,   -5 / 2048.0};

static int64_t
clamp(int64_t k, int64_t n)
{
	return k < 0 ? 0 : k >= n ? n - 1 : k;
}

/* Adds the weights of a level to those that the next coarser one has of finer posteriors. */
static void
hand_up(const Level *from, Level *to)
{
	for (int64_t k = 0; k < from->n; k++)
	{
		double w = from->own[k] + from->finer[k];

		if (w == 0)
			continue;
		if (k % 2 == 0)
			to->finer[clamp(k / 2, to->n)] += w;
		else
		{
			for (int m = 0; m < 8; m++)
				to->finer[clamp(k / 2 - 3 + m, to->n)] += w * middle[m];
		}
	}
}

/* Adds the distribution functions that a level has to those of the next finer one. */
static void
hand_down(const Level *from, Level *to)
{
	for (int64_t k = 0; k < to->n; k++)
	{
		if (k % 2 == 0)
			to->below[k] += from->below[clamp(k / 2, from->n)];
		else
		{
			double sum = 0;

			for (int m = 0; m < 8; m++)
				sum += middle[m] * from->below[clamp(k / 2 - 3 + m, from->n)];
			to->below[k] += sum;
		}
	}
}

/* Puts all posteriors on their lattices. */
static void
lay_all(Lattices *lattices, const InfPosterior *posteriors, size_t count)
{
	for (size_t i = 0; i < count; i++)
	{
		Level *level = &lattices->level[level_of(lattices, &posteriors[i])];
		int64_t first;
		size_t n = lay(lattices, &posteriors[i], level, &first);

		INF_GUARANTEED(n == 0 || (lattices->weight != NULL && lattices->distribution != NULL));
		for (size_t k = 0; k < n; k++)
		{
			level->own[first + (int64_t) k] += lattices->weight[k];
			level->below[first + (int64_t) k] += lattices->distribution[k];
		}
		/* whole from there on; added up later */
		level->finer_before[first + (int64_t) n] += 1;
		if (i % POLL_EVERY == 0)
			inf_poll();
	}
}

/* P(a > b) */
static double
beats(const InfPosterior *a, const InfPosterior *b)
{
	double ratio;
	InfUnitPoint point;

	if (a->shape == 0)
		return inf_normal_cdf((a->center - b->center) /
		                      sqrt(a->scale * a->scale + b->scale * b->scale));
	/* of two gammas, the share of the one in both is a beta; the ratio is that of their rates */
	ratio = exp(log(a->shape) - a->center - log(b->shape) + b->center);
	point.x = 1 / (1 + ratio);
	point.y = isfinite(ratio) ? ratio / (1 + ratio) : 1;
	return inf_beta_tail(point, b->shape, a->shape);
}

/* Are all pairs quicker, and within reach of the distributions? */
static bool
are_few(const InfPosterior *posteriors, size_t count)
{
	for (size_t i = 0; i < count && i <= FEW_PEERS; i++)
	{
		if (i == FEW_PEERS || posteriors[i].shape > LARGEST_PAIRED_SHAPE)
			return false;
	}
	return true;
}

static double
between_0_and_1(double x)
{
	return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* All pairs: for a few, whose lattices may be large. */
static void
rank_pairs(const InfPosterior *posteriors, size_t count, double *better)
{
	for (size_t i = 0; i < count; i++)
	{
		double sum = 0;

		/* with itself, so that those who are alike have the same sum */
		for (size_t j = 0; j < count; j++)
			sum += beats(&posteriors[i], &posteriors[j]);
		better[i] = between_0_and_1((sum - 0.5) / (double) (count - 1));
		inf_poll();
	}
}

void
inf_peer_rank(const InfPosterior *posteriors, size_t count, double *better)
{
	Lattices lattices;

	if (are_few(posteriors, count))
	{
		rank_pairs(posteriors, count, better);
		return;
	}
	open_lattices(&lattices, posteriors, count);
	for (int l = 0; l < lattices.nlevels; l++)
		memset(lattices.level[l].finer_before, 0,
		       ((size_t) lattices.level[l].n + 1) * sizeof(double));
	lay_all(&lattices, posteriors, count);
	for (int l = 0; l < lattices.nlevels; l++)
	{
		Level *level = &lattices.level[l];
		double whole = 0;
		double before = 0;

		for (int64_t k = 0; k < level->n; k++)
		{
			whole += level->finer_before[k];
			level->below[k] += whole;
			level->finer_before[k] = before;
			before += level->finer[k];
		}
		level->finer_before[level->n] = before;
		if (l + 1 < lattices.nlevels)
			hand_up(level, &lattices.level[l + 1]);
		inf_poll();
	}
	for (int l = lattices.nlevels - 1; l > 0; l--)
	{
		hand_down(&lattices.level[l], &lattices.level[l - 1]);
		inf_poll();
	}

	for (size_t i = 0; i < count; i++)
	{
		const Level *level = &lattices.level[level_of(&lattices, &posteriors[i])];
		int64_t first;
		size_t n = lay(&lattices, &posteriors[i], level, &first);
		double sum = level->finer_before[first];

		INF_GUARANTEED(lattices.weight != NULL && lattices.distribution != NULL);
		for (size_t k = 0; k < n; k++)
		{
			size_t at = (size_t) first + k;

			sum += lattices.weight[k] * level->below[at] +
			       level->finer[at] * (1 - lattices.distribution[k]);
		}
		/* without itself, which it beats half the time */
		better[i] = between_0_and_1((sum - 0.5) / (double) (count - 1));
		if (i % POLL_EVERY == 0)
			inf_poll();
	}
	close_lattices(&lattices);
}
