/*
 * The ring of cells: what the plan reads ahead, and when it looks how far the program is (plan_leave.c). Everything here runs under
 * pager_lock, in whatever context: nothing waits.
 */
#include "kernel/plan/plan_private.h"

/* A page that passes through the ring has 250 instructions in all: no frame pointers; backtraces step over the functions of this file. */
#ifndef SAMPLED /* profiles walk by frame pointers */
#pragma GCC optimize("omit-frame-pointer")
#endif

#include "kernel/pager/batch.h"
#include "kernel/pager/page_wait.h"
#include "kernel/thread/sched.h"
#include "kernel/pager/victims.h"
#include "kernel/pager/windows.h"
#include "kernel/pager/writeback.h"

#include "arch/hart.h"
#include "arch/pt.h"

#define RUNS_LOOKED_AT 64     /* runs that need no read which one call passes, at most */
#define TICK_MOST_NS 20000000 /* between two looks, however long nothing happens, */
#define TICK_AHEAD_NS 200000  /* ... and while somebody who is ahead waits */
#define PATIENCE 8            /* ticks that found nothing, before they become rarer */

struct plan plan;

/* ---- frames */

/*
 * Of n victims, some of which are dirty: clean ones come first. The others are written behind; but where counts must repeat, and while
 * writes fail, they stay, and are the business of a fault that can wait, or say why. Returns how many are clean.
 */
static __attribute__((noinline)) unsigned clean_ones(struct pool *pool, uint32_t *slots, unsigned n, unsigned wanted)
{
    unsigned clean = 0;
    if (!pager_repeats && pool->failed_writes == 0 && pool->writing == 0)
        return writeback_behind(pool, slots, n, wanted, BATCH_MAX);
    for (unsigned i = 0; i < n; i++)
        if (!victims_restore_dirty(pool, slots[i]))
            slots[clean++] = slots[i];
    return clean;
}

/*
 * Up to n more frames for the cell: free ones, else victims of the policy, else what others have foreseen and nobody has used, the oldest
 * first: the quota leaves frames for what is chosen late. Returns how many.
 */
static uint32_t take_frames(struct cell *c, uint32_t n)
{
    struct pool *pool = plan.pool;
    uint32_t slots[BATCH_MAX], victims[BATCH_MAX];
    uint32_t want = MIN(MIN(n, (uint32_t)BATCH_MAX), plan.quota - MIN(plan.quota, pool->nplanned));
    uint32_t got = pool_take_free(pool, want, slots);
    if (got < want) {
        uint32_t picked = pool_pick_victims(pool, want - got, victims, true);
        if (victims_evict(pool, victims, picked) > 0)
            picked = clean_ones(pool, victims, picked, want - got);
        for (uint32_t i = 0; i < picked; i++)
            slots[got++] = victims[i];
    }
    for (uint32_t i = 0; i < got; i++) {
        pool->frames[slots[i]].use = FRAME_PLANNED;
        pool->frames[slots[i]].region = NULL; /* lent to no page yet */
        c->pa[c->nframes++] = pool_pa(pool, slots[i]);
    }
    pool->nplanned += got;
    return got;
}

/* The cell is to have n frames. False: there are not so many. */
static __attribute__((noinline)) bool fill_cell(struct cell *c, uint32_t n)
{
    while (c->nframes < n && take_frames(c, n - c->nframes) == BATCH_MAX)
        ; /* fewer: there are no more, or they are dirty */
    /* A page that was being written when its run left has its frame still: then cells that are idle have to help. */
    for (uint32_t i = plan.head + 1; c->nframes < n && i != plan.leaving + plan.ncells; i++)
        for (struct cell *idle = plan_cell(i); c->nframes < n && idle->nframes > 0;)
            c->pa[c->nframes++] = idle->pa[--idle->nframes];
    return c->nframes >= n;
}

/* ---- reading a run */

_Static_assert(ORDER_RUN_MAX <= IO_MAX_PAGES, "a run is one request");

static void cell_read_done(struct io_request *io);
static void take_done(struct cell *c);

static inline bool is_absent(const struct region *r, uint32_t page)
{
    uint16_t condition = r->pages[page].condition;
    return condition == PAGE_CONDITION(PAGE_ABSENT, 0) || condition == PAGE_CONDITION(PAGE_ABSENT, PAGE_SWAPPED);
}

/*
 * Absent pages of the run from this one on, up to one that is not, or comes from elsewhere (file, swap), get frames and become READING: one
 * request. Returns how many.
 */
