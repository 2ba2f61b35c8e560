#include "kernel/region.h"

#include "arch/pt.h"
#include "kernel/batch.h"
#include "kernel/learn.h"
#include "kernel/mem.h"
#include "kernel/log.h"
#include "kernel/page_wait.h"
#include "kernel/stats.h"
#include "kernel/vm.h"

#include <string.h>

struct spinlock pager_lock = SPINLOCK_INIT;
struct pool llm_pool;
struct region *regions;
bool regions_end;

#define HARVEST_YOUNG BATCH_MAX
#define HARVEST_OLD BATCH_MAX

static uint32_t next_region_id = 1;

struct region *region_create(struct backing *backing, uint64_t offset, uint64_t npages, bool shared, struct pool *pool)
{
    struct region *r = kalloc(sizeof *r);
    if (!r)
        return NULL;
    r->pages = kalloc(npages * sizeof *r->pages);
    if (!r->pages) {
        kfree(r);
        return NULL;
    }
    r->backing = backing;
    r->offset = offset;
    r->npages = (uint32_t)npages;
    r->shared = shared;
    r->pool = pool;
    r->plan_source = PLAN_NO_SOURCE;
    if (backing)
        backing_get(backing);
    log_snprintf(r->name, sizeof r->name, "%s", backing ? backing->ops->name(backing) : "anonymous");
    spin_lock(&pager_lock);
    r->id = next_region_id++;
    struct region **end = &regions;
    while (*end)
        end = &(*end)->next;
    *end = r;
    spin_unlock(&pager_lock);
    return r;
}

void region_retire(struct region *r)
{
    ASSERT(!r->vmas && r->resident == 0);
    struct kept *room = r->pool ? stats_room() : NULL;
    spin_lock(&pager_lock);
    if (r->pool)
        stats_keep_region(r, room);
    struct region **at = &regions;
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    learn_forget(r);
    spin_unlock(&pager_lock);
}

void region_destroy(struct region *r)
{
    spin_lock(&pager_lock);
    bool abandoned = regions_end && r->users > 0;
    if (!abandoned)
        region_wait_unused(r);
    spin_unlock(&pager_lock);
    if (abandoned)
        return;
    if (r->backing)
        backing_put(r->backing);
    if (r->swap)
        backing_put(r->swap);
    kfree(r->prefetch_state);
    kfree(r->pages);
    kfree(r);
}

/* ---- windows: every PTE of a page */

/* How many of the n pages from here on are neighbours in one window, with A preset alike? page `demanded` stands alone. */
static inline uint32_t run_length(const uint32_t *pages, size_t n, uint64_t room, uint32_t demanded)
{
    uint32_t page = pages[0], length = 1, most = (uint32_t)MIN(n, room);
    if (page == demanded)
        return 1;
    while (length < most && pages[length] == page + length && page + length != demanded)
        length++;
    return length;
}

/* Apart from region_map, so that a single page needs no room for so many runs. */
static __attribute__((noinline)) void map_pages(struct region *r, const uint32_t *pages, const paddr_t *pa, size_t n, bool accessed,
                                                uint32_t demanded)
{
    struct pt_run runs[BATCH_MAX];
    for (const struct vma *v = r->vmas; v; v = v->sibling) {
        struct pt_run *run = runs;
        if (v->prot == 0)
            continue;
        for (size_t i = 0, length; i < n; i += length) {
            vaddr_t va = vma_page_address(v, pages[i]);
            length = 1;
            if (va == 0)
                continue;
            length = run_length(pages + i, n - i, (v->end - va) >> PAGE_SHIFT, demanded);
            *run++ = (struct pt_run){ va, pa + i, (uint32_t)length, v->prot, accessed || pages[i] == demanded, false };
            r->counters.ptes_installed += length;
        }
        map_batched(runs, (size_t)(run - runs));
    }
}

static inline void map_page(struct region *r, uint32_t page, const paddr_t *pa, bool accessed)
{
    for (const struct vma *v = r->vmas; v; v = v->sibling) {
        vaddr_t va = vma_page_address(v, page);
        if (va == 0 || v->prot == 0)
            continue;
        map_batched(&(struct pt_run){ va, pa, 1, v->prot, accessed, false }, 1);
        r->counters.ptes_installed++;
    }
}

