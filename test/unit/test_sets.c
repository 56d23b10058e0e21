/*
 * Stored sets: the same rows give the same bytes whatever their order and however they were merged,
 * the reader gives back the rows, and no damage to the bytes goes unnoticed or does harm.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/hash.h"
#include "core/host.h"
#include "core/purchase_builder.h"
#include "core/touch_builder.h"
#include "tap.h"

typedef struct Row
{
	uint64_t key;
	int64_t at;
	uint32_t influencer;
	double weight;
	int32_t priority;
	double revenue;
} Row;

/* How rows are drawn. */
typedef struct Shape
{
	size_t n;
	uint32_t customers;
	uint32_t influencers;
	int64_t unit;
	uint32_t instants;
	int extras;  /* 0 none, 1 a few different, 2 arbitrary */
	int revenue; /* 0 cents, 1 arbitrary, 2 whole, 3 extreme */
} Shape;

static InfName
name_of(uint32_t influencer, InfIdentity identity, char *space)
{
	InfName name = {0, NULL, 0};

	if (identity == INF_IDENTITY_INTEGER)
		name.number = (int64_t) influencer * 7919 - 50000;
	else if (identity == INF_IDENTITY_UUID)
	{
		memset(space, 0, 16);
		memcpy(space, &influencer, sizeof(influencer));
		name.bytes = (uint8_t *) space;
		name.length = 16;
	}
	else
	{
		name.length = influencer % 12;
		for (size_t i = 0; i < name.length; i++)
			space[i] = (char) ('a' + (influencer >> (2 * i)) % 26);
		/* lengths repeat, so tell them apart */
		memcpy(space + name.length, &(uint32_t){influencer | 0x01010101}, 4);
		name.bytes = (uint8_t *) space;
		name.length += influencer == 0 ? 0 : 4;
	}
	return name;
}

static Row *
make_rows(const Shape *shape)
{
	Row *rows = malloc((shape->n + 1) * sizeof(Row));

	for (size_t i = 0; i < shape->n; i++)
	{
		Row *r = &rows[i];

		r->key = inf_mix64(random_below(shape->customers));
		r->at = INT64_C(800000000000000) + shape->unit * random_below(shape->instants);
		r->influencer = random_below(shape->influencers);
		r->weight = shape->extras == 0   ? 1
		            : shape->extras == 1 ? 0.5 * random_below(4)
		                                 : exp2(40 * random_unit() - 20);
		r->priority = shape->extras == 0 ? 0 : (int32_t) random_below(3) - 1;
		r->revenue = shape->revenue == 0   ? rint(10000 * random_unit()) / 100
		             : shape->revenue == 1 ? 1e6 * random_unit() - 1e3
		             : shape->revenue == 2 ? (double) random_below(500)
		                                   : pow(10, 200 * random_unit() - 100);
	}
	return rows;
}

static void
shuffle(Row *rows, size_t n)
{
	for (size_t i = n; i > 1; i--)
	{
		size_t j = random_bits() % i;
		Row x = rows[i - 1];

		rows[i - 1] = rows[j];
		rows[j] = x;
	}
}

static InfBuffer
touches_of(const Row *rows, size_t n, InfIdentity identity)
{
	InfTouchBuilder builder;
	InfBuffer out;
	char space[32];

	inf_touch_builder_init(&builder, 1, INF_IDENTITY_INTEGER, identity);
	for (size_t i = 0; i < n; i++)
		inf_touch_builder_add(&builder, rows[i].key, name_of(rows[i].influencer, identity, space),
		                      rows[i].at, rows[i].weight, rows[i].priority);
	builder.nskipped = n / 10;
	if (inf_touch_builder_finish(&builder, 4, &out) != NULL)
		ok(false, "finishing touches");
	inf_touch_builder_free(&builder);
	return out;
}

static InfBuffer
purchases_of(const Row *rows, size_t n)
{
	InfPurchaseBuilder builder;
	InfBuffer out;

	inf_purchase_builder_init(&builder, 1, INF_IDENTITY_INTEGER);
	for (size_t i = 0; i < n; i++)
		inf_purchase_builder_add(&builder, rows[i].key, rows[i].at, rows[i].revenue);
	if (inf_purchase_builder_finish(&builder, 4, &out) != NULL)
		ok(false, "finishing purchases");
	inf_purchase_builder_free(&builder);
	return out;
}

