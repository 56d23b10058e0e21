/*
 * join_side.c
 *		What an attribution join reads of the rows of one side: keys, instant, lookback, columns.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tupmacs.h"
#include "common/int.h"
#include "executor/executor.h"
#include "utils/memutils.h"

#include "attribution_window.h"
#include "compat.h"
#include "core/instant.h"
#include "duration.h"
#include "join_side.h"

/*
 * A lookback that is an error: whoever evaluates the operator pair by pair meets it only with a
 * row of the same key. So do we. Types of a wrong window are kept as the number of the type.
 */
#define BAD_SPAN_INFINITE (-1)
#define BAD_SPAN_MONTHS (-2)
#define BAD_SPAN_RANGE (-3)
#define BAD_SPAN_NEGATIVE (-4)
#define BAD_SPAN_TYPE (-16) /* and below: minus the type */

static inline int64
in_units(int64 lookback, bool is_date)
{
	return is_date ? lookback / INF_US_PER_DAY : lookback;
}

int64
inf_span_of_interval(const Interval *span, bool is_date)
{
	int64 lookback;

	if (INTERVAL_IS_INFINITE(span))
		return BAD_SPAN_INFINITE;
	if (span->month != 0)
		return BAD_SPAN_MONTHS;
	if (pg_mul_s64_overflow(span->day, INF_US_PER_DAY, &lookback) ||
	    pg_add_s64_overflow(lookback, span->time, &lookback))
		return BAD_SPAN_RANGE;
	if (lookback < 0)
		return BAD_SPAN_NEGATIVE;
	return in_units(lookback, is_date);
}

static int64
span_of_window(const AttributionWindow *window, TimeType type)
{
	if (window->type == (int32) type && window->lookback >= 0)
		return in_units(window->lookback, type == TIME_DATE);
	return BAD_SPAN_TYPE - (window->type & 0xff);
}

void
inf_span_error(int64 span, TimeType type)
{
	Interval interval = {0};
	AttributionWindow window = {0};

	switch (span)
	{
		case BAD_SPAN_INFINITE:
			SET_INTERVAL_INFINITE(&interval);
			break;
		case BAD_SPAN_MONTHS:
			interval.month = 1;
			break;
		case BAD_SPAN_RANGE:
			interval.day = PG_INT32_MAX;
			interval.time = PG_INT64_MAX;
			break;
		case BAD_SPAN_NEGATIVE:
			interval.day = -1;
			break;
		default:
			window.type = (int32) (BAD_SPAN_TYPE - span);
			window.lookback = window.type == (int32) type ? -1 : 0;
			inf_window_check(&window, type);
	}
	inf_duration_of_interval(&interval, "lookback window");
	elog(ERROR, "unexpected lookback window");
}

SideExpression
inf_side_expression(JoinSide *side, Expr *expression, PlanState *parent)
{
	SideExpression result = {0};

	/* a value of another type that is the same bytes: a varchar as text */
	while (IsA(expression, RelabelType))
		expression = ((RelabelType *) expression)->arg;
	if (IsA(expression, Var) && ((Var *) expression)->varattno > 0)
	{
		result.attno = ((Var *) expression)->varattno;
		side->natts = Max(side->natts, result.attno);
	}
	else
		result.state = ExecInitExpr(expression, parent);
	return result;
}

static inline Datum
evaluate(const SideExpression *expression, TupleTableSlot *slot, ExprContext *econtext,
         bool *isnull)
{
	if (expression->attno > 0)
	{
		*isnull = slot->tts_isnull[expression->attno - 1];
		return slot->tts_values[expression->attno - 1];
	}
	econtext->ecxt_outertuple = slot;
	return ExecEvalExpr(expression->state, econtext, isnull);
}

