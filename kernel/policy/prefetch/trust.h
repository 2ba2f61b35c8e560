/*
 * trust.h: how far ahead a predictor may name pages, from how its expectations have fared.
 *
 * Every access tests what the predictor expected to come next. Trust grows by one with each hit and falls to a quarter
 * with each miss, so a run of false predictions ends within two of them, and a predictor that is out of
 * favour has to be right a few times, unheard, before it is asked again.
 */
#ifndef PREFETCH_TRUST_H
#define PREFETCH_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#define TRUST_MAX 64
#define TRUST_FULL 24 /* from here on as many pages as the query allows */
#define TRUST_LEAST 4 /* below this nothing */

static inline void trust_hit(uint8_t *trust)
{
    if (*trust < TRUST_MAX)
        (*trust)++;
}

static inline void trust_miss(uint8_t *trust)
{
    *trust = *trust > TRUST_FULL ? TRUST_LEAST : (uint8_t)(*trust / 4);
}

static inline unsigned trust_depth(uint8_t trust, unsigned max)
{
    if (trust >= TRUST_FULL)
        return max;
    unsigned depth = trust < TRUST_LEAST ? 0 : trust;
    return depth < max ? depth : max;
}

#endif
