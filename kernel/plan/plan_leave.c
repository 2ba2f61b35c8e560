/*
 * How the plan sees that the program is through with what it read ahead, and what becomes of it then: pinned runs stay, streamed ones
 * leave, and their frames come back once no hart can read them any more. Everything here runs under pager_lock, in whatever context.
 */
#include "kernel/plan/plan_private.h"

/* A page that passes through the ring has 250 instructions in all: no frame pointers; backtraces step over the functions of this file. */
#ifndef SAMPLED /* profiles walk by frame pointers */
#pragma GCC optimize("omit-frame-pointer")
#endif

#include "kernel/pager/page_wait.h"
#include "kernel/thread/sched.h"
#include "kernel/pager/windows.h"

#include "arch/hart.h"
#include "arch/pt.h"

#define SKIPPED_SHARE 2        /* such a part of the ring further on, what was not used will not be */
#define TICK_LEAST_NS 20000    /* between two looks while nothing happens */
#define TICKS_A_RUN 2          /* in the time that the program takes for one, */
#define TICK_CURSOR_NS 5000000 /* ... unless it moves the cursor itself */

/* ---- frames that come back */

void plan_give_back(struct cell *c)
{
    uint32_t slot = pool_slot(plan.pool, c->pa[--c->nframes]);
    pool_withdraw(plan.pool, slot);
    pool_give_back(plan.pool, slot);
}

void plan_take_left(void)
{
    while (plan.leaving != plan.tail && pt_have_left(plan_cell(plan.leaving)->ticket))
        plan.leaving++;
    if (__builtin_expect(plan.ahead > 0, 0) && plan.leaving == plan.head)
        page_wake(); /* who is ahead waits for nothing any more, and neither a read nor the timer may come to say so */
}

void plan_fence_for_left(bool ask)
{
    pt_want_left(plan.last_ticket);
    plan_take_left();
    if (!ask || plan.leaving == plan.tail || plan.asked == plan.last_ticket)
        return;
    plan.asked = plan.last_ticket;
    spin_defer(pt_ask_to_leave, NULL);
}

bool plan_is_leaving(uint32_t run)
{
    for (uint32_t i = plan.leaving; i != plan.tail; i++)
        if (plan_cell(i)->run == run)
            return true;
    return false;
}

/* ---- what has been used */

/* Counts further pages of the cell that have been used, in the order of the run. */
static void look_at_cell(struct cell *c)
{
    const struct vma *v = c->region->vmas;
    if (c->seen == c->n || c->pending > 0 || !v)
        return;
    uint32_t page = c->first + c->seen;
    vaddr_t va = vma_page_address(v, page);
    if (va)
        c->seen += (uint32_t)pt_accessed_length(va, MIN((uint64_t)(c->n - c->seen), (v->end - va) >> PAGE_SHIFT));
}

/*
 * The page leaves, if its frame is the plan's: true. What is dirty becomes an ordinary used page, and is mapped as if it had not been
 * used: the next turn must not take this one's use for its own. Asked again, it has no more to say.
 */
static bool let_go_odd(struct region *r, uint32_t page, struct pt_entry *said)
{
    struct page *p = &r->pages[page];
    struct pool *pool = plan.pool;
    struct pt_entry was = *said;
    *said = (struct pt_entry){ 0 };
    p->flags |= was.dirty ? PAGE_DIRTY : 0; /* also while an msync writes it: that one has yet to see this store */
    if (p->state != PAGE_RESIDENT)
        return false;
    uint32_t slot = pool_slot(pool, page_pa(p));
    paddr_t pa = page_pa(p);
    if ((p->flags & PAGE_UNTOUCHED) && pool->frames[slot].use == FRAME_PLANNED)
        plan_end_untouched(r, p, was.accessed);
    if (pool->frames[slot].use == FRAME_PLANNED && !(p->flags & PAGE_DIRTY)) {
        region_detach_frame(r, page);
        r->counters.evicted++;
        return true;
    }
    if (pool->frames[slot].use == FRAME_PLANNED) {
        pool_withdraw(pool, slot);
        pool_mark_used(pool, slot);
    }
    if (was.valid)
        windows_map(r, &page, &pa, 1, false, PAGE_NONE);
    return false;
}

/*
 * Of the frames that were lent to pages of the run the cell keeps those of pages that leave now, or did not come. Others have gone with
 * their page: dropped, dirty or, if `said` is NULL, here to stay.
 */
