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
	                          state->columns[SET_CUSTOMER].identity);
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

/* An order that was read. */
typedef struct ReadOrder
{
	uint64 customer;
	int64 at;
	double revenue;
} ReadOrder;

/* False if there is no customer or no instant: then the row is counted. */
static bool
read_slot(SetScanState *state, TupleTableSlot *slot, ReadOrder *order)
{
	const SetColumn *customer = &state->columns[SET_CUSTOMER];
	const SetColumn *at = &state->columns[ORDER_AT];
	const SetColumn *revenue = &state->columns[ORDER_REVENUE];

	slot_getsomeattrs(slot, state->natts);
	if (inf_set_is_null(customer, slot) || inf_set_is_null(at, slot))
	{
		state->set->builder.purchases.nskipped++;
		return false;
	}
	order->customer = inf_set_key(customer, inf_set_name(customer, slot));
	order->at = inf_set_instant(state, inf_set_word(at, slot));
	order->revenue = inf_set_is_null(revenue, slot)
	                     ? 0
	                     : revenue_of_datum(revenue->type, slot->tts_values[revenue->attno - 1]);
	inf_check_order(order->at, order->revenue);
	return true;
}

static void
add_orders(SetScanState *state, const ReadOrder *orders, int n)
{
	MemoryContext old = MemoryContextSwitchTo(state->set->header.eoh_context);

	for (int i = 0; i < n; i++)
		inf_purchase_builder_add(&state->set->builder.purchases, orders[i].customer, orders[i].at,
		                         orders[i].revenue);
	MemoryContextSwitchTo(old);
}

static void
add_slot(SetScanState *state, TupleTableSlot *slot)
{
	ReadOrder order;

	if (read_slot(state, slot, &order))
		add_orders(state, &order, 1);
}

/* The revenue of a row in its page. */
static inline double
revenue_in_place(const SetColumn *column, const char *at)
{
	if (column->type == NUMERICOID)
		return revenue_of_datum(NUMERICOID, PointerGetDatum(inf_varlena_at(at)));
	return revenue_of_datum(column->type, fetch_att(at, true, column->length));
}

static void
add_page(SetScanState *state, PageScan *pages)
{
	SetColumn customer = state->columns[SET_CUSTOMER];
	SetColumn at = state->columns[ORDER_AT];
	SetColumn revenue = state->columns[ORDER_REVENUE];
	RowColumns places = state->places; /* known not to change while orders are written */
	ReadOrder orders[MaxHeapTuplesPerPage];
	int n = 0;

	for (int i = 0; i < pages->nrows; i++)
	{
		HeapTupleHeader header = inf_page_row(pages->data, pages->items[i]);
		const char *found[INF_ROOM_OF_FOUND];
		ReadOrder *order = &orders[n];

		INF_PAGE_SCAN_ASK(pages, i);
		if (likely(inf_row_has_columns(header, state->natts)))
		{
			inf_find_all_columns(&places, header, found);
			order->customer =
			    inf_set_key(&customer, inf_set_name_at(&customer, found[SET_CUSTOMER]));
			order->at = inf_set_instant(state, inf_read_word(found[ORDER_AT], at.length));
			order->revenue = revenue_in_place(&revenue, found[ORDER_REVENUE]);
			inf_check_order(order->at, order->revenue);
			n++;
		}
		else
		{
			inf_page_scan_settle(pages, pages->items[i]);
			n += read_slot(state, pages->slot, order);
		}
	}
	INF_PAGE_SCAN_ASK_REST(pages);
	add_orders(state, orders, n);
}

const SetFiller inf_purchase_filler = {&inf_purchase_kind, begin, add_slot, add_page};
