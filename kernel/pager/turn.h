/*
 * turn.h: one instruction may need two pages at once, and while its thread waits for one of them other threads may take the other, again
 * and again. A thread that this happens to gets the turn: until it has both pages, others that need a page wait.
 *
 * All functions: pager_lock held. Those that wait let it go in between.
 */
#ifndef KERNEL_PAGER_TURN_H
#define KERNEL_PAGER_TURN_H

#include "kernel/pager/region.h"
#include "kernel/thread/sched.h"

/* The parts that only matter among several threads, or while one of them has the turn. */
bool turn_begin_among(vaddr_t va);
bool turn_is_not_mine(void);
void turn_end_mine(bool both);
extern const struct thread *turn_holder; /* NULL: nobody has it */

/* A fault of the running thread on a missing page begins. Waits while another thread has the turn. True: it has waited, look again. */
static inline bool turn_begin(vaddr_t va)
{
    return __builtin_expect(threads_live() > 1, 0) && turn_begin_among(va);
}
/* Another thread has the turn: what this hart holds may be that thread's. */
static inline bool turn_is_others(void)
{
    return __builtin_expect(turn_holder != NULL, 0) && turn_is_not_mine();
}
/*
 * The page has come, by whoever's read, and the thread goes on: with the page next to it, too? Then its turn is over; else soon,
 * whether or not it ever needs another page.
 */
static inline void turn_end(bool both)
{
    if (__builtin_expect(turn_holder != NULL, 0))
        turn_end_mine(both);
}

#endif
