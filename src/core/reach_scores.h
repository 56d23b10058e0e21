/*
 * reach_scores.h
 *		The reach scores of 2008 to 2018, rebuilt from what their makers published.
 *
 * Klout, Kred and PeerIndex never published their formulas in full. What each function takes from
 * its maker and what is filled in is said in docs/reach_scores.md. All numbers must be finite and
 * not negative. No result depends on the order of the rows.
 */
#ifndef INF_REACH_SCORES_H
#define INF_REACH_SCORES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Kred: points for one engagement; -1 for a kind that is not known. */
extern int64_t inf_kred_points(const char *kind, size_t length, int64_t followers);
#define INF_KRED_KINDS "comment, follow, like, mention, reply, retweet, share"

/* Kred: outreach level for so many points. */
extern int64_t inf_kred_outreach(double points);

/*
 * A score for each row of a community. "part" has a column for each part of the score, of n rows.
 * Kred influence has one part (points), the others three.
 */
extern void inf_kred_influence(const double *const *part, size_t n, double *score);
extern void inf_klout_score(const double *const *part, size_t n, double *score);
extern void inf_peerindex_score(const double *const *part, size_t n, double *score);

#endif
