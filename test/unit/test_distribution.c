/* Distributions: values known in closed form, identities, and quantiles there and back. */
#include "core/distribution.h"

#include <math.h>
#include <stdlib.h>

#include "tap.h"

static double
error_of(double got, double want)
{
	return got == want ? 0 : fabs(got - want) / fabs(want);
}

/* 10 to a random power */
static double
random_power(double low, double high)
{
	return pow(10, low + (high - low) * random_unit());
}

static void
test_known(void)
{
	double worst = 0;

	ok(inf_normal_cdf(0) == 0.5 && inf_normal_upper(0) == 0.5, "half of the normal is below 0");
	ok(error_of(inf_normal_upper(1.9599639845400545), 0.025) < 1e-14, "1.96 cuts off 2.5 %%");
	ok(error_of(inf_normal_quantile(0.975), 1.9599639845400545) < 1e-15, "and back");
	ok(error_of(inf_normal_quantile(1e-300), -37.047096299361201) < 1e-14, "a tail of 1e-300");
	ok(inf_normal_quantile(0) == -INFINITY && inf_normal_quantile(1) == INFINITY, "all of it");
	ok(error_of(inf_log_gamma(0.5), 0.5723649429247001) < 1e-15, "Gamma(1/2) is the root of pi");
	ok(inf_log_gamma(1) == 0 && inf_log_gamma(2) == 0, "0! and 1! are exact");
	ok(error_of(inf_log_gamma(1 + 0x1p-30), -5.3757397843110446e-10) < 1e-15,
	   "near 1, relatively exact");
	ok(error_of(inf_digamma(1), -0.5772156649015329) < 1e-15, "Euler's constant");
	ok(error_of(inf_t_upper(1, 1), 0.25) < 1e-15, "a quarter of Cauchy is above 1");
	ok(error_of(inf_t_upper(1e200, 1), 1 / 3.14159265358979324e200) < 1e-12, "far out in Cauchy");
	ok(error_of(inf_t_quantile(0.975, 10), 2.2281388519862739) < 1e-13, "Student's own table");
	ok(inf_t_quantile(0.5, 3) == 0, "the middle of t");

	/* whole a: Q(a, x) = e^-x sum of x^k / k! */
	for (int a = 1; a <= 30; a++)
		for (double x = 0.01; x < 200; x *= 1.7)
		{
			double term = exp(-x), sum = 0;

			for (int k = 0; k < a; k++)
			{
				sum += term;
				term *= x / (k + 1);
			}
			worst = fmax(worst, error_of(inf_gamma_upper(a, x), sum));
		}
	ok(worst < 1e-12, "gamma of a whole shape against its sum: %g", worst);
	worst = 0;
	for (int n = 1; n <= 40; n++)
		for (double p = 0.003; p < 1; p += 0.0371)
		{
			double term = pow(1 - p, n), sum = 0;

			for (int k = 0; k <= n; k++)
			{
				sum += term;
				worst = fmax(worst, fabs(inf_binomial_lower(k, n, p) - sum));
				worst = fmax(worst, fabs(inf_binomial_upper(k + 1, n, p) - (1 - sum)));
				term *= (n - k) * p / ((k + 1) * (1 - p));
			}
		}
	ok(worst < 1e-13, "binomial against its sum: %g", worst);
	ok(error_of(inf_beta_lower(0.3, 1, 1), 0.3) < 1e-15, "uniform");
	ok(error_of(inf_beta_lower(1e-200, 1e-3, 1), pow(1e-200, 1e-3)) < 1e-13, "a power, far out");
	ok(error_of(inf_beta_lower(1e-9, 1, 1e8), -expm1(1e8 * log1p(-1e-9))) < 1e-13, "b of 1e8");
}

static void
test_identities(void)
{
	double gamma = 0, beta = 0, step = 0, lgamma = 0;

	for (int i = 0; i < 20000; i++)
	{
		double a = random_power(-3, 8);
		double b = random_power(-3, 8);
		double x = a * exp(random_unit() - 0.5);
		double u = a / (a + b) * exp((random_unit() - 0.5) / sqrt(a));
		double z = random_power(-3, 12);

		gamma = fmax(gamma, fabs(inf_gamma_lower(a, x) + inf_gamma_upper(a, x) - 1));
		if (u < 1)
		{
			beta = fmax(beta, fabs(inf_beta_lower(u, a, b) + inf_beta_upper(u, a, b) - 1));
			/* I_x(a + 1, b) is the smaller one */
			step = fmax(step, inf_beta_lower(u, a + 1, b) - inf_beta_lower(u, a, b));
		}
		lgamma = fmax(lgamma, fabs(inf_log_gamma(z + 1) - inf_log_gamma(z) - log(z)) /
		                          (1 + fabs(inf_log_gamma(z))));
	}
	ok(gamma < 1e-15, "both tails of gamma are 1: %g", gamma);
	ok(beta < 1e-15, "both tails of beta are 1: %g", beta);
	ok(step < 1e-10, "beta falls as a grows: %g", step);
	ok(lgamma < 1e-14, "Gamma(z + 1) = z Gamma(z): %g", lgamma);
}

