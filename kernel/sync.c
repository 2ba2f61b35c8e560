#include "kernel/sync.h"

void spin_lock(struct spinlock *lock)
{
    /* A lazily grown stack must not fault while the lock is held: see sync.h. */
    const volatile char *sp = __builtin_frame_address(0);
    _Static_assert(STACK_PROBE == 2 * PAGE_SIZE, "one touch a page");
    (void)sp[-(long)PAGE_SIZE];
    (void)sp[-(long)STACK_PROBE];
    bool were_on = irq_save();
    struct hart *me = this_hart();
    ASSERT(lock->owner != me);
    while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
        ;
    lock->owner = me;
    lock->irq_were_on = were_on;
}

void spin_unlock(struct spinlock *lock)
{
    bool were_on = lock->irq_were_on;
    ASSERT(lock->owner);
    lock->owner = NULL;
    __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
    irq_restore(were_on);
}

bool spin_held(const struct spinlock *lock)
{
    return lock->owner == this_hart();
}

bool completion_try(struct completion *c)
{
    return __atomic_load_n(&c->done, __ATOMIC_ACQUIRE) != 0;
}

void complete(struct completion *c)
{
    __atomic_store_n(&c->done, 1, __ATOMIC_RELEASE);
}

static uint64_t waited_instret;

uint64_t completion_waited_instret(void)
{
    return __atomic_load_n(&waited_instret, __ATOMIC_RELAXED);
}

void completion_wait(struct completion *c)
{
    uint64_t begin = hart_instret();
    /* Interrupts stay off between the look and the wfi, which wakes on a pending interrupt all the same: no lost wake-up. */
    bool were_on = irq_save();
    while (!completion_try(c))
        hart_wait_for_interrupt();
    irq_restore(were_on);
    __atomic_fetch_add(&waited_instret, hart_instret() - begin, __ATOMIC_RELAXED);
}
