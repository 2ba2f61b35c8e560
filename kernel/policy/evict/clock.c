/*
 * clock.c: second chance. The oldest page goes, unless it was used since the hand last passed: then its A bit is cleared
 * and it goes to the back.
 *
 * The hand gives at most CLOCK_CHANCES second chances for one victim, so that a pool whose every page is in use between two
 * faults does not cost a walk over the whole pool at each fault; the page at the hand goes then.
 *
 * Holds 8 bytes a slot. Costs about a dozen instructions for an insertion, and for a victim the same plus one look at an A
 * bit for each page passed (a page that was used once is passed once: the use that brought it set its A bit).
 */
#include "kernel/policy/evict.h"
#include "kernel/policy/evict/list.h"

#define CLOCK_CHANCES 64

struct clock_state {
    uint32_t head; /* = nslots: the hand; the oldest page is next */
    uint32_t unused;
    struct slot_link links[];
};

static size_t clock_state_size(uint32_t nslots)
{
    return sizeof(struct clock_state) + (nslots + 1) * sizeof(struct slot_link);
}

static void clock_init(void *state, uint32_t nslots)
{
    struct clock_state *c = state;
    c->head = nslots;
    list_init(c->links, nslots, 1);
}

static void insert_one(struct clock_state *c, uint32_t slot)
{
    list_append(c->links, c->head, slot);
}

static void clock_insert(void *state, const struct evict_new *pages, unsigned n)
{
    struct clock_state *c = state;
    for (unsigned i = 0; i < n; i++)
        insert_one(c, pages[i].slot);
}

static void clock_remove(void *state, uint32_t slot)
{
    struct clock_state *c = state;
    list_remove(c->links, slot);
}

static uint32_t clock_advance(struct clock_state *c, const struct evict_view *view)
{
    unsigned chances = CLOCK_CHANCES;
    for (uint32_t slot = c->links[c->head].next; slot != c->head;) {
        uint32_t next = c->links[slot].next;
        if (!evict_may_take(view, slot)) {
            /* Keeps its place; the hand looks behind it. Few pages are held at any time. */
        } else if (chances > 0 && view->test_and_clear_accessed(view->context, slot)) {
            chances--;
            list_remove(c->links, slot);
            list_append(c->links, c->head, slot);
            if (next == c->head)
                next = slot; /* it was the only one that may be taken: its chance is used up */
        } else {
            list_remove(c->links, slot);
            return slot;
        }
        slot = next;
    }
    return c->head;
}

static unsigned clock_pick(void *state, unsigned n, uint32_t *out, const struct evict_view *view)
{
    struct clock_state *c = state;
    unsigned taken = 0;
    while (taken < n) {
        uint32_t slot = clock_advance(c, view);
        if (slot == c->head)
            break;
        out[taken++] = slot;
    }
    return taken;
}

const struct evict_policy evict_clock = {
    .name = "clock",
    .help = "second chance: the oldest page that was not used since the hand last passed",
    .state_size = clock_state_size,
    .init = clock_init,
    .on_insert = clock_insert,
    .on_remove = clock_remove,
    .pick_victims = clock_pick,
};
