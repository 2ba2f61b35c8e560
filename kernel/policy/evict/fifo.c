/*
 * fifo.c: the page mapped first goes first; uses do not matter. The lab's rule.
 *
 * A page read ahead is inserted at its first touch, later than pages that were mapped after it, so an insertion looks for
 * its place from the young end. It looks at no more than FIFO_WALK pages: with more than that many younger pages in use
 * the order is approximate (it never is with pools up to that size).
 *
 * Holds 16 bytes a slot. Costs about a dozen instructions for an insertion and for a victim; no A bits, no fences.
 */
#include "kernel/policy/evict.h"
#include "kernel/policy/evict/list.h"

#define FIFO_WALK 128

struct fifo {
    uint32_t head; /* = nslots: index of the list's head */
    uint32_t unused;
    uint64_t *orders; /* behind the struct, then the links */
    struct slot_link *links;
};

static size_t fifo_state_size(uint32_t nslots)
{
    return sizeof(struct fifo) + nslots * sizeof(uint64_t) + (nslots + 1) * sizeof(struct slot_link);
}

static void fifo_init(void *state, uint32_t nslots)
{
    struct fifo *f = state;
    f->head = nslots;
    f->orders = (uint64_t *)(f + 1);
    f->links = (struct slot_link *)(f->orders + nslots);
    list_init(f->links, nslots, 1);
}

/* Behind which entry does a page go that is older than the youngest? */
static uint32_t place_of(const struct fifo *f, uint64_t order)
{
    uint32_t where = f->links[f->head].prev;
    if (order < f->orders[f->links[f->head].next])
        return f->head;
    for (unsigned i = 0; i < FIFO_WALK && where != f->head && order < f->orders[where]; i++)
        where = f->links[where].prev;
    return where;
}

static inline void close_list(struct slot_link *links, uint32_t head, uint32_t last)
{
    links[last].next = head;
    links[head].prev = last;
}

static void fifo_insert(void *state, const struct evict_new *pages, unsigned n)
{
    struct fifo *f = state;
    struct slot_link *links = f->links;
    uint64_t *orders = f->orders;
    uint32_t head = f->head, last = links[head].prev;
    uint64_t youngest = last != head ? orders[last] : 0;
    for (const struct evict_new *p = pages; p < pages + n; p++) {
        uint32_t slot = p->slot;
        uint64_t order = p->order;
        orders[slot] = order;
        if (__builtin_expect(order < youngest, 0)) {
            close_list(links, head, last);
            list_insert_after(links, place_of(f, order), slot);
            continue;
        }
        youngest = order;
        links[last].next = slot;
        links[slot].prev = last;
        last = slot;
    }
    close_list(links, head, last);
}

static void fifo_remove(void *state, uint32_t slot)
{
    struct fifo *f = state;
    list_remove(f->links, slot);
}

/*
 * Pages that may not be taken are passed over and keep their place; they are few (what one instruction needs). What lies between
 * them leaves the list as one stretch.
 */
static unsigned fifo_pick(void *state, unsigned n, uint32_t *out, const struct evict_view *view)
{
    struct fifo *f = state;
    struct slot_link *links = f->links;
    uint32_t head = f->head, kept = head, slot = links[head].next, *at = out, *end = out + n;
    bool all = !view->may_take;
    for (; at < end && slot != head; slot = links[slot].next) {
        if (all || evict_may_take(view, slot)) {
            *at++ = slot;
        } else {
            links[kept].next = slot;
            links[slot].prev = kept;
            kept = slot;
        }
    }
    links[kept].next = slot;
    links[slot].prev = kept;
    return (unsigned)(at - out);
}

const struct evict_policy evict_fifo = {
    .name = "fifo",
    .help = "the page mapped first goes first, used or not (the lab's rule)",
    .state_size = fifo_state_size,
    .init = fifo_init,
    .on_insert = fifo_insert,
    .on_remove = fifo_remove,
    .pick_victims = fifo_pick,
};
