/*
 * influence_score.c
 *		influence_score(orders, customers): the score of any grouped result, a window function.
 *
 * The first call in a partition reads all its rows; every call returns the score of its row.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/float.h"
#include "utils/memutils.h"
#include "windowapi.h"

#include "core/host.h"
#include "core/rate_score.h"

#define ARG_ORDERS 0
#define ARG_CUSTOMERS 1

/* The partition-local memory. */
typedef struct Scores
{
	double *score; /* a row each, NaN: none; NULL: not computed yet */
} Scores;

/* Reads the row's counts; false if it has none. */
static bool
read_row(WindowObject winobj, int64 position, InfRate *rate)
{
	double orders, customers;
	bool isnull;

	orders = DatumGetFloat8(WinGetFuncArgInPartition(winobj, ARG_ORDERS, (int) position,
	                                                 WINDOW_SEEK_HEAD, false, &isnull, NULL));
	if (isnull)
		return false;
	customers = DatumGetFloat8(WinGetFuncArgInPartition(winobj, ARG_CUSTOMERS, (int) position,
	                                                    WINDOW_SEEK_HEAD, false, &isnull, NULL));
	if (isnull)
		return false;
	if (!isfinite(orders) || !isfinite(customers) || customers < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("orders and customers must be finite, and customers 0 or more"),
		                errhint("Count the customers whom each influencer reached, and the orders "
		                        "credited to it.")));
	rate->orders = orders;
	rate->customers = customers;
	rate->index = (size_t) position;
	return customers > 0;
}

static void
compute_scores(WindowObject winobj, Scores *scores)
{
	MemoryContext old = MemoryContextSwitchTo(GetMemoryChunkContext(scores));
	int64 nrows = WinGetPartitionRowCount(winobj);
	MemoryContext row =
	    AllocSetContextCreate(CurrentMemoryContext, "influence row", ALLOCSET_SMALL_SIZES);
	InfRate *rates;
	size_t n = 0;

	if (nrows > PG_INT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("partition has more than %d rows", PG_INT32_MAX),
		                errhint("Group by the influencer first.")));
	rates = INF_ALLOC_ARRAY(InfRate, nrows);
	scores->score = INF_ALLOC_ARRAY(double, nrows);
	for (int64 position = 0; position < nrows; position++)
	{
		scores->score[position] = get_float8_nan();
		/* arguments are expressions, which may take memory */
		MemoryContextSwitchTo(row);
		n += read_row(winobj, position, &rates[n]);
		MemoryContextReset(row);
		CHECK_FOR_INTERRUPTS();
	}
	MemoryContextSwitchTo(GetMemoryChunkContext(scores));
	MemoryContextDelete(row);
	inf_rate_scores(rates, n);
	for (size_t i = 0; i < n; i++)
		scores->score[rates[i].index] = rates[i].score;
	pfree(rates);
	MemoryContextSwitchTo(old);
}

PG_FUNCTION_INFO_V1(influence_score);
Datum
influence_score(PG_FUNCTION_ARGS)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	Scores *scores = WinGetPartitionLocalMemory(winobj, sizeof(Scores));
	double score;

	if (scores->score == NULL)
		compute_scores(winobj, scores);
	score = scores->score[WinGetCurrentPosition(winobj)];
	if (isnan(score))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(score);
}
