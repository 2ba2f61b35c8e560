/* How long harts were at work for threads, in time and in instructions: idling and interrupts left out. See sched.h. */
#include "kernel/thread/sched_private.h"

/* Every wait comes by here: no frame pointers; backtraces step over the functions of this file. */
#ifndef SAMPLED /* profiles walk by frame pointers */
#pragma GCC optimize("omit-frame-pointer")
#endif

uint64_t sched_instret(void)
{
    bool were_on = irq_save();
    const struct queue *own = own_queue();
    uint64_t sum = hart_instret() - own->since_instret;
    for (unsigned i = 0; i < MAX_HARTS; i++)
        sum += __atomic_load_n(&sched_queues[i].busy_instret, __ATOMIC_RELAXED);
    irq_restore(were_on);
    return sum;
}

uint64_t sched_busy_ns(void)
{
    bool were_on = irq_save();
    uint64_t sum = 0;
    for (unsigned i = 0; i < MAX_HARTS; i++) {
        struct queue *q = &sched_queues[i];
        lock_queue(q); /* a stretch moves from since_ns to busy_ns in two steps: it counts once */
        sum += q->busy_ns;
        if (q->current && !q->idling)
            sum += time_ns() - q->since_ns;
        unlock_queue(q);
    }
    irq_restore(were_on);
    return sum;
}

uint64_t thread_cpu_ns(const struct thread *t)
{
    bool were_on = irq_save();
    struct queue *q = lock_queue_of(t);
    uint64_t sum = t->busy_ns + (q->current == t && !q->idling ? time_ns() - q->since_ns : 0);
    unlock_queue(q);
    irq_restore(were_on);
    return sum;
}

void sched_count_work(uint64_t instructions)
{
    struct queue *q = own_queue();
    q->busy_instret += instructions;
    q->counted_work += instructions;
    __atomic_fetch_sub(&q->idle_instret, instructions, __ATOMIC_RELAXED);
}

/* Retired by this hart in threads, what was done for them in interrupts left out. */
static uint64_t own_work(const struct queue *q)
{
    return q->busy_instret - q->counted_work + hart_instret() - q->since_instret;
}

struct sched_mark sched_mark(void)
{
    const struct queue *q = own_queue();
    return (struct sched_mark){ q, own_work(q), q->switches };
}

void sched_discount(const struct sched_mark *since)
{
    struct queue *q = own_queue();
    if (q->switches != since->switches || q != since->queue)
        return;
    uint64_t spent = own_work(q) - since->work;
    q->busy_instret -= spent;
    __atomic_fetch_add(&q->idle_instret, spent, __ATOMIC_RELAXED);
}

uint64_t sched_idle_instret(void)
{
    return __atomic_load_n(&own_queue()->idle_instret, __ATOMIC_RELAXED);
}