static void take_back(struct cell *c, struct pt_entry *said)
{
    struct region *r = c->region;
    uint32_t kept = 0;
    for (const struct cell_request *q = c->requests; q < c->requests + c->nrequests; q++) {
        for (uint32_t i = 0; i < q->io.npages; i++) {
            paddr_t pa = q->io.pages[i];
            struct frame *f = &plan.pool->frames[pool_slot(plan.pool, pa)];
            const struct page *p = &r->pages[q->first + i];
            bool ours = f->use == FRAME_PLANNED && f->region == r && f->page == q->first + i;
            bool held = p->state != PAGE_ABSENT && page_pa(p) == pa;
            if (ours && (!held || (said && let_go_odd(r, f->page, &said[f->page - c->first])))) {
                f->region = NULL; /* another cell that it was lent to once does not take it, too */
                c->pa[kept++] = pa;
            }
        }
    }
    for (uint32_t i = c->nlent; i < c->nframes; i++)
        c->pa[kept++] = c->pa[i];
    c->nframes = kept;
}

/* A run of which not every page is as it came: the cell takes frames of pages that were adopted, too. True: some have been used. */
static __attribute__((noinline)) bool let_go_rest(struct cell *c, struct pt_entry *said)
{
    bool used = false;
    for (uint32_t i = 0; i < c->n; i++)
        used |= said[i].accessed;
    take_back(c, said);
    for (uint32_t i = 0; i < c->n; i++) {
        paddr_t pa = page_pa(&c->region->pages[c->first + i]);
        if (!let_go_odd(c->region, c->first + i, &said[i]))
            continue;
        plan.pool->frames[pool_slot(plan.pool, pa)].region = NULL;
        if (c->nframes == plan.order.run) { /* there is one too many, whose page may have left just now */
            pt_make_leave();
            plan_give_back(c);
        }
        c->pa[c->nframes++] = pa;
    }
    return used;
}

/* A streamed run leaves: in one call. The cell's frames wait there until no hart can read them any more. True: it has been used. */
static inline bool let_go(struct cell *c)
{
    struct region *r = c->region;
    bool whole = c->nlent == c->n && c->gone == plan.pool->planned_gone; /* all frames are the cell's still */
    struct pt_entry old[ORDER_RUN_MAX], *said = old, *end = old + (whole ? c->n : 0);
    c->ticket = windows_unmap_run(r, c->first, c->n, old);
    if (pager_repeats)
        pt_want_left(c->ticket); /* what the TLB still knows must not decide what faults */
    if (c->ticket > 0)
        plan.last_ticket = c->ticket;
    struct page *p = &r->pages[c->first];
    const paddr_t *pa = c->pa;
    for (; said < end && said->accessed && !said->dirty; said++, p++, pa++) {
        if (__builtin_expect(p->condition != PAGE_CONDITION(PAGE_RESIDENT, PAGE_UNTOUCHED) || page_pa(p) != *pa, 0))
            break;
        p->condition = PAGE_CONDITION(PAGE_ABSENT, 0);
    }
    uint32_t gone = (uint32_t)(said - old);
    r->resident -= gone;
    r->untouched -= gone;
    r->counters.evicted += gone;
    r->counters.prefetch_used += gone;
    if (__builtin_expect(gone == c->n, 1))
        return true;
    return let_go_rest(c, old);
}

static bool is_planned(const struct page *p)
{
    return plan.pool->frames[pool_slot(plan.pool, page_pa(p))].use == FRAME_PLANNED;
}

/* A pinned run has been used for the first time: its pages keep their frames. */
static void keep(struct cell *c)
{
    struct region *r = c->region;
    look_at_cell(c);
    for (uint32_t i = 0; i < c->seen; i++) {
        struct page *p = &r->pages[c->first + i];
        if (p->state == PAGE_RESIDENT && (p->flags & PAGE_UNTOUCHED) && is_planned(p))
            plan_end_untouched(r, p, true);
    }
    c->ticket = 0;
    take_back(c, NULL);
}

static inline void release_oldest(void)
{
    struct cell *c = plan_cell(plan.tail);
    bool used = true;
    if (__builtin_expect(c->stays, 0))
        keep(c);
    else
        used = let_go(c);
    plan.wrong -= used && c->in_order && plan.wrong > 0;
    plan.tail++;
}

