/*
 * led_to_sel.h
 *		How many pairs of a touch and an order the attribution operator lets through.
 */
#ifndef INF_LED_TO_SEL_H
#define INF_LED_TO_SEL_H

#include "nodes/pathnodes.h"

/*
 * The share of pairs for which the call is true, from the columns' statistics.
 */
extern Selectivity inf_led_to_selectivity(PlannerInfo *root, Oid funcid, List *args);

#endif
