/*
 * diagnosis.h
 *		Signs that an influencer's credit was gamed.
 */
#ifndef INF_DIAGNOSIS_H
#define INF_DIAGNOSIS_H

#include "core/attribution.h"

/* Customers of an influencer that are looked at one by one. */
#define INF_TOP_CUSTOMERS 10

/* What a sign says: bits of "flags". */
#define INF_FLOODING 0x01      /* a customer is touched again and again, or many for one who buys */
#define INF_INJECTION 0x02     /* touches come just before orders */
#define INF_PLACEBO 0x04       /* touches come after orders rather than before */
#define INF_CONCENTRATION 0x08 /* few customers have most of the orders */

#define INF_PUPPETS                                                                                \
	0x10 /* its buyers are people whom nobody else touches, unlike those of others */

/* From where on: shares, and how much there must be for a share to say something. */
#define INF_FLOODING_REPEATS 0.25
#define INF_FLOODING_RATIO 10.0 /* touches per buyer, times the median of all influencers */
#define INF_FLOODING_TOUCHES 100
#define INF_INJECTION_SHARE 0.1
#define INF_INJECTION_ORDERS 1.0
#define INF_PLACEBO_SHARE 0.75
#define INF_PLACEBO_ORDERS 10.0
#define INF_CONCENTRATION_SHARE 0.5
#define INF_CONCENTRATION_ORDERS 20.0
#define INF_PUPPETS_SHARE 0.5
#define INF_PUPPETS_RATIO 3.0 /* times the median of all influencers */
#define INF_PUPPETS_ORDERS 10.0

typedef struct InfDiagnosis
{
	uint32_t flags;
	uint64_t touches;
	uint64_t repeats; /* touches of a customer on a day after the first */
	uint64_t buyers;
	double orders;   /* credited */
	double injected; /* of them, with a touch within the span before the order */
	double placebo;  /* that would be credited if touches after the order counted */
	double sole;     /* credited orders of customers whom no other influencer touched */
	double top;      /* credited orders of the customers who have most of them */
} InfDiagnosis;

/* Returns NULL, or what is wrong with the set, or, if "limit" comes back true, a limit met. */
extern const char *inf_diagnose(const InfJourneySet *set, const InfModel *model,
                                int64_t injection_span, InfDiagnosis **diagnoses, InfNames *names,
                                bool *limit);

#endif
