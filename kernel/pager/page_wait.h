/*
 * page_wait.h: waiting for what somebody else has in hands: a page on its way, or a frame of a pool that has none to give.
 *
 * All functions: pager_lock held on entry and on return. Those that wait let it go in between: everything that the caller has
 * looked up must be looked up again, but the region it names stays (region->users).
 */
#ifndef KERNEL_PAGER_PAGE_WAIT_H
#define KERNEL_PAGER_PAGE_WAIT_H

#include "kernel/pager/region.h"

/* Waits until the page is neither READING nor WRITING, or may have been for a moment. */
void page_wait(struct region *r, uint32_t page);
/* Waits until a frame, or a place in the ring of batches, may have become free. */
void frame_wait(void);

/* Threads that wait in a fault, for a device: they go on by themselves. */
extern uint32_t faults_waiting;

/* Pages have settled, or frames become free: whoever waits for that looks again. */
extern struct page_waiter *page_waiters;
void page_wake_waiters(void);
static inline void page_wake(void)
{
    if (__builtin_expect(page_waiters != NULL, 0))
        page_wake_waiters();
}

/* The region stays until the matching end, whatever happens to its mappings. */
static inline void region_use_begin(struct region *r)
{
    r->users++;
}
static inline void region_use_end(struct region *r)
{
    if (--r->users == 0)
        page_wake();
}
/* Waits until nobody uses the region. */
void region_wait_unused(struct region *r);

#endif
