/*
 * net_effect.h
 *		What an influencer adds to the sales, beyond what would have come anyway, and the score.
 *
 * An influencer reached n customers. It was credited with F orders, and would have been with P orders
 * if touches after the order counted instead (placebo credit). Its net orders F - P, per customer, are
 * what it added; a touch that merely goes along with orders earns as much on one side as on the other.
 *
 * Few customers tell little, so effects are drawn towards the mean of all influencers: as if each had
 * reached b more customers who bought as the average. b comes from how much the rates of credited orders
 * differ between influencers (a gamma prior by maximum marginal likelihood, see gamma_poisson.h, of
 * (F + P) / k orders on n customers, where k, the mean square of a credit per credited order, turns
 * orders that are shared among many into independent ones).
 * With f and p the mean rates on both sides (weighted by n / (n + b)), the posterior of an effect has
 *
 *	mean		(F - P + b (f - p)) / (n + b)
 *	variance	k (F + P + b (f + p)) / (n + b)^2
 *
 * and is taken as normal. The score is 100 times the probability that the effect exceeds that of a peer
 * drawn at random. More customers who do not buy can only lower an effect that is above 0.
 */
#ifndef INF_NET_EFFECT_H
#define INF_NET_EFFECT_H

#include <stddef.h>

typedef struct InfNetEvidence
{
	double customers; /* above 0 */
	double orders;    /* credited */
	double placebo;
	double squares; /* of the credits of both kinds, an order each */
} InfNetEvidence;

typedef struct InfNetEffect
{
	double effect; /* net orders per customer reached: posterior mean, 5 % and 95 % points */
	double low;
	double high;
	double score; /* 0..100 */
} InfNetEffect;

extern void inf_net_effects(const InfNetEvidence *evidence, size_t n, InfNetEffect *effects);

#endif
