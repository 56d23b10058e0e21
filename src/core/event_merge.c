/*
 * event_merge.c
 *		Merging sorted events of several sets.
 */
#include "core/event_merge.h"

#include "core/host.h"
#include "core/sort.h"

/* Either a source or the merge of two others, of which some events wait to be taken. */
struct InfEventMerge
{
	InfEventSource source;
	InfEventMerge *first; /* NULL: a source */
	InfEventMerge *second;
	size_t n;
	size_t taken;
	InfEvent events[INF_EVENT_ROOM];
};

InfEventMerge *
inf_event_merge_open(const InfEventSource *sources, size_t n)
{
	InfEventMerge *merge = inf_alloc(sizeof(InfEventMerge));

	merge->source = sources[0];
	merge->first = merge->second = NULL;
	merge->n = merge->taken = 0;
	if (n > 1)
	{
		merge->first = inf_event_merge_open(sources, n / 2);
		merge->second = inf_event_merge_open(sources + n / 2, n - n / 2);
	}
	return merge;
}

void
inf_event_merge_close(InfEventMerge *merge)
{
	if (merge->first != NULL)
	{
		inf_event_merge_close(merge->first);
		inf_event_merge_close(merge->second);
	}
	inf_free(merge);
}

__extension__ typedef unsigned __int128 Place;

/* Key and instant as one number. */
static inline Place
place_of(const InfEvent *event)
{
	return (Place) event->key << 64 | inf_key_of_int64(event->at);
}

static void refill(InfEventMerge *merge);

static inline size_t
waiting(const InfEventMerge *merge)
{
	return merge->n - merge->taken;
}

/* Does b come before a? 1 or 0, without a branch. */
static inline size_t
comes_second(const InfEvent *a, const InfEvent *b)
{
	/* an instant is never the last number, so one can be added to it */
	return place_of(b) < place_of(a) + (b->value < a->value);
}

/* The smaller of what waits on both sides, one after the other, until a side is used up. */
static size_t
merge_waiting(InfEventMerge *first, InfEventMerge *second, InfEvent *to, size_t room)
{
	size_t n = 0;

	for (;;)
	{
		const InfEvent *a = first->events + first->taken;
		const InfEvent *b = second->events + second->taken;
		size_t safe = waiting(first) < waiting(second) ? waiting(first) : waiting(second);
		size_t steps_b = 0;

		/* so many steps use up no side before their end */
		if (safe > room - n)
			safe = room - n;
		if (safe == 0)
			break;
		for (size_t i = 0; i < safe; i++)
		{
			size_t from_b = comes_second(a, b);
			const InfEvent *both[2] = {a, b};

			to[n + i] = *both[from_b];
			a += 1 - from_b;
			b += from_b;
			steps_b += from_b;
		}
		n += safe;
		first->taken += safe - steps_b;
		second->taken += steps_b;
	}
	return n;
}

/* Moves what waits of one side, whose other is at its end. */
static size_t
move_waiting(InfEventMerge *from, InfEvent *to, size_t room)
{
	size_t n = waiting(from) < room ? waiting(from) : room;

	memcpy(to, from->events + from->taken, n * sizeof(InfEvent));
	from->taken += n;
	return n;
}

/* Nothing waits any more: the next events, unless that was all. */
static void
refill(InfEventMerge *merge)
{
	InfEventMerge *first = merge->first;
	InfEventMerge *second = merge->second;

	merge->taken = 0;
	if (first == NULL)
	{
		merge->n = merge->source.next(merge->source.reader, merge->events);
		return;
	}
	for (merge->n = 0; merge->n < INF_BLOCK_EVENTS;)
	{
		InfEvent *to = merge->events + merge->n;
		size_t room = INF_BLOCK_EVENTS - merge->n;

		if (waiting(first) == 0)
			refill(first);
		if (waiting(second) == 0)
			refill(second);
		if (waiting(first) == 0 && waiting(second) == 0)
			break;
		if (waiting(second) == 0)
			merge->n += move_waiting(first, to, room);
		else if (waiting(first) == 0)
			merge->n += move_waiting(second, to, room);
		else
			merge->n += merge_waiting(first, second, to, room);
	}
}

size_t
inf_event_merge_next(InfEventMerge *merge, const InfEvent **events)
{
	refill(merge);
	*events = merge->events;
	return merge->n;
}