static inline uint32_t claim_stretch(struct cell *c, uint32_t first)
{
    struct region *r = c->region;
    struct frame *frames = plan.pool->frames;
    struct page *p = &r->pages[first];
    uint8_t swapped = p->flags & PAGE_SWAPPED;
    uint16_t absent = PAGE_CONDITION(PAGE_ABSENT, swapped), reading = PAGE_CONDITION(PAGE_READING, swapped);
    uint32_t base = (uint32_t)(plan.pool->base >> PAGE_SHIFT), page = first;
    const paddr_t *pa = &c->pa[c->nlent];
    for (uint32_t end = c->first + c->n; page < end && p->condition == absent; page++, p++) {
        uint32_t pfn = (uint32_t)(*pa++ >> PAGE_SHIFT);
        struct frame *f = &frames[pfn - base];
        p->pfn = pfn;
        p->condition = reading;
        f->region = r;
        f->page = page;
    }
    uint32_t n = page - first;
    if (n == 0)
        return 0;
    struct cell_request *q = &c->requests[c->nrequests++];
    q->cell = c;
    q->first = first;
    q->done = false;
    q->swapped = swapped;
    q->io.write = false;
    q->io.offset = (swapped ? 0 : r->offset) + ((uint64_t)first << PAGE_SHIFT);
    q->io.length = n << PAGE_SHIFT;
    q->io.npages = n;
    q->io.pages = &c->pa[c->nlent];
    q->io.done = cell_read_done;
    c->nlent += n;
    r->resident += n;
    return n;
}

/*
 * A page of the run that an ordinary fault has brought: it is the plan's from now on, which has so many frames to give in its place.
 * False: it is not.
 */
static bool adopt(struct region *r, uint32_t page, uint32_t spare)
{
    struct page *p = &r->pages[page];
    struct pool *pool = plan.pool;
    uint32_t slot = pool_slot(pool, page_pa(p));
    if (p->state != PAGE_RESIDENT || pool->nplanned >= plan.quota + spare)
        return false;
    if (pool->frames[slot].use == FRAME_UNTOUCHED)
        region_touch(r, page); /* whether it was used, the ring will see */
    if (pool->frames[slot].use != FRAME_USED)
        return false;
    pool_withdraw(pool, slot);
    pool->frames[slot].use = FRAME_PLANNED;
    pool->nplanned++;
    return true;
}

void plan_came(struct region *r, uint32_t page)
{
    uint32_t run;
    bool hot;
    if (!plan.on)
        return;
    bool cold = order_find(&plan.order, r->plan_source, page, &plan.piece, &run, &hot);
    if (hot || (cold && !order_streams(&plan.order, run)))
        adopt(r, page, 0);
}

/*
 * A page that is not absent stays or is adopted, and the frame that was meant for it goes. If the program has yet to use the run before
 * this one, the page was used in the turn before, which must not be taken for a use in this one.
 */
static __attribute__((noinline)) void claim_present(struct cell *c, uint32_t page)
{
    if (plan.head - plan.tail > 1 && !plan_is_used(plan_cell(plan.head - 2)))
        plan.pool->swept |= windows_sweep_accessed(c->region, page);
    if (adopt(c->region, page, c->nframes - c->nlent) && c->nframes > c->nlent)
        plan_give_back(c);
}

/* Claims what is absent of the run. */
static inline void claim_run(struct cell *c)
{
    uint32_t end = c->first + c->n, at = c->first;
    while (at < end && c->nrequests < CELL_REQUESTS) {
        uint32_t n = claim_stretch(c, at);
        at += n;
        if (n == 0)
            claim_present(c, at++);
    }
}

void plan_adopt(const struct order_extent *pages)
{
    for (uint32_t i = 0; i < pages->n; i++)
        (void)adopt(plan.sources[pages->source], pages->first + i, 0);
}

uint32_t plan_adopt_runs(uint32_t run, uint32_t n)
{
    const struct order *o = &plan.order;
    for (uint32_t end = MIN(run + n, o->nruns); run < end; run++) {
        bool short_one = run == o->short_run;
        struct order_extent pages = short_one ? order_excess(o, &plan.hint) : order_run(o, run, &plan.hint);
        if (short_one || !order_streams(o, run))
            plan_adopt(&pages);
    }
    return run;
}

/* Those of the cell's requests that read the region's file, or those that read its swap. */
static inline void submit_to(struct cell *c, struct backing *backing, uint8_t swapped)
{
    struct io_request *queue[CELL_REQUESTS];
    uint32_t n = 0;
    for (struct cell_request *q = c->requests; q < c->requests + c->nrequests; q++)
        if (q->swapped == swapped)
            queue[n++] = &q->io;
    if (n > 0)
        backing->ops->submit(backing, queue, n);
}

