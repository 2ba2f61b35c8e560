/*
 * How the plan sees that the program is through with what it read ahead, and what becomes of it then: pinned runs stay, streamed ones
 * leave, and their frames come back once no hart can read them any more. Everything here runs under pager_lock, in whatever context.
 */
#include "kernel/batch.h"
#include "kernel/page_wait.h"
#include "kernel/plan_private.h"
#include "kernel/sched.h"

#include "arch/hart.h"
#include "arch/pt.h"

#include <string.h>

#define SKIPPED_RUNS 2         /* so many runs of uses further on, what was not used will not be */
#define TICK_LEAST_NS 20000    /* between two looks while nothing happens */
#define TICKS_A_RUN 2          /* in the time that the program takes for one, */
#define TICK_CURSOR_NS 5000000 /* ... unless it moves the cursor itself */

/* ---- frames that come back */

void plan_give_back(uint32_t slot)
{
    pool_withdraw(plan.pool, slot);
    pool_give_back(plan.pool, slot);
}

void plan_put_in_stock(uint32_t slot)
{
    if (plan.nstock < plan.stock_max && !plan.dropped)
        plan.stock[plan.nstock++] = slot;
    else
        plan_give_back(slot);
}

void plan_take_left(void)
{
    for (; plan.leaving != plan.tail; plan.leaving++) {
        struct cell *c = plan_cell(plan.leaving);
        if (c->nleft > 0 && !pt_have_left(c->ticket))
            return;
        if (plan.nstock + c->nleft <= plan.stock_max && !plan.dropped) {
            memcpy(&plan.stock[plan.nstock], c->left, c->nleft * sizeof *c->left); /* the usual case, in one go */
            plan.nstock += c->nleft;
            c->nleft = 0;
        }
        while (c->nleft > 0)
            plan_put_in_stock(c->left[--c->nleft]);
    }
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

/* The page leaves, if its frame is the plan's: true. What is dirty becomes an ordinary used page. */
static bool let_go_odd(struct region *r, uint32_t page, struct pt_entry said)
{
    struct page *p = &r->pages[page];
    struct pool *pool = plan.pool;
    p->flags |= said.dirty ? PAGE_DIRTY : 0; /* also while an msync writes it: that one has yet to see this store */
    if (p->state != PAGE_RESIDENT)
        return false;
    uint32_t slot = pool_slot(pool, page_pa(p));
    paddr_t pa = page_pa(p);
    if ((p->flags & PAGE_UNTOUCHED) && pool->frames[slot].use == FRAME_PLANNED) {
        p->flags &= (uint8_t)~PAGE_UNTOUCHED;
        r->untouched--;
        if (said.accessed)
            r->counters.prefetch_used++;
        else
            r->counters.prefetch_wasted++;
    }
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
        region_map(r, &page, &pa, 1, said.accessed, PAGE_NONE);
    return false;
}

/* A streamed run leaves: in one call. Its frames wait in the cell until no hart can read them any more. */
static void let_go(struct cell *c)
{
    struct region *r = c->region;
    struct pool *pool = plan.pool;
    struct pt_entry old[ORDER_RUN_MAX];
    uint32_t used = 0, gone = 0, base = (uint32_t)(pool->base >> PAGE_SHIFT);
    struct frame *frames = pool->frames;
    c->ticket = region_unmap_run(r, c->first, c->n, old);
    if (pager_repeats)
        pt_want_left(c->ticket); /* what the TLB still knows must not decide what faults */
    plan.last_ticket = MAX(plan.last_ticket, c->ticket);
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

static bool is_planned(const struct page *p)
{
    return plan.pool->frames[pool_slot(plan.pool, page_pa(p))].use == FRAME_PLANNED;
}

/* A pinned run has been used for the first time. */
static void keep(struct cell *c)
{
    struct region *r = c->region;
    look_at_cell(c);
    for (uint32_t i = 0; i < c->seen; i++) {
        struct page *p = &r->pages[c->first + i];
        if (p->condition == PAGE_CONDITION(PAGE_RESIDENT, PAGE_UNTOUCHED) && is_planned(p)) {
            p->flags &= (uint8_t)~PAGE_UNTOUCHED;
            r->untouched--;
            r->counters.prefetch_used++;
        }
    }
}

static void release_oldest(void)
{
    struct cell *c = plan_cell(plan.tail);
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
    plan.idle_ns = MAX(plan.run_ns / TICKS_A_RUN, (uint64_t)(plan.options.cursor ? TICK_CURSOR_NS : TICK_LEAST_NS));
    plan.idle_ticks = 0;
    plan.odd = plan.behind = 0;
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

/*
 * Cells go from the oldest on once all of their pages, and some of those that come after, have been used: the program may
 * still be at work on the last `width` pages that it began. If it uses much of what comes later, what it left out will not be used; but
 * where other threads run, one of them may only be late (plan.c, wait_for_others): then just a deep look says so.
 */
void plan_release_used(bool deep)
{
    bool by_cursor = plan.options.cursor && !deep; /* who moves it says what has been used */
    if (__builtin_expect(plan.behind > 0, 0) && !deep && !pager_repeats && time_ns() < plan.behind_until)
        return;
    uint32_t later = by_cursor ? 0 : look(deep), gone = 0;
    bool patient = !deep && !by_cursor && plan_others_go_on();
    while (plan.tail != plan.head) {
        struct cell *c = plan_cell(plan.tail);
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
        const struct cell *c = plan_cell(i);
        if (!c->passed && (c->pending > 0 || c->seen < c->n))
            return false;
    }
    return true;
}

bool plan_next_event(struct order_extent *out)
{
    if (plan.tail == plan.head)
        return false;
    const struct cell *c = plan_cell(plan.tail);
    *out = (struct order_extent){ c->region->plan_source, c->first, c->n };
    return true;
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
    uint32_t nruns = plan.order.nruns;
    for (uint32_t i = plan.tail; i != plan.head; i++) {
        struct cell *c = plan_cell(i);
        uint32_t ago = run >= c->run ? run - c->run : run + nruns - c->run;
        if (c->passed)
            continue;
        if (ago == 0 || ago > nruns / 2)
            break; /* what comes later in the ring comes later in the order, too */
        c->passed = true;
        plan.wrong -= plan.wrong > 0;
    }
}
