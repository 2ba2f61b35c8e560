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

static void fifo_insert(void *state, uint32_t slot, uint64_t page, uint64_t order)
{
    struct fifo *f = state;
    uint32_t where = f->links[f->head].prev;
    (void)page;
    f->orders[slot] = order;
    if (where != f->head && order < f->orders[where]) {
        if (order < f->orders[f->links[f->head].next])
            where = f->head;
        for (unsigned i = 0; i < FIFO_WALK && where != f->head && order < f->orders[where]; i++)
            where = f->links[where].prev;
    }
    list_insert_after(f->links, where, slot);
}

static void fifo_touch(void *state, uint32_t slot)
{
    (void)state;
    (void)slot;
}

static void fifo_remove(void *state, uint32_t slot)
{
    struct fifo *f = state;
    list_remove(f->links, slot);
}

/* Pages that may not be taken are passed over and keep their place; they are few (what one instruction needs). */
static unsigned fifo_pick(void *state, unsigned n, uint32_t *out, const struct evict_view *view)
{
    struct fifo *f = state;
    unsigned taken = 0;
    for (uint32_t slot = f->links[f->head].next; taken < n && slot != f->head;) {
        uint32_t next = f->links[slot].next;
        if (view->may_take(view->context, slot)) {
            list_remove(f->links, slot);
            out[taken++] = slot;
        }
        slot = next;
    }
    return taken;
}

const struct evict_policy evict_fifo = {
    .name = "fifo",
    .help = "the page mapped first goes first, used or not (the lab's rule)",
    .state_size = fifo_state_size,
    .init = fifo_init,
    .on_insert = fifo_insert,
    .on_touch = fifo_touch,
    .on_remove = fifo_remove,
    .pick_victims = fifo_pick,
};
