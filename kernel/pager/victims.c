#include "kernel/pager/victims.h"

#include "arch/pt.h"
#include "kernel/pager/windows.h"

/* What pages of pool frames have for the page table: the spans that they make up, and whether some are in other windows too. */
struct frame_spans {
    struct pt_span spans[BATCH_MAX];
    size_t n;
    bool others;
};

/* A page that the region's first window does not show counts as one at 0, where nothing is ever mapped. */
static void find_spans(const struct frame *frames, const uint32_t *slots, size_t n, struct frame_spans *out)
{
    const struct region *r = NULL;
    struct pt_span *span = out->spans - 1;
    vaddr_t start = 0, next = 0; /* of the window; behind the open span */
    uint64_t first = 0, length = 0;
    out->others = false;
    for (const uint32_t *slot = slots, *end = slots + n; slot < end; slot++) {
        const struct frame *f = &frames[*slot];
        if (__builtin_expect(f->region != r, 0)) {
            const struct vma *v = f->region->vmas;
            r = f->region;
            start = v ? v->start : 0;
            first = v ? v->first : 0;
            length = v ? v->end - v->start : 0;
            out->others |= v && v->sibling;
            next = 0;
        }
        uint64_t at = (f->page - first) << PAGE_SHIFT;
        vaddr_t va = at < length ? start + at : 0;
        if (va != next || va == 0)
            *++span = (struct pt_span){ va, 0 };
        span->n++;
        next = va + PAGE_SIZE;
    }
    out->n = (size_t)(span + 1 - out->spans);
}

/* A victim that is dirty, or no mere clean page; `said` is what its PTEs said. True: dirty. */
static __attribute__((noinline)) bool evict_odd_page(struct region *r, uint32_t page, struct pt_entry said)
{
    struct page *p = &r->pages[page];
    if ((p->flags & PAGE_UNTOUCHED) && said.accessed)
        region_note_used(r, page);
    if (said.dirty)
        p->flags |= PAGE_DIRTY;
    if (p->flags & PAGE_DIRTY)
        return true;
    region_detach_frame(r, page);
    return false;
}

/* The most frequent case: one clean page of one window. False: it is another one, and nothing has been done. */
static inline bool evict_clean_page(const struct frame *f, unsigned *ndirty)
{
    struct region *r = f->region;
    const struct vma *v = r->vmas;
    struct page *p = &r->pages[f->page];
    vaddr_t va = v && !v->sibling ? vma_page_address(v, f->page) : 0;
    struct pt_entry old;
    if (va == 0 || p->condition != PAGE_CONDITION(PAGE_RESIDENT, 0))
        return false;
    pt_unmap_batched(&va, 1, &old);
    r->counters.evicted++;
    *ndirty = old.dirty && evict_odd_page(r, f->page, old);
    if (!old.dirty) {
        p->condition = PAGE_CONDITION(PAGE_ABSENT, 0);
        r->resident--;
    }
    return true;
}

static __attribute__((noinline)) unsigned evict_pages(const struct frame *frames, const uint32_t *slots, unsigned n)
{
    struct frame_spans found;
    struct pt_entry old[BATCH_MAX];
    unsigned ndirty = 0;
    find_spans(frames, slots, n, &found);
    pt_unmap_spans(found.spans, found.n, old);
    for (size_t i = 0; found.others && i < n; i++)
        windows_unmap_others(frames[slots[i]].region, frames[slots[i]].page, &old[i]);
    const struct pt_entry *said = old;
    const uint32_t *slot = slots;
    for (const struct pt_span *span = found.spans; span < found.spans + found.n; span++) {
        struct region *r = frames[*slot].region;
        uint32_t length = (uint32_t)span->n, odd = 0, page = frames[*slot].page;
        for (struct page *p = &r->pages[page], *end = p + length; p < end; p++, said++) {
            if (__builtin_expect(p->condition != PAGE_CONDITION(PAGE_RESIDENT, 0) || said->dirty, 0)) {
                ndirty += evict_odd_page(r, (uint32_t)(p - r->pages), *said);
                odd++;
            } else {
                p->condition = PAGE_CONDITION(PAGE_ABSENT, 0);
            }
        }
        slot += length;
        r->counters.evicted += length;
        r->resident -= length - odd;
    }
    return ndirty;
}

unsigned victims_evict(struct pool *pool, const uint32_t *slots, unsigned n)
{
    const struct frame *frames = pool->frames;
    unsigned ndirty = 0;
    if (n == 0 || (n == 1 && evict_clean_page(&frames[slots[0]], &ndirty)))
        return ndirty;
    return evict_pages(frames, slots, n);
}

bool victims_restore_dirty(struct pool *pool, uint32_t slot)
{
    struct region *r = pool->frames[slot].region;
    uint32_t page = pool->frames[slot].page;
    const struct page *p = &r->pages[page];
    paddr_t pa = pool_pa(pool, slot);
    if (p->state != PAGE_RESIDENT || page_pa(p) != pa)
        return false;
    pool_mark_used(pool, slot);
    windows_map(r, &page, &pa, 1, true, PAGE_NONE);
    r->counters.evicted--; /* it was not, after all */
    return true;
}
