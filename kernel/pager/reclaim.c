#include "kernel/pager/reclaim.h"

#include "arch/pt.h"
#include "kernel/mem.h"
#include "kernel/pager/region.h"
#include "kernel/pager/windows.h"

#define STEP 32            /* neighbours that go together: what a stack frame of the kernel has room for */
#define TOGETHER 64        /* pages that go in one call, and perhaps some neighbours */
#define SECOND_CHANCES 512 /* in one call */

static bool may_go(const struct region *r)
{
    return r->backing && !r->pool;
}

/* A page of those of all these regions, counted through; NULL: there are not so many. */
static struct region *region_of(uint64_t at, uint32_t *page)
{
    for (struct region *r = regions; r; r = r->next) {
        if (may_go(r) && at < r->npages) {
            *page = (uint32_t)at;
            return r;
        }
        at -= may_go(r) ? r->npages : 0;
    }
    return NULL;
}

/* The next clean pages of r from *page on that are not spared; *page moves past them. */
static size_t choose(struct region *r, uint32_t *page, struct page_ref *refs, uint32_t *spared)
{
    size_t n = 0;
    uint32_t before = *spared, end = MIN(*page + STEP, r->npages);
    for (; *page < end; ++*page) {
        if (r->pages[*page].state != PAGE_RESIDENT || (r->pages[*page].flags & PAGE_DIRTY))
            continue;
        if (*spared < SECOND_CHANCES && windows_sweep_accessed(r, *page))
            ++*spared;
        else
            refs[n++] = (struct page_ref){ r, *page };
    }
    pt_sweep_end(*spared != before);
    return n;
}

/* What turns out to be dirty stays, mapped nowhere: the next use maps it again. Returns how many went. */
static uint32_t let_go(const struct page_ref *refs, size_t n)
{
    uint32_t gone = 0;
    windows_unmap(refs, n);
    for (size_t i = 0; i < n; i++) {
        struct region *r = refs[i].region;
        if (r->pages[refs[i].page].flags & PAGE_DIRTY)
            continue;
        region_free_page(r, refs[i].page);
        r->counters.evicted++;
        gone++;
    }
    return gone;
}

/* pager_lock held. Returns how many pages went: at least TOGETHER, unless there are no more. */
static uint32_t reclaim(void)
{
    static uint64_t chance = 1;
    uint64_t all = 0, looked = 0;
    uint32_t gone = 0, spared = 0, page;
    for (const struct region *r = regions; r; r = r->next)
        all += may_go(r) ? r->npages : 0;
    if (all == 0)
        return 0;
    chance = chance * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
    uint64_t at = (chance >> 32) % all;
    while (gone < TOGETHER && looked < 2 * all) { /* twice round: who had a second chance may be all there is */
        struct page_ref refs[STEP];
        struct region *r = region_of(at % all, &page);
        uint32_t first = page;
        size_t n = choose(r, &page, refs, &spared);
        gone += n ? let_go(refs, n) : 0;
        at += page - first;
        looked += page - first;
    }
    return gone;
}

paddr_t reclaim_page(void)
{
    if (mem_free_count() < RECLAIM_RESERVE)
        reclaim();
    return mem_pages(1);
}

uint64_t reclaim_reach(uint64_t *mapped)
{
    uint64_t reach = mem_free_count();
    *mapped = 0;
    for (const struct region *r = regions; r; r = r->next)
        if (may_go(r)) {
            reach += r->resident;
            *mapped += region_file_pages(r);
        }
    return reach;
}

void reclaim_until(uint64_t npages)
{
    uint64_t mapped;
    uint32_t gone = 1;
    while (gone > 0 && mem_free_count() < npages) {
        spin_lock(&pager_lock);
        gone = npages <= reclaim_reach(&mapped) ? reclaim() : 0;
        spin_unlock(&pager_lock);
    }
}
