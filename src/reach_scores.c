/*
 * reach_scores.c
 *		kred_points(), kred_outreach(), and the window functions kred_influence(), klout_score() and
 *		peerindex_score().
 *
 * A community is the window's partition. The first call in it reads all its rows and computes the
 * score of each; every call returns that of its row. A row with a NULL part has no score, and the
 * others are scored as if it were not there.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "windowapi.h"

#include "compat.h"
#include "core/host.h"
#include "core/reach_scores.h"

#define MAX_PARTS 3

typedef void (*ScoreFunction)(const double *const *part, size_t n, double *score);

typedef struct ReachScore
{
	ScoreFunction compute;
	int parts;
	const char *part_name[MAX_PARTS];
} ReachScore;

/* The partition-local memory. */
typedef struct Community
{
	bool ready;
	double *score; /* a row each; NaN: none */
} Community;

static void
check_amount(double value, const char *what)
{
	if (!isfinite(value) || value < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("%s must be a finite number that is not negative", what),
		                errhint("Leave rows without a value NULL: they get no score.")));
}

/* Reads a row's parts; false if one is NULL. */
static bool
read_row(WindowObject winobj, const ReachScore *kind, int64 position, double *value)
{
	for (int p = 0; p < kind->parts; p++)
	{
		bool isnull;
		Datum part = WinGetFuncArgInPartition(winobj, p, (int) position, WINDOW_SEEK_HEAD, false,
		                                      &isnull, NULL);

		if (isnull)
			return false;
		value[p] = DatumGetFloat8(part);
		check_amount(value[p], kind->part_name[p]);
	}
	return true;
}

static void
score_community(WindowObject winobj, const ReachScore *kind, Community *community)
{
	MemoryContext old = MemoryContextSwitchTo(GetMemoryChunkContext(community));
	int64 nrows = WinGetPartitionRowCount(winobj);
	MemoryContext row =
	    AllocSetContextCreate(CurrentMemoryContext, "influence row", ALLOCSET_SMALL_SIZES);
	double *part[MAX_PARTS] = {NULL};
	double *score;
	size_t n = 0;

	if (nrows > PG_INT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("community has more than %d rows", PG_INT32_MAX),
		                errhint("Use a window with PARTITION BY the community.")));
	community->score = INF_ALLOC_ARRAY(double, nrows);
	score = INF_ALLOC_ARRAY(double, nrows);
	for (int p = 0; p < kind->parts; p++)
		part[p] = INF_ALLOC_ARRAY(double, nrows);
	for (int64 position = 0; position < nrows; position++)
	{
		double value[MAX_PARTS];
		bool has_parts;

		/* arguments are expressions, which may take memory */
		MemoryContextSwitchTo(row);
		has_parts = read_row(winobj, kind, position, value);
		MemoryContextReset(row);
		community->score[position] = has_parts ? 0 : (double) NAN;
		for (int p = 0; has_parts && p < kind->parts; p++)
			part[p][n] = value[p];
		n += has_parts;
		CHECK_FOR_INTERRUPTS();
	}
	MemoryContextSwitchTo(GetMemoryChunkContext(community));
	MemoryContextDelete(row);
	if (n > 0)
		kind->compute((const double *const *) part, n, score);
	n = 0;
	for (int64 position = 0; position < nrows; position++)
	{
		if (!isnan(community->score[position]))
			community->score[position] = score[n++];
	}
	for (int p = 0; p < kind->parts; p++)
		pfree(part[p]);
	pfree(score);
	community->ready = true;
	MemoryContextSwitchTo(old);
}

/* The current row's score; NaN if it has none. */
static double
score_of_row(FunctionCallInfo fcinfo, const ReachScore *kind)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	Community *community = WinGetPartitionLocalMemory(winobj, sizeof(Community));

	if (!community->ready)
		score_community(winobj, kind, community);
	return community->score[WinGetCurrentPosition(winobj)];
}

PG_FUNCTION_INFO_V1(klout_score);
Datum
klout_score(PG_FUNCTION_ARGS)
{
	static const ReachScore kind = {
	    inf_klout_score, 3, {"true reach", "amplification", "network impact"}};
	double score = score_of_row(fcinfo, &kind);

	if (isnan(score))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(score);
}

PG_FUNCTION_INFO_V1(peerindex_score);
Datum
peerindex_score(PG_FUNCTION_ARGS)
{
	static const ReachScore kind = {inf_peerindex_score, 3, {"authority", "audience", "activity"}};
	double score = score_of_row(fcinfo, &kind);

	if (isnan(score))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(score);
}

PG_FUNCTION_INFO_V1(kred_influence);
Datum
kred_influence(PG_FUNCTION_ARGS)
{
	static const ReachScore kind = {inf_kred_influence, 1, {"points"}};
	double score = score_of_row(fcinfo, &kind);

	if (isnan(score))
		PG_RETURN_NULL();
	PG_RETURN_INT64((int64) score);
}

PG_FUNCTION_INFO_V1(kred_outreach);
Datum
kred_outreach(PG_FUNCTION_ARGS)
{
	double points = PG_GETARG_FLOAT8(0);

	check_amount(points, "points");
	PG_RETURN_INT64(inf_kred_outreach(points));
}

PG_FUNCTION_INFO_V1(kred_points);
Datum
kred_points(PG_FUNCTION_ARGS)
{
	text *kind;
	int64 followers = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT64(1);
	int64 points;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	kind = PG_GETARG_TEXT_PP(0);
	points = inf_kred_points(VARDATA_ANY(kind), VARSIZE_ANY_EXHDR(kind), followers);
	if (points < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("unknown kind of engagement \"%s\"", text_to_cstring(kind)),
		                errhint("Use one of: %s.", INF_KRED_KINDS)));
	if (followers < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("number of followers must not be negative"),
		                errhint("Leave it NULL where it is not known.")));
	PG_RETURN_INT64(points);
}
