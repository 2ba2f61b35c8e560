/* sync_inline.h: what of sync.h the fault path calls several times. Include kernel/thread/sync.h, which says what they do. */
#ifndef KERNEL_THREAD_SYNC_INLINE_H
#define KERNEL_THREAD_SYNC_INLINE_H

#include "kernel/thread/sync.h"

#ifndef SYNC_INLINE
#define SYNC_INLINE static inline
#endif

/* hart_locks(): spinlocks held, and times SPIN_DEFERRED the calls that wait for the last one to go. */
#define SPIN_DEFERRED 0x10000u
void spin_run_deferred(void);
/* Until the word of a lock may be 0. Interrupts off. */
void spin_wait(uint32_t *held);

SYNC_INLINE void spin_lock(struct spinlock *lock)
{
    /* A lazily grown stack must not fault while the lock is held. */
    const volatile char *sp = __builtin_frame_address(0);
    _Static_assert(STACK_PROBE == 2 * PAGE_SIZE, "one touch a page");
    stack_touch(sp - PAGE_SIZE);
    stack_touch(sp - STACK_PROBE);
    bool were_on = irq_save();
    struct hart *me = this_hart();
    ASSERT(lock->owner != me);
    while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
        spin_wait(&lock->held);
    lock->owner = me;
    lock->irq_were_on = were_on;
    ++*hart_locks(me);
}

/* Takes the lock if it is free; false: somebody has it. */
SYNC_INLINE bool spin_try_lock(struct spinlock *lock)
{
    const volatile char *sp = __builtin_frame_address(0);
    stack_touch(sp - PAGE_SIZE);
    stack_touch(sp - STACK_PROBE);
    bool were_on = irq_save();
    if (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE)) {
        irq_restore(were_on);
        return false;
    }
    struct hart *me = this_hart();
    lock->owner = me;
    lock->irq_were_on = were_on;
    ++*hart_locks(me);
    return true;
}

SYNC_INLINE void spin_unlock(struct spinlock *lock)
{
    bool were_on = lock->irq_were_on;
    lock->owner = NULL;
    __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
    uint32_t left = --*hart_locks(this_hart());
    if (__builtin_expect(left >= SPIN_DEFERRED, 0)) {
        ASSERT((int32_t)left >= 0); /* else this hart held no lock */
        if (left % SPIN_DEFERRED == 0)
            spin_run_deferred();
    }
    irq_restore(were_on);
}

SYNC_INLINE bool spin_is_mine(const struct spinlock *lock)
{
    return lock->owner == this_hart();
}

SYNC_INLINE bool completion_try(struct completion *c)
{
    return __atomic_load_n(&c->done, __ATOMIC_ACQUIRE) == COMPLETION_DONE;
}

/* Once the word says that it is done, the waiter may be gone, and the completion with it; threads are never freed. */
SYNC_INLINE void complete(struct completion *c)
{
    uintptr_t waiter = __atomic_exchange_n(&c->done, COMPLETION_DONE, __ATOMIC_ACQ_REL);
    if (waiter > COMPLETION_DONE)
        thread_unpark((struct thread *)waiter);
}

#endif
