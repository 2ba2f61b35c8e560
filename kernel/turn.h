/*
 * turn.h: one instruction may need two pages at once, and while its thread waits for one of them other threads may take the other, again
 * and again. A thread that this happens to gets the turn: until it has both pages, others that need a page wait.
 *
 * All functions: pager_lock held. Those that wait let it go in between.
 */
#ifndef KERNEL_TURN_H
#define KERNEL_TURN_H

#include "kernel/region.h"

/* A fault of the running thread on a missing page begins. Waits while another thread has the turn. True: it has waited, look again. */
bool turn_begin(vaddr_t va);
/* Another thread has the turn: what this hart holds may be that thread's. */
bool turn_is_others(void);
/*
 * The page has come, by whoever's read, and the thread goes on: with the page next to it, too? Then its turn is over; else soon,
 * whether or not it ever needs another page.
 */
void turn_end(bool both);

#endif
