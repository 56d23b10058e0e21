/*
 * scoreboard.h
 *		The leaderboard: what each influencer reached, and what it was worth.
 */
#ifndef INF_SCOREBOARD_H
#define INF_SCOREBOARD_H

#include "core/attribution.h"

typedef struct InfScoreboardOptions
{
	InfModel model;
	int64_t new_customer_span; /* a new customer has bought nothing for so many microseconds */
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
