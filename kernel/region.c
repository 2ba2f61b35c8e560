#include "kernel/region.h"

#include "arch/pt.h"
#include "kernel/batch.h"
#include "kernel/mem.h"
#include "kernel/log.h"
#include "kernel/stats.h"
#include "kernel/vm.h"

#include <string.h>

struct spinlock pager_lock = SPINLOCK_INIT;
struct pool llm_pool;
struct region *regions;

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

void region_destroy(struct region *r)
{
    ASSERT(!r->vmas && r->resident == 0);
    spin_lock(&pager_lock);
    struct region **at = &regions;
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    spin_unlock(&pager_lock);
    if (r->pool)
        stats_keep_region(r);
    if (r->backing)
        backing_put(r->backing);
    if (r->swap)
        backing_put(r->swap);
    kfree(r->prefetch_state);
    kfree(r->pages);
    kfree(r);
}

uint32_t region_file_pages(const struct region *r)
{
    if (!r->backing)
        return r->npages;
    if (r->file_size <= r->offset)
        return 0;
    uint64_t pages = (r->file_size - r->offset + PAGE_MASK) >> PAGE_SHIFT;
    return (uint32_t)MIN(pages, r->npages);
}

/* ---- windows: every PTE of a page */

void region_map(struct region *r, const uint32_t *pages, size_t n, bool accessed, uint32_t demanded)
{
    struct pt_leaf leaves[BATCH_MAX];
    ASSERT(n <= BATCH_MAX);
    for (struct vma *v = r->vmas; v; v = v->sibling) {
        size_t count = 0;
        if (v->prot == 0)
            continue;
        for (size_t i = 0; i < n; i++) {
            uint32_t page = pages[i];
            vaddr_t va = vma_page_address(v, page);
            if (va)
                leaves[count++] = (struct pt_leaf){ va, page_pa(&r->pages[page]), v->prot, accessed || page == demanded, false };
        }
        map_batched(leaves, count);
        r->counters.ptes_installed += count;
    }
}

bool region_test_and_clear_accessed(struct region *r, uint32_t page)
{
    bool any = false;
    for (struct vma *v = r->vmas; v; v = v->sibling) {
        vaddr_t va = vma_page_address(v, page);
        bool set = false;
        if (va)
            pt_clear_accessed(&va, 1, &set);
        any |= set;
    }
    return any;
}

enum pte_step { TAKE_AWAY, CLEAR_DIRTY, TEST_ACCESSED };

/* One step for up to BATCH_MAX PTEs; said[i]: D was set (TAKE_AWAY, CLEAR_DIRTY), or A is (TEST_ACCESSED). */
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
        break;
    case TEST_ACCESSED:
        pt_accessed_batched(va, n, said);
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

void region_touch(struct region *r, uint32_t page)
{
    struct page *p = &r->pages[page];
    p->flags &= (uint8_t)~PAGE_UNTOUCHED;
    r->untouched--;
    r->counters.prefetch_used++;
    r->prefetch->on_access(r->prefetch_state, page, ACCESS_TOUCH);
    pool_touch(r->pool, pool_slot(r->pool, page_pa(p)));
}

/* Looks at up to `most` untouched frames from this one on, BATCH_MAX at a time; returns the first it did not look at. */
static uint32_t harvest_from(struct pool *pool, uint32_t slot, uint32_t most)
{
    struct page_ref refs[BATCH_MAX];
    bool used[BATCH_MAX];
    while (most > 0 && slot != FRAME_NONE) {
        size_t n = 0;
        for (; slot != FRAME_NONE && n < BATCH_MAX && most > 0; slot = pool->frames[slot].next, most--)
            refs[n++] = (struct page_ref){ pool->frames[slot].region, pool->frames[slot].page };
        for_every_pte(refs, n, TEST_ACCESSED, used);
        for (size_t i = 0; i < n; i++)
            if (used[i])
                region_touch(refs[i].region, refs[i].page);
    }
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
    if (old == FRAME_NONE || pool->frames[old].use != FRAME_UNTOUCHED)
        old = pool->untouched_head;
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
    r->prefetch->on_access(r->prefetch_state, page, ACCESS_WASTE);
}

void region_detach_frame(struct region *r, uint32_t page)
{
    struct page *p = &r->pages[page];
    page_set_state(p, p->state, PAGE_ABSENT);
    if (__builtin_expect(p->flags & PAGE_UNTOUCHED, 0))
        count_waste(r, page);
    p->flags &= PAGE_SWAPPED | PAGE_FAILED;
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
    if (r->pool->frames[slot].use != FRAME_IN_FLIGHT)
        pool_withdraw(r->pool, slot);
    pool_give_back(r->pool, slot);
}
