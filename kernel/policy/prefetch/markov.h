/* markov.h: correlation of steps, also a part of `replay` and `auto`. */
#ifndef PREFETCH_MARKOV_H
#define PREFETCH_MARKOV_H

#include "kernel/policy/prefetch.h"

/* What followed the latest two steps (or the latest one), the last times. */
struct markov_entry {
    int32_t next;
    uint16_t tag;  /* of the steps that lead here; another tag in the same place is another history */
    uint8_t count; /* times in favour, saturating; 0: empty */
    uint8_t unused;
};

struct markov {
    uint32_t mask;   /* entries of each table - 1 */
    uint32_t last;   /* page */
    int32_t step[2]; /* the latest, and the one before */
    uint32_t seen;   /* pages, up to 3 */
    uint8_t trust;
    uint8_t unused[3];
    struct markov_entry *pairs, *singles; /* behind the struct */
    /* Where the latest steps lead, looked up once for the expectation and for what is learnt from the next access. */
    uint64_t pair_hash, single_hash;
};

size_t markov_size(uint32_t npages);
void markov_init(struct markov *m, uint32_t npages);
/* Accesses were left out: begin again at this page. */
void markov_restart(struct markov *m, uint32_t page);
void markov_access(struct markov *m, uint32_t page, enum access_kind kind);
unsigned markov_predict(struct markov *m, const struct prefetch_query *query, uint32_t *out);
/* The step expected after these two (as many of them as `seen` says are known), 0 if none is. */
int32_t markov_expected(const struct markov *m);
size_t markov_save(const struct markov *m, uint8_t *out, size_t size);
bool markov_load(struct markov *m, const uint8_t *bytes, size_t n);

#endif
