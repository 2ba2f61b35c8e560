/*
 * evict.h: the interface of an eviction policy. Pure code: slots and order, no hardware, no clock, no allocation.
 *
 * A pool has one eviction policy and one block of state. A slot is the number of a frame in its pool. The policy knows just
 * the slots that may be taken: the pager inserts a slot when its page has been used (a demanded page at once, a page read
 * ahead at its first touch) and keeps the others, so a policy cannot evict a page before its first use, nor a page in
 * flight, nor the page being faulted (which are not inserted yet, or are held back by may_take).
 */
#ifndef POLICY_EVICT_H
#define POLICY_EVICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evict_view {
    /* Has the page in this slot been used since this was last asked? Clears the mark (A bit). Costs a page-table access. */
    bool (*test_and_clear_accessed)(void *context, uint32_t slot);
    /* false: held, by an instruction that faults, a write, or whoever was just given the page. NULL: all may be taken. */
    bool (*may_take)(void *context, uint32_t slot);
    void *context;
    uint32_t lent; /* slots that the policy knows nothing of, and has to do without until they come back: a plan's */
};

static inline bool evict_may_take(const struct evict_view *view, uint32_t slot)
{
    return !view->may_take || view->may_take(view->context, slot);
}

struct evict_new {
    uint32_t slot;
    uint64_t page;  /* its number across all mappings of the pool: stable, and the same when the page comes back */
    uint64_t order; /* counts mappings: the page mapped first has the smallest */
    bool ahead;     /* it had been read ahead of its use */
};

struct evict_policy {
    const char *name;
    const char *help; /* one line */
    size_t (*state_size)(uint32_t nslots);
    void (*init)(void *state, uint32_t nslots);
    /* In the order of use. */
    void (*on_insert)(void *state, const struct evict_new *pages, unsigned n);
    /* The slot left (unmapped, or given back); not called for victims. */
    void (*on_remove)(void *state, uint32_t slot);
    /*
     * How many frames pages may hold that were read ahead and not used yet, once none is free: others come back sooner than what
     * is only predicted. NULL: as many as there are.
     */
    uint32_t (*spare)(const void *state);
    /* Chooses and forgets at most n victims; fewer only if no more may be taken. Amortised cost per victim is bounded. */
    unsigned (*pick_victims)(void *state, unsigned n, uint32_t *out, const struct evict_view *view);
};

extern const struct evict_policy *const evict_policies[]; /* evict.c; ends with NULL */
const struct evict_policy *evict_find(const char *name);

#endif
