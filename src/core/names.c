/*
 * names.c
 *		The influencers of a set: their names, each with a code.
 */
#include "core/names.h"

#include <string.h>

#include "core/column.h"
#include "core/hash.h"
#include "core/host.h"

#define POLL_EVERY ((uint32_t) 1 << 14)

void
inf_names_init(InfNames *names, InfIdentity identity)
{
	memset(names, 0, sizeof(*names));
	names->identity = identity;
}

void
inf_names_free(InfNames *names)
{
	inf_free(names->numbers);
	inf_free(names->bytes);
	inf_free(names->offsets);
	inf_names_init(names, names->identity);
}

InfName
inf_names_get(const InfNames *names, uint32_t code)
{
	InfName name = {0, NULL, 0};

	if (names->identity == INF_IDENTITY_INTEGER)
		name.number = names->numbers[code];
	else
	{
		name.bytes = names->bytes + names->offsets[code];
		name.length = names->offsets[code + 1] - names->offsets[code];
	}
	return name;
}

static void
grow(InfNames *names, size_t more_bytes)
{
	if (names->count == names->capacity)
	{
		uint32_t capacity = names->capacity < 8 ? 8 : names->capacity * 2;

		if (names->identity == INF_IDENTITY_INTEGER)
			names->numbers = inf_realloc(names->numbers, inf_array_size(capacity, sizeof(int64_t)));
		else
			names->offsets =
			    inf_realloc(names->offsets, inf_array_size((size_t) capacity + 1, sizeof(size_t)));
		names->capacity = capacity;
	}
	if (names->identity != INF_IDENTITY_INTEGER)
	{
		size_t need;

		if (names->count == 0)
			names->offsets[0] = 0;
		need = names->offsets[names->count] + more_bytes;
		if (need > names->bytes_capacity || names->bytes == NULL)
		{
			size_t capacity = names->bytes_capacity < 64 ? 64 : names->bytes_capacity;

			while (capacity < need)
				capacity *= 2;
			names->bytes = inf_realloc(names->bytes, capacity);
			names->bytes_capacity = capacity;
		}
	}
}

void
inf_names_append(InfNames *names, InfName name)
{
	grow(names, name.length);
	if (names->identity == INF_IDENTITY_INTEGER)
		names->numbers[names->count] = name.number;
	else
	{
		INF_GUARANTEED(name.length == 0 || name.bytes != NULL);
		if (name.length > 0)
			memcpy(names->bytes + names->offsets[names->count], name.bytes, name.length);
		names->offsets[names->count + 1] = names->offsets[names->count] + name.length;
	}
	names->count++;
}

int
inf_name_compare(InfIdentity identity, InfName a, InfName b)
{
	size_t common = a.length < b.length ? a.length : b.length;
	int c;

	if (identity == INF_IDENTITY_INTEGER)
		return (a.number > b.number) - (a.number < b.number);
	c = common == 0 ? 0 : memcmp(a.bytes, b.bytes, common);
	return c != 0 ? c : (a.length > b.length) - (a.length < b.length);
}

void
inf_name_table_init(InfNameTable *table, InfIdentity identity)
{
	memset(table, 0, sizeof(*table));
	inf_names_init(&table->names, identity);
}

void
inf_name_table_free(InfNameTable *table)
{
	InfIdentity identity = table->names.identity;

	inf_names_free(&table->names);
	inf_free(table->slots);
	inf_free(table->direct);
	inf_name_table_init(table, identity);
}

static uint64_t
tag_of(InfIdentity identity, InfName name)
{
	return identity == INF_IDENTITY_INTEGER ? (uint64_t) name.number
	                                        : inf_hash_bytes(name.bytes, name.length);
}

/* Where a tag's search begins. */
static uint32_t
home_of(InfIdentity identity, uint64_t tag, uint32_t mask)
{
	return (uint32_t) (identity == INF_IDENTITY_INTEGER ? inf_mix64(tag) : tag) & mask;
}

static void
rehash(InfNameTable *table)
{
	uint32_t nslots = table->slots == NULL ? 16 : (table->mask + 1) * 2;
	InfNameSlot *slots = INF_ALLOC_ARRAY(InfNameSlot, nslots);
	InfIdentity identity = table->names.identity;

	memset(slots, 0, nslots * sizeof(InfNameSlot));
	for (uint32_t i = 0; table->slots != NULL && i <= table->mask; i++)
	{
		uint32_t at;

		if (table->slots[i].code == 0)
			continue;
		at = home_of(identity, table->slots[i].tag, nslots - 1);
		while (slots[at].code != 0)
			at = (at + 1) & (nslots - 1);
		slots[at] = table->slots[i];
	}
	inf_free(table->slots);
	table->slots = slots;
	table->mask = nslots - 1;
}

