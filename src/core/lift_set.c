/*
 * lift_set.c
 *		The counts and sums from which lifts are computed.
 */
#include "core/lift_set.h"

#include <math.h>
#include <string.h>

#include "core/bits.h"
#include "core/host.h"

#define HEADER_SIZE 16

static const char damaged[] = "damaged counts";

typedef struct Header
{
	InfOutcome outcome;
	InfIdentity identity;
	uint64_t nskipped;
} Header;

void
inf_lift_init(InfLiftSet *set)
{
	memset(set, 0, sizeof(*set));
	inf_name_table_init(&set->strata, INF_IDENTITY_NONE);
}

void
inf_lift_free(InfLiftSet *set)
{
	for (uint32_t i = 0; i < set->ncells; i++)
	{
		inf_free(set->cells[i].side[0].sums);
		inf_free(set->cells[i].side[1].sums);
	}
	inf_free(set->cells);
	inf_name_table_free(&set->strata);
	inf_lift_init(set);
}

uint32_t
inf_max_strata(InfOutcome outcome)
{
	return outcome == INF_OUTCOME_RATE ? INF_MAX_RATE_STRATA : INF_MAX_MEAN_STRATA;
}

InfLiftCell *
inf_lift_cell(InfLiftSet *set, const InfName *stratum)
{
	uint32_t code = stratum == NULL ? 0 : inf_name_code(&set->strata, *stratum);

	if (code == set->ncells)
	{
		if (code >= inf_max_strata(set->outcome))
			return NULL;
		if (set->ncells == set->capacity)
		{
			set->capacity = set->capacity == 0 ? 1 : set->capacity * 2;
			set->cells =
			    inf_realloc(set->cells, inf_array_size(set->capacity, sizeof(InfLiftCell)));
		}
		memset(&set->cells[set->ncells++], 0, sizeof(InfLiftCell));
	}
	return &set->cells[code];
}

void
inf_lift_add_rate(InfLiftCell *cell, bool treated, bool converted)
{
	InfLiftSide *side = &cell->side[treated ? INF_TREATED : INF_CONTROL];

	side->rows++;
	side->converted += converted;
}

static InfWideSum *
sums_of(InfLiftSide *side)
{
	if (side->sums == NULL)
	{
		side->sums = INF_ALLOC_ARRAY(InfWideSum, 2);
		memset(side->sums, 0, 2 * sizeof(InfWideSum));
	}
	return side->sums;
}

void
inf_lift_add_mean(InfLiftCell *cell, bool treated, double value)
{
	InfLiftSide *side = &cell->side[treated ? INF_TREATED : INF_CONTROL];
	InfWideSum *sums = sums_of(side);

	side->rows++;
	inf_wide_add(&sums[0], value);
	inf_wide_add_product(&sums[1], value, value);
}

static const char *
read_header(InfCursor *cursor, Header *header)
{
	const uint8_t *bytes = inf_read_bytes(cursor, HEADER_SIZE);

	if (bytes == NULL)
		return "too short";
	if (bytes[0] != INF_FORMAT_VERSION)
		return "unknown version";
	if (bytes[1] != INF_KIND_LIFT)
		return "not a lift_summary";
	if (bytes[2] > INF_OUTCOME_MEAN || bytes[3] > INF_IDENTITY_TEXT ||
	    (bytes[2] == INF_OUTCOME_NONE && bytes[3] != INF_IDENTITY_NONE) ||
	    inf_load32(bytes + 4) != 0)
		return "unknown flags";
	header->outcome = bytes[2];
	header->identity = bytes[3];
	header->nskipped = inf_load64(bytes + 8);
	if (header->nskipped > INF_MAX_LIFT_ROWS)
		return damaged;
	return NULL;
}

/* Could these be sums of so many values and of their squares? */
static bool
are_sums(const InfWideSum *sums, uint64_t rows)
{
	/* sums of rounded limits may exceed the limit of the sum by as much */
	double limit = (double) rows * INF_MAX_LIFT_VALUE * (1 + 1e-12);
	double squares = inf_wide_value(&sums[1]);

	return fabs(inf_wide_value(&sums[0])) <= limit && squares >= 0 &&
	       squares <= limit * INF_MAX_LIFT_VALUE;
}

/* Adds one side of a cell. */
static const char *
read_side(InfCursor *cursor, InfOutcome outcome, InfLiftSide *side)
{
	uint64_t rows = inf_read_count(cursor, INF_MAX_LIFT_ROWS);

	if (rows > INF_MAX_LIFT_ROWS - side->rows)
		return "too many rows";
	if (rows == 0)
		return cursor->bad ? damaged : NULL;
	side->rows += rows;
	if (outcome == INF_OUTCOME_RATE)
		side->converted += inf_read_count(cursor, rows);
	else
	{
		InfWideSum *sums = sums_of(side);
		InfWideSum added[2];

		inf_read_wide_sum(cursor, &added[0]);
		inf_read_wide_sum(cursor, &added[1]);
		if (cursor->bad || !are_sums(added, rows))
			return damaged;
		inf_wide_add_sum(&sums[0], &added[0]);
		inf_wide_add_sum(&sums[1], &added[1]);
	}
	return cursor->bad ? damaged : NULL;
}

