/*
 * The ring of cells: what the plan reads ahead, how it sees that the program is through with it, and what becomes of it then. Everything
 * here runs under pager_lock, in whatever context: nothing waits.
 */
#include "kernel/batch.h"
#include "kernel/page_wait.h"
#include "kernel/plan_private.h"
#include "kernel/sched.h"

#include "arch/hart.h"
#include "arch/pt.h"

#include <string.h>

#define RUNS_LOOKED_AT 64     /* runs that need no read which one call passes, at most */
#define SKIPPED_RUNS 2        /* so many runs of uses further on, what was not used will not be */
#define TICK_LEAST_NS 20000   /* between two looks while nothing happens */
#define TICK_MOST_NS 20000000 /* however long nothing happens */
#define TICK_AHEAD_NS 200000  /* ... while somebody who is ahead waits */
#define TICKS_A_RUN 2         /* in the time that the program takes for one */
#define PATIENCE 8            /* ticks that found nothing, before they become rarer */

struct plan plan;

static struct cell *cell_at(uint32_t number)
{
    return &plan.cells[number % plan.ncells];
}

/* ---- frames */

/* More frames for the stock, up to n of them there: free ones, else victims of the policy. Dirty ones go back to it. */
static void fill_stock(uint32_t n)
{
    struct pool *pool = plan.pool;
    uint32_t *stock = plan.stock + plan.nstock, slots[BATCH_MAX];
    uint32_t want = MIN(n - plan.nstock, plan.quota - MIN(plan.quota, pool->nplanned));
    uint32_t got = pool_take_free(pool, want, stock);
    if (got < want) {
        uint32_t picked = pool_pick_victims(pool, MIN(want - got, (uint32_t)BATCH_MAX), slots, false);
        bool any_dirty = pool_evict(pool, slots, picked) > 0;
        for (uint32_t i = 0; i < picked; i++)
            if (!any_dirty || !pool_restore_dirty(pool, slots[i]))
                stock[got++] = slots[i];
    }
    for (uint32_t i = 0; i < got; i++)
        pool->frames[stock[i]].use = FRAME_PLANNED;
    pool->nplanned += got;
    plan.nstock += got;
}

static void give_back(uint32_t slot)
{
    pool_withdraw(plan.pool, slot);
    pool_give_back(plan.pool, slot);
}

static void put_in_stock(uint32_t slot)
{
    if (plan.nstock < plan.stock_max && !plan.dropped)
        plan.stock[plan.nstock++] = slot;
    else
        give_back(slot);
}

/* Frames of cells that have left go back, as far as every hart has dropped what it cached of their pages. */
static void take_left(void)
{
    for (; plan.leaving != plan.tail; plan.leaving++) {
        struct cell *c = cell_at(plan.leaving);
        if (c->nleft > 0 && !pt_have_left(c->ticket))
            return;
        if (plan.nstock + c->nleft <= plan.stock_max && !plan.dropped) {
            memcpy(&plan.stock[plan.nstock], c->left, c->nleft * sizeof *c->left); /* the usual case, in one go */
            plan.nstock += c->nleft;
            c->nleft = 0;
        }
        while (c->nleft > 0)
            put_in_stock(c->left[--c->nleft]);
    }
}

/* When less than half of the ring is ahead of the program, for want of cells and frames that are leaving. */
static void hurry_the_left(void)
{
    if (plan.leaving == plan.tail || 2 * (plan.head - plan.tail) > plan.ncells || plan.asked >= cell_at(plan.tail - 1)->ticket)
        return;
    plan.asked = cell_at(plan.tail - 1)->ticket;
    spin_defer(pt_ask_to_leave, NULL);
}

/* ---- reading a run */

static void cell_read_done(struct io_request *io);
static void take_done(struct cell *c);

