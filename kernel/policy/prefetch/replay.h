/* replay.h: the page order of a run, with what markov and fit learnt beside it; also a part of `auto`. */
#ifndef PREFETCH_REPLAY_H
#define PREFETCH_REPLAY_H

#include "kernel/policy/prefetch.h"
#include "kernel/policy/prefetch/fit.h"
#include "kernel/policy/prefetch/markov.h"

struct replay {
    uint32_t npages;
    uint32_t last; /* page of the latest access */
    bool started;
    uint8_t trust; /* in the order */
    bool tested;   /* by a second use of some page, in this run or an earlier one */
    struct fit fit;
    struct markov *markov; /* behind the struct, then the order */
    /* By page: the page that followed it, plus one (0: none known), with ONCE_WRONG set if the last use disagreed. */
    uint32_t *after;
};

size_t replay_size(uint32_t npages);
void replay_init(struct replay *r, uint32_t npages);
void replay_access(struct replay *r, uint32_t page, enum access_kind kind);
unsigned replay_predict(struct replay *r, const struct prefetch_query *query, uint32_t *out);
/* The order alone. */
unsigned replay_predict_order(struct replay *r, const struct prefetch_query *query, uint32_t *out);
size_t replay_save(const struct replay *r, uint8_t *out, size_t size);
bool replay_load(struct replay *r, const uint8_t *bytes, size_t n);
/* The parts of replay_access, for whoever feeds them one by one. */
void replay_learn_order(struct replay *r, uint32_t page);
/* The page that followed this one, or npages. */
uint32_t replay_successor(const struct replay *r, uint32_t page);
/* replay_learn_order for the usual case: the page is another, and new to the order or as expected. */
static inline void replay_follow(struct replay *r, uint32_t page)
{
    if (page == r->last || r->after[r->last] != 0) {
        replay_learn_order(r, page);
        return;
    }
    r->after[r->last] = page + 1;
    r->last = page;
}

#endif
