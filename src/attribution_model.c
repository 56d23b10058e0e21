/*
 * attribution_model.c
 *		Text and binary input and output of attribution_model, and its comparisons.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "common/shortest_dec.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/timestamp.h"

#include "attribution_model.h"
#include "compat.h"
#include "core/instant.h"
#include "duration.h"

static int64
bits_of_double(double value)
{
	int64 bits;

	value += 0.0; /* no minus zero: equal models have equal bytes */
	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static double
double_of_bits(int64 bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static void
pack_params(const InfModel *model, int64 *param)
{
	param[0] = param[1] = 0;
	switch (model->kind)
	{
		case INF_TIME_DECAY:
			param[0] = model->half_life;
			break;
		case INF_POSITION_BASED:
			param[0] = bits_of_double(model->first_share);
			param[1] = bits_of_double(model->last_share);
			break;
		case INF_MARKOV:
		case INF_SHAPLEY_RATE:
			param[0] = model->size;
			break;
		default:
			break;
	}
}

/* Returns what is wrong with the parameters, or NULL. */
static const char *
unpack_params(uint8 kind, const int64 *param, InfModel *model)
{
	int64 check[INF_MAX_MODEL_PARAMS];
	const char *problem;

	memset(model, 0, sizeof(*model));
	model->kind = kind;
	switch (kind)
	{
		case INF_TIME_DECAY:
			model->half_life = param[0];
			break;
		case INF_POSITION_BASED:
			model->first_share = double_of_bits(param[0]);
			model->last_share = double_of_bits(param[1]);
			break;
		case INF_MARKOV:
		case INF_SHAPLEY_RATE:
			model->size = (int32) param[0];
			break;
		default:
			break;
	}
	problem = inf_model_problem(model);
	if (problem == NULL)
	{
		/* one form for each model: nothing set that it does not use */
		pack_params(model, check);
		if (check[0] != param[0] || check[1] != param[1])
			problem = "parameter set that the attribution model does not use";
	}
	return problem;
}

static Datum
model_to_datum(const InfModel *model)
{
	AttributionModel *value = palloc0(sizeof(AttributionModel));

	SET_VARSIZE(value, sizeof(AttributionModel));
	value->version = MODEL_VERSION;
	value->kind = (uint8) model->kind;
	pack_params(model, value->param);
	return PointerGetDatum(value);
}

InfModel
inf_model_of_datum(Datum datum)
{
	const AttributionModel *value = (const AttributionModel *) PG_DETOAST_DATUM(datum);
	const char *problem = NULL;
	InfModel model = {0};

	if (VARSIZE(value) != sizeof(AttributionModel))
		problem = "wrong size";
	else if (value->version != MODEL_VERSION)
		problem = "unknown version";
	else if (value->unused != 0)
		problem = "unknown flags";
	else
		problem = unpack_params(value->kind, value->param, &model);
	if (problem != NULL)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("invalid attribution_model value"),
		                errdetail_internal("%s", problem)));
	return model;
}

/* Raises 22023 with the legal values. */
static void
check_model(const InfModel *model)
{
	const char *problem = inf_model_problem(model);

	if (problem != NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s", problem),
		                errhint("%s", inf_model_hint)));
}

static void
reject_param(const char *model, const char *detail)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
	                errmsg("invalid input syntax for type %s: \"%s\"", "attribution_model", model),
	                errdetail("%s", detail)));
}

static double
parse_share(const char *model, const char *text)
{
	double share;
	char *end;

	errno = 0;
	share = strtod(text, &end);
	if (end == text || *end != '\0')
		reject_param(model, "A share is a number between 0 and 1.");
	return share;
}

static int32
parse_count(const char *model, const char *text)
{
	long count;
	char *end;

	errno = 0;
	count = strtol(text, &end, 10);
	if (end == text || *end != '\0')
		reject_param(model, "The parameter is a whole number.");
	/* whatever does not fit is as illegal as -1 is */
	return (errno != 0 || count < 0 || count > PG_INT16_MAX) ? -1 : (int32) count;
}

static void
parse_param(InfModel *model, const InfModelEntry *entry, int n, const char *whole, const char *text)
{
	switch (entry->params[n])
	{
		case INF_PARAM_HALF_LIFE:
			model->half_life = inf_duration_of_text(text, "half-life");
			break;
		case INF_PARAM_SHARE:
			if (n == 0)
				model->first_share = parse_share(whole, text);
			else
				model->last_share = parse_share(whole, text);
			break;
		case INF_PARAM_COUNT:
			model->size = parse_count(whole, text);
			break;
		case INF_PARAM_NONE:
			break;
	}
}

static InfModel
parse_model(const char *text)
{
	InfModelText split;
	const InfModelEntry *entry;
	InfModel model;

	if (!inf_model_split(text, strlen(text), &split))
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		         errmsg("invalid input syntax for type %s: \"%s\"", "attribution_model", text),
		         errdetail("An attribution model is a name, or a name with parameters in "
		                   "parentheses, such as \"time_decay(7 days)\".")));
	entry = inf_model_find(split.name);
	if (entry == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("unknown attribution model \"%s\"",
		                       pnstrdup(split.name.start, split.name.length)),
		                errhint("%s", inf_model_hint)));
	if (split.nparams != 0 && split.nparams != entry->nparams)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("attribution model %s takes %s%d parameters, not %d", entry->name,
		                       entry->nparams == 0 ? "" : "0 or ", entry->nparams, split.nparams),
		                errhint("%s", inf_model_hint)));

	model = entry->defaults;
	for (int i = 0; i < split.nparams; i++)
		parse_param(&model, entry, i, text,
		            pnstrdup(split.params[i].start, split.params[i].length));
	check_model(&model);
	return model;
}

