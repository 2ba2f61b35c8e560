/*
 * weights.h: a program that works on its model, for the tests of plans. Their set-up writes the model: page i begins with the number i, and
 * its other bytes are i % 251.
 */
#ifndef TESTS_GUEST_WEIGHTS_H
#define TESTS_GUEST_WEIGHTS_H

#include <stddef.h>

#define PAGE 4096
#define WORK 3000 /* words */

/* Has this page of the mapping other bytes than it should, the first ones being this number? */
static inline int is_wrong(const unsigned char *mapping, size_t page, size_t number)
{
    const unsigned char *at = mapping + page * PAGE;
    return *(const unsigned *)at != number || at[PAGE - 1] != page % 251;
}

/* Takes the time that a decoder needs for a page. */
static inline void work_on(const unsigned char *mapping, size_t page)
{
    static volatile unsigned sum;
    const unsigned *at = (const unsigned *)(mapping + page * PAGE);
    for (unsigned w = 0; w < WORK; w++)
        sum += at[w % (PAGE / sizeof *at)];
}

#endif
