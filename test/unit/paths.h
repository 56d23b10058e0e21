/*
 * paths.h
 *		Tables of paths that the tests make.
 */
#ifndef PATHS_H
#define PATHS_H

#include "core/journey_builder.h"

/* A builder for paths over influencers that are numbered from 0 on. */
static inline void
begin_paths(InfJourneyBuilder *builder, uint32_t influencers)
{
	inf_journey_builder_init(builder);
	builder->path_names.names.identity = INF_IDENTITY_INTEGER;
	for (uint32_t i = 0; i < influencers; i++)
		inf_name_code(&builder->path_names, (InfName){.number = i});
}

#endif