/* Absent pages [at, at + n) of the run, counted from its first, get frames and become READING: one request. */
static void claim_stretch(struct cell *c, uint32_t at, uint32_t n)
{
    struct region *r = c->region;
    struct cell_request *q = &c->requests[c->nrequests++];
    struct frame *frames = plan.pool->frames;
    struct page *p = &r->pages[c->first + at];
    const uint32_t *slot = plan.stock + (plan.nstock - n);
    uint32_t base = (uint32_t)(plan.pool->base >> PAGE_SHIFT);
    paddr_t *pa = &c->pa[at];
    for (uint32_t page = c->first + at, end = page + n; page < end; page++, p++, slot++) {
        struct frame *f = &frames[*slot];
        uint32_t pfn = base + *slot;
        *pa++ = (paddr_t)pfn << PAGE_SHIFT;
        p->pfn = pfn;
        p->condition = PAGE_CONDITION(PAGE_READING, 0);
        f->region = r;
        f->page = page;
    }
    plan.nstock -= n;
    r->resident += n;
    q->cell = c;
    q->done = false;
    q->io = (struct io_request){
        .offset = r->offset + ((uint64_t)(c->first + at) << PAGE_SHIFT),
        .length = n << PAGE_SHIFT,
        .npages = n,
        .pages = &c->pa[at],
        .done = cell_read_done,
    };
}

static inline bool is_absent(const struct region *r, uint32_t page)
{
    return r->pages[page].condition == PAGE_CONDITION(PAGE_ABSENT, 0);
}

/* A page of the run that an ordinary fault has brought: it is the plan's from now on. False: it is not. */
static bool adopt(struct region *r, uint32_t page)
{
    struct page *p = &r->pages[page];
    struct pool *pool = plan.pool;
    uint32_t slot = pool_slot(pool, page_pa(p));
    if (p->state != PAGE_RESIDENT || pool->nplanned >= plan.quota + plan.nstock)
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
        adopt(r, page);
}

/* Claims what is absent of the run; what is not, stays or is adopted. */
static void claim_run(struct cell *c)
{
    struct region *r = c->region;
    uint32_t end = c->first + c->n, at = c->first;
    while (at < end && c->nrequests < CELL_REQUESTS) {
        uint32_t from = at;
        while (at < end && is_absent(r, at))
            at++;
        if (at > from)
            claim_stretch(c, from - c->first, at - from);
        else if (adopt(r, at++) && plan.nstock > 0)
            give_back(plan.stock[--plan.nstock]); /* the frame that was meant for it */
    }
}

uint32_t plan_adopt_runs(uint32_t run, uint32_t n)
{
    const struct order *o = &plan.order;
    for (uint32_t end = MIN(run + n, o->nruns); run < end; run++) {
        struct order_extent pages = order_run(o, run, &plan.hint);
        if (o->nstreamed == 0 || !order_streams(o, run))
            for (uint32_t i = 0; i < pages.n; i++)
                (void)adopt(plan.sources[pages.source], pages.first + i);
    }
    return run;
}

static void submit(struct cell *c)
{
    struct io_request *queue[CELL_REQUESTS];
    struct backing *backing = c->region->backing;
    for (uint32_t i = 0; i < c->nrequests; i++)
        queue[i] = &c->requests[i].io;
    c->pending = c->nrequests;
    plan.pending += c->nrequests;
    plan.flying += c->nrequests;
    c->region->counters.batches++;
    backing->ops->submit(backing, queue, c->nrequests);
    if (__builtin_expect(c->requests[0].done, 0))
        take_done(c);
}

/* A cell for this run, and its reads. False: not now. */
static bool read_run(uint32_t run, const struct order_extent *pages, bool stays)
{
    struct cell *c = cell_at(plan.head);
    if (plan.nstock < pages->n)
        fill_stock(pages->n);
    if (plan.nstock < pages->n)
        return false;
    c->region = plan.sources[pages->source];
    c->first = pages->first;
    c->n = pages->n;
    c->run = run;
    c->seen = c->pending = c->nrequests = c->nleft = 0;
    c->stays = stays;
    c->passed = false;
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
    for (uint32_t i = 0; i < pages->n; i++)
        (void)adopt(r, pages->first + i);
    return true;
}