/* Time that the program takes for a run, as it is found out: a moving mean over some 8 runs. */
static void note_use(uint32_t runs)
{
    plan.idle_ticks = 0;
    plan.odd = plan.behind = 0;
    if (pager_repeats)
        return; /* no timer looks, and comparing times may take an instruction more or less */
    uint64_t now = time_ns(), each = (now - plan.last_use_ns) / runs;
    plan.run_ns = plan.run_ns ? plan.run_ns - plan.run_ns / 8 + each / 8 : each;
    plan.last_use_ns = now;
    plan.idle_ns = MAX(plan.run_ns / TICKS_A_RUN, (uint64_t)(plan.options.cursor ? TICK_CURSOR_NS : TICK_LEAST_NS));
}

/*
 * How far is the program? It goes through the ring in order, so that a look ends at the first cell that it has not begun; a `deep` one
 * goes on, for a program that may have left something out. Returns the pages used, of all cells.
 */
static uint32_t look(bool deep)
{
    uint32_t used = 0;
    for (uint32_t i = plan.tail; i != plan.head; i++) {
        struct cell *c = plan_cell(i);
        look_at_cell(c);
        used += c->seen;
        if (c->seen == 0 && i != plan.tail && !deep)
            break;
    }
    return used;
}

/* Pages that are used while an older one is not, which then is left out: such a part of the ring, beside what it is wide for. */
static uint32_t much_of_ring(void)
{
    return plan.wide + (plan.ncells * plan.order.run - plan.wide) / SKIPPED_SHARE;
}

/*
 * Cells go from the oldest on once all of their pages, and some of those that come after, have been used: the program may
 * still be at work on the last `width` pages that it began. If it uses much of what comes later, what it left out will not be used; but
 * where other threads run, one of them may only be late (plan.c, wait_for_others): then just a deep look says so. Whoever moves a cursor
 * says what has been used.
 */
void plan_release_used(bool deep)
{
    bool by_cursor = plan.options.cursor && !deep;
    if (__builtin_expect(plan.behind > 0, 0) && !deep && !pager_repeats && time_ns() < plan.behind_until)
        return;
    uint32_t later = by_cursor ? 0 : look(deep), began = plan.tail;
    uint32_t skipped = by_cursor || (!deep && plan_others_go_on()) ? UINT32_MAX : much_of_ring();
    while (plan.tail != plan.head) {
        const struct cell *c = plan_cell(plan.tail);
        later -= MIN(later, c->seen);
        bool used = !plan.options.cursor && c->seen == c->n && (c->stays || later >= plan.width);
        bool shown = plan.shown == c->region && plan.shown_page - c->first < c->n;
        if (c->pending > 0 || shown || !(c->passed || used || later >= skipped))
            break;
        release_oldest();
    }
    if (plan.tail != began)
        note_use(plan.tail - began);
}

bool plan_is_used(struct cell *c)
{
    look_at_cell(c);
    return c->passed || (c->pending == 0 && c->seen == c->n);
}

bool plan_ring_is_used(void)
{
    for (uint32_t i = plan.tail; i != plan.head; i++)
        if (!plan_is_used(plan_cell(i)))
            return false;
    return true;
}

bool plan_next_event(uint32_t run, struct order_extent *out)
{
    if (plan.tail == plan.head)
        return false;
    const struct cell *c = plan_cell(plan.tail);
    *out = (struct order_extent){ c->region->plan_source, c->first, c->n };
    return plan_runs_between(run, c->run) < plan.order.nruns / 2;
}

void plan_empty_ring(void)
{
    ASSERT(plan.pending == 0);
    while (plan.tail != plan.head) {
        look_at_cell(plan_cell(plan.tail));
        plan_cell(plan.tail)->passed = true;
        release_oldest();
    }
    do {
        pt_make_leave();
        plan_take_left();
    } while (plan.leaving != plan.tail); /* a hart that was idle may have woken in between */
}

void plan_pass(uint32_t run)
{
    for (uint32_t i = plan.tail; i != plan.head; i++) {
        struct cell *c = plan_cell(i);
        if (c->passed)
            continue;
        uint32_t ago = plan_runs_between(c->run, run);
        if (ago == 0 || ago > plan.order.nruns / 2)
            break; /* what comes later in the ring comes later in the order, too */
        c->passed = true;
    }
}
