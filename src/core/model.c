/*
 * model.c
 *		The catalogue of attribution models.
 */
#include "core/model.h"

#include "core/instant.h"

const char inf_model_hint[] =
    "Models are first_touch, last_touch, linear, time_decay(half_life), "
    "position_based(first, last), u_shaped, j_shaped, inverse_j, participation, shapley, "
    "shapley_rate(exact_up_to) and markov(order).";

/* Where a kind has several names, the one that is printed stands first. */
static const InfModelEntry catalogue[] = {
    {"first_touch", {.kind = INF_FIRST_TOUCH}, 0, {INF_PARAM_NONE}, false},
    {"last_touch", {.kind = INF_LAST_TOUCH}, 0, {INF_PARAM_NONE}, false},
    {"linear", {.kind = INF_LINEAR}, 0, {INF_PARAM_NONE}, false},
    {"time_decay",
     {.kind = INF_TIME_DECAY, .half_life = 7 * INF_US_PER_DAY},
     1,
     {INF_PARAM_HALF_LIFE},
     false},
    {"position_based",
     {.kind = INF_POSITION_BASED, .first_share = 0.4, .last_share = 0.4},
     2,
     {INF_PARAM_SHARE, INF_PARAM_SHARE},
     false},
    {"u_shaped",
     {.kind = INF_POSITION_BASED, .first_share = 0.4, .last_share = 0.4},
     0,
     {INF_PARAM_NONE},
     true},
    {"j_shaped",
     {.kind = INF_POSITION_BASED, .first_share = 0.2, .last_share = 0.6},
     0,
     {INF_PARAM_NONE},
     true},
    {"inverse_j",
     {.kind = INF_POSITION_BASED, .first_share = 0.6, .last_share = 0.2},
     0,
     {INF_PARAM_NONE},
     true},
    {"participation", {.kind = INF_PARTICIPATION}, 0, {INF_PARAM_NONE}, false},
    {"shapley", {.kind = INF_SHAPLEY}, 0, {INF_PARAM_NONE}, false},
    {"shapley_rate", {.kind = INF_SHAPLEY_RATE, .size = 16}, 1, {INF_PARAM_COUNT}, false},
    {"markov", {.kind = INF_MARKOV, .size = 1}, 1, {INF_PARAM_COUNT}, false},
};

#define NENTRIES (sizeof(catalogue) / sizeof(catalogue[0]))

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static char
to_lower(char c)
{
	return (c >= 'A' && c <= 'Z') ? (char) (c + ('a' - 'A')) : c;
}

static InfSlice
trim(const char *start, const char *end)
{
	InfSlice s;

	while (start < end && is_space(*start))
		start++;
	while (end > start && is_space(end[-1]))
		end--;
	s.start = start;
	s.length = (size_t) (end - start);
	return s;
}

bool
inf_model_split(const char *text, size_t length, InfModelText *out)
{
	InfSlice whole = trim(text, text + length);
	const char *p = whole.start;
	const char *end = whole.start + whole.length;

	out->nparams = 0;
	out->name.start = p;
	while (p < end && is_name_char(*p))
		p++;
	out->name.length = (size_t) (p - out->name.start);
	if (out->name.length == 0)
		return false;

	while (p < end && is_space(*p))
		p++;
	if (p == end)
		return true;
	if (*p++ != '(' || p == end || end[-1] != ')')
		return false;
	end--;

	if (trim(p, end).length == 0)
		return true; /* "linear()" */
	for (;;)
	{
		const char *start = p;
		InfSlice param;

		while (p < end && *p != ',')
		{
			if (*p == '(' || *p == ')')
				return false;
			p++;
		}
		param = trim(start, p);
		if (param.length == 0)
			return false;
		if (out->nparams <= INF_MAX_MODEL_PARAMS)
			out->params[out->nparams] = param;
		out->nparams++;
		if (p == end)
			return true;
		p++;
	}
}

const InfModelEntry *
inf_model_find(InfSlice name)
{
	for (size_t i = 0; i < NENTRIES; i++)
	{
		const char *have = catalogue[i].name;
		size_t k = 0;

		while (k < name.length && have[k] != '\0' && have[k] == to_lower(name.start[k]))
			k++;
		if (k == name.length && have[k] == '\0')
			return &catalogue[i];
	}
	return NULL;
}

const InfModelEntry *
inf_model_entry(InfModelKind kind)
{
	for (size_t i = 0; i < NENTRIES; i++)
	{
		if (catalogue[i].defaults.kind == kind)
			return &catalogue[i];
	}
	return NULL;
}

const char *
inf_model_problem(const InfModel *model)
{
	const InfModelEntry *entry = inf_model_entry(model->kind);

	if (entry == NULL)
		return "unknown attribution model";
	if (model->kind != INF_TIME_DECAY && model->half_life != 0)
		return "half-life given to a model without one";
	if (model->kind != INF_POSITION_BASED && (model->first_share != 0 || model->last_share != 0))
		return "shares given to a model without them";

	switch (model->kind)
	{
		case INF_TIME_DECAY:
			if (model->half_life <= 0)
				return "half-life must be more than zero";
			break;
		case INF_POSITION_BASED:
			/* written so that NaN fails */
			if (!(model->first_share >= 0 && model->first_share <= 1 && model->last_share >= 0 &&
			      model->last_share <= 1))
				return "shares of the first and the last touch must be between 0 and 1";
			if (!(model->first_share + model->last_share <= 1))
				return "shares of the first and the last touch must not exceed 1 together";
			break;
		case INF_MARKOV:
			if (model->size < 1 || model->size > INF_MAX_MARKOV_ORDER)
				return "order of a Markov model must be between 1 and 5";
			return NULL;
		case INF_SHAPLEY_RATE:
			if (model->size < 1 || model->size > INF_MAX_SHAPLEY_EXACT)
				return "number of influencers up to which Shapley values are exact must be "
				       "between 1 and 20";
			return NULL;
		default:
			break;
	}
	if (model->size != 0)
		return "size given to a model without one";
	return NULL;
}

bool
inf_model_is_data_driven(InfModelKind kind)
{
	return kind == INF_SHAPLEY || kind == INF_SHAPLEY_RATE || kind == INF_MARKOV;
}

bool
inf_model_is_journey_wise(InfModelKind kind)
{
	return kind != INF_MARKOV && kind != INF_SHAPLEY_RATE;
}

bool
inf_model_sums_to_one(InfModelKind kind)
{
	return kind != INF_PARTICIPATION;
}
