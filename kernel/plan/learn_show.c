#include "kernel/plan/learn_show.h"

#include "kernel/pager/fault.h"
#include "kernel/pager/windows.h"
#include "kernel/plan/plan.h"

#define STEP 64         /* pages that are hidden in one go */
#define LEAST_USES 32   /* between two such: hiding takes a fence */
#define STILL_IN_USE 64 /* last pages of an extent that grows: a use of one of them says nothing */

#define MOST_SWEEPS 4 /* over all frames: each costs as many soft faults */

_Static_assert(STEP <= BATCH_MAX, "one call of windows_unmap");

/* Protected by pager_lock. */
static struct plan_extent shown; /* neighbours of the page that faulted last */
static uint32_t most;            /* so many may be shown with the next one that goes on */
static struct walk_place hidden; /* what comes before is hidden; the page counts from the extent's first */
static uint32_t hidden_at;       /* the last time, in uses */
static uint32_t sweeps;          /* done, or broken off */
static uint32_t swept;           /* frames whose pages are hidden, from the first on: what was used before the pass began */

/* ---- what is read ahead */

static bool is_unused(const struct region *r, uint32_t page)
{
    return r->pages[page].condition == PAGE_CONDITION(PAGE_RESIDENT, PAGE_UNTOUCHED);
}

/* The program has gone elsewhere: what it left out is to be seen when it comes back. */
static void hide_left(void)
{
    struct page_ref refs[BATCH_MAX];
    uint32_t n = 0;
    for (uint32_t page = shown.first; page < shown.first + shown.n; page++)
        if (is_unused(shown.region, page))
            refs[n++] = (struct page_ref){ shown.region, page };
    windows_unmap(refs, n);
}

/* From now on nothing is mapped that nobody has asked for; what is so already is hidden. */
static void show_late(struct region *r)
{
    const struct frame *frames = r->pool->frames;
    struct page_ref refs[BATCH_MAX];
    uint32_t n = 0;
    r->shows_late = fault_tells_soft = true;
    for (uint32_t slot = r->pool->untouched_head; slot != FRAME_NONE; slot = frames[slot].next) {
        if (frames[slot].region == r)
            refs[n++] = (struct page_ref){ r, frames[slot].page };
        if (n < BATCH_MAX && frames[slot].next != FRAME_NONE)
            continue;
        windows_unmap(refs, n);
        n = 0;
    }
}

void learn_show_on(struct region *r, uint32_t page)
{
    paddr_t pa[BATCH_MAX];
    uint32_t n = 0, first = page + 1;
    bool goes_on = shown.region == r && shown.first + shown.n == page;
    if (!r->shows_late)
        show_late(r);
    if (!goes_on)
        hide_left();
    most = goes_on ? MIN(2 * most + 1, (uint32_t)BATCH_MAX) : 0;
    for (; n < most && first + n < r->npages && is_unused(r, first + n) && !windows_is_mapped(r, first + n); n++)
        pa[n] = page_pa(&r->pages[first + n]);
    windows_show_run(r, first, pa, n);
    shown = (struct plan_extent){ r, first, n };
}

void learn_show_all(void)
{
    shown.n = most = hidden_at = 0;
    hidden = (struct walk_place){ 0, 0 };
    if (sweeps < MOST_SWEEPS && swept > 0)
        sweeps++;
    swept = sweeps < MOST_SWEEPS ? 0 : UINT32_MAX;
}

void learn_show_more(void)
{
    if (sweeps == MOST_SWEEPS)
        swept = 0; /* none is under way: the end of the next pass must not count it as broken off */
    sweeps -= sweeps > 0;
}

/* ---- what is left behind */

void learn_hide_soon(void)
{
    hidden_at = 0U - LEAST_USES;
}

bool learn_hide_is_due(const struct walk *pass)
{
    return pass->now - hidden_at >= LEAST_USES;
}

/* The eviction policy is to know that they were used, though their A bits go. */
static void hide(const struct page_ref *refs, uint32_t n)
{
    for (const struct page_ref *ref = refs; ref < refs + n; ref++)
        if (windows_is_accessed(ref->region, ref->page))
            llm_pool.frames[pool_slot(&llm_pool, page_pa(&ref->region->pages[ref->page]))].was_used = true;
    windows_unmap(refs, n);
}

static void sweep(void)
{
    struct page_ref refs[STEP];
    uint32_t found = 0, end = MIN(swept + STEP, llm_pool.nframes);
    for (; swept < end; swept++) {
        const struct frame *f = &llm_pool.frames[swept];
        if (f->use == FRAME_USED && f->region->backing)
            found = walk_add_resident(refs, found, f->region, f->page, 1);
    }
    hide(refs, found);
}

bool learn_hide_some(const struct walk *pass)
{
    struct page_ref refs[STEP];
    uint32_t found = 0, looked = 0;
    if (pass->count == 0)
        return false;
    fault_tells_soft = true;
    if (plan_dissolve(STEP) > 0) /* of a plan that was dropped: the sweep will come by them */
        return true;
    if (swept < llm_pool.nframes) {
        sweep();
        return true;
    }
    while (looked < STEP && hidden.extent < pass->count) {
        const struct plan_extent *e = &pass->list[hidden.extent];
        bool grows = walk_grows(pass, hidden.extent);
        uint32_t end = !grows ? e->n : e->n > STILL_IN_USE ? e->n - STILL_IN_USE
                                                           : 0;
        uint32_t n = hidden.page < end ? MIN(end - hidden.page, STEP - looked) : 0;
        found = walk_add_resident(refs, found, e->region, e->first + hidden.page, n);
        looked += n;
        hidden.page += n;
        if (hidden.page < end || grows)
            break;
        hidden = (struct walk_place){ hidden.extent + 1, 0 };
    }
    hide(refs, found);
    hidden_at = pass->now;
    return looked == STEP;
}
