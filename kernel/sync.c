#include "kernel/sync.h"

void spin_lock(struct spinlock *lock)
{
    /* A lazily grown stack must not fault while the lock is held: see sync.h. */
    const volatile char *sp = __builtin_frame_address(0);
    for (unsigned below = PAGE_SIZE; below <= STACK_PROBE; below += PAGE_SIZE)
        (void)sp[-(long)below];
    bool were_on = irq_save();
    uint32_t me = hart_index() + 1;
    ASSERT(lock->owner != me);
    while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
        ;
    lock->owner = me;
    lock->irq_were_on = were_on;
}

void spin_unlock(struct spinlock *lock)
{
    ASSERT(lock->owner == hart_index() + 1);
    bool were_on = lock->irq_were_on;
    lock->owner = 0;
    __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
    irq_restore(were_on);
}

bool spin_held(const struct spinlock *lock)
{
    return lock->owner == hart_index() + 1;
}

bool completion_try(struct completion *c)
{
    return __atomic_load_n(&c->done, __ATOMIC_ACQUIRE) != 0;
}

void complete(struct completion *c)
{
    __atomic_store_n(&c->done, 1, __ATOMIC_RELEASE);
}

void completion_wait(struct completion *c)
{
    /* Interrupts stay off between the look and the wfi, which wakes on a pending interrupt all the same: no lost wake-up. */
    bool were_on = irq_save();
    while (!completion_try(c))
        hart_wait_for_interrupt();
    irq_restore(were_on);
}
