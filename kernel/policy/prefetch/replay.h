/* replay.h: the page order of a run, with what markov and fit learnt beside it; also a part of `auto`. */
#ifndef PREFETCH_REPLAY_H
#define PREFETCH_REPLAY_H

#include "kernel/policy/prefetch.h"
#include "kernel/policy/prefetch/fit.h"
#include "kernel/policy/prefetch/markov.h"

struct replay {
    uint32_t npages;
    uint32_t last;  /* where in the order the run is: the page of the latest access, unless that stands aside */
    int32_t step;   /* that led there */
    uint32_t aside; /* a page that did not fit, until the next access tells whether the run goes on from there; or npages */
    uint8_t noise;  /* pages in a row that stood aside and were noise */
    bool started;
    uint8_t trust; /* in the order */
    bool tested;   /* by a second use of some page, in this run or an earlier one */
    struct fit fit;
    struct markov *markov; /* behind the struct, then the order */
    /* By page: the page that followed it, plus one (0: none known), and what REPLAY_FLAGS say of the two. */
    uint32_t *after;
};
#define REPLAY_ONCE_WRONG 0x80000000u /* the last use disagreed */
#define REPLAY_ONCE_ASIDE 0x40000000u /* this page was taken for noise before: the next time it isn't */
#define REPLAY_FLAGS 0xC0000000u

size_t replay_size(uint32_t npages);
void replay_init(struct replay *r, uint32_t npages);
/* What comes next in the order. */
unsigned replay_predict_order(struct replay *r, const struct prefetch_query *query, uint32_t *out);
bool replay_load(struct replay *r, const uint8_t *bytes, size_t n);
/* The page is used: the order hears of it. Who feeds replay by parts tells fit and markov as well. */
void replay_learn_order(struct replay *r, uint32_t page);
/* The page that followed this one, or npages. */
uint32_t replay_successor(const struct replay *r, uint32_t page);
/* The page that is expected next, or npages. */
static inline uint32_t replay_expected(const struct replay *r)
{
    return replay_successor(r, r->last);
}
/* The same for a page that somebody had foreseen, from this one: if that is where the run is, it fits, and what stood aside was noise. */
void replay_learn_foreseen(struct replay *r, uint32_t page, uint32_t from);
/* That for the usual case, where the order knew nothing yet. */
static inline void replay_follow(struct replay *r, uint32_t page, uint32_t from)
{
    if (page == r->last || from != r->last || r->after[r->last] != 0 || r->aside != r->npages) {
        replay_learn_foreseen(r, page, from);
        return;
    }
    r->after[r->last] = page + 1;
    r->step = (int32_t)(page - r->last);
    r->last = page;
}

#endif
