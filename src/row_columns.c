/*
 * row_columns.c
 *		Where columns are in a row of a table, which is not taken apart.
 */
#include "postgres.h"

#include "access/tupmacs.h"
#include "utils/memutils.h"

#include "compat.h"
#include "row_columns.h"

int
inf_fixed_offset(TupleDesc desc, int attno)
{
	int offset = 0;

	for (int i = 0; i < attno; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i);

		if (column->attlen < 0)
		{
			/* a long value's place must be told without its alignment: see inf_varlena_at */
			if (column->attlen == -1 && i == attno - 1 &&
			    att_align_nominal(offset, column->attalign) == INTALIGN(offset))
				return offset;
			return -1;
		}
		offset = att_align_nominal(offset, column->attalign);
		if (i < attno - 1)
			offset += column->attlen;
	}
	return attno > 0 ? offset : -1;
}

void
inf_row_columns_init(RowColumns *columns, MemoryContext context, TupleDesc desc, const int *attnos,
                     int n)
{
	Assert(n <= INF_MOST_ROW_COLUMNS);
	memset(columns, 0, sizeof(*columns));
	columns->n = n;
	columns->are_fixed = true;
	for (int i = 0; i < n; i++)
	{
		columns->offsets[i] = inf_fixed_offset(desc, attnos[i]);
		columns->are_fixed &= columns->offsets[i] >= 0;
		columns->natts = Max(columns->natts, attnos[i]);
	}
	columns->steps = MemoryContextAlloc(context, columns->natts * sizeof(RowStep));
	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i);

		columns->steps[i].length = column->attlen;
		columns->steps[i].alignment = (uint8) att_align_nominal(1, column->attalign);
		columns->steps[i].wanted = INF_MOST_ROW_COLUMNS;
	}
	while (columns->first < columns->natts - 1 && columns->steps[columns->first].length > 0)
	{
		const RowStep *step = &columns->steps[columns->first++];

		columns->end_before = (int) TYPEALIGN(step->alignment, columns->end_before) + step->length;
	}
	/* of columns that are the same one, the first is found on the way */
	for (int i = n - 1; i >= 0; i--)
		columns->steps[attnos[i] - 1].wanted = (uint8) i;
	for (int i = 0; i < n; i++)
	{
		columns->first_alike[i] = columns->steps[attnos[i] - 1].wanted;
		columns->are_alike |= columns->first_alike[i] < i;
	}
}

/* Behind a value. */
static inline const char *
end_of_value(const char *at, int16 length)
{
	if (length > 0)
		return at + length;
	if (length == -1)
		return at + VARSIZE_ANY(at);
	return at + strlen(at) + 1;
}

void
inf_find_columns(const RowColumns *columns, HeapTupleHeader header, const char **found)
{
	const char *at = (const char *) header + header->t_hoff;
	bool has_nulls = (header->t_infomask & HEAP_HASNULL) != 0;
	int i = 0;

	for (int k = 0; k < columns->n; k++)
		found[k] = has_nulls ? NULL : at + columns->offsets[k];
	if (!has_nulls)
	{
		i = columns->first;
		at += columns->end_before;
	}
	for (; i < columns->natts; i++)
	{
		RowStep step = columns->steps[i];

		if (has_nulls && att_isnull(i, header->t_bits))
			continue;
		/* a short value stands where the one before it ends, what is there else is filled up with zeros */
		if (step.length != -1 || *at == 0)
			at = (const char *) TYPEALIGN(step.alignment, at);
		found[step.wanted] = at;
		at = end_of_value(at, step.length);
	}
	for (int k = 0; k < columns->n && unlikely(columns->are_alike); k++)
		found[k] = found[columns->first_alike[k]];
}