/* The run that comes next in the cycle, after this one. */
static uint32_t run_after(uint32_t run)
{
    const struct order *o = &plan.order;
    run++;
    if (plan.unread == 0)
        run = run < o->nruns ? order_next_streamed(o, run) : o->nruns;
    if (run < o->nruns)
        return run;
    plan.finished = !plan.options.cyclic;
    plan_turn_is_over();
    return plan.unread > 0 ? 0 : order_next_streamed(o, 0);
}

/* Runs whose turn it is, as long as there are cells and frames. */
static void read_on(void)
{
    const struct order *o = &plan.order;
    for (unsigned looked = 0; looked < RUNS_LOOKED_AT && plan.head - plan.leaving < plan.ncells; looked++) {
        if (plan.finished || !plan.on || (plan.unread == 0 && o->nstreamed == 0))
            return;
        struct order_extent pages = order_run(o, plan.next, &plan.hint);
        bool stays = o->nstreamed == 0 || !order_streams(o, plan.next);
        if (!(stays && keep_if_here(&pages)) && !read_run(plan.next, &pages, stays))
            return;
        plan.unread -= plan.unread > 0;
        plan.next = run_after(plan.next);
    }
}

/* ---- what has come */

/* The pages that a request brought: they wait for their first use, in the ring. */
static void settle(struct cell *c, const struct cell_request *q)
{
    struct region *r = c->region;
    uint32_t at = (uint32_t)(q->io.pages - c->pa), n = q->io.npages;
    uint32_t good = q->io.error ? 0 : (uint32_t)((q->io.transferred + PAGE_MASK) >> PAGE_SHIFT);
    struct page *p = &r->pages[c->first + at];
    for (uint32_t i = 0; i < good; i++)
        p[i].condition = PAGE_CONDITION(PAGE_RESIDENT, PAGE_UNTOUCHED);
    r->counters.io_reads++;
    r->counters.bytes_read += q->io.transferred;
    r->counters.prefetched += good;
    r->counters.plan_pages += good;
    r->untouched += good;
    r->peak = MAX(r->peak, r->resident);
    region_map_run(r, c->first + at, q->io.pages, good);
    /* Whoever touches a page that did not come reads it for itself, and learns why. */
    for (uint32_t i = good; i < n; i++) {
        uint32_t slot = pool_slot(plan.pool, page_pa(&p[i]));
        page_set_state(&p[i], PAGE_READING, PAGE_ABSENT);
        r->resident--;
        put_in_stock(slot);
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
    for (uint32_t i = plan.tail; i != plan.head && plan.pending > plan.flying; i++)
        if (cell_at(i)->pending > 0)
            take_done(cell_at(i));
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

/* ---- what has been used */

/* Counts further pages of the cell that have been used, in the order of the run. True: there were some. */
static bool look_at_cell(struct cell *c)
{
    const struct vma *v = c->region->vmas;
    if (c->seen == c->n || c->pending > 0 || !v)
        return false;
    uint32_t page = c->first + c->seen, more = 0;
    vaddr_t va = vma_page_address(v, page);
    if (va)
        more = (uint32_t)pt_accessed_length(va, MIN((uint64_t)(c->n - c->seen), (v->end - va) >> PAGE_SHIFT));
    c->seen += more;
    return more > 0;
}

/* The page leaves, if its frame is the plan's: true. What is dirty becomes an ordinary used page. */
static bool let_go_odd(struct region *r, uint32_t page, struct pt_entry said)
{
    struct page *p = &r->pages[page];
    struct pool *pool = plan.pool;
    if (p->state != PAGE_RESIDENT)
        return false;
    uint32_t slot = pool_slot(pool, page_pa(p));
    paddr_t pa = page_pa(p);
    if (p->flags & PAGE_UNTOUCHED) {
        p->flags &= (uint8_t)~PAGE_UNTOUCHED;
        r->untouched--;
        if (said.accessed)
            r->counters.prefetch_used++;
        else
            r->counters.prefetch_wasted++;
    }
    p->flags |= said.dirty ? PAGE_DIRTY : 0;
    if (pool->frames[slot].use == FRAME_PLANNED && !(p->flags & PAGE_DIRTY)) {
        region_detach_frame(r, page);
        r->counters.evicted++;
        return true;
    }
    if (pool->frames[slot].use == FRAME_PLANNED) {
        pool_withdraw(pool, slot);
        pool_mark_used(pool, slot);
    }
    if (said.valid)
        region_map(r, &page, &pa, 1, true, PAGE_NONE);
    return false;
}

/* A streamed run leaves: one call, one fence. Its frames wait in the cell until no hart can read them any more (take_left). */
static void let_go(struct cell *c)
{
    struct region *r = c->region;
    struct pool *pool = plan.pool;
    struct pt_entry old[ORDER_RUN_MAX];
    uint32_t used = 0, gone = 0, base = (uint32_t)(pool->base >> PAGE_SHIFT);
    struct frame *frames = pool->frames;
    c->ticket = region_unmap_run(r, c->first, c->n, old);
    struct page *p = &r->pages[c->first];
    uint32_t *left = c->left;
    for (const struct pt_entry *said = old, *end = old + c->n; said < end; said++, p++) {
        uint32_t slot = p->pfn - base;
        if (__builtin_expect(p->condition != PAGE_CONDITION(PAGE_RESIDENT, PAGE_UNTOUCHED) || said->dirty ||
                                 frames[slot].use != FRAME_PLANNED,
                             0)) {
            if (let_go_odd(r, c->first + (uint32_t)(said - old), *said))
                *left++ = slot;
            continue;
        }
        p->condition = PAGE_CONDITION(PAGE_ABSENT, 0);
        *left++ = slot;
        used += said->accessed;
        gone++;
    }
    c->nleft = (uint32_t)(left - c->left);
    r->resident -= gone;
    r->untouched -= gone;
    r->counters.evicted += gone;
    r->counters.prefetch_used += used;
    r->counters.prefetch_wasted += gone - used;
}

/* A pinned run has been used for the first time. */
static void keep(struct cell *c)
{
    struct region *r = c->region;
    (void)look_at_cell(c);
    for (uint32_t i = 0; i < c->seen; i++) {
        struct page *p = &r->pages[c->first + i];
        if (p->state == PAGE_RESIDENT && (p->flags & PAGE_UNTOUCHED)) {
            p->flags &= (uint8_t)~PAGE_UNTOUCHED;
            r->untouched--;
            r->counters.prefetch_used++;
        }
    }
}

static void release_oldest(void)
{
    struct cell *c = cell_at(plan.tail);
    if (!c->passed)
        plan.wrong -= plan.wrong > 0;
    if (c->stays)
        keep(c);
    else
        let_go(c);
    plan.tail++;
}

/* Time that the program takes for a run, as it is found out: a moving mean over some 8 runs. */
static void note_use(uint32_t runs)
{
    uint64_t now = time_ns(), each = (now - plan.last_use_ns) / runs;
    plan.run_ns = plan.run_ns ? plan.run_ns - plan.run_ns / 8 + each / 8 : each;
    plan.last_use_ns = now;
    plan.idle_ns = MAX(plan.run_ns / TICKS_A_RUN, (uint64_t)TICK_LEAST_NS);
    plan.idle_ticks = 0;
    plan.odd = 0;
}

/*
 * How far is the program? It goes through the ring in order, so that a look ends at the first cell that it has not begun; a `deep` one
 * goes on, for a program that may have left something out. Returns the pages used, of all cells.
 */
static uint32_t look(bool deep)
{
    uint32_t used = 0;
    for (uint32_t i = plan.tail; i != plan.head; i++) {
        struct cell *c = cell_at(i);
        (void)look_at_cell(c);
        used += c->seen;
        if (c->seen == 0 && i != plan.tail && !deep)
            break;
    }
    return used;
}

/*
 * Cells go from the oldest on once all of their pages, and some of those that come after, have been used: the program may
 * still be at work on the last `width` pages that it began. If it uses much of what comes later, what it left out will not be used; but
 * where other threads run, one of them may only be late (plan.c, wait_for_others): then just a deep look says so.
 */
static void release_used(bool deep)
{
    bool by_cursor = plan.options.cursor && !deep; /* who moves it says what has been used */
    uint32_t later = by_cursor ? 0 : look(deep), gone = 0;
    bool patient = !deep && !by_cursor && sched_others_run();
    while (plan.tail != plan.head) {
        struct cell *c = cell_at(plan.tail);
        later -= MIN(later, c->seen);
        bool used = !plan.options.cursor && c->seen == c->n && (c->stays || later >= plan.options.width);
        bool left_out = !patient && later >= plan.options.width + SKIPPED_RUNS * plan.order.run;
        if (c->pending > 0 || !(c->passed || used || left_out))
            break;
        release_oldest();
        gone++;
    }
    if (gone > 0)
        note_use(gone);
}

bool plan_ring_is_used(void)
{
    for (uint32_t i = plan.tail; i != plan.head; i++) {
        const struct cell *c = cell_at(i);
        if (!c->passed && (c->pending > 0 || c->seen < c->n))
            return false;
    }
    return true;
}

bool plan_next_event(struct order_extent *out)
{
    if (plan.tail == plan.head)
        return false;
    const struct cell *c = cell_at(plan.tail);
    *out = (struct order_extent){ c->region->plan_source, c->first, c->n };
    return true;
}

void plan_empty_ring(void)
{
    ASSERT(plan.pending == 0);
    while (plan.tail != plan.head) {
        (void)look_at_cell(cell_at(plan.tail));
        cell_at(plan.tail)->passed = true;
        release_oldest();
    }
    pt_make_leave();
    take_left();
}

void plan_pass(uint32_t run)
{
    uint32_t nruns = plan.order.nruns;
    for (uint32_t i = plan.tail; i != plan.head; i++) {
        struct cell *c = cell_at(i);
        uint32_t ago = run >= c->run ? run - c->run : run + nruns - c->run;
        if (c->passed)
            continue;
        if (ago == 0 || ago > nruns / 2)
            break; /* what comes later in the ring comes later in the order, too */
        c->passed = true;
        plan.wrong -= plan.wrong > 0;
    }
}

void plan_restart(uint32_t run)
{
    for (uint32_t i = plan.tail; i != plan.head; i++)
        cell_at(i)->passed = true;
    plan.next = run;
    plan.finished = false;
    plan.odd = 0;
    release_used(false);
    take_left();
    read_on();
}

/* ---- when to look */

static void tick(void *arg)
{
    (void)arg;
    spin_lock(&pager_lock);
    if (++plan.idle_ticks > PATIENCE)
        plan.idle_ns = MIN(2 * plan.idle_ns, (uint64_t)TICK_MOST_NS);
    plan_collect();
    plan_pump(plan.idle_ticks % PATIENCE == 0 && !sched_others_run());
    if (plan.ahead > 0) {
        plan.idle_ns = MIN(plan.idle_ns, (uint64_t)TICK_AHEAD_NS);
        if (time_ns() - plan.last_use_ns >= plan.patience_ns)
            page_wake(); /* who is ahead has waited long enough */
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
    release_used(deep);
    take_left();
    if (plan.head - plan.leaving < plan.ncells)
        read_on();
    if (!plan.on)
        return;
    hurry_the_left();
    aim_timer();
}
