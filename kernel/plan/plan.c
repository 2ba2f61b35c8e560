#include "kernel/pager/fault.h"
#include "kernel/plan/learn.h"
#include "kernel/plan/learn_turn.h"
#include "kernel/mem.h"
#include "kernel/pager/page_wait.h"
#include "kernel/plan/plan_private.h"
#include "kernel/thread/sched.h"
#include "kernel/pager/windows.h"

#define WRONG_DECLARED 1024 /* faults out of order, less runs used, after which a plan is dropped; */
#define WRONG_LEARNED 128   /* ... one that the pager has learnt, */
#define WRONG_UNPROVEN 32   /* ... if one thread has yet to go through it in order, */
#define KEPT 2              /* ... so many times; */
#define KEPT_LONG 4         /* ... so often, and it was worth learning */
#define LOOSE_SHARE 16      /* faults out of order in a turn, one in so many runs, */
#define LOOSE_LEAST 16      /* ... beside these, for which a plan is learnt anew; */
#define JUMPS 1             /* ... and so are more of these: the program goes on somewhere else */
#define BACK_AND_FORTH 6    /* jumps in a turn, for which a ring that cannot be wide enough is no use */
#define FIRST_TICK_NS 200000
#define ODD_IN_A_ROW 3 /* faults that follow the order from somewhere else: the program has gone there */
#define ODD_WIDE 8     /* ... and one more for so many pages that the ring has to read again then */
#define ODD_RUNS 4     /* so many runs further at most, each time */
#define PATIENCE_LEAST_NS 500000
#define PATIENCE_MOST_NS 16000000 /* hosts let a processor wait for several milliseconds */
#define BEHIND_IN_A_ROW 32        /* pages that are gone already, for a thread that walks behind the others; more: it is alone there */
#define BEHIND_NS 1000000         /* if he wants no more in that time, he has caught up */
#define AHEAD_SHARE 4             /* who is further ahead than such a part of a turn is somewhere else */
#define TRIPS 128                 /* runs that say when the program comes by, after one that it had to wait for */
#define STEP 64                   /* pages that change hands in one go, at the end */

/* ---- the beginning */

/* A learnt plan is made without mapping_lock: what it is about may have been unmapped meanwhile. */
static bool all_have_windows(const struct plan *p)
{
    for (uint32_t i = 0; i < p->nsources; i++)
        if (!p->sources[i]->vmas)
            return false;
    return true;
}

static void put_in_force(const struct plan *made, const struct plan_extent *begin)
{
    bool hot;
    plan = *made;
    plan.on = true;
    for (uint32_t i = 0; i < plan.nsources; i++) {
        plan.sources[i]->plan_source = (uint8_t)i;
        region_use_begin(plan.sources[i]);
    }
    if (!order_find(&plan.order, begin->region->plan_source, begin->first, &plan.piece, &plan.next, &hot))
        plan.next = 0;
    plan.last_use_ns = time_ns();
    plan.idle_ns = FIRST_TICK_NS;
    plan.patience_ns = PATIENCE_MOST_NS;
    learn_has_plan();
}

/* What is to stay and is here already must not be taken for what is to be read. */
static void adopt_and_begin(void)
{
    for (uint32_t piece = plan.order.ncold; piece < plan.order.npieces; piece++)
        plan_adopt(&plan.order.pieces[plan.order.turn[piece]].pages);
    for (uint32_t run = 0; run < plan.order.nruns && plan.on;) {
        run = plan_adopt_runs(run, STEP);
        spin_unlock(&pager_lock); /* others have their turn */
        spin_lock(&pager_lock);
    }
    plan_pump(false);
}

bool plan_may_dissolve;

/* No look, no read from here on; the regions hear of it, and who waits for others goes its own way: the timer says so no more. */
static void drop(void)
{
    plan.on = false;
    plan.dropped = plan_may_dissolve = true;
    plan_quiet_length = 0;
    learn_turn_stop();
    for (uint32_t i = 0; i < plan.nsources; i++)
        plan.sources[i]->plan_source = PLAN_NO_SOURCE;
    page_wake();
}

/* Has its one turn been used? Then the policies have the pool again. */
static bool drop_if_over(void)
{
    bool over = plan.on && plan.finished && plan_ring_is_used();
    if (over)
        drop();
    return over;
}

