/*
 * purchase_scan.c
 *		Puts a table's orders into a set.
 */
#include "postgres.h"

#include "access/tupmacs.h"
#include "catalog/pg_type.h"

#include "compat.h"
#include "identity.h"
#include "numeric_units.h"
#include "purchase_agg.h"
#include "set_scan.h"

static void
begin(SetScanState *state)
{
	inf_purchase_builder_init(&state->set->builder.purchases, (uint8) state->time_type,
	                          INF_IDENTITY_INTEGER);
}

static inline void
add_order(SetScanState *state, int64 customer, int64 word, double revenue)
{
	int64 at = inf_set_instant(state, word);

	inf_check_order(at, revenue);
	inf_purchase_builder_add(&state->set->builder.purchases, inf_key_of_number(customer), at,
	                         revenue);
}

static double
revenue_of_datum(Oid type, Datum value)
{
	struct varlena *stored;
	struct varlena *number;
	double revenue;

	switch (type)
	{
		case FLOAT8OID:
			return DatumGetFloat8(value);
		case INT4OID:
			return (double) DatumGetInt32(value);
		case INT8OID:
			return (double) DatumGetInt64(value);
		case NUMERICOID:
			break;
		default:
			elog(ERROR, "revenue of type %u", type);
	}
	stored = (struct varlena *) DatumGetPointer(value);
	number = pg_detoast_datum_packed(stored);
	revenue = inf_numeric_to_double(number);
	if (number != stored)
		pfree(number);
	return revenue;
}

static void
add_slot(SetScanState *state, TupleTableSlot *slot)
{
	const SetColumn *columns = state->columns;
	const SetColumn *revenue = &columns[ORDER_REVENUE];

	slot_getsomeattrs(slot, state->natts);
	if (inf_set_is_null(&columns[ORDER_CUSTOMER], slot) ||
	    inf_set_is_null(&columns[ORDER_AT], slot))
	{
		state->set->builder.purchases.nskipped++;
		return;
	}
	add_order(state, inf_set_word(&columns[ORDER_CUSTOMER], slot),
	          inf_set_word(&columns[ORDER_AT], slot),
	          inf_set_is_null(revenue, slot)
	              ? 0
	              : revenue_of_datum(revenue->type, slot->tts_values[revenue->attno - 1]));
}

/* The revenue of a row in its page. */
static inline double
revenue_in_place(const SetColumn *column, const char *at)
{
	if (column->type != NUMERICOID)
		return revenue_of_datum(column->type, fetch_att(at, true, column->length));
	/* a short value stands where it ends that comes before it, a long one is aligned */
	at = (const char *) att_align_pointer((uintptr_t) at, TYPALIGN_INT, -1, at);
	return revenue_of_datum(NUMERICOID, PointerGetDatum(at));
}

static void
add_page(SetScanState *state, PageScan *pages)
{
	SetColumn customer = state->columns[ORDER_CUSTOMER];
	SetColumn at = state->columns[ORDER_AT];
	SetColumn revenue = state->columns[ORDER_REVENUE];

	for (int i = 0; i < pages->nrows; i++)
	{
		HeapTupleHeader header = inf_page_row(pages->data, pages->items[i]);
		const char *values = (const char *) header + header->t_hoff;

		INF_PAGE_SCAN_ASK(pages, i);
		if (likely(inf_row_has_columns(header, state->natts)))
			add_order(state, inf_read_word(values + customer.offset, customer.length),
			          inf_read_word(values + at.offset, at.length),
			          revenue_in_place(&revenue, values + revenue.offset));
		else
		{
			inf_page_scan_settle(pages, pages->items[i]);
			add_slot(state, pages->slot);
		}
	}
	INF_PAGE_SCAN_ASK_REST(pages);
}

const SetFiller inf_purchase_filler = {&inf_purchase_kind, begin, add_slot, add_page};
