/*
 * touch_scan.c
 *		Puts a table's touches into a set.
 */
#include "postgres.h"

#include "executor/executor.h"

#include "compat.h"
#include "core/instant.h"
#include "identity.h"
#include "set_scan.h"
#include "touch_agg.h"

static void
begin(SetScanState *state)
{
	inf_touch_builder_init(&state->set->builder.touches, (uint8) state->time_type,
	                       state->columns[SET_CUSTOMER].identity,
	                       state->columns[TOUCH_INFLUENCER].identity);
}

static inline int64
checked_instant(const SetScanState *state, int64 word)
{
	int64 at = inf_set_instant(state, word);

	if (unlikely(!inf_is_finite(at)))
		inf_reject_touched_at();
	return at;
}

/* A touch that was read. */
typedef struct ReadTouch
{
	InfName customer;
	InfName influencer;
	int64 at;
} ReadTouch;

/* False if there is a NULL: then the row is counted. */
static bool
read_slot(SetScanState *state, TupleTableSlot *slot, ReadTouch *touch)
{
	const SetColumn *columns = state->columns;

	slot_getsomeattrs(slot, state->natts);
	for (int i = 0; i < SET_COLUMNS; i++)
	{
		if (inf_set_is_null(&columns[i], slot))
		{
			state->set->builder.touches.nskipped++;
			return false;
		}
	}
	touch->customer = inf_set_name(&columns[SET_CUSTOMER], slot);
	touch->influencer = inf_set_name(&columns[TOUCH_INFLUENCER], slot);
	touch->at = checked_instant(state, inf_set_word(&columns[TOUCH_AT], slot));
	return true;
}

/* The same of a row of a page. */
static inline bool
read_row(SetScanState *state, PageScan *pages, int number, ReadTouch *touch)
{
	OffsetNumber item = pages->items[number];
	HeapTupleHeader header = inf_page_row(pages->data, item);
	const char *found[INF_ROOM_OF_FOUND];

	INF_PAGE_SCAN_ASK(pages, number);
	if (unlikely(!inf_row_has_columns(header, state->natts)))
	{
		inf_page_scan_settle(pages, item);
		return read_slot(state, pages->slot, touch);
	}
	inf_find_all_columns(&state->places, header, found);
	touch->customer = inf_set_name_at(&state->columns[SET_CUSTOMER], found[SET_CUSTOMER]);
	touch->influencer = inf_set_name_at(&state->columns[TOUCH_INFLUENCER], found[TOUCH_INFLUENCER]);
	touch->at =
	    checked_instant(state, inf_read_word(found[TOUCH_AT], state->columns[TOUCH_AT].length));
	return true;
}

static void
add_batch(SetScanState *state, InfTouchBatch *batch)
{
	MemoryContext old = MemoryContextSwitchTo(state->set->header.eoh_context);

	inf_touch_builder_add_batch(&state->set->builder.touches, batch);
	batch->n = 0;
	MemoryContextSwitchTo(old);
	/* names may have been made of what is stored apart, or of another encoding */
	ResetExprContext(state->css.ss.ps.ps_ExprContext);
}

static inline void
put_in_batch(const SetScanState *state, InfTouchBatch *batch, const ReadTouch *touch)
{
	batch->customer[batch->n] = inf_set_key(&state->columns[SET_CUSTOMER], touch->customer);
	batch->influencer[batch->n] = touch->influencer;
	batch->at[batch->n++] = touch->at;
}

static void
add_slot(SetScanState *state, TupleTableSlot *slot)
{
	InfTouchBatch batch;
	ReadTouch touch;

	if (!read_slot(state, slot, &touch))
		return;
	batch.n = 0;
	put_in_batch(state, &batch, &touch);
	add_batch(state, &batch);
}

/* What has customers and influencers of any type. */
static void
add_page_of_names(SetScanState *state, PageScan *pages)
{
	InfTouchBatch batch;

	batch.n = 0;
	for (int i = 0; i < pages->nrows; i++)
	{
		ReadTouch touch;

		if (!read_row(state, pages, i, &touch))
			continue;
		put_in_batch(state, &batch, &touch);
		if (batch.n == lengthof(batch.at))
			add_batch(state, &batch);
	}
	INF_PAGE_SCAN_ASK_REST(pages);
	add_batch(state, &batch);
}

/* Most have customers and influencers that are numbers, in a place that is known. */
static void
add_page_of_numbers(SetScanState *state, PageScan *pages)
{
	InfNumberTouch touches[MaxHeapTuplesPerPage];
	SetColumn customer = state->columns[SET_CUSTOMER];
	SetColumn influencer = state->columns[TOUCH_INFLUENCER];
	SetColumn at = state->columns[TOUCH_AT];
	RowColumns places = state->places;
	MemoryContext old;
	int n = 0;

	for (int i = 0; i < pages->nrows; i++)
	{
		HeapTupleHeader header = inf_page_row(pages->data, pages->items[i]);
		const char *found[INF_ROOM_OF_FOUND];
		ReadTouch touch;

		if (likely(places.are_fixed && inf_row_has_columns(header, state->natts)))
		{
			INF_PAGE_SCAN_ASK(pages, i);
			inf_find_all_columns(&places, header, found);
			touches[n++] = (InfNumberTouch){
			    .customer = inf_key_of_number(inf_read_word(found[SET_CUSTOMER], customer.length)),
			    .influencer = inf_read_word(found[TOUCH_INFLUENCER], influencer.length),
			    .at = checked_instant(state, inf_read_word(found[TOUCH_AT], at.length))};
		}
		else if (read_row(state, pages, i, &touch))
			touches[n++] = (InfNumberTouch){.customer = inf_key_of_number(touch.customer.number),
			                                .influencer = touch.influencer.number,
			                                .at = touch.at};
	}
	INF_PAGE_SCAN_ASK_REST(pages);
	old = MemoryContextSwitchTo(state->set->header.eoh_context);
	inf_touch_builder_add_numbers(&state->set->builder.touches, touches, (size_t) n);
	MemoryContextSwitchTo(old);
}

static void
add_page(SetScanState *state, PageScan *pages)
{
	if (state->columns[SET_CUSTOMER].identity == INF_IDENTITY_INTEGER &&
	    state->columns[TOUCH_INFLUENCER].identity == INF_IDENTITY_INTEGER)
		add_page_of_numbers(state, pages);
	else
		add_page_of_names(state, pages);
}

const SetFiller inf_touch_filler = {&inf_touch_kind, begin, add_slot, add_page};