static inline void submit(struct cell *c)
{
    struct region *r = c->region;
    uint32_t n = c->nrequests;
    c->pending = n;
    plan.pending += n;
    plan.flying += n;
    r->counters.batches++;
    submit_to(c, r->backing, 0);
    if (__builtin_expect(r->swap != NULL, 0))
        submit_to(c, r->swap, PAGE_SWAPPED);
    if (__builtin_expect(c->requests[0].done || c->requests[n - 1].done, 0))
        take_done(c);
}

/* The next cell is for this run, and reads it. False: not now. */
static inline bool read_run(uint32_t run, const struct order_extent *pages, bool stays)
{
    struct cell *c = plan_cell(plan.head);
    plan.starves = __builtin_expect(c->nframes < pages->n, 0) && !fill_cell(c, pages->n);
    if (plan.starves)
        return false;
    c->region = plan.sources[pages->source];
    c->first = pages->first;
    c->n = pages->n;
    c->run = run;
    c->seen = c->pending = c->nrequests = c->nlent = 0;
    c->stays = stays;
    c->gone = plan.pool->planned_gone;
    c->passed = false;
    c->in_order = true;
    plan.head++;
    claim_run(c);
    if (c->nrequests > 0)
        submit(c);
    return true;
}

/* A pinned run that is here needs no place in the ring: its pages are the plan's from now on. */
static bool keep_if_here(const struct order_extent *pages)
{
    struct region *r = plan.sources[pages->source];
    for (uint32_t i = 0; i < pages->n; i++)
        if (is_absent(r, pages->first + i))
            return false;
    plan_adopt(pages);
    return true;
}

/* The run that comes next in the cycle, after this one. */
static uint32_t run_after(uint32_t run)
{
    const struct order *o = &plan.order;
    plan.excess = plan.unread > 0 && run == o->short_run && !plan.excess;
    if (__builtin_expect(plan.excess, 0))
        return run;
    run = plan.unread == 0 ? order_next_streamed(o, run + 1) : run + 1;
    if (run < o->nruns)
        return run;
    plan.finished = !plan.options.cyclic;
    plan_may_dissolve |= plan.finished;
    plan_turn_is_over();
    return plan.unread > 0 ? 0 : order_next_streamed(o, 0);
}

/* The run that is to be read next leaves just now, and not every hart has seen that. */
static __attribute__((noinline)) bool must_wait(void)
{
    if (!plan_is_leaving(plan.next))
        return false;
    plan_fence_for_left(true);
    return plan_is_leaving(plan.next);
}

/* Runs whose turn it is, as long as there are cells and frames. */
static void read_runs(void)
{
    const struct order *o = &plan.order;
    for (unsigned looked = 0; looked < RUNS_LOOKED_AT && plan.head - plan.leaving < plan.ncells; looked++) {
        if (plan.finished || !plan.on || (plan.unread == 0 && o->nstreamed == 0) || (plan.leaving != plan.tail && must_wait()))
            return;
        struct order_extent pages = plan.excess ? order_excess(o, &plan.hint) : order_run(o, plan.next, &plan.hint);
        bool stays = plan.unread > 0 && (plan.excess || !order_streams(o, plan.next));
        if (!(stays && keep_if_here(&pages)) && !read_run(plan.next, &pages, stays))
            return;
        plan.unread -= plan.unread > 0;
        plan.next = run_after(plan.next);
    }
}

/* One fence for the A bits that claim_present has cleared. */
static void read_on(void)
{
    read_runs();
    pt_sweep_end(plan.pool->swept);
    plan.pool->swept = false;
}

/* ---- what has come */

/*
 * A program without a cursor that uses up the ring between two looks finds the next run not even asked for, and waits a device's time.
 * After that, for a while, a page of each run is left unmapped: behind the last one that must have been used for the run before to go.
 */
static void map_come(struct cell *c, const struct cell_request *q, uint32_t good)
{
    uint32_t before = c->first + plan.width % c->n - q->first;
    if (__builtin_expect(plan.trips == 0, 1) || c->stays || before >= good) {
        windows_map_run(c->region, q->first, q->io.pages, good);
        return;
    }
    plan.trips--;
    windows_map_run(c->region, q->first, q->io.pages, before);
    windows_map_run(c->region, q->first + before + 1, q->io.pages + before + 1, good - before - 1);
}

