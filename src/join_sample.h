/*
 * join_sample.h
 *		When the built rows of an attribution join are, as a sample of their instants tells.
 */
#ifndef INF_JOIN_SAMPLE_H
#define INF_JOIN_SAMPLE_H

#define INSTANT_SAMPLE_ROOM 256

/* Every step-th of the instants that were added. */
typedef struct InstantSample
{
	uint64 step;
	uint64 left; /* until the next */
	int n;
	int64 at[INSTANT_SAMPLE_ROOM];
} InstantSample;

typedef struct InstantRange
{
	int64 earliest;
	int64 latest;
} InstantRange;

extern void inf_sample_begin(InstantSample *sample);
extern void inf_sample_take(InstantSample *sample, int64 at);

static inline void
inf_sample_add(InstantSample *sample, int64 at)
{
	if (--sample->left == 0)
		inf_sample_take(sample, at);
}

/*
 * Where nearly all instants are, of which several processes may have taken samples: without up to a
 * sixteenth of them, if the few are far away from the many. Far is measured by how far a row reaches.
 * False if there are none.
 */
extern bool inf_sample_range(const InstantSample *samples, int nsamples, int64 reach,
                             InstantRange *range);

#endif
