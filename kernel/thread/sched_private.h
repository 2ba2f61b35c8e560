/*
 * sched_private.h: the queue of a hart, which sched.c works on, and of which sched_count.c knows how long its hart was at work. For
 * these two alone.
 */
#ifndef KERNEL_THREAD_SCHED_PRIVATE_H
#define KERNEL_THREAD_SCHED_PRIVATE_H

#include "kernel/thread/sched.h"
#include "kernel/thread/sync.h"
#include "kernel/thread/timer.h"

struct queue {
    uint32_t held; /* lock_queue: protects all but idling's readers and the sums of instructions; held across a switch */
    struct thread *first, *last;
    volatile uint32_t length; /* also read without the lock, as a hint (GCC 12 makes AMOs of relaxed atomic stores) */
    uint32_t woken;           /* of them, those that were woken and have not run since */
    struct thread *current;
    struct thread *idle_thread;
    struct thread *left;    /* has just left this hart, */
    struct queue *left_for; /* ... to go on there; NULL: dead */
    struct timer slice;
    bool slice_armed, slice_is_short;
    bool slice_over;
    bool idling;                      /* nothing to do but wait; atomic: set under the lock, before the last look at other queues */
    uint64_t since_ns, since_instret; /* when the hart last stopped idling; since_ns also: when it last switched */
    uint64_t busy_ns, busy_instret;   /* before that */
    uint64_t idle_instret;
    uint64_t counted_work; /* by sched_count_work, and in busy_instret too */
    uint64_t switches;
} __attribute__((aligned(256))); /* harts don't share cache lines; and its address is one shift away */

extern struct queue sched_queues[MAX_HARTS];

static inline struct queue *own_queue(void)
{
    return &sched_queues[hart_index()];
}

static inline unsigned index_of(const struct queue *q)
{
    return (unsigned)(q - sched_queues);
}

/*
 * A queue's lock, with interrupts off already: it may be let go by another thread than took it, so that it remembers nothing of
 * its holder. The stack may not fault under it either (spin_lock).
 */
static inline void lock_queue(struct queue *q)
{
    const volatile char *sp = __builtin_frame_address(0);
    stack_touch(sp - PAGE_SIZE);
    while (__atomic_exchange_n(&q->held, 1, __ATOMIC_ACQUIRE))
        spin_wait(&q->held);
}

static inline void unlock_queue(struct queue *q)
{
    __atomic_store_n(&q->held, 0, __ATOMIC_RELEASE);
}

static inline struct queue *lock_own_queue(void)
{
    struct queue *q = own_queue();
    lock_queue(q);
    return q;
}

/* The queue that the thread belongs to, which may change until its lock is held. */
static inline struct queue *lock_queue_of(const struct thread *t)
{
    for (;;) {
        struct queue *q = &sched_queues[__atomic_load_n(&t->queue, __ATOMIC_RELAXED)];
        lock_queue(q);
        if (q == &sched_queues[t->queue])
            return q;
        unlock_queue(q);
    }
}

#endif
