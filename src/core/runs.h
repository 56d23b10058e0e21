/*
 * runs.h
 *		Encoded sets that wait in a builder to be merged.
 *
 * A builder that is given whole sets (by parallel workers, by a roll-up) takes the rows out of
 * small ones, and keeps large ones as they are: sorted already, they need but be merged.
 */
#ifndef INF_RUNS_H
#define INF_RUNS_H

#include "core/buffer.h"

/* Sets with more events are kept as runs. */
#define INF_RUN_EVENTS 65536

typedef struct InfRuns
{
	InfBuffer *items;
	size_t count;
	size_t capacity;
} InfRuns;

/* Adds a copy of an encoded set. */
extern void inf_runs_add(InfRuns *runs, const uint8_t *bytes, size_t size);

extern void inf_runs_free(InfRuns *runs);
extern size_t inf_runs_memory(const InfRuns *runs);

#endif