int plan_start(const struct plan_extent *extents, size_t n, const struct plan_extent *begin, const struct plan_options *options)
{
    struct plan made;
    if (n == 0 || n > PLAN_MAX_EXTENTS)
        return -EINVAL;
    spin_lock(&pager_lock);
    (void)drop_if_over();
    spin_unlock(&pager_lock);
    if (plan.on && !(plan.options.learned && (options->anew || !options->learned)))
        return -EBUSY;
    plan_end(); /* or what is left of one that was dropped */
    int error = plan_make(&made, extents, n, options);
    if (error)
        return error;
    spin_lock(&pager_lock);
    error = plan.on || plan.dropped ? -EBUSY : !all_have_windows(&made) ? -EINVAL
                                                                        : 0;
    if (!error) {
        put_in_force(&made, begin ? begin : extents);
        adopt_and_begin();
    }
    spin_unlock(&pager_lock);
    if (error) {
        kfree(made.memory);
        kfree(made.cells);
    }
    return error;
}

int plan_start_learned(const struct plan_extent *extents, size_t n, const struct plan_extent *begin, const struct plan_options *options)
{
    region_use_begin(begin->region);
    for (size_t i = 0; i < n; i++)
        region_use_begin(extents[i].region);
    spin_unlock(&pager_lock);
    int error = plan_start(extents, n, begin, options);
    spin_lock(&pager_lock);
    for (size_t i = 0; i < n; i++)
        region_use_end(extents[i].region);
    region_use_end(begin->region);
    return error;
}

bool plan_is_on(void)
{
    return __atomic_load_n(&plan.on, __ATOMIC_RELAXED);
}

bool plan_is_over(void)
{
    return plan.dropped && plan.finished;
}

uint32_t plan_sources(struct region **out)
{
    for (uint32_t i = 0; plan.on && i < plan.nsources; i++)
        out[i] = plan.sources[i];
    return plan.on ? plan.nsources : 0;
}

uint32_t plan_width(void)
{
    return plan.options.width;
}

uint32_t plan_pages(void)
{
    return plan.order.npages;
}

/* ---- the end */

/* Planned frames become ordinary used ones, and their pages what they would be without a plan. */
unsigned plan_dissolve_some(unsigned n)
{
    struct pool *pool = plan.pool;
    unsigned done = 0;
    (void)drop_if_over();
    if (!plan.dropped || plan.pending > 0)
        return 0;
    plan_empty_ring();
    for (struct cell *c = plan.cells; c < plan.cells + plan.ncells; c++)
        for (; c->nframes > 0 && done < n; done++)
            plan_give_back(c);
    for (; plan.dissolved < pool->nframes && done < n; plan.dissolved++) {
        struct frame *f = &pool->frames[plan.dissolved];
        if (f->use != FRAME_PLANNED)
            continue;
        struct page *p = &f->region->pages[f->page];
        if (p->flags & PAGE_UNTOUCHED)
            plan_end_untouched(f->region, p, windows_is_accessed(f->region, f->page));
        pool_withdraw(pool, plan.dissolved);
        pool_mark_used(pool, plan.dissolved);
        done++;
    }
    return done;
}

void plan_end(void)
{
    static bool ending; /* somebody is here already */
    spin_lock(&pager_lock);
    while (ending)
        frame_wait();
    if (!plan.on && !plan.dropped) {
        spin_unlock(&pager_lock);
        return;
    }
    ending = true;
    drop();
    while (plan.flying > 0 || plan.ahead > 0)
        frame_wait();
    plan_collect();
    while (plan_dissolve(STEP) > 0) {
        spin_unlock(&pager_lock); /* others have their turn */
        spin_lock(&pager_lock);
    }
    spin_unlock(&pager_lock);
    timer_stop(&plan.timer);
    spin_lock(&pager_lock);
    void *memory = plan.memory, *cells = plan.cells;
    for (uint32_t i = 0; i < plan.nsources; i++)
        region_use_end(plan.sources[i]);
    plan = (struct plan){ .on = false };
    plan_may_dissolve = false;
    ending = false;
    page_wake();
    spin_unlock(&pager_lock);
    kfree(memory);
    kfree(cells);
}

void plan_end_for(const struct region *r)
{
    bool ours = false;
    spin_lock(&pager_lock);
    for (uint32_t i = 0; i < plan.nsources; i++)
        ours |= plan.sources[i] == r;
    spin_unlock(&pager_lock);
    if (ours)
        plan_end();
}

/* ---- faults and the cursor */

/* Waits for the reads that are under way. Whether there are any is the device's doing: what is counted must not depend on it. */
static void wait_for_reads(void)
{
    struct sched_mark before = sched_mark();
    while (plan.flying > 0)
        frame_wait();
    sched_discount(&before);
    plan_collect();
}

bool plan_settle(void)
{
    if (plan.pending == 0)
        return false;
    wait_for_reads();
    plan_pump(false);
    return true;
}

/* Was it right for a while, or is it hard to tell? Several threads may have hidden the order when it was learnt. */
static bool is_proven(void)
{
    return plan.kept >= KEPT || threads_live() > 1;
}