static void
test_quantiles(void)
{
	double normal = 0, gamma = 0, beta = 0, t = 0;

	for (int i = 0; i < 20000; i++)
	{
		double p = random_below(2) == 0 ? random_power(-300, 0) : random_unit();
		double a = random_power(-2, 8);
		double b = random_power(-2, 8);
		double x;

		normal = fmax(normal, error_of(inf_normal_cdf(inf_normal_quantile(p)), p));
		x = inf_gamma_quantile(p, a);
		if (x > 1e-290)
			gamma = fmax(gamma, error_of(inf_gamma_lower(a, x), p));
		x = inf_beta_quantile(p, a, b);
		/* next to 1 there are few doubles */
		if (x > 1e-290 && x < 0.9)
			beta = fmax(beta, error_of(inf_beta_lower(x, a, b), p));
		x = inf_t_quantile(p, a);
		if (fabs(x) < 1e300)
			t = fmax(t, error_of(x < 0 ? inf_t_upper(-x, a) : 1 - inf_t_upper(x, a), p));
	}
	/* a rounded quantile moves a tail of 1e-300 by 1e-13 and, where it is steep, by more */
	ok(normal < 1e-12, "normal quantiles and back: %g", normal);
	ok(gamma < 1e-9, "gamma quantiles and back: %g", gamma);
	ok(beta < 1e-9, "beta quantiles and back: %g", beta);
	ok(t < 1e-12, "t quantiles and back: %g", t);
}

static void
test_edges(void)
{
	static const double odd[] = {-INFINITY, -1, -1e-300, 0,     1e-320,   1e-3,
	                             0.5,       1,  1e8,     1e300, INFINITY, NAN};
	int n = (int) (sizeof(odd) / sizeof(odd[0]));
	int outside = 0;

	ok(inf_gamma_lower(2, 0) == 0 && inf_gamma_upper(2, INFINITY) == 0, "ends of gamma");
	ok(inf_beta_lower(0, 2, 3) == 0 && inf_beta_upper(1, 2, 3) == 0 && inf_beta_lower(1, 2, 3) == 1,
	   "ends of beta");
	ok(inf_gamma_quantile(0, 2) == 0 && inf_gamma_quantile(1, 2) == INFINITY,
	   "ends of its quantiles");
	ok(inf_beta_quantile(0, 2, 3) == 0 && inf_beta_quantile(1, 2, 3) == 1, "and of beta's");
	ok(inf_t_upper(INFINITY, 3) == 0 && inf_t_upper(-INFINITY, 3) == 1 &&
	       inf_t_quantile(0, 3) == -INFINITY && inf_t_quantile(1, 3) == INFINITY,
	   "ends of t");
	ok(inf_t_upper(1.5, INFINITY) == inf_normal_upper(1.5), "t of infinite df is the normal");
	ok(isnan(inf_gamma_lower(0, 1)) && isnan(inf_beta_lower(0.5, -1, 1)) &&
	       isnan(inf_t_upper(1, 0)) && isnan(inf_normal_quantile(1.5)) &&
	       isnan(inf_beta_lower(1.5, 1, 1)),
	   "outside of the domain: no number");
	ok(inf_binomial_lower(-1, 5, 0.5) == 0 && inf_binomial_lower(5, 5, 0.5) == 1 &&
	       inf_binomial_upper(0, 5, 0.5) == 1 && inf_binomial_upper(6, 5, 0.5) == 0,
	   "ends of the binomial");

	/* whatever comes: an end, and a probability or no number */
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
		{
			double two[] = {inf_gamma_lower(odd[i], odd[j]), inf_gamma_upper(odd[i], odd[j]),
			                inf_t_upper(odd[i], odd[j])};

			inf_gamma_quantile(odd[i], odd[j]);
			inf_t_quantile(odd[i], odd[j]);
			for (int k = 0; k < 3; k++)
				outside += (two[k] < 0 || two[k] > 1);
			for (int k = 0; k < n; k++)
			{
				double p = inf_beta_lower(odd[i], odd[j], odd[k]);

				outside += (p < 0 || p > 1);
				inf_beta_quantile(odd[i], odd[j], odd[k]);
			}
		}
	ok(outside == 0, "odd arguments: %d results are no probabilities", outside);
}

int
main(void)
{
	test_known();
	test_identities();
	test_quantiles();
	test_edges();
	return done();
}
