/*
 * path_set.c
 *		Journeys without instants.
 */
#include "core/path_set.h"

#include <math.h>
#include <string.h>

#include "core/bits.h"
#include "core/hash.h"
#include "core/host.h"

#define POLL_EVERY 4096

void
inf_path_table_init(InfPathTable *table)
{
	memset(table, 0, sizeof(*table));
}

void
inf_path_table_free(InfPathTable *table)
{
	inf_free(table->codes);
	inf_free(table->entries);
	inf_free(table->slots);
	inf_path_table_init(table);
}

/* In the memory's own byte order: the hash lives no longer than the table. */
static uint64_t
hash_of(const uint32_t *code, size_t n)
{
	return inf_hash_bytes(code, n * sizeof(uint32_t));
}

static void
rehash(InfPathTable *table)
{
	inf_free(table->slots);
	table->nslots = table->nslots == 0 ? 64 : table->nslots * 2;
	table->slots = INF_ALLOC_ARRAY(size_t, table->nslots);
	memset(table->slots, 0, table->nslots * sizeof(size_t));
	for (size_t i = 0; i < table->nentries; i++)
	{
		size_t at = table->entries[i].hash & (table->nslots - 1);

		while (table->slots[at] != 0)
			at = (at + 1) & (table->nslots - 1);
		table->slots[at] = i + 1;
	}
}

static void
new_entry(InfPathTable *table, const InfPath *path, uint64_t hash)
{
	InfPathEntry *entry;

	if (table->nentries == table->entries_capacity)
	{
		table->entries_capacity = table->entries_capacity == 0 ? 32 : table->entries_capacity * 2;
		table->entries = inf_realloc(table->entries,
		                             inf_array_size(table->entries_capacity, sizeof(InfPathEntry)));
	}
	if (table->ncodes + path->n > table->codes_capacity)
	{
		size_t capacity = table->codes_capacity == 0 ? 128 : table->codes_capacity * 2;

		while (capacity < table->ncodes + path->n)
			capacity *= 2;
		table->codes = inf_realloc(table->codes, inf_array_size(capacity, sizeof(uint32_t)));
		table->codes_capacity = capacity;
	}
	entry = &table->entries[table->nentries++];
	memset(entry, 0, sizeof(*entry));
	entry->start = table->ncodes;
	entry->n = path->n;
	entry->hash = hash;
	if (path->n > 0)
		memcpy(table->codes + table->ncodes, path->code, path->n * sizeof(uint32_t));
	table->ncodes += path->n;
}

/* The slot of a sequence: that of its entry, or the free one where it would go. */
static size_t
slot_of(const InfPathTable *table, const InfPath *path, uint64_t hash)
{
	size_t at = hash & (table->nslots - 1);

	for (; table->slots[at] != 0; at = (at + 1) & (table->nslots - 1))
	{
		const InfPathEntry *have = &table->entries[table->slots[at] - 1];

		if (have->hash == hash && have->n == path->n &&
		    (path->n == 0 ||
		     memcmp(table->codes + have->start, path->code, path->n * sizeof(uint32_t)) == 0))
			break;
	}
	return at;
}

bool
inf_path_table_has(const InfPathTable *table, const InfPath *path, size_t *index)
{
	size_t at;

	if (table->nslots == 0)
		return false;
	at = slot_of(table, path, hash_of(path->code, path->n));
	if (table->slots[at] == 0)
		return false;
	*index = table->slots[at] - 1;
	return true;
}

size_t
inf_path_table_find(InfPathTable *table, const InfPath *path)
{
	uint64_t hash = hash_of(path->code, path->n);
	size_t at;

	if (table->nentries >= table->nslots / 2)
		rehash(table);
	at = slot_of(table, path, hash);
	if (table->slots[at] == 0)
	{
		new_entry(table, path, hash);
		table->slots[at] = table->nentries;
	}
	return table->slots[at] - 1;
}

void
inf_path_table_add(InfPathTable *table, const InfPath *path)
{
	size_t index = inf_path_table_find(table, path);
	InfPathEntry *entry = &table->entries[index];

	entry->orders += path->orders;
	entry->non_buyers += path->non_buyers;
	for (int i = 0; i < path->revenue.n; i++)
		inf_exact_add(&entry->revenue, path->revenue.part[i]);
}

static bool
is_before(const InfPathTable *table, const InfPathEntry *a, const InfPathEntry *b)
{
	const uint32_t *ca = table->codes + a->start;
	const uint32_t *cb = table->codes + b->start;

	if (a->n != b->n)
		return a->n < b->n;
	for (size_t i = 0; i < a->n; i++)
	{
		if (ca[i] != cb[i])
			return ca[i] < cb[i];
	}
	return false;
}

void
inf_path_table_sort(InfPathTable *table)
{
	size_t n = table->nentries;
	InfPathEntry *from = table->entries;
	InfPathEntry *other = INF_ALLOC_ARRAY(InfPathEntry, n);
	InfPathEntry *to = other;

	for (size_t width = 1; width < n; width *= 2)
	{
		InfPathEntry *swap;

		for (size_t start = 0; start < n; start += 2 * width)
		{
			size_t middle = start + width < n ? start + width : n;
			size_t end = start + 2 * width < n ? start + 2 * width : n;
			size_t a = start, b = middle;

			for (size_t i = start; i < end; i++)
			{
				to[i] = (b >= end || (a < middle && !is_before(table, &from[b], &from[a])))
				            ? from[a++]
				            : from[b++];
				if (i % POLL_EVERY == 0)
					inf_poll();
			}
		}
		swap = from;
		from = to;
		to = swap;
	}
	if (from != table->entries)
		memcpy(table->entries, from, n * sizeof(InfPathEntry));
	inf_free(other);
	/* the entries have moved */
	if (table->nslots > 0)
	{
		table->nslots /= 2;
		rehash(table);
	}
}