/* Is the number small beside how many names there are? Then it gets a place of its own. */
static bool
make_direct(InfNameTable *table, int64_t number)
{
	uint64_t limit = 4096 + 16 * (uint64_t) table->names.count;
	uint32_t n = table->ndirect == 0 ? 1024 : table->ndirect;

	if (number < 0 || (uint64_t) number >= limit)
		return false;
	if ((uint64_t) number < table->ndirect)
		return true;
	while (n <= (uint64_t) number)
		n *= 2;
	table->direct = inf_realloc(table->direct, inf_array_size(n, sizeof(uint32_t)));
	memset(table->direct + table->ndirect, 0, (n - table->ndirect) * sizeof(uint32_t));
	table->ndirect = n;
	return true;
}

/* The code of the name that has the tag. */
static uint32_t
code_of_tag(InfNameTable *table, InfName name, uint64_t tag)
{
	InfIdentity identity = table->names.identity;
	uint32_t at;
	uint32_t code;

	if (table->slots == NULL || table->names.count >= table->mask / 2)
		rehash(table);
	at = home_of(identity, tag, table->mask);
	while (table->slots[at].code != 0)
	{
		if (table->slots[at].tag == tag)
		{
			code = table->slots[at].code - 1;
			if (identity == INF_IDENTITY_INTEGER ||
			    inf_name_compare(identity, inf_names_get(&table->names, code), name) == 0)
				break;
		}
		at = (at + 1) & table->mask;
	}
	if (table->slots[at].code == 0)
	{
		inf_names_append(&table->names, name);
		table->slots[at].tag = tag;
		table->slots[at].code = table->names.count;
	}
	code = table->slots[at].code - 1;
	if (identity == INF_IDENTITY_INTEGER && make_direct(table, name.number))
		table->direct[name.number] = code + 1;
	return code;
}

uint32_t
inf_name_code_slow(InfNameTable *table, InfName name)
{
	return code_of_tag(table, name, tag_of(table->names.identity, name));
}

/*
 * Where the bytes of the name begin that a tag's search finds first, which is most often the one that is
 * looked for.
 */
static const uint8_t *
expected_bytes(const InfNameTable *table, uint64_t tag)
{
	uint32_t code = table->slots[home_of(table->names.identity, tag, table->mask)].code;

	return code == 0 ? NULL : table->names.bytes + table->names.offsets[code - 1];
}

void
inf_name_codes(InfNameTable *table, const InfName *names, size_t n, uint32_t *codes)
{
	InfIdentity identity = table->names.identity;
	bool has_slots = table->slots != NULL;
	uint64_t tags[INF_NAME_BATCH];

	INF_GUARANTEED(n <= INF_NAME_BATCH);
	if (identity == INF_IDENTITY_INTEGER)
	{
		for (size_t i = 0; i < n; i++)
			codes[i] = inf_name_code(table, names[i]);
		return;
	}
	for (size_t i = 0; i < n; i++)
	{
		tags[i] = tag_of(identity, names[i]);
		if (has_slots)
			__builtin_prefetch(&table->slots[home_of(identity, tags[i], table->mask)]);
	}
	for (size_t i = 0; i < n && has_slots; i++)
		__builtin_prefetch(expected_bytes(table, tags[i]));
	for (size_t i = 0; i < n; i++)
		codes[i] = code_of_tag(table, names[i], tags[i]);
}

/* Merge sort of codes by name: stable, n log n whatever the names, and it can be cancelled. */
static void
sort_codes(const InfNames *names, uint32_t *codes, uint32_t *other, uint32_t n)
{
	for (uint32_t width = 1; width<n; width = width> n / 2 ? n : width * 2)
	{
		for (uint32_t start = 0; start < n; start += 2 * width)
		{
			uint32_t middle = n - start > width ? start + width : n;
			uint32_t end = n - middle > width ? middle + width : n;
			uint32_t a = start, b = middle;

			for (uint32_t i = start; i < end; i++)
			{
				bool from_a =
				    b >= end ||
				    (a < middle && inf_name_compare(names->identity, inf_names_get(names, codes[a]),
				                                    inf_names_get(names, codes[b])) <= 0);

				other[i] = from_a ? codes[a++] : codes[b++];
				if (i % POLL_EVERY == 0)
					inf_poll();
			}
			if (n - start <= 2 * width)
				break;
		}
		memcpy(codes, other, n * sizeof(uint32_t));
	}
}

static bool
is_ascending(const InfNames *names)
{
	for (uint32_t i = 1; i < names->count; i++)
	{
		if (inf_name_compare(names->identity, inf_names_get(names, i - 1),
		                     inf_names_get(names, i)) > 0)
			return false;
	}
	return true;
}

/* Codes in the order of their names, which those of stored sets are in already. */
static uint32_t *
codes_in_order(const InfNames *names)
{
	uint32_t n = names->count;
	uint32_t *codes = INF_ALLOC_ARRAY(uint32_t, n);
	uint32_t *other = INF_ALLOC_ARRAY(uint32_t, n);

	for (uint32_t i = 0; i < n; i++)
		codes[i] = i;
	if (!is_ascending(names))
		sort_codes(names, codes, other, n);
	inf_free(other);
	return codes;
}