void region_map(struct region *r, const uint32_t *pages, const paddr_t *pa, size_t n, bool accessed, uint32_t demanded)
{
    ASSERT(n <= BATCH_MAX);
    if (__builtin_expect(r->shows_late, 0) && !accessed) {
        while (n > 0 && *pages != demanded)
            pages++, pa++, n--;
        n = MIN(n, (size_t)1);
    }
    if (n == 1)
        map_page(r, pages[0], pa, accessed || pages[0] == demanded);
    else
        map_pages(r, pages, pa, n, accessed, demanded);
}

void region_map_run(struct region *r, uint32_t first, const paddr_t *pa, uint32_t n)
{
    if (__builtin_expect(!r->shows_late, 1))
        region_show_run(r, first, pa, n);
}

/* So many of n pages a window shows, which may begin later, or end sooner: those from page `first` + *skip on, at *va. */
static inline uint32_t shown_by(const struct vma *v, uint32_t first, uint32_t n, uint32_t *skip, vaddr_t *va)
{
    *skip = __builtin_expect(first < v->first, 0) ? MIN(v->first - first, n) : 0;
    uint32_t shown = (uint32_t)((v->end - v->start) >> PAGE_SHIFT), at = first + *skip - v->first;
    *va = v->start + ((vaddr_t)at << PAGE_SHIFT);
    return at < shown ? MIN(n - *skip, shown - at) : 0;
}

void region_show_run(struct region *r, uint32_t first, const paddr_t *pa, uint32_t n)
{
    uint32_t skip;
    vaddr_t va;
    for (const struct vma *v = r->vmas; v; v = v->sibling) {
        uint32_t left = shown_by(v, first, n, &skip, &va);
        if (v->prot == 0 || left == 0)
            continue;
        map_batched(&(struct pt_run){ va, pa + skip, left, v->prot, false, false }, 1);
        r->counters.ptes_installed += left;
    }
}

bool region_is_mapped(const struct region *r, uint32_t page)
{
    for (const struct vma *v = r->vmas; v; v = v->sibling) {
        vaddr_t va = vma_page_address(v, page);
        if (va && pt_lookup(va).valid)
            return true;
    }
    return false;
}

bool region_is_accessed(const struct region *r, uint32_t page)
{
    for (const struct vma *v = r->vmas; v; v = v->sibling) {
        vaddr_t va = vma_page_address(v, page);
        struct pt_entry e = pt_lookup(va);
        if (va && e.valid && e.accessed)
            return true;
    }
    return false;
}

bool region_sweep_accessed(struct region *r, uint32_t page)
{
    bool any = false;
    for (struct vma *v = r->vmas; v; v = v->sibling) {
        vaddr_t va = vma_page_address(v, page);
        if (va)
            any |= pt_sweep_accessed(va);
    }
    return any;
}

enum pte_step { TAKE_AWAY,
                CLEAR_DIRTY };

/* One step for up to BATCH_MAX PTEs; said[i]: D was set. */
static void step_ptes(const vaddr_t *va, size_t n, enum pte_step step, bool *said)
{
    struct pt_entry old[BATCH_MAX];
    switch (step) {
    case TAKE_AWAY:
        pt_unmap_batched(va, n, old);
        for (size_t i = 0; i < n; i++)
            said[i] = old[i].valid && old[i].dirty;
        break;
    case CLEAR_DIRTY:
        pt_clear_dirty(va, n, said);
    }
}

/*
 * The step for every PTE of n pages. said[i] is about refs[i], whichever window it was seen in. Windows beyond the first are
 * rare: they go one by one.
 */
