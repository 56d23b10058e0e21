/*
 * join_row.c
 *		Rows of either side of an attribution join, packed into words, in memory and in files.
 */
#include "postgres.h"

#include "commands/tablespace.h"
#include "utils/datum.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

#include "compat.h"
#include "join_row.h"

void
inf_row_shape_add(RowShape *shape, int source, int16 length, bool by_value)
{
	RowColumn *column = &shape->columns[shape->ncolumns++];

	column->source = source;
	column->length = length;
	column->by_value = by_value;
	if (!by_value)
		shape->has_references = true;
}

static RowShape
shape_with(const RowShape *shape, bool has_head)
{
	RowShape result = *shape;
	int word = has_head ? 2 : 1;

	result.has_head = has_head;
	if (result.span)
		result.span = word++;
	if (result.nulls)
		result.nulls = word++;
	result.first = word;
	result.words = word + result.ncolumns;
	return result;
}

RowShape
inf_row_shape_without_head(const RowShape *shape)
{
	return shape_with(shape, false);
}

void
inf_row_shape_finish(RowShape *shape, bool has_span, bool has_head)
{
	shape->span = has_span;
	shape->nulls = 0;
	for (int i = 0; i < shape->ncolumns; i++)
		shape->nulls |= shape->columns[i].source > ROW_NUMBER;
	*shape = shape_with(shape, has_head || shape->has_references);
}

/* Bytes of a value that is no word. An expanded one is flattened. */
static Size
value_bytes(const RowColumn *column, Datum value)
{
	if (column->length == -1 && VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(value)))
		return EOH_get_flat_size(DatumGetEOHP(value));
	return datumGetSize(value, false, column->length);
}

uint32
inf_row_words(const RowShape *shape, const Datum *values, const bool *isnull)
{
	Size words = shape->words;

	if (shape->has_references)
	{
		for (int i = 0; i < shape->ncolumns; i++)
		{
			if (!shape->columns[i].by_value && !isnull[i])
				words += (value_bytes(&shape->columns[i], values[i]) + 7) / 8;
		}
		if (words > PG_UINT32_MAX)
			ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			                errmsg("row is too large for an attribution join"),
			                errhint("Set influence.enable_attribution_join to off.")));
	}
	return (uint32) words;
}

void
inf_row_fill(const RowShape *shape, uint64 *row, const Datum *values, const bool *isnull)
{
	uint64 nulls = 0;
	uint64 *next = row + shape->words;

	for (int i = 0; i < shape->ncolumns; i++)
	{
		uint64 *word = &row[shape->first + i];

		if (isnull[i])
		{
			nulls |= UINT64CONST(1) << i;
			*word = 0;
		}
		else if (shape->columns[i].by_value)
			*word = (uint64) values[i];
		else
		{
			Size bytes = value_bytes(&shape->columns[i], values[i]);

			*word = (char *) next - (char *) row;
			if (shape->columns[i].length == -1 &&
			    VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(values[i])))
				EOH_flatten_into(DatumGetEOHP(values[i]), next, bytes);
			else
				memcpy(next, DatumGetPointer(values[i]), bytes);
			next += (bytes + 7) / 8;
		}
	}
	if (shape->nulls)
		row[shape->nulls] = nulls;
}

BufFile *
inf_row_file_create(MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	BufFile *file;

	PrepareTempTablespaces();
	file = BufFileCreateTemp(false);
	MemoryContextSwitchTo(old);
	return file;
}

void
inf_row_file_write(BufFile *file, const RowShape *shape, uint64 *row)
{
	BufFileWrite(file, row - 1, (1 + (Size) inf_row_length(shape, row)) * sizeof(uint64));
}

static void
file_error(void)
{
	ereport(ERROR,
	        (errcode_for_file_access(), errmsg("could not read temporary file of a join: %m")));
}

void
inf_row_file_rewind(RowReader *reader)
{
	if (reader->shared != NULL)
	{
		sts_end_parallel_scan(reader->shared);
		sts_reinitialize(reader->shared);
		sts_begin_parallel_scan(reader->shared);
	}
	else if (reader->file != NULL && BufFileSeek(reader->file, 0, 0, SEEK_SET) != 0)
		ereport(ERROR,
		        (errcode_for_file_access(), errmsg("could not rewind temporary file of a join")));
}

uint64 *
inf_row_file_read(RowReader *reader)
{
	uint64 start[3]; /* key, instant and, if there is one, head */
	size_t known = (reader->shape->has_head ? 3 : 2) * sizeof(uint64);
	size_t got;
	Size bytes; /* with the key */

	if (reader->shared != NULL)
	{
		char *found = (char *) sts_parallel_scan_next(reader->shared, NULL);

		return found == NULL ? NULL : (uint64 *) (found + SHARED_ROW_HEADER) + 1;
	}
	if (reader->file == NULL)
		return NULL;
	got = BufFileRead(reader->file, start, known);
	if (got == 0)
		return NULL;
	if (got != known)
		file_error();
	bytes = (1 + (Size) inf_row_length(reader->shape, start + 1)) * sizeof(uint64);
	if (reader->buffer == NULL || reader->room < bytes)
	{
		if (reader->buffer != NULL)
			pfree(reader->buffer);
		reader->buffer = MemoryContextAllocHuge(reader->context, bytes);
		reader->room = bytes;
	}
	memcpy(reader->buffer, start, known);
	if (bytes > known &&
	    BufFileRead(reader->file, (char *) reader->buffer + known, bytes - known) != bytes - known)
		file_error();
	return reader->buffer + 1;
}
