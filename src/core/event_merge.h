/*
 * event_merge.h
 *		Merging sorted events of several sets.
 *
 * Sets are read block by block, and merged two at a time, in a tree: which of two events comes first
 * is as good as random, so the choice takes no branch. Equal events are the same, so the order of the
 * sets does not matter.
 */
#ifndef INF_EVENT_MERGE_H
#define INF_EVENT_MERGE_H

#include "core/event.h"

/* A set to be merged: how its next events are read, at most INF_BLOCK_EVENTS; 0 at the end. */
typedef struct InfEventSource
{
	size_t (*next)(void *reader, InfEvent *events);
	void *reader;
} InfEventSource;

typedef struct InfEventMerge InfEventMerge;

/* n > 0 sources, in each of which the events ascend by (key, at, value). */
extern InfEventMerge *inf_event_merge_open(const InfEventSource *sources, size_t n);

/* The next events of all sources, in order; how many, 0 at the end. Valid until the next call. */
extern size_t inf_event_merge_next(InfEventMerge *merge, const InfEvent **events);

extern void inf_event_merge_close(InfEventMerge *merge);

#endif