/* The pages that a request brought: they wait for their first use, in the ring. */
static void settle(struct cell *c, const struct cell_request *q)
{
    struct region *r = c->region;
    uint32_t n = q->io.npages, good = q->io.error ? 0 : (uint32_t)((q->io.transferred + PAGE_MASK) >> PAGE_SHIFT);
    struct page *p = &r->pages[q->first], *came = p + good;
    for (; p < came; p++)
        p->condition = PAGE_CONDITION(PAGE_RESIDENT, PAGE_UNTOUCHED | q->swapped);
    r->counters.io_reads++;
    r->counters.bytes_read += q->io.transferred;
    r->counters.prefetched += good;
    r->counters.plan_pages += good;
    plan.read += good;
    r->untouched += good;
    r->peak = MAX(r->peak, r->resident);
    map_come(c, q, good);
    /* Whoever touches a page that did not come reads it for itself, and learns why. Its frame is the cell's again. */
    for (; good < n; good++) {
        page_set_state(p++, PAGE_READING, PAGE_ABSENT);
        r->resident--;
    }
}

static void take_done(struct cell *c)
{
    for (uint32_t k = 0; c->pending > 0 && k < c->nrequests; k++) {
        if (!c->requests[k].done)
            continue;
        c->requests[k].done = false;
        settle(c, &c->requests[k]);
        c->pending--;
        plan.pending--;
        page_wake();
    }
}

void plan_collect(void)
{
    for (uint32_t i = plan.tail; plan.pending > plan.flying && i != plan.head; i++)
        if (plan_cell(i)->pending > 0)
            take_done(plan_cell(i));
}

/*
 * Any context. A device that is dead answers from within submission, with pager_lock held by this very hart: then the submitter
 * takes what is done. In runs that are to repeat whoever waits or looks next takes it.
 */
static void cell_read_done(struct io_request *io)
{
    struct cell_request *q = CONTAINER_OF(io, struct cell_request, io);
    bool within = spin_is_mine(&pager_lock);
    if (!within)
        spin_lock(&pager_lock);
    q->done = true;
    plan.flying--;
    if (!within && pager_repeats) {
        if (plan.flying == 0)
            page_wake();
    } else if (!within) {
        take_done(q->cell);
        plan_pump(false);
    }
    if (!within)
        spin_unlock(&pager_lock);
}

/* ---- when to look */

void plan_restart(uint32_t run)
{
    for (uint32_t i = plan.tail; i != plan.head; i++) {
        struct cell *c = plan_cell(i);
        c->in_order &= c->passed;
        c->passed = true;
    }
    plan.next = run;
    plan.excess = plan.finished = false;
    plan.odd = 0;
    if (plan.read + plan.missed > plan.order.npages)
        plan_turn_is_over();
    plan_release_used(false);
    plan_take_left();
    read_on();
}

static void tick(void *arg)
{
    (void)arg;
    spin_lock(&pager_lock);
    if (++plan.idle_ticks > PATIENCE)
        plan.idle_ns = MIN(2 * plan.idle_ns, (uint64_t)TICK_MOST_NS);
    plan_collect();
    plan_pump(plan.idle_ticks % PATIENCE == 0 && !plan_others_go_on());
    if (plan.ahead > 0) {
        plan.idle_ns = MIN(plan.idle_ns, (uint64_t)TICK_AHEAD_NS);
        if (time_ns() - plan.last_use_ns >= plan.patience_ns || !sched_any_runs())
            page_wake(); /* who is ahead has waited long enough, or all others wait as well */
    }
    spin_unlock(&pager_lock);
}

/* While many reads are under way their completions look; else a timer does. */
static void aim_timer(void)
{
    if (2 * plan.pending <= plan.ncells && plan.leaving != plan.head && !plan.timer.armed && !pager_repeats)
        timer_start(&plan.timer, time_ns() + plan.idle_ns, tick, NULL);
}

void plan_pump(bool deep)
{
    if (!plan.on)
        return;
    plan_release_used(deep);
    plan_take_left();
    /* Fences are dear: one for as many cells as the ring can spare. It can spare none where several harts use it up. */
    uint32_t ahead = plan.head - plan.tail;
    if (plan.leaving != plan.tail && (3 * ahead <= 2 * plan.ncells || hart_count() > 1))
        plan_fence_for_left(3 * ahead <= plan.ncells);
    if (plan.head - plan.leaving < plan.ncells)
        read_on();
    if (plan.on)
        aim_timer();
}

void pager_has_fenced(void)
{
    if (!plan.on || plan.leaving == plan.tail) /* a guess; who waits for a page looks for itself */
        return;
    spin_lock(&pager_lock);
    plan_pump(false);
    spin_unlock(&pager_lock);
}
