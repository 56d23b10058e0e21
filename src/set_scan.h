/*
 * set_scan.h
 *		A scan that puts a table's rows into a set where it finds them: touch_agg() or purchase_agg()
 *		without a call for each row.
 *
 * It stands for scan and aggregate: one row comes out, of the set.
 */
#ifndef INF_SET_SCAN_H
#define INF_SET_SCAN_H

#include "nodes/extensible.h"
#include "nodes/execnodes.h"

#include "identity.h"
#include "page_scan.h"
#include "row_columns.h"
#include "set_state.h"
#include "table_plan.h"
#include "time_type.h"

#define SET_SCAN_NAME "SetScan"

typedef enum SetScanKind
{
	SCAN_OF_TOUCHES,
	SCAN_OF_PURCHASES
} SetScanKind;

/* Columns, in the order of the aggregate's arguments. */
#define SET_COLUMNS 3
#define SET_CUSTOMER 0
#define TOUCH_INFLUENCER 1
#define TOUCH_AT 2
#define ORDER_AT 1
#define ORDER_REVENUE 2

/* The plan's private list. */
typedef enum SetScanPrivate
{
	SET_NUMBERS,   /* integers, see SetScanNumber */
	SET_ATTNOS,    /* integers, a column each: its number in the child's rows */
	SET_TYPES,     /* OIDs, a column each: no domains, but what they are of */
	SET_AGGREGATE, /* OIDs: the aggregate, its transition and its final function */
	SET_PRIVATE_COUNT
} SetScanPrivate;

typedef enum SetScanNumber
{
	SET_KIND, /* SetScanKind */
	SET_TIME_TYPE,
	SET_CUSTOMERS,  /* InfIdentity */
	SET_INFLUENCERS /* InfIdentity */
} SetScanNumber;

typedef struct SetScanState SetScanState;

/*
 * How rows are added to a set of either kind. The current memory is cleared afterwards: what the set
 * takes is in its own.
 */
typedef struct SetFiller
{
	const SetKind *kind;
	/* the set gets rows, so it has types */
	void (*begin)(SetScanState *state);
	void (*add_slot)(SetScanState *state, TupleTableSlot *slot);
	/* the rows of a page that are left in it */
	void (*add_page)(SetScanState *state, PageScan *pages);
} SetFiller;

typedef struct SetColumn
{
	int attno;
	Oid type;
	int length;           /* of a whole number */
	InfIdentity identity; /* of a customer or an influencer */
} SetColumn;

struct SetScanState
{
	CustomScanState css;
	const SetFiller *filler;
	ExecProcNodeMtd exec; /* the child's own function, before anybody puts another around it */
	bool picks_columns;
	TimeType time_type;
	SetColumn columns[SET_COLUMNS];
	int natts;             /* that a row must have for all of them */
	MemoryContext context; /* of the set */
	SetState *set;
	bool done;
	RowColumns places; /* of the columns, where rows are read in place */
	OffsetNumber filtered[MaxHeapTuplesPerPage];
};

extern bool inf_enable_set_scan;

/* set_scan_path.c */
extern void inf_set_scan_init(void);

/* set_scan.c */
extern const CustomScanMethods inf_set_scan_methods;

/* touch_scan.c, purchase_scan.c */
extern const SetFiller inf_touch_filler;
extern const SetFiller inf_purchase_filler;

/* A whole number from a slot, all of whose columns were read. */
static inline int64
inf_set_word(const SetColumn *column, const TupleTableSlot *slot)
{
	Datum value = slot->tts_values[column->attno - 1];

	return column->length == sizeof(int32) ? (int64) DatumGetInt32(value) : DatumGetInt64(value);
}

/* A customer or an influencer from a slot. */
static inline InfName
inf_set_name(const SetColumn *column, const TupleTableSlot *slot)
{
	Datum value = slot->tts_values[column->attno - 1];

	switch (column->identity)
	{
		case INF_IDENTITY_TEXT:
			return inf_name_of_text(DatumGetTextPP(value));
		case INF_IDENTITY_UUID:
			return inf_name_of_uuid(DatumGetUUIDP(value));
		default:
			return inf_name_of_number(inf_set_word(column, slot));
	}
}

/* The same from where it is in a row. */
static inline InfName
inf_set_name_at(const SetColumn *column, const char *at)
{
	switch (column->identity)
	{
		case INF_IDENTITY_TEXT:
			return inf_name_of_text(DatumGetTextPP(PointerGetDatum(inf_varlena_at(at))));
		case INF_IDENTITY_UUID:
			return inf_name_of_uuid((const pg_uuid_t *) at);
		default:
			return inf_name_of_number(inf_read_word(at, column->length));
	}
}

/* A customer's key. */
static inline uint64
inf_set_key(const SetColumn *column, InfName name)
{
	return column->identity == INF_IDENTITY_INTEGER ? inf_key_of_number(name.number)
	                                                : inf_key_of_name(name);
}

static inline bool
inf_set_is_null(const SetColumn *column, const TupleTableSlot *slot)
{
	return slot->tts_isnull[column->attno - 1];
}

static inline int64
inf_set_instant(const SetScanState *state, int64 word)
{
	return state->time_type == TIME_DATE ? inf_instant_of_date((DateADT) word) : word;
}

#endif
