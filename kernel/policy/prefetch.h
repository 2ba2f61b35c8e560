/*
 * prefetch.h: the interface of a prefetch policy. Pure code: pages and order, no hardware, no clock, no allocation.
 *
 * One mapping has one policy and one block of state. The pager tells the policy every access that it can see, in the order
 * of use as far as it knows: pages that were read ahead and have since been touched (A bits, found at the next fault), then
 * the page that faults. Then it asks which pages come next. The same file runs in the guest, in host tests and in the
 * simulator, and must answer the same in each.
 */
#ifndef POLICY_PREFETCH_H
#define POLICY_PREFETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum access_kind {
    ACCESS_FAULT, /* nobody had predicted it: a demand fault */
    ACCESS_TOUCH, /* it had been read ahead and was used */
    ACCESS_WASTE, /* it had been read ahead and was dropped before any use */
};

/* What the pager wants to know when page has just faulted. */
struct prefetch_query {
    uint32_t page;        /* of the mapping, 0 .. npages - 1 */
    uint32_t npages;      /* length of the mapping in pages */
    unsigned max;         /* most pages that may be named; the pool and the batch allow no more */
    const uint8_t *state; /* of page 0: 0 if absent (neither resident nor on its way); */
    size_t stride;        /* that of the next page is so many bytes further */
};

/* Worth naming? page < npages. */
static inline bool prefetch_absent(const struct prefetch_query *query, uint32_t page)
{
    return query->state[page * query->stride] == 0;
}

struct prefetch_policy {
    const char *name;
    const char *help; /* one line */
    size_t (*state_size)(uint32_t npages);
    void (*init)(void *state, uint32_t npages);
    void (*on_access)(void *state, const uint32_t *pages, unsigned n, enum access_kind kind); /* n > 0, in the order of use */
    /*
     * Names at most query->max absent pages, in the order in which they are expected, never query->page itself, none
     * twice, none >= npages. Returns how many. Bounded work: at most PREFETCH_HORIZON pages are looked at.
     */
    unsigned (*predict)(void *state, const struct prefetch_query *query, uint32_t *out);
    /*
     * What is worth keeping for the next run, as bytes (NULL: nothing). save returns the bytes written (at most size) and
     * load takes what save wrote, from the same or another version, of the same or another length: anything that does not
     * check out is ignored and false is returned.
     */
    size_t (*save)(const void *state, uint8_t *out, size_t size);
    bool (*load)(void *state, const uint8_t *bytes, size_t n);
};

#define PREFETCH_HORIZON 1024

/* The table of prefetch.c; a new policy is one file in prefetch/ and one line there. Ends with NULL. */
extern const struct prefetch_policy *const prefetch_policies[];
/* NULL if there is none of that name. */
const struct prefetch_policy *prefetch_find(const char *name);

#endif