static bool
same(const InfBuffer *a, const InfBuffer *b)
{
	return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

/* The rows in pieces, each encoded, and the pieces added up in some order. */
static InfBuffer
merged_touches(const Row *rows, size_t n, InfIdentity identity, size_t pieces)
{
	InfTouchBuilder builder;
	InfBuffer out;
	size_t from = 0;

	inf_touch_builder_init(&builder, 0, INF_IDENTITY_NONE, INF_IDENTITY_NONE);
	for (size_t p = 0; p < pieces; p++)
	{
		size_t to = p + 1 == pieces ? n : from + random_bits() % (n - from + 1);
		InfBuffer piece = touches_of(rows + from, to - from, identity);

		if (inf_touch_builder_add_set(&builder, piece.data + 4, piece.size - 4) != NULL)
			ok(false, "adding a set");
		inf_buffer_free(&piece);
		from = to;
	}
	builder.nskipped = n / 10;
	if (inf_touch_builder_finish(&builder, 4, &out) != NULL)
		ok(false, "finishing merged touches");
	inf_touch_builder_free(&builder);
	return out;
}

static InfBuffer
merged_purchases(const Row *rows, size_t n, size_t pieces)
{
	InfPurchaseBuilder builder;
	InfBuffer out;
	size_t from = 0;

	inf_purchase_builder_init(&builder, 0, INF_IDENTITY_NONE);
	for (size_t p = 0; p < pieces; p++)
	{
		size_t to = p + 1 == pieces ? n : from + random_bits() % (n - from + 1);
		InfBuffer piece = purchases_of(rows + from, to - from);

		if (inf_purchase_builder_add_set(&builder, piece.data + 4, piece.size - 4) != NULL)
			ok(false, "adding a set");
		inf_buffer_free(&piece);
		from = to;
	}
	if (inf_purchase_builder_finish(&builder, 4, &out) != NULL)
		ok(false, "finishing merged purchases");
	inf_purchase_builder_free(&builder);
	return out;
}

/* An independent order of the rows, to compare what the reader gives. */
static int
by_customer_and_time(const void *a, const void *b)
{
	const Row *x = a;
	const Row *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return 0;
}

/* A sum over all rows that no permutation within (customer, instant) changes. */
static uint64_t
digest_row(uint64_t key, int64_t at, const InfName *name, double weight, int32_t priority)
{
	uint64_t w;
	uint64_t h = key ^ inf_mix64((uint64_t) at);

	memcpy(&w, &weight, sizeof(w));
	h = inf_mix64(h + w + (uint64_t) (uint32_t) priority * 31);
	h += name->bytes == NULL ? (uint64_t) name->number : inf_hash_bytes(name->bytes, name->length);
	return inf_mix64(h);
}

static bool
reads_back(const Row *rows, size_t n, const InfBuffer *set, InfIdentity identity)
{
	Row *sorted = malloc((n + 1) * sizeof(Row));
	InfTouchReader reader;
	InfCustomerTouches t;
	size_t i = 0;
	bool good = true;
	uint64_t want = 0, got = 0;
	char space[32];

	memcpy(sorted, rows, n * sizeof(Row));
	qsort(sorted, n, sizeof(Row), by_customer_and_time);
	inf_touch_reader_open(&reader, set->data + 4, set->size - 4);
	while (inf_touch_reader_next(&reader, &t))
	{
		for (size_t k = 0; k < t.n && i < n; k++, i++)
		{
			InfName name = inf_names_get(&reader.names, t.code[k]);
			InfName wanted = name_of(sorted[i].influencer, identity, space);

			good &= t.key == sorted[i].key && t.at[k] == sorted[i].at;
			got += digest_row(t.key, t.at[k], &name, t.weight == NULL ? 1 : t.weight[k],
			                  t.priority == NULL ? 0 : t.priority[k]);
			want += digest_row(sorted[i].key, sorted[i].at, &wanted, sorted[i].weight,
			                   sorted[i].priority);
		}
	}
	good &= reader.problem == NULL && i == n && got == want;
	inf_touch_reader_close(&reader);
	free(sorted);
	return good;
}

/* Every bit of a small value turned over, every truncation, and random bytes. */
static void
damage(const InfBuffer *set, const char *(*check)(const uint8_t *, size_t), const char *what)
{
	size_t size = set->size - 4;
	size_t unnoticed = 0;

	for (size_t bit = 0; bit < 8 * size; bit++)
	{
		/* a copy of its own, so that a read beyond the end is seen */
		uint8_t *copy = malloc(size);

		memcpy(copy, set->data + 4, size);
		copy[bit / 8] ^= (uint8_t) (1 << bit % 8);
		/* some bits make another valid set: an instant, a key, a name, a count of skipped rows */
		unnoticed += check(copy, size) == NULL;
		free(copy);
	}
	ok(unnoticed < 8 * size, "%s: single bits turned over: %zu of %zu make another valid set", what,
	   unnoticed, 8 * size);

	unnoticed = 0;
	for (size_t n = 0; n < size; n++)
	{
		uint8_t *copy = malloc(n + 1);

		memcpy(copy, set->data + 4, n);
		unnoticed += check(copy, n) == NULL;
		free(copy);
	}
	ok(unnoticed == 0, "%s: every truncation is noticed", what);

	unnoticed = 0;
	for (int round = 0; round < 20000; round++)
	{
		uint8_t *copy = malloc(size);
		uint32_t changes = 1 + random_below(8);

		memcpy(copy, set->data + 4, size);
		while (changes-- > 0)
			copy[random_below((uint32_t) size)] = (uint8_t) random_bits();
		check(copy, size);
		free(copy);
	}
	ok(true, "%s: random bytes do no harm", what);
}

/* Rows in so many pieces of nearly one size, each large enough to be kept as it is until the end. */
static void
merge_runs(size_t pieces, const Shape *shape)
{
	Row *rows = make_rows(shape);
	InfTouchBuilder touch_builder;
	InfPurchaseBuilder purchase_builder;
	InfBuffer touches = touches_of(rows, shape->n, INF_IDENTITY_TEXT);
	InfBuffer purchases = purchases_of(rows, shape->n);
	InfBuffer merged_touches, merged_purchases;

	shuffle(rows, shape->n);
	inf_touch_builder_init(&touch_builder, 0, INF_IDENTITY_NONE, INF_IDENTITY_NONE);
	inf_purchase_builder_init(&purchase_builder, 0, INF_IDENTITY_NONE);
	for (size_t p = 0; p < pieces; p++)
	{
		size_t from = shape->n * p / pieces;
		size_t to = shape->n * (p + 1) / pieces;
		InfBuffer piece = touches_of(rows + from, to - from, INF_IDENTITY_TEXT);

		inf_touch_builder_add_set(&touch_builder, piece.data + 4, piece.size - 4);
		inf_buffer_free(&piece);
		piece = purchases_of(rows + from, to - from);
		inf_purchase_builder_add_set(&purchase_builder, piece.data + 4, piece.size - 4);
		inf_buffer_free(&piece);
	}
	touch_builder.nskipped = shape->n / 10;
	ok(touch_builder.runs.count == pieces && purchase_builder.runs.count == pieces,
	   "%zu large sets wait to be merged", pieces);
	ok(inf_touch_builder_finish(&touch_builder, 4, &merged_touches) == NULL &&
	       same(&touches, &merged_touches),
	   "touches of %zu large sets", pieces);
	ok(inf_purchase_builder_finish(&purchase_builder, 4, &merged_purchases) == NULL &&
	       same(&purchases, &merged_purchases),
	   "orders of %zu large sets", pieces);
	inf_buffer_free(&merged_touches);
	inf_buffer_free(&merged_purchases);

	/* a byte in the middle of a set that waits: the header does not tell */
	for (size_t at = 100; at < 1000; at += 300)
	{
		InfBuffer *run = &touch_builder.runs.items[pieces - 1];
		InfBuffer *other = &purchase_builder.runs.items[pieces - 1];

		memset(run->data + run->size / 2 + at, 0xFF, 20);
		memset(other->data + other->size / 2 + at, 0xFF, 20);
		inf_touch_builder_finish(&touch_builder, 4, &merged_touches);
		inf_purchase_builder_finish(&purchase_builder, 4, &merged_purchases);
		inf_buffer_free(&merged_touches);
		inf_buffer_free(&merged_purchases);
	}
	memset(touch_builder.runs.items[0].data + touch_builder.runs.items[0].size / 3, 0xFF, 40000);
	memset(purchase_builder.runs.items[0].data + 64, 0xFF, 100);
	ok(inf_touch_builder_finish(&touch_builder, 4, &merged_touches) != NULL,
	   "%zu large sets: damage to the touches is noticed", pieces);
	ok(inf_purchase_builder_finish(&purchase_builder, 4, &merged_purchases) != NULL,
	   "%zu large sets: damage to the orders is noticed", pieces);
	inf_buffer_free(&merged_touches);
	inf_buffer_free(&merged_purchases);
	inf_touch_builder_free(&touch_builder);
	inf_purchase_builder_free(&purchase_builder);
	inf_buffer_free(&touches);
	inf_buffer_free(&purchases);
	free(rows);
}

/* Keys are stored, so a name has the key that it has always had, whatever its length and where it stands. */
static void
test_hashes(void)
{
	uint8_t bytes[64];
	uint64_t all = 0;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t) (i * 37 + 129);
	for (size_t start = 0; start < 8; start++)
	{
		for (size_t n = 0; n <= 40; n++)
			all = inf_mix64(all ^ inf_hash_bytes(bytes + start, n));
	}
	ok(all == UINT64_C(0x5A21721C3AEE1600), "hashes of 0 to 40 bytes");
	ok(inf_hash_bytes("@ada", 4) == UINT64_C(0x048992B67C24B782), "the hash of a handle");
	ok(inf_hash_bytes("customer 4711", 13) == UINT64_C(0x15D3B4DF80CDE99B), "and of a customer");
}

