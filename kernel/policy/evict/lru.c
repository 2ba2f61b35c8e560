/*
 * lru.c: the page whose last use lies furthest back. Uses of resident pages are seen only as A bits, so recency is as exact as
 * those: pages used between two picks count as used in the order that they had before.
 *
 * A pool of up to LRU_EXACT frames is looked through at every pick. A larger one is sampled: LRU_SAMPLE slots at each pick,
 * in turn, and the page about to go once more, with at most LRU_CHANCES reprieves for one victim.
 *
 * Holds 9 bytes a slot. Costs a dozen instructions for an insertion and for a victim; a pick looks at up to
 * LRU_EXACT A bits (or LRU_SAMPLE + LRU_CHANCES per victim).
 */
#include "kernel/policy/evict.h"
#include "kernel/policy/evict/list.h"

#define LRU_EXACT 64
#define LRU_SAMPLE 32
#define LRU_CHANCES 32

struct lru {
    uint32_t nslots; /* also the list's head; the page used longest ago is next */
    uint32_t cursor; /* of the sampling */
    uint8_t *fresh;  /* by slot: the A bit still stands for the use that brought the page */
    struct slot_link links[];
};

static size_t lru_state_size(uint32_t nslots)
{
    return sizeof(struct lru) + (nslots + 1) * sizeof(struct slot_link) + nslots;
}

static void lru_init(void *state, uint32_t nslots)
{
    struct lru *l = state;
    l->nslots = nslots;
    l->cursor = 0;
    l->fresh = (uint8_t *)(l->links + nslots + 1);
    list_init(l->links, nslots, 1);
}

static void insert_one(struct lru *l, uint32_t slot)
{
    l->fresh[slot] = 1;
    list_append(l->links, l->nslots, slot);
}

static void lru_insert(void *state, const struct evict_new *pages, unsigned n)
{
    struct lru *l = state;
    for (unsigned i = 0; i < n; i++)
        insert_one(l, pages[i].slot);
}

static void lru_remove(void *state, uint32_t slot)
{
    struct lru *l = state;
    list_remove(l->links, slot);
}

/* If the page was used since it was last looked at, it is the latest now. The use that brought it gave it its place. */
static bool refresh(struct lru *l, uint32_t slot, const struct evict_view *view)
{
    bool used = view->test_and_clear_accessed(view->context, slot) && !l->fresh[slot];
    l->fresh[slot] = 0;
    if (used) {
        list_remove(l->links, slot);
        list_append(l->links, l->nslots, slot);
    }
    return used;
}

static void look_around(struct lru *l, const struct evict_view *view)
{
    if (l->nslots > LRU_EXACT) {
        for (unsigned i = 0; i < LRU_SAMPLE; i++) {
            uint32_t slot = l->cursor;
            l->cursor = slot + 1 == l->nslots ? 0 : slot + 1;
            if (list_contains(l->links, slot))
                refresh(l, slot, view);
        }
        return;
    }
    uint32_t last = l->links[l->nslots].prev, slot = l->links[l->nslots].next;
    while (slot != l->nslots) {
        uint32_t next = l->links[slot].next;
        refresh(l, slot, view);
        if (slot == last)
            return; /* what follows now was moved there by this walk */
        slot = next;
    }
}

static uint32_t oldest(struct lru *l, const struct evict_view *view)
{
    unsigned chances = l->nslots > LRU_EXACT ? LRU_CHANCES : 0;
    for (uint32_t slot = l->links[l->nslots].next; slot != l->nslots;) {
        uint32_t next = l->links[slot].next;
        if (evict_may_take(view, slot)) {
            if (chances == 0 || !refresh(l, slot, view))
                return slot;
            chances--;
            if (next == l->nslots)
                next = slot;
        }
        slot = next;
    }
    return l->nslots;
}

static unsigned lru_pick(void *state, unsigned n, uint32_t *out, const struct evict_view *view)
{
    struct lru *l = state;
    unsigned taken = 0;
    look_around(l, view);
    while (taken < n) {
        uint32_t slot = oldest(l, view);
        if (slot == l->nslots)
            break;
        list_remove(l->links, slot);
        out[taken++] = slot;
    }
    return taken;
}

const struct evict_policy evict_lru = {
    .name = "lru",
    .help = "the page used longest ago, as far as A bits tell",
    .state_size = lru_state_size,
    .init = lru_init,
    .on_insert = lru_insert,
    .on_remove = lru_remove,
    .pick_victims = lru_pick,
};