/* The instant, and the lookback if it comes with it. */
static inline bool
read_instant(JoinSide *side, TupleTableSlot *slot, ExprContext *econtext)
{
	bool isnull;
	Datum value = evaluate(&side->at, slot, econtext, &isnull);

	if (isnull)
		return false;
	if (side->is_window)
	{
		AttributionWindow *window = (AttributionWindow *) DatumGetPointer(value);

		side->lookback = span_of_window(window, side->time_type);
		side->instant = window->at;
		if (side->lookback < 0)
			return true; /* an instant of another type, perhaps */
	}
	else
		side->instant = side->is_date ? DatumGetDateADT(value) : DatumGetTimestamp(value);
	return inf_side_instant_is_finite(side);
}

static inline FmgrInfo *
hash_function(const JoinSide *side, JoinKey *key)
{
	return side->is_build ? &key->build_hash : &key->probe_hash;
}

/* From where in a table's row the keys are read; false if not all of them are there. */
static bool
find_keys(const JoinSide *side, PageKey *keys)
{
	if (side->keys->nkeys > INF_MOST_PAGE_KEYS)
		return false;
	for (int i = 0; i < side->keys->nkeys; i++)
	{
		JoinKey *key = &side->keys->keys[i];

		keys[i] = (PageKey){.key = key,
		                    .hash = hash_function(side, key),
		                    .attno = side->key_expressions[i].attno,
		                    .length = side->key_lengths[i]};
		if (keys[i].attno <= 0)
			return false;
	}
	return true;
}

/*
 * From now on, rows are read without the plan. The filter of probes is asked last, of those only that pass
 * the sieve; where there is none, it is asked of one row after the other, for the next one may not be wanted.
 * Built rows all are. So are rows that are measured: the plan is to tell how many it has.
 */
static void
begin_scan(JoinSide *side)
{
	PlanState *plan = side->plan;
	bool is_measured = plan->instrument != NULL;
	bool is_sieved = side->sieve != NULL && side->sieve->words != NULL;
	bool filters_pages = side->may_filter && (side->is_build || is_measured);
	PageKey keys[INF_MOST_PAGE_KEYS];

	if (find_keys(side, keys) && !side->has_span && !side->is_window &&
	    (plan->qual == NULL || filters_pages || (side->may_filter && is_sieved)))
	{
		PageColumns columns = {.known = side->keys,
		                       .keys = keys,
		                       .at_attno = side->at.attno,
		                       .is_date = side->is_date,
		                       .natts = side->natts,
		                       .shape = &side->shape};

		side->page =
		    inf_page_begin((ScanState *) plan, &columns, plan->qual != NULL && filters_pages);
	}
	/* pages tell of their rows, rows do not */
	if (side->page != NULL || !is_measured)
		side->scan = ((ScanState *) plan)->ss_currentScanDesc;
}

TupleTableSlot *
inf_side_next_of_plan(JoinSide *side)
{
	PlanState *plan = side->plan;
	TupleTableSlot *slot = ExecProcNode(plan);

	if (TupIsNull(slot))
		return NULL;
	if (side->reads_table)
		slot = plan->ps_ExprContext->ecxt_scantuple;
	if (inf_is_bare_scan(plan, side->exec, side->reads_table))
		begin_scan(side);
	return slot;
}

bool
inf_side_scan(const JoinSide *side, TupleTableSlot *slot)
{
	do
	{
		CHECK_FOR_INTERRUPTS();
		if (!table_scan_getnextslot(side->scan, ForwardScanDirection, slot))
			return false;
	} while (side->plan->qual != NULL && !inf_plan_filter(side->plan, slot));
	return true;
}

/* As it is given to inf_key_hash. */
static inline Datum
value_of_key(const JoinSide *side, int number, Datum value)
{
	switch (side->keys->keys[number].kind)
	{
		case KEY_WORD:
			return (Datum) inf_key_word(value, side->key_lengths[number]);
		case KEY_BYTES:
			return PointerGetDatum(PG_DETOAST_DATUM_PACKED(value));
		default:
			return value;
	}
}

