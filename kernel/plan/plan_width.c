/*
 * A program may work on more than a few pages at once: it goes through a block several times, say, before it goes on to the next one. Then
 * it wants again what the ring has let go. A learnt plan finds that out, and is made anew with a ring that still has those pages.
 */
#include "kernel/mem.h"
#include "kernel/plan/learn.h"
#include "kernel/plan/learn_turn.h"
#include "kernel/plan/plan_private.h"

#define BACK_SHARE 4    /* who goes back by such a part of a turn begins another one */
#define BACK_IN_A_ROW 6 /* shorter jumps back, and none forward in between: the ring is too narrow; */
#define MORE_SHARE 3    /* ... where more is streamed than elsewhere, such a part more is needed than what is seen */

/* The run behind the last one that is known to have been used. */
static uint32_t newest_run(void)
{
    for (uint32_t i = plan.head; i-- != plan.tail;)
        if (plan_cell(i)->seen > 0)
            return plan_cell(i)->run + 1;
    return plan_oldest_run();
}

bool plan_is_too_narrow(uint32_t run)
{
    const struct order *o = &plan.order;
    uint32_t ago = plan_runs_between(run, newest_run()), pages = (uint32_t)((uint64_t)ago * o->npages / o->nruns);
    bool back = ago > 0 && ago <= o->nruns / BACK_SHARE && pages <= plan.quota;
    plan.backs = back ? plan.backs + 1 : 0;
    plan.wanted_width = back ? MAX(plan.wanted_width, pages + pages / MORE_SHARE) : 0;
    if (plan.backs == BACK_IN_A_ROW)
        plan.wanted_width = MAX(plan.wanted_width, plan.options.width + plan.options.width / MORE_SHARE);
    return plan.backs >= BACK_IN_A_ROW && plan.options.learned && !learn_turn_is_on() && threads_live() == 1;
}

bool plan_can_widen(void)
{
    return plan.wanted_width > plan.options.width && plan_has_room(&plan, plan.wanted_width);
}

/* The pieces as they are, in order, and where the program is. Returns how many. */
static size_t copy_order(struct plan_extent *out, struct plan_extent *begin)
{
    const struct order *o = &plan.order;
    struct order_extent next = order_run(o, plan.next, &plan.hint);
    for (uint32_t i = 0; i < o->npieces; i++) {
        const struct order_extent *p = &o->pieces[o->turn[i]].pages;
        out[i] = (struct plan_extent){ plan.sources[p->source], p->first, p->n };
    }
    *begin = (struct plan_extent){ plan.sources[next.source], next.first, 1 };
    return o->npieces;
}

void plan_widen(void)
{
    spin_lock(&pager_lock);
    struct plan_options options = plan.options;
    struct plan_extent begin, *made = plan.on && plan.order.npieces <= PLAN_MAX_EXTENTS ? kalloc(plan.order.npieces * sizeof *made) : NULL;
    if (made && plan_can_widen()) {
        size_t n = copy_order(made, &begin);
        options.anew = true;
        options.width = plan.wanted_width;
        plan_start_learned(made, n, &begin, &options); /* if it cannot be, the policies go on */
    }
    spin_unlock(&pager_lock);
    kfree(made);
}
