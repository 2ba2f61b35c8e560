/* fit.h: the recurrence finder, also a part of `replay` and `auto`. */
#ifndef PREFETCH_FIT_H
#define PREFETCH_FIT_H

#include "kernel/policy/prefetch.h"

/* p' = a*p + (b*p mod m) + c; m == 0: no remainder was seen to wrap yet, b*p is taken whole. */
struct recurrence {
    uint32_t a, b, m;
    int64_t c;
};

#define FIT_WINDOW 9 /* pages remembered for the search: eight pairs */
#define FIT_ALIVE 4  /* hypotheses kept beside each other */
#define FIT_SAVED 28 /* bytes that fit_save writes */

struct fit {
    struct recurrence alive[FIT_ALIVE]; /* all agree with every pair since they were found; the most plausible first */
    unsigned nalive;
    uint32_t window[FIT_WINDOW]; /* the latest pages, oldest first, without a break between them */
    unsigned nwindow;
    uint32_t at;     /* the latest page that alive[0] accounts for */
    uint32_t last;   /* the latest page */
    int gain;        /* quarter bits of evidence for alive[0] beyond what it costs to state it */
    int doubt;       /* quarter bits that false finds have added to what a find has to show */
    unsigned misses; /* accesses since the latest that alive[0] accounts for */
    unsigned failed; /* searches without a find since the last find */
    unsigned skip;   /* faults to let pass before the next search */
    uint8_t restart; /* trust in alive[0] from a page that it did not lead to */
    bool restarted;  /* that trust is to be tested by the next access */
};

void fit_init(struct fit *f);
void fit_access(struct fit *f, uint32_t page, enum access_kind kind);
unsigned fit_predict(struct fit *f, const struct prefetch_query *query, uint32_t *out);
/* Is there anything that says what follows the latest page? */
bool fit_in_step(const struct fit *f);
int64_t recurrence_next(const struct recurrence *r, uint32_t page);
/* FIT_SAVED bytes; 0 if nothing is worth keeping. */
size_t fit_save(const struct fit *f, uint8_t *out, size_t size);
bool fit_load(struct fit *f, const uint8_t *bytes, size_t n);

/* fit_search.c: fills alive[] from the window; returns whether there is any. */
bool fit_search(struct fit *f);

#endif