/* A learnt one that was right stays while a turn is noted, which shows what the order is now. */
static void prove_wrong(void)
{
    bool learned = plan.options.learned, proven = is_proven();
    if (learned && proven && learn_anew(true)) {
        plan.wrong = 0;
        return;
    }
    drop();
    if (learned)
        learn_was_wrong(proven);
}

void plan_give_up(void)
{
    drop();
    learn_gave_up();
}

void plan_turn_is_over(void)
{
    bool noted = learn_turn_is_on();
    bool loose = plan.missed > plan.order.nruns / LOOSE_SHARE + LOOSE_LEAST || plan.jumps > JUMPS;
    bool in_vain = plan.jumps > JUMPS && plan.read + plan.missed > 2 * (plan.order.npages - MIN(plan.order.npages, plan.quota));
    loose &= plan.options.learned && !noted;
    bool right = plan.jumps == 0 && !loose;
    plan.kept += right;
    if (right && plan.options.learned && plan.kept % KEPT_LONG == 0)
        learn_was_right();
    plan.missed = plan.jumps = plan.read = 0;
    /* What passes by is wanted again soon, and nothing better is to be learnt: the next few faults out of order are the end. */
    if (loose && (plan.turns++ > 0 || plan.kept >= KEPT) && !learn_anew(is_proven()) && in_vain)
        plan.wrong += WRONG_LEARNED;
}

static bool is_wrong(void)
{
    if (plan.options.learned && !learn_turn_is_on())
        return plan.wrong > (is_proven() ? WRONG_LEARNED : WRONG_UNPROVEN);
    /* A turn that is noted has as many faults at most; a program that is in no order any more goes on for longer. */
    return plan.wrong > (plan.options.learned ? MAX((uint32_t)WRONG_DECLARED, plan.order.npages) : WRONG_DECLARED);
}

/* A fault on a page that no plan has. What a program declares may be a part of what it does; what it was seen to do is all of it. */
static void note_outside(void)
{
    plan.wrong += plan.options.learned;
    if (plan.options.learned && is_wrong())
        prove_wrong();
}

/* Does this run come soon after what the ring has? */
static bool comes_soon(uint32_t run)
{
    return plan_runs_between(plan.next, run) <= plan.order.nruns / AHEAD_SHARE;
}

/*
 * Is the ring used up, and its cells wait for a hart that has yet to fence, or for frames, since all that could go is dirty? The host may
 * have taken that hart's processor away for milliseconds. That a run has not been read then says nothing of the order.
 */
static bool is_held_up(uint32_t run)
{
    bool for_harts = plan.leaving != plan.tail && plan.head - plan.leaving == plan.ncells;
    return (for_harts || plan.starves) && comes_soon(run) && plan_ring_is_used();
}

/* A fault on a run that is not in the ring: is the program somewhere else, to stay there? Then the ring is sent after it. */
static void follow_odd(struct region *r, uint32_t page, uint32_t run)
{
    if (drop_if_over())
        return;
    r->counters.plan_missed++;
    if (is_held_up(run)) {
        plan_restart(run);
        return;
    }
    plan.missed++;
    bool forward = run == plan.odd_run ? page > plan.odd_page : run - plan.odd_run <= ODD_RUNS;
    plan.odd = forward ? plan.odd + 1 : 1;
    plan.odd_run = run;
    plan.odd_page = page;
    plan.wrong++;
    if (is_wrong()) {
        prove_wrong();
        return;
    }
    uint32_t many = ODD_IN_A_ROW + plan.wide / ODD_WIDE;
    plan.jumps += plan.odd == many;
    if (plan.odd < many && !plan_ring_is_used())
        return;
    bool narrow = plan_is_too_narrow(run), widens = narrow && plan_can_widen();
    if (narrow && !widens && plan.jumps >= BACK_AND_FORTH) {
        drop();
        learn_was_wrong(false);
        return;
    }
    plan_restart(run);
    if (widens)
        learn_widen();
}

/*
 * Several threads walk the plan side by side, and this one is ahead of the ring, which is full of what others have yet to use. It waits for
 * them, rather than take their pages' frames; but not for ever: what is left in the ring may be what nobody uses. False: read it alone.
 */
static bool wait_for_others(struct region *r, uint32_t page, uint32_t run)
{
    uint64_t begin = time_ns();
    while (plan.on && r->pages[page].state == PAGE_ABSENT && comes_soon(run) && plan.leaving != plan.head && !pager_repeats &&
           plan_others_go_on()) {
        if (time_ns() - MAX(begin, plan.last_use_ns) >= plan.patience_ns) {
            plan.patience_ns = MAX(plan.patience_ns / 2, (uint64_t)PATIENCE_LEAST_NS);
            return false;
        }
        plan.ahead++;
        region_use_begin(r);
        frame_wait();
        region_use_end(r);
        if (--plan.ahead == 0 && !plan.on)
            page_wake(); /* plan_end waits for that */
    }
    if (r->pages[page].state == PAGE_ABSENT)
        return false;
    plan.patience_ns = MIN(plan.patience_ns * 2, (uint64_t)PATIENCE_MOST_NS);
    return true;
}

