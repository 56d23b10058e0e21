/*
 * model.h
 *		Attribution models: their names, parameters and legal values.
 *
 * The catalogue knows every model by name; the parser takes a model's text apart without
 * interpreting the parameters, which the host does (it knows intervals and numbers).
 */
#ifndef INF_MODEL_H
#define INF_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stored in values: never renumber. */
typedef enum InfModelKind
{
	INF_FIRST_TOUCH = 1,
	INF_LAST_TOUCH = 2,
	INF_LINEAR = 3,
	INF_TIME_DECAY = 4,
	INF_POSITION_BASED = 5,
	INF_PARTICIPATION = 6,
	INF_SHAPLEY = 7,
	INF_SHAPLEY_RATE = 8,
	INF_MARKOV = 9
} InfModelKind;

#define INF_MAX_MODEL_PARAMS 2

#define INF_MAX_MARKOV_ORDER 5
#define INF_MAX_SHAPLEY_EXACT 20

typedef enum InfParamKind
{
	INF_PARAM_NONE,
	INF_PARAM_HALF_LIFE, /* microseconds, more than 0 */
	INF_PARAM_SHARE,     /* 0..1 */
	INF_PARAM_COUNT      /* a small whole number */
} InfParamKind;

/* A model with its parameters. Fields that its kind does not use are 0. */
typedef struct InfModel
{
	InfModelKind kind;
	int32_t size;       /* markov: the order k; shapley_rate: exact up to so many influencers */
	int64_t half_life;  /* time_decay: microseconds */
	double first_share; /* position_based: credit of the first touch */
	double last_share;  /* position_based: credit of the last touch */
} InfModel;

/* What the catalogue says of a name. */
typedef struct InfModelEntry
{
	const char *name;
	InfModel defaults;
	int nparams; /* it takes none, or just so many, unless all are optional */
	InfParamKind params[INF_MAX_MODEL_PARAMS];
	bool alias; /* another name for another entry's model */
} InfModelEntry;

/* A piece of the text that is being parsed; not zero-terminated. */
typedef struct InfSlice
{
	const char *start;
	size_t length;
} InfSlice;

/* A model's text, taken apart. */
typedef struct InfModelText
{
	InfSlice name;
	int nparams;
	InfSlice params[INF_MAX_MODEL_PARAMS + 1]; /* one more, so that "too many" can be told */
} InfModelText;

/* The legal texts, for hints. */
extern const char inf_model_hint[];

/*
 * Takes "name" or "name(param, ...)" apart; case and white space are free. False if the text is
 * malformed. nparams counts all parameters, also those beyond what fits in params.
 */
extern bool inf_model_split(const char *text, size_t length, InfModelText *out);

/* The entry of a name, whatever its case, or NULL. */
extern const InfModelEntry *inf_model_find(InfSlice name);

/* The entry whose name is printed for a model of this kind. */
extern const InfModelEntry *inf_model_entry(InfModelKind kind);

/* NULL if the model is one that may exist; else what is wrong with it, in one lower-case line. */
extern const char *inf_model_problem(const InfModel *model);

/* Does the model need the whole population, and not one order alone? */
extern bool inf_model_is_data_driven(InfModelKind kind);

/* Can the credits of a journey be had from that journey alone? Rule models, and shapley. */
extern bool inf_model_is_journey_wise(InfModelKind kind);

/* Do the credits of one order sum to 1? */
extern bool inf_model_sums_to_one(InfModelKind kind);

#endif
