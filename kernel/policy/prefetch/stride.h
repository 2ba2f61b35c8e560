/* stride.h: the majority trend, also a part of `auto`. */
#ifndef PREFETCH_STRIDE_H
#define PREFETCH_STRIDE_H

#include "kernel/policy/prefetch.h"

#define STRIDE_HISTORY 32 /* steps; a power of two */

struct stride {
    int32_t steps[STRIDE_HISTORY]; /* a ring */
    uint32_t nsteps;               /* ever seen */
    uint32_t last;
    int32_t trend;   /* 0: none */
    uint32_t window; /* pages read ahead at the last fault */
    uint32_t hits;   /* accesses since then that lay on the trend */
    bool started;
};

void stride_init(struct stride *s);
void stride_access(struct stride *s, uint32_t page, enum access_kind kind);
unsigned stride_predict(struct stride *s, const struct prefetch_query *query, uint32_t *out);
/* Looks whether the trend still holds or there is another; predict does it too. */
void stride_find_trend(struct stride *s);

#endif
