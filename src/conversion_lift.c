/*
 * conversion_lift.c
 *		conversion_lift(treated, converted or value [, stratum]), and what its summary says.
 *
 * A transition function for each combination of types, as for touch_agg.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "compat.h"
#include "core/host.h"
#include "core/lift.h"
#include "identity.h"
#include "set_state.h"
#include "set_summary.h"
#include "set_value.h"

static const char type_name[] = "lift_summary";

/* The state to add to; a new one is of this outcome and has strata of this kind. */
static inline SetState *
lift_state(FunctionCallInfo fcinfo, InfOutcome outcome, InfIdentity identity)
{
	SetState *state = inf_state_argument(fcinfo, &inf_lift_kind);
	InfLiftSet *set;

	if (unlikely(state == NULL))
		state = inf_new_state(fcinfo, &inf_lift_kind);
	set = &state->builder.lift;
	if (unlikely(set->outcome != outcome || set->strata.names.identity != identity))
	{
		if (set->outcome != INF_OUTCOME_NONE)
			inf_reject_mismatch(set->outcome != outcome ? "outcomes" : "strata");
		set->outcome = outcome;
		set->strata.names.identity = identity;
	}
	return state;
}

static InfLiftCell *
cell_of(InfLiftSet *set, const InfName *stratum)
{
	InfLiftCell *cell = inf_lift_cell(set, stratum);

	if (cell == NULL)
		ereport(ERROR,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("more than %u strata", inf_max_strata(set->outcome)),
		         errhint("Put the rows into fewer, larger strata, such as by season or region.")));
	return cell;
}

static inline Datum
add_rate(SetState *state, const InfName *stratum, bool treated, bool converted)
{
	MemoryContext old = MemoryContextSwitchTo(state->header.eoh_context);

	inf_lift_add_rate(cell_of(&state->builder.lift, stratum), treated, converted);
	MemoryContextSwitchTo(old);
	PG_RETURN_STATE(state);
}

static inline Datum
add_mean(SetState *state, const InfName *stratum, bool treated, double value)
{
	MemoryContext old;

	if (unlikely(!inf_is_lift_value(value)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("value must be a number between %g and %g", -INF_MAX_LIFT_VALUE,
		                       INF_MAX_LIFT_VALUE),
		                errhint("Leave such rows out with FILTER (WHERE ...).")));
	old = MemoryContextSwitchTo(state->header.eoh_context);
	inf_lift_add_mean(cell_of(&state->builder.lift, stratum), treated, value);
	MemoryContextSwitchTo(old);
	PG_RETURN_STATE(state);
}

/* How a stratum is read: with NAME_type(n), as in set_arguments.h. */
#define STRATUM_text(n) inf_name_of_text(PG_GETARG_TEXT_PP(n))
#define STRATUM_int4(n) inf_name_of_number(PG_GETARG_INT32(n))
#define STRATUM_int8(n) inf_name_of_number(PG_GETARG_INT64(n))
#define STRATUM_bool(n) name_of_bool(PG_GETARG_BOOL(n))

#define STRATA_text INF_IDENTITY_TEXT
#define STRATA_int4 INF_IDENTITY_INTEGER
#define STRATA_int8 INF_IDENTITY_INTEGER
#define STRATA_bool INF_IDENTITY_TEXT

static inline InfName
name_of_bool(bool value)
{
	const char *word = value ? "true" : "false";

	return (InfName){.bytes = (const uint8 *) word, .length = strlen(word)};
}

#define VALUE_rate(n) PG_GETARG_BOOL(n)
#define VALUE_mean(n) PG_GETARG_FLOAT8(n)

#define OUTCOME_rate INF_OUTCOME_RATE
#define OUTCOME_mean INF_OUTCOME_MEAN

