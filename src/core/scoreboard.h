/*
 * scoreboard.h
 *		The leaderboard: what each influencer reached, and what it was worth.
 */
#ifndef INF_SCOREBOARD_H
#define INF_SCOREBOARD_H

#include "core/attribution.h"
#include "core/net_effect.h"
#include "core/self_control.h"

typedef struct InfScoreboardOptions
{
	InfModel model;
	int64_t new_customer_span; /* a new customer has bought nothing for so many microseconds */
	bool effects;              /* are they wanted: placebo, net effects, lift? */
	int64_t unit;              /* of the instants: a day of dates, or a microsecond */
	int64_t observed_from;     /* for the lift: when customers were observed */
	int64_t observed_to;       /* behind the last unit */
} InfScoreboardOptions;

/* One influencer. */
typedef struct InfScore
{
	uint64_t touches;
	uint64_t customers;   /* different people touched */
	uint64_t buyers;      /* of them, those with an order that is credited to the influencer */
	double orders;        /* credited */
	double revenue;       /* credited */
	double new_customers; /* credited orders of people who had not bought for the span */
	double placebo;       /* orders that would be credited if touches after the order counted */
	InfNetEffect net;
	InfSelfControl control;
	InfLift lift;
} InfScore;

typedef struct InfScoreboard
{
	uint32_t ninfluencers;
	InfScore *scores;
} InfScoreboard;

/* Returns NULL, or what is wrong with the set, or, if "limit" comes back true, a limit met. */
extern const char *inf_scoreboard(const InfJourneySet *set, const InfScoreboardOptions *options,
                                  InfScoreboard *board, InfNames *names, bool *limit);

#endif