int
main(void)
{
	static const Shape shapes[] = {
	    {0, 1, 1, 1, 1, 0, 0},
	    {1, 1, 1, 1, 1, 0, 0},
	    {1, 5, 1, 1, 1, 2, 3},
	    {7, 3, 2, 1000000, 5, 1, 1},
	    {100, 1, 1, 1, 1, 0, 2},                 /* all the same row */
	    {3000, 1, 40, 1, 1000, 1, 0},            /* one customer over several blocks */
	    {2048, 2048, 10, 1000000, 100000, 0, 0}, /* just a block */
	    {2049, 4000, 10, 86400000000, 365, 2, 1},
	    {20000, 500, 300, 1, 4000000000, 0, 0}, /* scattered over partitions */
	    {20000, 3, 300, 1000000, 100, 2, 3},
	    {70000, 100000, 5000, 1000, 4000000000, 1, 0}, /* kept as runs when merged */
	    {150000, 50, 7, 60000000, 500000, 0, 1},
	};

	test_hashes();
	for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++)
	{
		const Shape *shape = &shapes[s];
		size_t rounds = shape->n < 5000 ? 10 : 2;
		size_t bad_order = 0, bad_merge = 0, bad_check = 0, bad_read = 0;

		for (size_t round = 0; round < rounds; round++)
		{
			InfIdentity identity = INF_IDENTITY_INTEGER + (InfIdentity) random_below(3);
			Row *rows = make_rows(shape);
			InfBuffer touches = touches_of(rows, shape->n, identity);
			InfBuffer purchases = purchases_of(rows, shape->n);
			InfBuffer again;

			bad_check += inf_check_touch_set(touches.data + 4, touches.size - 4) != NULL;
			bad_check += inf_check_purchase_set(purchases.data + 4, purchases.size - 4) != NULL;
			bad_read += !reads_back(rows, shape->n, &touches, identity);
			shuffle(rows, shape->n);
			again = touches_of(rows, shape->n, identity);
			bad_order += !same(&touches, &again);
			inf_buffer_free(&again);
			again = purchases_of(rows, shape->n);
			bad_order += !same(&purchases, &again);
			inf_buffer_free(&again);
			again = merged_touches(rows, shape->n, identity, 1 + random_below(6));
			bad_merge += !same(&touches, &again);
			inf_buffer_free(&again);
			again = merged_purchases(rows, shape->n, 1 + random_below(6));
			bad_merge += !same(&purchases, &again);
			inf_buffer_free(&again);
			inf_buffer_free(&touches);
			inf_buffer_free(&purchases);
			free(rows);
		}
		ok(bad_read == 0, "%zu rows, %u customers: what was written is read", shape->n,
		   shape->customers);
		ok(bad_check == 0, "%zu rows, %u customers: the bytes are the set's one form", shape->n,
		   shape->customers);
		ok(bad_order == 0, "%zu rows, %u customers: the same bytes in any order", shape->n,
		   shape->customers);
		ok(bad_merge == 0, "%zu rows, %u customers: the same bytes from merged pieces", shape->n,
		   shape->customers);
	}

	merge_runs(2, &(Shape){140000, 100000, 500, 1000, 4000000000, 0, 0});
	merge_runs(3, &(Shape){200000, 40, 3, 1000000, 1000, 0, 1}); /* few customers, many alike */
	merge_runs(5, &(Shape){340000, 200000, 500, 1, 4000000000, 0, 3});
	merge_runs(4, &(Shape){270000, 30000, 50, 60000000, 5000, 1, 2});

	for (int identity = INF_IDENTITY_INTEGER; identity <= INF_IDENTITY_UUID; identity++)
	{
		Shape shape = {40, 9, 6, 1000000, 1000, identity - 1, identity - 1};
		Row *rows = make_rows(&shape);
		InfBuffer touches = touches_of(rows, shape.n, (InfIdentity) identity);
		InfBuffer purchases = purchases_of(rows, shape.n);

		damage(&touches, inf_check_touch_set, "touches");
		damage(&purchases, inf_check_purchase_set, "purchases");
		inf_buffer_free(&touches);
		inf_buffer_free(&purchases);
		free(rows);
	}
	return done();
}
