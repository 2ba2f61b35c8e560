#include "kernel/pager/harvest.h"

#include "arch/pt.h"
#include "kernel/pager/windows.h"

#define HARVEST_YOUNG BATCH_MAX
#define HARVEST_OLD BATCH_MAX

/* Untouched pages of one region that have been used, in the order in which they were read. */
struct harvest {
    struct region *region;
    uint32_t n;
    uint32_t pages[BATCH_MAX], slots[BATCH_MAX];
};

static void harvest_end(struct harvest *h)
{
    if (h->n == 0)
        return;
    struct page *states = h->region->pages;
    for (const uint32_t *page = h->pages, *end = page + h->n; page < end; page++)
        states[*page].flags &= (uint8_t)~PAGE_UNTOUCHED;
    region_note_touched(h->region, h->pages, h->slots, h->n);
    h->n = 0;
}

/* How many of these neighbours have been used, from the first on? Cheap where one window shows them; else 0 may be said. */
static inline uint32_t used_length(const struct region *r, uint32_t first, uint32_t n)
{
    const struct vma *v = r->vmas;
    vaddr_t va = v && !v->sibling ? vma_page_address(v, first) : 0;
    if (n == 1 && va)
        return pt_lookup(va).accessed; /* no bit is set where no leaf is valid */
    return va && (v->end - va) >> PAGE_SHIFT >= n ? (uint32_t)pt_accessed_length(va, n) : 0;
}

/* Looks at this untouched frame and at those that follow it in the list like neighbours in the file, *most at most. Returns the next. */
static uint32_t harvest_run(struct pool *pool, struct harvest *h, uint32_t slot, uint32_t *most)
{
    const struct frame *frames = pool->frames, *f = &frames[slot];
    struct region *r = f->region;
    if (r != h->region || h->n == BATCH_MAX) {
        harvest_end(h);
        h->region = r;
    }
    uint32_t *pages = h->pages + h->n, *slots = h->slots + h->n;
    uint32_t first = f->page, n = 0, end = MIN(*most, BATCH_MAX - h->n);
    do {
        pages[n] = f->page;
        slots[n++] = slot;
        slot = f->next;
        f = &frames[slot];
    } while (n < end && slot != FRAME_NONE && f->page == first + n && f->region == r);
    *most -= n;
    uint32_t used = used_length(r, first, n);
    for (uint32_t i = used; i < n; i++) {
        if (!windows_is_accessed(r, pages[i]))
            continue;
        pages[used] = pages[i];
        slots[used++] = slots[i];
    }
    h->n += used;
    return slot;
}

/* Looks at up to `most` untouched frames from this one on; returns the first it did not look at. */
static uint32_t harvest_from(struct pool *pool, uint32_t slot, uint32_t most)
{
    struct harvest h = { .region = NULL, .n = 0 };
    while (most > 0 && slot != FRAME_NONE)
        slot = harvest_run(pool, &h, slot, &most);
    harvest_end(&h);
    return slot;
}

void harvest_some(struct pool *pool)
{
    /* The youngest are what the last fault brought; older ones, perhaps junk that nobody will use, in turn. */
    if (pool->nuntouched <= HARVEST_YOUNG) {
        harvest_from(pool, pool->untouched_head, HARVEST_YOUNG);
        return;
    }
    uint32_t old = pool->harvest_next;
    if (old == FRAME_NONE || pool->frames[old].use != FRAME_UNTOUCHED || pool_stale(pool) != FRAME_NONE)
        old = pool->untouched_head; /* before it goes, unused as it seems */
    pool->harvest_next = harvest_from(pool, old, HARVEST_OLD);
    uint32_t young = pool->untouched_tail;
    for (unsigned i = 1; i < HARVEST_YOUNG && young != FRAME_NONE && pool->frames[young].prev != FRAME_NONE; i++)
        young = pool->frames[young].prev;
    harvest_from(pool, young, HARVEST_YOUNG);
}

void harvest_all(struct pool *pool)
{
    harvest_from(pool, pool->untouched_head, pool->nuntouched);
}