/* A row without treatment, outcome or stratum is skipped, and counted. */
#define LIFT_ADD(outcome)                                                                          \
	PG_FUNCTION_INFO_V1(lift_add_##outcome);                                                       \
	Datum lift_add_##outcome(PG_FUNCTION_ARGS)                                                     \
	{                                                                                              \
		SetState *state = lift_state(fcinfo, OUTCOME_##outcome, INF_IDENTITY_NONE);                \
		if (PG_ARGISNULL(1) || PG_ARGISNULL(2))                                                    \
		{                                                                                          \
			state->builder.lift.nskipped++;                                                        \
			PG_RETURN_STATE(state);                                                                \
		}                                                                                          \
		return add_##outcome(state, NULL, PG_GETARG_BOOL(1), VALUE_##outcome(2));                  \
	}                                                                                              \
	extern Datum lift_add_##outcome(PG_FUNCTION_ARGS)

#define LIFT_ADD_STRATUM(outcome, stratum)                                                         \
	PG_FUNCTION_INFO_V1(lift_add_##outcome##_##stratum);                                           \
	Datum lift_add_##outcome##_##stratum(PG_FUNCTION_ARGS)                                         \
	{                                                                                              \
		SetState *state = lift_state(fcinfo, OUTCOME_##outcome, STRATA_##stratum);                 \
		InfName name;                                                                              \
		if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))                                 \
		{                                                                                          \
			state->builder.lift.nskipped++;                                                        \
			PG_RETURN_STATE(state);                                                                \
		}                                                                                          \
		name = STRATUM_##stratum(3);                                                               \
		return add_##outcome(state, &name, PG_GETARG_BOOL(1), VALUE_##outcome(2));                 \
	}                                                                                              \
	extern Datum lift_add_##outcome##_##stratum(PG_FUNCTION_ARGS)

#define LIFT_ADD_ALL(outcome)                                                                      \
	LIFT_ADD(outcome);                                                                             \
	LIFT_ADD_STRATUM(outcome, text);                                                               \
	LIFT_ADD_STRATUM(outcome, int4);                                                               \
	LIFT_ADD_STRATUM(outcome, int8);                                                               \
	LIFT_ADD_STRATUM(outcome, bool)

LIFT_ADD_ALL(rate);
LIFT_ADD_ALL(mean);

static InfLiftSet
lift_of_datum(Datum value)
{
	InfPart part = inf_part_of_datum(value);
	InfLiftSet set;

	inf_lift_init(&set);
	inf_check_stored(type_name, inf_lift_add_set(&set, part.bytes, part.size));
	return set;
}

static double
confidence_argument(FunctionCallInfo fcinfo, int n)
{
	double confidence = PG_GETARG_FLOAT8(n);

	if (!(confidence > 0 && confidence < 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("confidence must lie between 0 and 1"),
		                errhint("The usual 95 percent are 0.95.")));
	return confidence;
}

/* A column that is NULL where the number is undefined. */
static void
put_number(Datum *value, bool *null, double number)
{
	*null = !isfinite(number);
	*value = *null ? (Datum) 0 : Float8GetDatum(number);
}

static void
put_interval(Datum *values, bool *nulls, InfInterval interval)
{
	put_number(&values[0], &nulls[0], interval.value);
	put_number(&values[1], &nulls[1], interval.low);
	put_number(&values[2], &nulls[2], interval.high);
}

#define LIFT_COLUMNS 14

static void
put_lift(Datum *values, bool *nulls, const InfLift *lift)
{
	values[0] = Int64GetDatum((int64) lift->rows[INF_TREATED]);
	values[1] = Int64GetDatum((int64) lift->rows[INF_CONTROL]);
	nulls[0] = nulls[1] = false;
	put_number(&values[2], &nulls[2], lift->mean[INF_TREATED]);
	put_number(&values[3], &nulls[3], lift->mean[INF_CONTROL]);
	put_interval(&values[4], &nulls[4], lift->lift);
	put_interval(&values[7], &nulls[7], lift->relative);
	put_number(&values[10], &nulls[10], lift->p_value);
	put_interval(&values[11], &nulls[11], lift->incremental);
}

PG_FUNCTION_INFO_V1(lift_result);
Datum
lift_result(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum values[LIFT_COLUMNS];
	bool nulls[LIFT_COLUMNS];
	InfLiftSet set;
	InfLift lift;

	InitMaterializedSRF(fcinfo, 0);
	set = lift_of_datum(PG_GETARG_DATUM(0));
	lift = inf_lift(&set, confidence_argument(fcinfo, 1));
	put_lift(values, nulls, &lift);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(lift_strata);
Datum
lift_strata(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	InfLiftSet set;
	InfIdentity identity;
	double confidence;

	InitMaterializedSRF(fcinfo, 0);
	set = lift_of_datum(PG_GETARG_DATUM(0));
	identity = set.strata.names.identity;
	confidence = confidence_argument(fcinfo, 1);
	for (uint32 i = 0; i < set.ncells; i++)
	{
		InfLift lift = inf_lift_of_cell(&set, i, confidence);
		Datum values[1 + LIFT_COLUMNS];
		bool nulls[1 + LIFT_COLUMNS];

		nulls[0] = identity == INF_IDENTITY_NONE;
		values[0] =
		    nulls[0] ? (Datum) 0 : inf_text_of_name(identity, inf_names_get(&set.strata.names, i));
		put_lift(values + 1, nulls + 1, &lift);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		if (i % 256 == 0)
			inf_poll();
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(lift_difference);
Datum
lift_difference(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	InfLiftSet sets[2];
	InfLift lifts[2];
	InfInterval difference = {NAN, NAN, NAN};
	double p_value = NAN;
	double confidence;
	Datum values[4];
	bool nulls[4];

	InitMaterializedSRF(fcinfo, 0);
	confidence = confidence_argument(fcinfo, 2);
	for (int i = 0; i < 2; i++)
	{
		sets[i] = lift_of_datum(PG_GETARG_DATUM(i));
		lifts[i] = inf_lift(&sets[i], confidence);
	}
	if (sets[0].outcome != INF_OUTCOME_NONE && sets[1].outcome != INF_OUTCOME_NONE)
	{
		if (sets[0].outcome != sets[1].outcome)
			ereport(ERROR,
			        (errcode(ERRCODE_DATATYPE_MISMATCH),
			         errmsg("lift of a rate and lift of a mean have no difference"),
			         errhint("Make both with conversion_lift(treated, converted), or both with "
			                 "conversion_lift(treated, value).")));
		p_value =
		    inf_lift_difference(&lifts[0], &lifts[1], sets[0].outcome, confidence, &difference);
	}
	put_interval(values, nulls, difference);
	put_number(&values[3], &nulls[3], p_value);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(lift_skipped_count);
Datum
lift_skipped_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) lift_of_datum(PG_GETARG_DATUM(0)).nskipped);
}

PG_FUNCTION_INFO_V1(lift_summary_jsonb);
Datum
lift_summary_jsonb(PG_FUNCTION_ARGS)
{
	static const char *const outcomes[] = {"none", "rate", "mean"};
	InfLiftSet set = lift_of_datum(PG_GETARG_DATUM(0));
	uint64 rows[2] = {0, 0};
	StringInfoData buf;

	for (uint32 i = 0; i < set.ncells; i++)
	{
		for (int s = 0; s < 2; s++)
			rows[s] += set.cells[i].side[s].rows;
	}
	inf_summary_begin(&buf);
	inf_summary_text(&buf, "outcome", outcomes[set.outcome]);
	inf_summary_count(&buf, "treated", rows[INF_TREATED]);
	inf_summary_count(&buf, "control", rows[INF_CONTROL]);
	if (set.strata.names.identity != INF_IDENTITY_NONE)
		inf_summary_count(&buf, "strata", set.ncells);
	inf_summary_count(&buf, "skipped", set.nskipped);
	return inf_summary_end(&buf);
}
