#include "kernel/pager/region.h"

#include "kernel/plan/learn.h"
#include "kernel/log.h"
#include "kernel/mem.h"
#include "kernel/pager/page_wait.h"
#include "kernel/pager/stats.h"

struct spinlock pager_lock = SPINLOCK_INIT;
struct pool llm_pool;
struct region *regions;
bool regions_end;

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

static void leave_list(const struct region *r)
{
    struct region **at = &regions;
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
}

void region_retire(struct region *r)
{
    ASSERT(!r->vmas && r->resident == 0);
    struct kept *room = r->pool ? stats_room() : NULL;
    spin_lock(&pager_lock);
    if (r->pool)
        stats_keep_region(r, room);
    leave_list(r);
    learn_forget(r);
    spin_unlock(&pager_lock);
}

void region_discard(struct region *r)
{
    spin_lock(&pager_lock);
    leave_list(r);
    spin_unlock(&pager_lock);
    region_destroy(r);
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

static inline void count_used(struct region *r, const uint32_t *pages, uint32_t n)
{
    r->untouched -= n;
    r->counters.prefetch_used += n;
    r->prefetch->on_access(r->prefetch_state, pages, n, ACCESS_TOUCH);
}

void region_note_touched(struct region *r, const uint32_t *pages, const uint32_t *slots, uint32_t n)
{
    count_used(r, pages, n);
    pool_touch(r->pool, slots, n);
    learn_touched(r, pages, n);
}

void region_note_used(struct region *r, uint32_t page)
{
    r->pages[page].flags &= (uint8_t)~PAGE_UNTOUCHED;
    count_used(r, &page, 1);
    learn_touched(r, &page, 1);
}

void region_touch(struct region *r, uint32_t page)
{
    struct page *p = &r->pages[page];
    uint32_t slot = pool_slot(r->pool, page_pa(p));
    p->flags &= (uint8_t)~PAGE_UNTOUCHED;
    region_note_touched(r, &page, &slot, 1);
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