static void for_every_pte(const struct page_ref *refs, size_t n, enum pte_step step, bool *said)
{
    vaddr_t va[BATCH_MAX];
    size_t others = 0;
    if (n == 0)
        return;
    va[0] = 0; /* gcc 12 cannot see that the loop runs */
    for (size_t i = 0; i < n; i++) {
        const struct vma *v = refs[i].region->vmas;
        va[i] = v ? vma_page_address(v, refs[i].page) : 0; /* page 0 is never mapped: nothing is found there */
        others += v && v->sibling;
    }
    step_ptes(va, n, step, said);
    for (size_t i = 0; i < n && others > 0; i++) {
        for (const struct vma *v = refs[i].region->vmas; v; v = v->sibling) {
            bool one = false;
            vaddr_t address = vma_page_address(v, refs[i].page);
            if (address && address != va[i])
                step_ptes(&address, 1, step, &one);
            said[i] |= one;
        }
    }
}

static void note_dirty(const struct page_ref *refs, size_t n, const bool *dirty)
{
    for (size_t i = 0; i < n; i++)
        if (dirty[i])
            refs[i].region->pages[refs[i].page].flags |= PAGE_DIRTY;
}

void region_unmap(const struct page_ref *refs, size_t n)
{
    bool dirty[BATCH_MAX];
    for_every_pte(refs, n, TAKE_AWAY, dirty);
    note_dirty(refs, n, dirty);
}

void region_collect_dirty(const struct page_ref *refs, size_t n)
{
    bool dirty[BATCH_MAX];
    for_every_pte(refs, n, CLEAR_DIRTY, dirty);
    note_dirty(refs, n, dirty);
}

/* region_unmap_run where several windows show the pages, or none shows them all: a fence for each that had any of them. */
static __attribute__((noinline)) uint64_t unmap_everywhere(const struct region *r, uint32_t first, uint32_t n, struct pt_entry *old)
{
    struct pt_entry seen[IO_MAX_PAGES];
    uint32_t skip;
    vaddr_t va;
    ASSERT(n <= IO_MAX_PAGES);
    memset(old, 0, n * sizeof *old);
    for (const struct vma *v = r->vmas; v; v = v->sibling) {
        uint32_t left = shown_by(v, first, n, &skip, &va);
        if (left > 0)
            pt_unmap_spans(&(struct pt_span){ va, left }, 1, seen);
        for (uint32_t i = 0; i < left; i++) {
            old[skip + i].valid |= seen[i].valid;
            old[skip + i].accessed |= seen[i].accessed;
            old[skip + i].dirty |= seen[i].dirty;
        }
    }
    return 0;
}

static __attribute__((noinline)) uint64_t unmap_writable(vaddr_t va, uint32_t n, struct pt_entry *old)
{
    pt_unmap_spans(&(struct pt_span){ va, n }, 1, old);
    return 0;
}

uint64_t region_unmap_run(const struct region *r, uint32_t first, uint32_t n, struct pt_entry *old)
{
    const struct vma *v = r->vmas;
    if (!v || v->sibling || first < v->first || (uint64_t)(first - v->first + n) > (v->end - v->start) >> PAGE_SHIFT)
        return unmap_everywhere(r, first, n, old);
    vaddr_t va = v->start + ((vaddr_t)(first - v->first) << PAGE_SHIFT);
    return v->prot & VM_PROT_WRITE ? unmap_writable(va, n, old) : pt_unmap_later(va, n, old);
}

/* ---- policy and pool */

int region_set_prefetch(struct region *r, const struct prefetch_policy *policy)
{
    void *state = kalloc(MAX(policy->state_size(r->npages), (size_t)1));
    if (!state)
        return -ENOMEM;
    policy->init(state, r->npages);
    spin_lock(&pager_lock);
    void *old = r->prefetch_state;
    r->prefetch = policy;
    r->prefetch_state = state;
    spin_unlock(&pager_lock);
    kfree(old);
    return 0;
}

/* Untouched pages of one region have been used: counters and policy hear of it, and the pool of their frames. */
static void note_touched(struct region *r, const uint32_t *pages, const uint32_t *slots, uint32_t n)
{
    r->untouched -= n;
    r->counters.prefetch_used += n;
    r->prefetch->on_access(r->prefetch_state, pages, n, ACCESS_TOUCH);
    pool_touch(r->pool, slots, n);
    learn_touched(r, pages, n);
}

