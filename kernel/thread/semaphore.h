/*
 * semaphore.h: a sleeping lock: at most `count` holders; who comes later waits its turn without holding the processor.
 *
 * Thread and fault context; no spinlock may be held. A holder may block. With a count of 1 it is a mutex.
 */
#ifndef KERNEL_THREAD_SEMAPHORE_H
#define KERNEL_THREAD_SEMAPHORE_H

#include "kernel/thread/sync.h"

struct semaphore_waiter {
    struct completion turn;
    struct semaphore_waiter *next;
};

struct semaphore {
    struct spinlock lock; /* protects the rest; nothing is taken inside it */
    uint32_t count;
    struct semaphore_waiter *first, *last;
};
#define SEMAPHORE_INIT(n) \
    { \
        .lock = SPINLOCK_INIT, .count = (n) \
    }

void semaphore_down(struct semaphore *s);
void semaphore_up(struct semaphore *s);

#endif