/*
 * Was this run in the ring a little while ago? Then the thread walks behind others, which did not wait for it long enough, or shares
 * pages with them that went when those had used them. It reads for itself; the ring stays with the others, and pages stay longer.
 */
static bool walks_behind(struct region *r, uint32_t run)
{
    uint32_t ago = plan_runs_between(run, plan_oldest_run());
    if (threads_live() == 1 || ago == 0 || ago > plan.order.nruns / AHEAD_SHARE || (plan.behind >= BEHIND_IN_A_ROW && plan.ahead == 0))
        return false;
    plan.behind++;
    plan.behind_until = time_ns() + BEHIND_NS;
    r->counters.plan_missed++;
    plan.patience_ns = MIN(plan.patience_ns * 2, (uint64_t)PATIENCE_MOST_NS);
    plan.width = MIN(plan.width * 2, MAX(plan.width, plan.ncells * plan.order.run / 2));
    return true;
}

/* The program was faster than the looks at it: pages of the next runs say when it comes by. */
static void lay_trips(void)
{
    if (plan.options.cursor)
        return;
    plan.trips = TRIPS;
    fault_tells_soft = true;
}

void plan_shown(struct region *r, uint32_t page)
{
    if (!plan.on || plan.trips == 0)
        return;
    if (pager_repeats && plan.pending > 0)
        wait_for_reads();
    plan_collect();
    plan.shown = r;
    plan.shown_page = page;
    plan_pump(false);
    plan.shown = NULL;
}

bool plan_fault(struct region *r, uint32_t page, bool again)
{
    uint32_t run;
    bool hot;
    if (pager_repeats && plan.pending > 0)
        wait_for_reads(); /* what has come by now must not depend on the device */
    plan_collect();
    plan_pump(!plan_others_go_on());
    if (r->pages[page].state != PAGE_ABSENT) {
        lay_trips();
        return true;
    }
    if (!plan.on || again)
        return false;
    if (!order_find(&plan.order, r->plan_source, page, &plan.piece, &run, &hot)) {
        if (!hot)
            note_outside();
        return false;
    }
    if (plan.unread == 0 && !order_streams(&plan.order, run))
        return false; /* pinned, and was lost: it comes back to stay */
    if (wait_for_others(r, page, run))
        return true;
    if (plan.on && walks_behind(r, run))
        return false;
    plan_pump(true);
    if (!plan.on || r->pages[page].state != PAGE_ABSENT)
        return plan.on;
    follow_odd(r, page, run);
    return r->pages[page].state != PAGE_ABSENT;
}

bool plan_leaves(const struct region *r, uint32_t page)
{
    uint32_t run;
    bool hot;
    return plan.on && !plan.options.learned && !order_find(&plan.order, r->plan_source, page, &plan.piece, &run, &hot) && !hot;
}

vaddr_t plan_quiet_start;
uint64_t plan_quiet_length;

/*
 * Nothing that would matter can be said until the end of the oldest run in the ring: most calls for a cursor end before they begin. If the
 * ring is elsewhere every call is heard. Where counts must repeat no read ends by itself: it is waited for shortly before the next run.
 */
static void be_quiet(const struct region *r, uint32_t page, uint32_t run)
{
    const struct vma *v = r->vmas;
    vaddr_t va = v ? vma_page_address(v, page) : 0;
    struct order_extent oldest;
    plan_quiet_start = va;
    plan_quiet_length = 0;
    if (va && plan_next_event(run, &oldest)) {
        uint32_t quiet = order_quiet_end(&plan.order, plan.piece, page, &oldest) - page;
        if (pager_repeats && plan.pending > 0)
            quiet -= MIN(quiet, plan.options.width + 1);
        plan_quiet_length = (uint64_t)quiet << PAGE_SHIFT;
    }
    if (va && plan.head == plan.tail && plan.order.nstreamed == 0 && plan.unread == 0) { /* all is here, to stay */
        plan_quiet_start = v->start;
        plan_quiet_length = v->end - v->start;
    }
}

void plan_cursor(struct region *r, uint32_t page)
{
    uint32_t run;
    bool hot;
    if (!plan.on)
        return;
    if (pager_repeats && plan.pending > 0)
        wait_for_reads();
    if (!plan.on || r->plan_source == PLAN_NO_SOURCE || !order_find(&plan.order, r->plan_source, page, &plan.piece, &run, &hot))
        return;
    plan_pass(run);
    plan_pump(false);
    be_quiet(r, page, run);
}
