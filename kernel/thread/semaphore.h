/*
 * semaphore.h: a sleeping lock: at most `count` holders; who comes later sleeps until there is room.
 *
 * Thread and fault context; no spinlock may be held. A holder may block. With a count of 1 it is a mutex.
 *
 * Who runs may overtake those who sleep: were the semaphore handed to one that sleeps, nobody could have it until that thread has its
 * turn on a hart, and beside others that compute all who use it would go at the pace of their slices. Who was woken in vain
 * SEMAPHORE_PATIENCE times is handed it.
 */
#ifndef KERNEL_THREAD_SEMAPHORE_H
#define KERNEL_THREAD_SEMAPHORE_H

#include "kernel/thread/sync.h"

#define SEMAPHORE_PATIENCE 4

struct semaphore_waiter {
    struct completion turn;
    struct semaphore_waiter *next;
    uint32_t in_vain; /* times that it was woken so far, and somebody else had come first */
    bool woken;       /* has yet to look */
    bool has_it;      /* was handed it, and is in the list no more */
};

struct semaphore {
    struct spinlock lock; /* protects the rest; nothing is taken inside it */
    uint32_t count;
    uint32_t woken; /* waiters that have yet to look: as many as count, if there are so many */
    struct semaphore_waiter *first, *last;
};
#define SEMAPHORE_INIT(n) \
    { \
        .lock = SPINLOCK_INIT, .count = (n) \
    }

void semaphore_down(struct semaphore *s);
void semaphore_up(struct semaphore *s);

#endif