static const char *
read_cells(InfCursor *cursor, const Header *header, InfLiftSet *set)
{
	InfNames names;
	const char *problem = NULL;
	uint32_t ncells;

	inf_names_init(&names, header->identity);
	if (header->identity == INF_IDENTITY_NONE)
		ncells = (uint32_t) inf_read_count(cursor, header->outcome == INF_OUTCOME_NONE ? 0 : 1);
	else
	{
		names = inf_read_names(cursor, header->identity);
		ncells = names.count;
	}
	for (uint32_t i = 0; i < ncells && problem == NULL && !cursor->bad; i++)
	{
		InfName name;
		InfLiftCell *cell;

		if (header->identity != INF_IDENTITY_NONE)
			name = inf_names_get(&names, i);
		cell = inf_lift_cell(set, header->identity == INF_IDENTITY_NONE ? NULL : &name);
		if (cell == NULL)
			problem = "too many strata";
		for (int s = 0; s < 2 && problem == NULL; s++)
			problem = read_side(cursor, header->outcome, &cell->side[s]);
		if (problem == NULL && cell->side[0].rows == 0 && cell->side[1].rows == 0)
			problem = damaged;
		if (i % 1024 == 0)
			inf_poll();
	}
	inf_names_free(&names);
	if (problem == NULL && (cursor->bad || inf_left(cursor) != 0))
		problem = damaged;
	return problem;
}

const char *
inf_lift_add_set(InfLiftSet *set, const uint8_t *bytes, size_t size)
{
	InfCursor cursor = {bytes, bytes + size, false};
	Header header;
	const char *problem = read_header(&cursor, &header);

	if (problem != NULL)
		return problem;
	if (set->outcome == INF_OUTCOME_NONE)
	{
		set->outcome = header.outcome;
		set->strata.names.identity = header.identity;
	}
	set->nskipped = inf_add_skipped(set->nskipped, header.nskipped, INF_MAX_LIFT_ROWS);
	return read_cells(&cursor, &header, set);
}

const char *
inf_lift_mismatch(const InfLiftSet *set, const uint8_t *bytes, size_t size, const char **problem)
{
	InfCursor cursor = {bytes, bytes + size, false};
	Header header;

	*problem = read_header(&cursor, &header);
	if (*problem != NULL || set->outcome == INF_OUTCOME_NONE || header.outcome == INF_OUTCOME_NONE)
		return NULL;
	if (set->outcome != header.outcome)
		return "outcomes";
	return set->strata.names.identity == header.identity ? NULL : "strata";
}

static void
write_side(InfBuffer *out, InfOutcome outcome, const InfLiftSide *side)
{
	inf_write_varint(out, side->rows);
	if (side->rows == 0)
		return;
	if (outcome == INF_OUTCOME_RATE)
		inf_write_varint(out, side->converted);
	else
	{
		inf_write_wide_sum(out, &side->sums[0]);
		inf_write_wide_sum(out, &side->sums[1]);
	}
}

void
inf_lift_encode(const InfLiftSet *set, size_t prefix, InfBuffer *out)
{
	const InfNames *names = &set->strata.names;
	uint8_t *head;

	memset(out, 0, sizeof(*out));
	head = inf_buffer_reserve(out, prefix + HEADER_SIZE);
	memset(head, 0, prefix + HEADER_SIZE);
	head += prefix;
	head[0] = INF_FORMAT_VERSION;
	head[1] = INF_KIND_LIFT;
	head[2] = (uint8_t) set->outcome;
	head[3] = (uint8_t) names->identity;
	inf_store64(head + 8, set->nskipped);
	out->size = prefix + HEADER_SIZE;

	if (names->identity == INF_IDENTITY_NONE)
	{
		inf_write_varint(out, set->ncells);
		if (set->ncells > 0)
		{
			write_side(out, set->outcome, &set->cells[0].side[0]);
			write_side(out, set->outcome, &set->cells[0].side[1]);
		}
	}
	else
	{
		uint32_t *rank;
		InfNames sorted = inf_names_sorted(names, &rank);
		uint32_t *code = INF_ALLOC_ARRAY(uint32_t, set->ncells);

		for (uint32_t i = 0; i < set->ncells; i++)
			code[rank[i]] = i;
		inf_write_names(out, &sorted);
		for (uint32_t i = 0; i < set->ncells; i++)
		{
			write_side(out, set->outcome, &set->cells[code[i]].side[0]);
			write_side(out, set->outcome, &set->cells[code[i]].side[1]);
			if (i % 1024 == 0)
				inf_poll();
		}
		inf_free(code);
		inf_free(rank);
		inf_names_free(&sorted);
	}
}

const char *
inf_check_lift_summary(const uint8_t *bytes, size_t size)
{
	InfLiftSet set;
	InfBuffer again;
	const char *problem;

	inf_lift_init(&set);
	problem = inf_lift_add_set(&set, bytes, size);
	if (problem == NULL)
	{
		inf_lift_encode(&set, 0, &again);
		if (again.size != size || memcmp(again.data, bytes, size) != 0)
			problem = "not in its one form";
		inf_buffer_free(&again);
	}
	inf_lift_free(&set);
	return problem;
}
