/*
 * naming.h: how a policy names pages: skips what is not worth reading, never names a page twice, and stops in time.
 *
 *     struct naming n = naming_start(query, out);
 *     while (naming_offer(&n, next page expected))
 *         ;
 *     return n.count;
 *
 * A page beyond all that were offered so far, in either direction, cannot be a repetition, so ordinary walks cost no
 * search; a walk that turns back looks through what it has named.
 */
#ifndef PREFETCH_NAMING_H
#define PREFETCH_NAMING_H

#include "kernel/policy/prefetch.h"

struct naming {
    const struct prefetch_query *query;
    uint32_t *out;
    unsigned count;  /* pages named */
    unsigned looked; /* pages offered */
    uint32_t low, high;
};

static inline struct naming naming_start(const struct prefetch_query *query, uint32_t *out)
{
    return (struct naming){ query, out, 0, 0, query->page, query->page };
}

static inline bool naming_repeated(const struct naming *n, uint32_t page)
{
    for (unsigned i = 0; i < n->count; i++)
        if (n->out[i] == page)
            return true;
    return false;
}

/* False: enough, or the walk left the mapping or came back to where it began; go on otherwise. */
static inline bool naming_offer(struct naming *n, uint32_t page)
{
    if (page >= n->query->npages || page == n->query->page || n->count == n->query->max ||
        n->looked == PREFETCH_HORIZON)
        return false;
    n->looked++;
    bool inside = page >= n->low && page <= n->high;
    if (page < n->low)
        n->low = page;
    if (page > n->high)
        n->high = page;
    if (!prefetch_absent(n->query, page))
        return true;
    if (!inside || !naming_repeated(n, page))
        n->out[n->count++] = page;
    return n->count < n->query->max;
}

#endif