char *
inf_model_to_cstring(const InfModel *model)
{
	const InfModelEntry *entry = inf_model_entry(model->kind);
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoString(&buf, entry->name);
	for (int i = 0; i < entry->nparams; i++)
	{
		char share[DOUBLE_SHORTEST_DECIMAL_LEN];

		appendStringInfoString(&buf, i == 0 ? "(" : ", ");
		switch (entry->params[i])
		{
			case INF_PARAM_HALF_LIFE:
				inf_append_duration(&buf, model->half_life);
				break;
			case INF_PARAM_SHARE:
				double_to_shortest_decimal_buf(i == 0 ? model->first_share : model->last_share,
				                               share);
				appendStringInfoString(&buf, share);
				break;
			case INF_PARAM_COUNT:
				appendStringInfo(&buf, "%d", model->size);
				break;
			case INF_PARAM_NONE:
				break;
		}
	}
	if (entry->nparams > 0)
		appendStringInfoChar(&buf, ')');
	return buf.data;
}

PG_FUNCTION_INFO_V1(attribution_model_in);
Datum
attribution_model_in(PG_FUNCTION_ARGS)
{
	InfModel model = parse_model(PG_GETARG_CSTRING(0));

	return model_to_datum(&model);
}

PG_FUNCTION_INFO_V1(attribution_model_out);
Datum
attribution_model_out(PG_FUNCTION_ARGS)
{
	InfModel model = PG_GETARG_MODEL(0);

	PG_RETURN_CSTRING(inf_model_to_cstring(&model));
}

/* Message: version (1 byte), kind (1 byte), two parameters (8 bytes each). */
PG_FUNCTION_INFO_V1(attribution_model_recv);
Datum
attribution_model_recv(PG_FUNCTION_ARGS)
{
	StringInfo buf = (StringInfo) PG_GETARG_POINTER(0);
	uint8 version = (uint8) pq_getmsgbyte(buf);
	uint8 kind = (uint8) pq_getmsgbyte(buf);
	int64 param[INF_MAX_MODEL_PARAMS];
	const char *problem;
	InfModel model = {0};

	for (int i = 0; i < INF_MAX_MODEL_PARAMS; i++)
		param[i] = pq_getmsgint64(buf);
	if (version != MODEL_VERSION)
		problem = "unknown version";
	else
		problem = unpack_params(kind, param, &model);
	if (problem != NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
		                errmsg("invalid binary value for type %s", "attribution_model"),
		                errdetail_internal("%s", problem)));
	return model_to_datum(&model);
}

PG_FUNCTION_INFO_V1(attribution_model_send);
Datum
attribution_model_send(PG_FUNCTION_ARGS)
{
	InfModel model = PG_GETARG_MODEL(0);
	int64 param[INF_MAX_MODEL_PARAMS];
	StringInfoData buf;

	pack_params(&model, param);
	pq_begintypsend(&buf);
	pq_sendbyte(&buf, MODEL_VERSION);
	pq_sendbyte(&buf, (uint8) model.kind);
	for (int i = 0; i < INF_MAX_MODEL_PARAMS; i++)
		pq_sendint64(&buf, param[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* By kind, then by parameters: an order for ORDER BY, DISTINCT and indexes, of no meaning. */
static int
compare_models(FunctionCallInfo fcinfo)
{
	InfModel a = PG_GETARG_MODEL(0);
	InfModel b = PG_GETARG_MODEL(1);

#define COMPARE(x, y)                                                                              \
	if ((x) != (y))                                                                                \
	return (x) < (y) ? -1 : 1

	COMPARE(a.kind, b.kind);
	COMPARE(a.half_life, b.half_life);
	COMPARE(a.first_share, b.first_share);
	COMPARE(a.last_share, b.last_share);
	COMPARE(a.size, b.size);
#undef COMPARE
	return 0;
}

#define MODEL_COMPARISON(name, expression)                                                         \
	PG_FUNCTION_INFO_V1(name);                                                                     \
	Datum name(PG_FUNCTION_ARGS)                                                                   \
	{                                                                                              \
		int c = compare_models(fcinfo);                                                            \
		PG_RETURN_BOOL(expression);                                                                \
	}                                                                                              \
	extern Datum name(PG_FUNCTION_ARGS)

MODEL_COMPARISON(attribution_model_lt, c < 0);
MODEL_COMPARISON(attribution_model_le, c <= 0);
MODEL_COMPARISON(attribution_model_eq, c == 0);
MODEL_COMPARISON(attribution_model_ne, c != 0);
MODEL_COMPARISON(attribution_model_ge, c >= 0);
MODEL_COMPARISON(attribution_model_gt, c > 0);

PG_FUNCTION_INFO_V1(attribution_model_cmp);
Datum
attribution_model_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_models(fcinfo));
}

PG_FUNCTION_INFO_V1(attribution_model_hash);
Datum
attribution_model_hash(PG_FUNCTION_ARGS)
{
	InfModel model = PG_GETARG_MODEL(0);
	int64 key[1 + INF_MAX_MODEL_PARAMS];

	key[0] = model.kind;
	pack_params(&model, key + 1);
	PG_RETURN_UINT32(DatumGetUInt32(hash_any((unsigned char *) key, sizeof(key))));
}