uint32_t *
inf_names_ranks(const InfNames *names)
{
	uint32_t *codes = codes_in_order(names);
	uint32_t *rank = INF_ALLOC_ARRAY(uint32_t, names->count);

	for (uint32_t i = 0; i < names->count; i++)
		rank[codes[i]] = i;
	inf_free(codes);
	return rank;
}

InfNames
inf_names_sorted(const InfNames *names, uint32_t **rank)
{
	uint32_t *codes = codes_in_order(names);
	InfNames sorted;

	inf_names_init(&sorted, names->identity);
	*rank = INF_ALLOC_ARRAY(uint32_t, names->count);
	for (uint32_t i = 0; i < names->count; i++)
	{
		(*rank)[codes[i]] = i;
		inf_names_append(&sorted, inf_names_get(names, codes[i]));
	}
	inf_free(codes);
	return sorted;
}

void
inf_write_names(InfBuffer *buffer, const InfNames *names)
{
	inf_write_varint(buffer, names->count);
	if (names->count == 0)
		return;
	if (names->identity == INF_IDENTITY_INTEGER)
	{
		inf_write_int64s(buffer, names->numbers, names->count);
		return;
	}
	if (names->identity == INF_IDENTITY_TEXT)
	{
		uint32_t *lengths = INF_ALLOC_ARRAY(uint32_t, names->count);

		for (uint32_t i = 0; i < names->count; i++)
			lengths[i] = (uint32_t) (names->offsets[i + 1] - names->offsets[i]);
		inf_write_uint32s(buffer, lengths, names->count);
		inf_free(lengths);
	}
	inf_write_bytes(buffer, names->bytes, names->offsets[names->count]);
}

/* What the bytes hold, whether it is ascending or not. */
static void
read_bytes(InfCursor *cursor, InfNames *names, uint32_t count)
{
	uint32_t *lengths = INF_ALLOC_ARRAY(uint32_t, count);
	const uint8_t *bytes;

	if (names->identity == INF_IDENTITY_UUID)
	{
		for (uint32_t i = 0; i < count; i++)
			lengths[i] = INF_UUID_SIZE;
	}
	else
		inf_read_uint32s(cursor, lengths, count, INF_MAX_NAME);
	if (!cursor->bad)
	{
		names->offsets = INF_ALLOC_ARRAY(size_t, (size_t) count + 1);
		names->offsets[0] = 0;
		for (uint32_t i = 0; i < count; i++)
			names->offsets[i + 1] = names->offsets[i] + lengths[i];
		bytes = inf_read_bytes(cursor, names->offsets[count]);
		if (bytes != NULL)
		{
			names->bytes_capacity = names->offsets[count] + 1;
			names->bytes = inf_alloc(names->bytes_capacity);
			memcpy(names->bytes, bytes, names->offsets[count]);
			if (names->identity == INF_IDENTITY_TEXT &&
			    memchr(bytes, 0, names->offsets[count]) != NULL)
				cursor->bad = true;
			names->count = names->capacity = count;
		}
	}
	inf_free(lengths);
}

InfNames
inf_read_names(InfCursor *cursor, InfIdentity identity)
{
	InfNames names;
	uint32_t count;

	inf_names_init(&names, identity);
	/* names differ, so each takes a bit at least: a count cannot ask for much memory by itself */
	count = (uint32_t) inf_read_count(cursor, INF_MAX_NAMES);
	if (count > 1 && count / 8 > inf_left(cursor))
		cursor->bad = true;
	if (count == 0 || cursor->bad)
		return names;
	if (identity == INF_IDENTITY_INTEGER)
	{
		names.numbers = INF_ALLOC_ARRAY(int64_t, count);
		inf_read_int64s(cursor, names.numbers, count);
		names.count = names.capacity = count;
	}
	else if (identity == INF_IDENTITY_NONE)
		cursor->bad = true;
	else
		read_bytes(cursor, &names, count);
	for (uint32_t i = 1; i < count && !cursor->bad; i++)
	{
		if (inf_name_compare(identity, inf_names_get(&names, i - 1), inf_names_get(&names, i)) >= 0)
			cursor->bad = true;
	}
	if (cursor->bad)
		inf_names_free(&names);
	return names;
}

InfNames
inf_names_union(const InfNames *const *lists, size_t nlists, InfIdentity identity, uint32_t **map)
{
	InfNames all, sorted;
	uint32_t *rank;
	InfNameTable table;

	/* names are few beside touches: through a table, and sorted anew */
	inf_name_table_init(&table, identity);
	for (size_t i = 0; i < nlists; i++)
	{
		map[i] = INF_ALLOC_ARRAY(uint32_t, lists[i]->count);
		for (uint32_t code = 0; code < lists[i]->count; code++)
		{
			map[i][code] = inf_name_code(&table, inf_names_get(lists[i], code));
			if (code % POLL_EVERY == 0)
				inf_poll();
		}
	}
	all = table.names;
	sorted = inf_names_sorted(&all, &rank);
	for (size_t i = 0; i < nlists; i++)
	{
		for (uint32_t code = 0; code < lists[i]->count; code++)
			map[i][code] = rank[map[i][code]];
	}
	inf_free(rank);
	inf_name_table_free(&table);
	return sorted;
}
