#include "kernel/sync.h"

#include "kernel/sched.h"

#if !defined(__riscv)
#define SYNC_INLINE
#include "kernel/sync_inline.h"
#endif

void completion_wait(struct completion *c)
{
    /* Interrupts stay off between the look and the sleep, which a pending interrupt ends all the same: no lost wake-up. */
    bool were_on = irq_save();
    struct sched_mark mark = sched_mark();
    struct thread *me = thread_self();
    uintptr_t nobody = 0;
    me->holds++; /* what is waited for comes soon, and a fault then has a page in hands that the shutdown would wait for */
    __atomic_compare_exchange_n(&c->done, &nobody, (uintptr_t)me, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    while (!completion_try(c))
        thread_park();
    me->holds--;
    sched_stop_soon();
    sched_discount(&mark);
    irq_restore(were_on);
}
