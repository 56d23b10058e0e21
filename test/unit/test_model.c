/* The catalogue of models and its parser. */
#include "core/model.h"

#include <math.h>
#include <string.h>

#include "core/instant.h"
#include "tap.h"

static bool
splits(const char *text, const char *name, int nparams)
{
	InfModelText split;

	return inf_model_split(text, strlen(text), &split) && split.name.length == strlen(name) &&
	       memcmp(split.name.start, name, strlen(name)) == 0 && split.nparams == nparams;
}

static bool
malformed(const char *text)
{
	InfModelText split;

	return !inf_model_split(text, strlen(text), &split);
}

static const InfModelEntry *
find(const char *name)
{
	return inf_model_find((InfSlice){name, strlen(name)});
}

int
main(void)
{
	static const char *bad[] = {"",        " ",        "(",     ")",      "()",         "linear(",
	                            "linear)", "linear x", "(0.4)", "f(1",    "f(1))",      "f((1)",
	                            "f(1,)",   "f(,1)",    "f(,)",  "f(1) g", "\"linear\"", "f(1)("};
	InfModelText split;
	char noise[24];

	ok(splits("linear", "linear", 0), "a name");
	ok(splits("  linear\t\n", "linear", 0), "white space around it");
	ok(splits("linear()", "linear", 0), "empty parentheses");
	ok(splits("linear ( )", "linear", 0), "empty parentheses with blanks");
	ok(splits("Time_Decay(7 days)", "Time_Decay", 1), "a parameter with blanks inside");
	ok(splits("position_based ( 0.4 , 0.4 )", "position_based", 2), "two parameters");
	ok(splits("f(1,2,3,4,5)", "f", 5), "more parameters than any model has are counted");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(malformed(bad[i]), "malformed: %s", bad[i]);
	ok(inf_model_split("f( a b ,c)", 10, &split) && split.params[0].length == 3 &&
	       split.params[1].length == 1,
	   "parameters are trimmed");

	ok(find("LINEAR") != NULL && find("LINEAR")->defaults.kind == INF_LINEAR, "case is free");
	ok(find("linea") == NULL && find("linearx") == NULL && find("") == NULL, "no prefixes");
	ok(find("u_shaped")->alias &&
	       strcmp(inf_model_entry(INF_POSITION_BASED)->name, "position_based") == 0,
	   "an alias prints as its model");
	for (int kind = INF_FIRST_TOUCH; kind <= INF_MARKOV; kind++)
	{
		const InfModelEntry *entry = inf_model_entry(kind);

		ok(entry != NULL && inf_model_problem(&entry->defaults) == NULL,
		   "the defaults of %s are legal", entry->name);
	}
	ok(inf_model_entry(0) == NULL && inf_model_entry(99) == NULL, "unknown kinds");

	{
		InfModel m = inf_model_entry(INF_POSITION_BASED)->defaults;

		m.first_share = NAN;
		ok(inf_model_problem(&m) != NULL, "NaN is no share");
		m.first_share = 0.7;
		ok(inf_model_problem(&m) != NULL, "shares of more than 1 together");
		m.first_share = -0.1;
		ok(inf_model_problem(&m) != NULL, "a negative share");
		m.first_share = 0.6;
		ok(inf_model_problem(&m) == NULL, "shares of 1 together");
		m.half_life = 1;
		ok(inf_model_problem(&m) != NULL, "a parameter that the model does not use");
		m = inf_model_entry(INF_TIME_DECAY)->defaults;
		m.half_life = 0;
		ok(inf_model_problem(&m) != NULL, "no half-life");
		m = inf_model_entry(INF_MARKOV)->defaults;
		m.size = 6;
		ok(inf_model_problem(&m) != NULL, "Markov order 6");
	}

	/* whatever the bytes: taken apart or refused, and never read beyond the end */
	for (int i = 0; i < 200000; i++)
	{
		size_t length = random_below(sizeof(noise));

		for (size_t k = 0; k < length; k++)
			noise[k] = "abZ_09 ,().\t\377"[random_below(14)];
		if (inf_model_split(noise, length, &split))
		{
			if (split.name.start < noise || split.name.start + split.name.length > noise + length)
				ok(false, "name out of bounds");
			inf_model_find(split.name);
		}
	}
	ok(true, "random bytes");
	return done();
}
