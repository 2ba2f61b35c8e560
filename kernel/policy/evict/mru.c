/*
 * mru.c: the page that came in last goes first, so what is resident stays: on a loop larger than the pool this misses
 * what must be missed and no more (MIN on a loop is MRU). On anything with a hot set it is the wrong choice.
 *
 * Uses of resident pages are not looked for, so no A bit is read. Holds 8 bytes a slot. Costs about ten instructions for an
 * insertion and for a victim.
 */
#include "kernel/policy/evict.h"
#include "kernel/policy/evict/list.h"

struct mru {
    uint32_t head; /* = nslots; the latest page is before it */
    uint32_t unused;
    struct slot_link links[];
};

static size_t mru_state_size(uint32_t nslots)
{
    return sizeof(struct mru) + (nslots + 1) * sizeof(struct slot_link);
}

static void mru_init(void *state, uint32_t nslots)
{
    struct mru *m = state;
    m->head = nslots;
    list_init(m->links, nslots, 1);
}

static void insert_one(struct mru *m, uint32_t slot)
{
    list_append(m->links, m->head, slot);
}

static void mru_insert(void *state, const struct evict_new *pages, unsigned n)
{
    struct mru *m = state;
    for (unsigned i = 0; i < n; i++)
        insert_one(m, pages[i].slot);
}

static void mru_remove(void *state, uint32_t slot)
{
    struct mru *m = state;
    list_remove(m->links, slot);
}

static unsigned mru_pick(void *state, unsigned n, uint32_t *out, const struct evict_view *view)
{
    struct mru *m = state;
    unsigned taken = 0;
    for (uint32_t slot = m->links[m->head].prev; taken < n && slot != m->head;) {
        uint32_t before = m->links[slot].prev;
        if (evict_may_take(view, slot)) {
            list_remove(m->links, slot);
            out[taken++] = slot;
        }
        slot = before;
    }
    return taken;
}

const struct evict_policy evict_mru = {
    .name = "mru",
    .help = "the page that came in last: what is resident stays (the best on a loop)",
    .state_size = mru_state_size,
    .init = mru_init,
    .on_insert = mru_insert,
    .on_remove = mru_remove,
    .pick_victims = mru_pick,
};
