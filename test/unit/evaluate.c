/*
 * distribution.c
 *		Answers lines of a function's name and its arguments with the function's value.
 */
#include "core/distribution.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct Function
{
	const char *name;
	double (*one)(double);
	double (*two)(double, double);
	double (*three)(double, double, double);
} Function;

static const Function functions[] = {
    {.name = "normal_cdf", .one = inf_normal_cdf},
    {.name = "normal_upper", .one = inf_normal_upper},
    {.name = "normal_density", .one = inf_normal_density},
    {.name = "normal_quantile", .one = inf_normal_quantile},
    {.name = "log_gamma", .one = inf_log_gamma},
    {.name = "digamma", .one = inf_digamma},
    {.name = "gamma_lower", .two = inf_gamma_lower},
    {.name = "gamma_upper", .two = inf_gamma_upper},
    {.name = "gamma_quantile", .two = inf_gamma_quantile},
    {.name = "beta_lower", .three = inf_beta_lower},
    {.name = "beta_upper", .three = inf_beta_upper},
    {.name = "beta_quantile", .three = inf_beta_quantile},
    {.name = "binomial_lower", .three = inf_binomial_lower},
    {.name = "binomial_upper", .three = inf_binomial_upper},
    {.name = "t_upper", .two = inf_t_upper},
    {.name = "t_quantile", .two = inf_t_quantile},
};

int
main(void)
{
	char line[256], name[64];
	double a = 0, b = 0, c = 0;

	while (fgets(line, sizeof(line), stdin) != NULL)
	{
		double value = NAN;

		if (sscanf(line, "%63s %lf %lf %lf", name, &a, &b, &c) < 2)
			return 1;
		for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		{
			const Function *f = &functions[i];

			if (strcmp(f->name, name) == 0)
				value = f->one != NULL   ? f->one(a)
				        : f->two != NULL ? f->two(a, b)
				                         : f->three(a, b, c);
		}
		printf("%.17g\n", value);
	}
	return 0;
}
