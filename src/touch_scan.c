/*
 * touch_scan.c
 *		Puts a table's touches into a set.
 */
#include "postgres.h"

#include "access/tupmacs.h"

#include "compat.h"
#include "core/instant.h"
#include "identity.h"
#include "set_scan.h"
#include "touch_agg.h"

static void
begin(SetScanState *state)
{
	inf_touch_builder_init(&state->set->builder.touches, (uint8) state->time_type,
	                       INF_IDENTITY_INTEGER, INF_IDENTITY_INTEGER);
}

static inline InfNumberTouch
touch_of(const SetScanState *state, int64 customer, int64 influencer, int64 word)
{
	int64 at = inf_set_instant(state, word);

	if (unlikely(!inf_is_finite(at)))
		inf_reject_touched_at();
	return (InfNumberTouch){
	    .customer = inf_key_of_number(customer), .influencer = influencer, .at = at};
}

/* False if there is a NULL: then the row is counted. */
static bool
read_slot(SetScanState *state, TupleTableSlot *slot, InfNumberTouch *touch)
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
	*touch = touch_of(state, inf_set_word(&columns[TOUCH_CUSTOMER], slot),
	                  inf_set_word(&columns[TOUCH_INFLUENCER], slot),
	                  inf_set_word(&columns[TOUCH_AT], slot));
	return true;
}

static void
add_slot(SetScanState *state, TupleTableSlot *slot)
{
	InfNumberTouch touch;

	if (read_slot(state, slot, &touch))
		inf_touch_builder_add_numbers(&state->set->builder.touches, &touch, 1);
}

static void
add_page(SetScanState *state, PageScan *pages)
{
	InfNumberTouch touches[MaxHeapTuplesPerPage];
	SetColumn customer = state->columns[TOUCH_CUSTOMER];
	SetColumn influencer = state->columns[TOUCH_INFLUENCER];
	SetColumn at = state->columns[TOUCH_AT];
	int n = 0;

	for (int i = 0; i < pages->nrows; i++)
	{
		HeapTupleHeader header = inf_page_row(pages->data, pages->items[i]);
		const char *values = (const char *) header + header->t_hoff;

		INF_PAGE_SCAN_ASK(pages, i);
		if (likely(inf_row_has_columns(header, state->natts)))
			touches[n++] = touch_of(state, inf_read_word(values + customer.offset, customer.length),
			                        inf_read_word(values + influencer.offset, influencer.length),
			                        inf_read_word(values + at.offset, at.length));
		else
		{
			inf_page_scan_settle(pages, pages->items[i]);
			n += read_slot(state, pages->slot, &touches[n]);
		}
	}
	INF_PAGE_SCAN_ASK_REST(pages);
	inf_touch_builder_add_numbers(&state->set->builder.touches, touches, (size_t) n);
}

const SetFiller inf_touch_filler = {&inf_touch_kind, begin, add_slot, add_page};
