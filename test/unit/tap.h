/*
 * tap.h
 *		Just enough to write tests that print TAP, and random numbers from a seed.
 */
#ifndef TEST_TAP_H
#define TEST_TAP_H

#include <stdbool.h>
#include <stdint.h>

extern void ok(bool condition, const char *format, ...) __attribute__((format(printf, 2, 3)));
extern int done(void); /* prints the plan; the program's exit status */

extern uint64_t random_state;
extern uint64_t random_bits(void);
extern uint32_t random_below(uint32_t n);
extern double random_unit(void); /* 0 <= x < 1 */

#endif
