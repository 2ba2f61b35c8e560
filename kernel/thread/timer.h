/*
 * timer.h: any number of timers, on top of the one shot that each hart has (arch/irq.h).
 *
 * A timer fires once, in interrupt context of the hart that started it, with no lock held: it may take spinlocks and wake threads,
 * and start a timer again, also itself. Whoever owns the memory stops the timer before giving it up.
 */
#ifndef KERNEL_THREAD_TIMER_H
#define KERNEL_THREAD_TIMER_H

#include "kernel/types.h"

struct timer {
    uint64_t deadline_ns;
    void (*fire)(void *arg);
    void *arg;
    struct timer *next; /* of the hart's list: the nearest deadline first */
    uint8_t hart;       /* on whose list it was last; that list's lock protects the rest */
    bool armed;
};

/* Fires once time_ns() >= deadline_ns. The timer must not be armed. Any context. */
void timer_start(struct timer *t, uint64_t deadline_ns, void (*fire)(void *arg), void *arg);
/*
 * The timer is not armed and not firing when this returns, if fire has learnt by now that it must not start it again. True: it was armed.
 * The caller holds no lock that fire takes.
 */
bool timer_stop(struct timer *t);

#endif