bool
inf_side_read_slot(JoinSide *side, TupleTableSlot *slot, ExprContext *econtext)
{
	const JoinKeys *keys = side->keys;
	const SideExpression *expressions = side->key_expressions;
	MemoryContext old = NULL;
	uint64 combined = 0;
	bool matchable = false;
	bool isnull;

	inf_side_settle(side);
	slot_getsomeattrs(slot, side->natts);

	/* the common case evaluates nothing */
	if (likely(keys->is_word && expressions[0].attno > 0))
	{
		int attno = expressions[0].attno;

		if (slot->tts_isnull[attno - 1])
			return false;
		if (side->at.attno > 0 && !side->has_span && !side->is_window)
		{
			side->key = inf_key_word(slot->tts_values[attno - 1], side->key_lengths[0]);
			side->hash = inf_join_hash(side->key);
			return read_instant(side, slot, econtext);
		}
	}

	ResetExprContext(econtext);
	old = MemoryContextSwitchTo(econtext->ecxt_per_tuple_memory);
	for (int i = 0; i < keys->nkeys; i++)
	{
		JoinKey *key = &keys->keys[i];
		Datum value = evaluate(&expressions[i], slot, econtext, &isnull);

		if (isnull)
			goto done;
		side->key_values[i] = value_of_key(side, i, value);
		combined = inf_key_combine(
		    combined, inf_key_hash(key, hash_function(side, key), side->key_values[i]));
	}
	side->key = combined;
	side->hash = inf_join_hash(combined);
	if (side->has_span && !side->is_window)
	{
		Datum span = evaluate(&side->span, slot, econtext, &isnull);

		if (isnull)
			goto done;
		side->lookback = inf_span_of_interval(DatumGetIntervalP(span), side->is_date);
	}
	matchable = read_instant(side, slot, econtext);
done:
	MemoryContextSwitchTo(old);
	return matchable;
}

void
inf_side_know_keys(JoinSide *side, TupleTableSlot *slot)
{
	if (side->row == NULL || !side->row->is_read || side->keys->is_word)
		return;
	inf_side_settle(side);
	slot_getsomeattrs(slot, side->natts);
	for (int i = 0; i < side->keys->nkeys; i++)
		side->key_values[i] =
		    value_of_key(side, i, slot->tts_values[side->key_expressions[i].attno - 1]);
}

/* Are the columns, too, read in place? */
static inline bool
fills_in_place(const JoinSide *side, bool matchable)
{
	return matchable && side->row != NULL && side->row->has_columns &&
	       side->page->column_offsets != NULL;
}

uint32
inf_side_collect(JoinSide *side, TupleTableSlot *slot, bool matchable)
{
	RowShape *shape = &side->shape;

	if (shape->ncolumns == 0 || fills_in_place(side, matchable))
		return (uint32) shape->words;
	inf_side_settle(side);
	slot_getsomeattrs(slot, side->natts);
	if (matchable)
		inf_side_know_keys(side, slot);
	for (int i = 0; i < shape->ncolumns; i++)
	{
		int source = shape->columns[i].source;

		if (source > 0)
		{
			side->values[i] = slot->tts_values[source - 1];
			side->isnull[i] = slot->tts_isnull[source - 1];
		}
		else if (source == ROW_NUMBER)
		{
			side->values[i] = Int64GetDatum(side->number);
			side->isnull[i] = false;
		}
		else
		{
			side->values[i] = matchable ? side->key_values[-1 - source] : (Datum) 0;
			side->isnull[i] = !matchable;
		}
	}
	return inf_row_words(shape, side->values, side->isnull);
}

void
inf_side_fill(const JoinSide *side, uint64 *row, bool matchable)
{
	ROW_AT(row) = matchable ? side->instant : 0;
	if (side->shape.has_head)
		ROW_HEAD(row)->state = matchable ? ROW_MATCHABLE : ROW_UNMATCHABLE;
	if (side->shape.span)
		row[side->shape.span] = matchable ? (uint64) side->lookback : 0;
	if (fills_in_place(side, matchable))
		inf_page_fill(side->page, &side->shape, side->row, row);
	else
		inf_row_fill(&side->shape, row, side->values, side->isnull);
}
