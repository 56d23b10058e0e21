/*
 * journey_builder.c
 *		Building a set of journeys: from other sets, and from paths.
 */
#include "core/journey_builder.h"

#include <string.h>

#include "core/host.h"

void
inf_journey_builder_init(InfJourneyBuilder *builder)
{
	inf_touch_builder_init(&builder->touches, 0, INF_IDENTITY_NONE, INF_IDENTITY_NONE);
	inf_purchase_builder_init(&builder->purchases, 0, INF_IDENTITY_NONE);
	inf_name_table_init(&builder->path_names, INF_IDENTITY_NONE);
	inf_path_table_init(&builder->paths);
}

void
inf_journey_builder_free(InfJourneyBuilder *builder)
{
	inf_touch_builder_free(&builder->touches);
	inf_purchase_builder_free(&builder->purchases);
	inf_name_table_free(&builder->path_names);
	inf_path_table_free(&builder->paths);
}

void
inf_journey_builder_add_path(InfJourneyBuilder *builder, const InfPath *path)
{
	inf_path_table_add(&builder->paths, path);
}

static const char *
add_paths(InfJourneyBuilder *builder, InfPart part)
{
	InfPathReader reader;
	InfPath path;
	uint32_t *map;
	uint32_t *code = NULL;
	size_t capacity = 0;
	const char *problem;

	inf_path_reader_open(&reader, part.bytes, part.size);
	if (reader.problem == NULL && builder->path_names.names.identity == INF_IDENTITY_NONE)
		builder->path_names.names.identity = reader.names.identity;
	map = INF_ALLOC_ARRAY(uint32_t, reader.names.count);
	for (uint32_t i = 0; i < reader.names.count; i++)
		map[i] = inf_name_code(&builder->path_names, inf_names_get(&reader.names, i));
	while (inf_path_reader_next(&reader, &path))
	{
		if (path.n > capacity)
		{
			capacity = path.n * 2;
			code = inf_realloc(code, inf_array_size(capacity, sizeof(uint32_t)));
		}
		for (size_t i = 0; i < path.n; i++)
			code[i] = map[path.code[i]];
		path.code = code;
		inf_path_table_add(&builder->paths, &path);
	}
	problem = reader.problem;
	inf_free(map);
	inf_free(code);
	inf_path_reader_close(&reader);
	return problem;
}

const char *
inf_journey_builder_add_set(InfJourneyBuilder *builder, const uint8_t *bytes, size_t size)
{
	InfJourneySet set;
	const char *problem = inf_open_journey_set(bytes, size, &set);

	if (problem == NULL)
		problem = inf_touch_builder_add_set(&builder->touches, set.touches.bytes, set.touches.size);
	if (problem == NULL)
		problem = inf_purchase_builder_add_set(&builder->purchases, set.purchases.bytes,
		                                       set.purchases.size);
	if (problem == NULL && set.paths.size > 0)
		problem = add_paths(builder, set.paths);
	return problem;
}

const char *
inf_journey_mismatch(const InfJourneyBuilder *builder, const uint8_t *bytes, size_t size,
                     const char **problem)
{
	InfJourneySet set;
	InfTouchHeader touches;
	InfPurchaseHeader purchases;
	InfIdentity have = builder->path_names.names.identity;
	InfIdentity paths = INF_IDENTITY_NONE;
	const char *mismatch;

	*problem = inf_open_journey_set(bytes, size, &set);
	if (*problem == NULL)
		*problem = inf_read_touch_header(set.touches.bytes, set.touches.size, &touches);
	if (*problem == NULL)
		*problem = inf_read_purchase_header(set.purchases.bytes, set.purchases.size, &purchases);
	if (*problem != NULL)
		return NULL;
	mismatch = inf_touch_mismatch(&builder->touches, &touches);
	if (mismatch == NULL)
		mismatch = inf_purchase_mismatch(&builder->purchases, &purchases);
	/* influencers are of one type, in the touches and in the paths */
	if (have == INF_IDENTITY_NONE)
		have = builder->touches.names.names.identity;
	if (set.paths.size > 2)
		paths = set.paths.bytes[2];
	if (mismatch == NULL && have != INF_IDENTITY_NONE &&
	    ((paths != INF_IDENTITY_NONE && paths != have) ||
	     (touches.influencer_identity != INF_IDENTITY_NONE && touches.influencer_identity != have)))
		mismatch = "influencers";
	return mismatch;
}

/* The paths with the codes of sorted names. */
static void
finish_paths(const InfJourneyBuilder *builder, InfBuffer *out)
{
	uint32_t *rank;
	InfNames sorted = inf_names_sorted(&builder->path_names.names, &rank);
	InfPathTable table;
	uint32_t *code = INF_ALLOC_ARRAY(uint32_t, builder->paths.ncodes);

	inf_path_table_init(&table);
	for (size_t i = 0; i < builder->paths.nentries; i++)
	{
		InfPath path = inf_path_table_get(&builder->paths, i);

		for (size_t k = 0; k < path.n; k++)
			code[k] = rank[path.code[k]];
		path.code = code;
		inf_path_table_add(&table, &path);
	}
	inf_path_table_sort(&table);
	inf_write_paths(out, &table, &sorted);
	inf_path_table_free(&table);
	inf_names_free(&sorted);
	inf_free(rank);
	inf_free(code);
}

const char *
inf_journey_builder_finish(const InfJourneyBuilder *builder, size_t prefix, InfBuffer *out)
{
	InfBuffer touches = {NULL, 0, 0};
	InfBuffer purchases = {NULL, 0, 0};
	InfBuffer paths = {NULL, 0, 0};
	const char *problem = inf_touch_builder_finish(&builder->touches, 0, &touches);

	if (problem == NULL)
		problem = inf_purchase_builder_finish(&builder->purchases, 0, &purchases);
	if (problem == NULL)
	{
		InfJourneySet set;

		if (builder->paths.nentries > 0)
			finish_paths(builder, &paths);
		set.touches = (InfPart){touches.data, touches.size};
		set.purchases = (InfPart){purchases.data, purchases.size};
		set.paths = (InfPart){paths.data, paths.size};
		inf_write_journey_set(out, prefix, &set);
	}
	inf_buffer_free(&touches);
	inf_buffer_free(&purchases);
	inf_buffer_free(&paths);
	return problem;
}
