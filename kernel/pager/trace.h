/*
 * trace.h: the pages that the program touches in MAP_LLM mappings, and what it says of its plan, for scripts/simulate
 * (`scripts/run --trace FILE`).
 *
 * The launcher then gives the pool its fewest frames and no prefetching, and every page that the program turns to faults, whether it
 * is here or not: so the order does not depend on a policy or a cap. Missed is only who turns to and fro between pages many times
 * before another one comes. Mappings follow each other in one numbering, in the order in which they are first touched or planned. A plan
 * is written down and never in force.
 *
 * All functions that record: pager_lock held; they do nothing unless a trace is recorded.
 */
#ifndef KERNEL_PAGER_TRACE_H
#define KERNEL_PAGER_TRACE_H

#include "kernel/plan/plan.h"
#include "kernel/pager/region.h"

/* At boot, thread context: record from now on. 0 or -ENOMEM. */
int trace_begin(void);
/* Any context. */
extern bool trace_on;
static inline bool trace_is_on(void)
{
    return __builtin_expect(trace_on, 0);
}
/* This page is touched now, and is here or has to be read. */
void trace_record_page(struct region *r, uint32_t page, bool here);
static inline void trace_page(struct region *r, uint32_t page, bool here)
{
    if (trace_is_on())
        trace_record_page(r, page, here);
}
/*
 * A plan is declared; its n extents follow, each by a call of its own. some: only parts of it will be touched. 0, or -EBUSY: there is a
 * cyclic one. One of a single turn gives way: whether it is over, only a plan that is in force could tell.
 */
int trace_plan(const struct plan_options *options, size_t n);
void trace_plan_extent(const struct plan_extent *e, bool some);
/* The cursor is moved, pages are chosen, the plan ends (false: there is none). */
void trace_plan_at(struct region *r, uint32_t page);
void trace_plan_choose(const struct plan_extent *chosen);
bool trace_plan_end(void);
/* A window onto this region goes, and with it the plan if that has pages of the region. */
void trace_plan_unmapped(const struct region *r);
/* Thread context, at exit: writes what was recorded to /.bower/trace on the share, in the compact form of docs/policies.md. */
void trace_save(void);

#endif
