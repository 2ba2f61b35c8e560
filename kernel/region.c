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
    for (struct vma *v = r->vmas; v; v = v->sibling) {
        size_t count = 0;
        if (v->prot == 0)
            continue;
        ASSERT(n <= BATCH_MAX);
        for (size_t i = 0; i < n; i++) {
            vaddr_t va = vma_page_address(v, pages[i]);
            if (!va)
                continue;
            leaves[count++] = (struct pt_leaf){ va, page_pa(&r->pages[pages[i]]), v->prot,
                                                accessed || pages[i] == demanded, false };
        }
        map_batched(leaves, count);
        r->counters.ptes_installed += count;
    }
}

bool region_accessed(struct region *r, uint32_t page)
{
    for (struct vma *v = r->vmas; v; v = v->sibling) {
        vaddr_t va = vma_page_address(v, page);
        if (va && pt_accessed(va))
            return true;
    }
    return false;
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

/* What was read back from up to BATCH_MAX PTEs goes into the flags of the pages they belonged to. */
static void note_dirty(const struct page_ref *const *owner, const bool *dirty, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (dirty[i])
            owner[i]->region->pages[owner[i]->page].flags |= PAGE_DIRTY;
}

static void take_or_clean(const vaddr_t *va, const struct page_ref *const *owner, size_t n, bool take)
{
    bool dirty[BATCH_MAX];
    if (take) {
        struct pt_entry old[BATCH_MAX];
        pt_unmap_batched(va, n, old);
        for (size_t i = 0; i < n; i++)
            dirty[i] = old[i].valid && old[i].dirty;
    } else {
        pt_clear_dirty(va, n, dirty);
    }
    note_dirty(owner, dirty, n);
}

static void for_every_pte(const struct page_ref *refs, size_t n, bool take)
{
    vaddr_t va[BATCH_MAX];
    const struct page_ref *owner[BATCH_MAX];
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        for (struct vma *v = refs[i].region->vmas; v; v = v->sibling) {
            vaddr_t address = vma_page_address(v, refs[i].page);
            if (!address)
                continue;
            if (count == BATCH_MAX) {
                take_or_clean(va, owner, count, take);
                count = 0;
            }
            va[count] = address;
            owner[count++] = &refs[i];
        }
    }
    take_or_clean(va, owner, count, take);
}

void region_unmap(const struct page_ref *refs, size_t n)
{
    for_every_pte(refs, n, true);
}

void region_collect_dirty(const struct page_ref *refs, size_t n)
{
    for_every_pte(refs, n, false);
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

void pool_harvest(struct pool *pool)
{
    /* Twice the largest batch covers all that one fault can have brought; junk that nobody uses must not cost more. */
    uint32_t slot = pool->untouched_head;
    for (unsigned looked = 0; slot != FRAME_NONE && looked < 2 * BATCH_MAX; looked++) {
        struct frame *f = &pool->frames[slot];
        slot = f->next;
        if (region_accessed(f->region, f->page))
            region_touch(f->region, f->page);
    }
}

void region_detach_frame(struct region *r, uint32_t page)
{
    struct page *p = &r->pages[page];
    page_set_state(p, p->state, PAGE_ABSENT);
    if (p->flags & PAGE_UNTOUCHED) {
        r->untouched--;
        r->counters.prefetch_wasted++;
        r->prefetch->on_access(r->prefetch_state, page, ACCESS_WASTE);
    }
    p->flags &= PAGE_SWAPPED | PAGE_FAILED;
    r->resident--;
    if (r->pool) {
        uint32_t slot = pool_slot(r->pool, page_pa(p));
        if (r->pool->frames[slot].use != FRAME_IN_FLIGHT)
            pool_withdraw(r->pool, slot);
    }
}

void region_free_page(struct region *r, uint32_t page)
{
    region_detach_frame(r, page);
    paddr_t pa = page_pa(&r->pages[page]);
    if (r->pool)
        pool_give_back(r->pool, pool_slot(r->pool, pa));
    else
        mem_free_pages(pa, 1);
}