InfPath
inf_path_table_get(const InfPathTable *table, size_t i)
{
	const InfPathEntry *entry = &table->entries[i];
	InfPath path;

	path.n = entry->n;
	path.code = table->codes + entry->start;
	path.orders = entry->orders;
	path.non_buyers = entry->non_buyers;
	path.revenue = entry->revenue;
	return path;
}

void
inf_write_paths(InfBuffer *out, const InfPathTable *table, const InfNames *names)
{
	size_t start = out->size;
	size_t names_from;

	memset(inf_buffer_reserve(out, INF_PATH_HEADER_SIZE), 0, INF_PATH_HEADER_SIZE);
	out->size += INF_PATH_HEADER_SIZE;
	names_from = out->size;
	inf_write_names(out, names);
	out->data[start] = INF_FORMAT_VERSION;
	out->data[start + 1] = INF_KIND_PATHS;
	out->data[start + 2] = (uint8_t) names->identity;
	inf_store64(out->data + start + 8, table->nentries);
	inf_store64(out->data + start + 16, out->size - names_from);
	for (size_t i = 0; i < table->nentries; i++)
	{
		InfPath path = inf_path_table_get(table, i);
		double parts[INF_EXACT_PARTS];
		int nparts = inf_exact_parts(&path.revenue, parts);

		inf_write_varint(out, path.n);
		for (size_t k = 0; k < path.n; k++)
			inf_write_varint(out, path.code[k]);
		inf_write_varint(out, path.orders);
		inf_write_varint(out, path.non_buyers);
		inf_write8(out, (uint8_t) nparts);
		for (int k = 0; k < nparts; k++)
		{
			uint64_t bits;

			memcpy(&bits, &parts[k], sizeof(bits));
			inf_write64(out, bits);
		}
		if (i % POLL_EVERY == 0)
			inf_poll();
	}
	inf_write64(out, 0); /* INF_BITS_SLACK, for the names */
}

void
inf_path_reader_open(InfPathReader *reader, const uint8_t *bytes, size_t size)
{
	InfCursor names;
	uint64_t names_size;

	memset(reader, 0, sizeof(*reader));
	if (size == 0)
		return;
	if (size < INF_PATH_HEADER_SIZE + INF_BITS_SLACK || bytes[0] != INF_FORMAT_VERSION ||
	    bytes[1] != INF_KIND_PATHS || bytes[2] > INF_IDENTITY_UUID || bytes[3] != 0 ||
	    inf_load32(bytes + 4) != 0 || inf_load64(bytes + size - INF_BITS_SLACK) != 0)
	{
		reader->problem = "damaged paths";
		return;
	}
	reader->npaths = inf_load64(bytes + 8);
	names_size = inf_load64(bytes + 16);
	if (names_size > size - INF_PATH_HEADER_SIZE - INF_BITS_SLACK)
	{
		reader->problem = "names beyond the end";
		return;
	}
	names.p = bytes + INF_PATH_HEADER_SIZE;
	names.end = names.p + names_size;
	names.bad = false;
	reader->names = inf_read_names(&names, bytes[2]);
	if (names.bad || names.p != names.end)
	{
		reader->problem = "damaged names";
		return;
	}
	reader->cursor = (InfCursor){names.end, bytes + size - INF_BITS_SLACK, false};
}

bool
inf_path_reader_next(InfPathReader *reader, InfPath *path)
{
	InfCursor *cursor = &reader->cursor;
	int nparts;

	if (reader->problem != NULL)
		return false;
	if (reader->nread == reader->npaths)
	{
		if (cursor->p != cursor->end)
			reader->problem = "damaged paths";
		return false;
	}
	path->n = (size_t) inf_read_count(cursor, inf_left(cursor));
	if (path->n > reader->capacity)
	{
		reader->capacity = path->n * 2;
		reader->code =
		    inf_realloc(reader->code, inf_array_size(reader->capacity, sizeof(uint32_t)));
	}
	for (size_t i = 0; i < path->n && !cursor->bad; i++)
	{
		reader->code[i] = (uint32_t) inf_read_count(cursor, UINT32_MAX);
		if (reader->code[i] >= reader->names.count)
			cursor->bad = true;
	}
	path->code = reader->code;
	path->orders = inf_read_count(cursor, INT64_MAX);
	path->non_buyers = inf_read_count(cursor, INT64_MAX);
	nparts = (int) inf_read_count(cursor, INF_EXACT_PARTS);
	path->revenue.n = 0;
	for (int i = 0; i < nparts; i++)
	{
		uint64_t bits = inf_read64(cursor);
		double part;

		memcpy(&part, &bits, sizeof(part));
		if (!isfinite(part))
			cursor->bad = true;
		else
			inf_exact_add(&path->revenue, part);
	}
	if (cursor->bad)
	{
		reader->problem = "damaged paths";
		return false;
	}
	if (++reader->nread % POLL_EVERY == 0)
		inf_poll();
	return true;
}

void
inf_path_reader_close(InfPathReader *reader)
{
	inf_names_free(&reader->names);
	inf_free(reader->code);
	memset(reader, 0, sizeof(*reader));
}