void region_touch(struct region *r, uint32_t page)
{
    struct page *p = &r->pages[page];
    uint32_t slot = pool_slot(r->pool, page_pa(p));
    p->flags &= (uint8_t)~PAGE_UNTOUCHED;
    note_touched(r, &page, &slot, 1);
}

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

/* The step for the page's windows but the first. */
static __attribute__((noinline)) bool step_other_windows(const struct frame *f, enum pte_step step)
{
    bool any = false;
    const struct vma *first = f->region->vmas;
    for (const struct vma *v = first ? first->sibling : NULL; v; v = v->sibling) {
        bool one = false;
        vaddr_t va = vma_page_address(v, f->page);
        if (va)
            step_ptes(&va, 1, step, &one);
        any |= one;
    }
    return any;
}

/* A victim that is dirty, or no mere clean page. True: dirty. */
static __attribute__((noinline)) bool evict_odd_page(struct region *r, uint32_t page, bool dirty)
{
    struct page *p = &r->pages[page];
    if (dirty)
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
    *ndirty = old.dirty && evict_odd_page(r, f->page, true);
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
        old[i].dirty |= step_other_windows(&frames[slots[i]], TAKE_AWAY);
    const struct pt_entry *said = old;
    const uint32_t *slot = slots;
    for (const struct pt_span *span = found.spans; span < found.spans + found.n; span++) {
        struct region *r = frames[*slot].region;
        uint32_t length = (uint32_t)span->n, odd = 0, page = frames[*slot].page;
        for (struct page *p = &r->pages[page], *end = p + length; p < end; p++, said++) {
            if (__builtin_expect(p->condition != PAGE_CONDITION(PAGE_RESIDENT, 0) || said->dirty, 0)) {
                ndirty += evict_odd_page(r, (uint32_t)(p - r->pages), said->dirty);
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

unsigned pool_evict(struct pool *pool, const uint32_t *slots, unsigned n)
{
    const struct frame *frames = pool->frames;
    unsigned ndirty = 0;
    if (n == 0 || (n == 1 && evict_clean_page(&frames[slots[0]], &ndirty)))
        return ndirty;
    return evict_pages(frames, slots, n);
}

bool pool_restore_dirty(struct pool *pool, uint32_t slot)
{
    struct region *r = pool->frames[slot].region;
    uint32_t page = pool->frames[slot].page;
    const struct page *p = &r->pages[page];
    paddr_t pa = pool_pa(pool, slot);
    if (p->state != PAGE_RESIDENT || page_pa(p) != pa)
        return false;
    pool_mark_used(pool, slot);
    region_map(r, &page, &pa, 1, true, PAGE_NONE);
    r->counters.evicted--; /* it was not, after all */
    return true;
}

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
    note_touched(h->region, h->pages, h->slots, h->n);
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
        if (!region_is_accessed(r, pages[i]))
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

void pool_harvest(struct pool *pool)
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

void pool_harvest_all(struct pool *pool)
{
    harvest_from(pool, pool->untouched_head, pool->nuntouched);
}

static void count_waste(struct region *r, uint32_t page)
{
    r->untouched--;
    r->counters.prefetch_wasted++;
    r->prefetch->on_access(r->prefetch_state, &page, 1, ACCESS_WASTE);
}

void region_detach_frame(struct region *r, uint32_t page)
{
    struct page *p = &r->pages[page];
    page_set_state(p, p->state, PAGE_ABSENT);
    if (__builtin_expect(p->flags & PAGE_UNTOUCHED, 0))
        count_waste(r, page);
    p->flags &= PAGE_SWAPPED;
    r->resident--;
}

void region_free_page(struct region *r, uint32_t page)
{
    paddr_t pa = page_pa(&r->pages[page]);
    region_detach_frame(r, page);
    if (!r->pool) {
        mem_free_pages(pa, 1);
        return;
    }
    uint32_t slot = pool_slot(r->pool, pa);
    r->pool->planned_gone += r->pool->frames[slot].use == FRAME_PLANNED; /* a cell of the plan may take it for its own still */
    if (r->pool->frames[slot].use != FRAME_IN_FLIGHT)
        pool_withdraw(r->pool, slot);
    pool_give_back(r->pool, slot);
}
