/*
 * locks.c: newlib's retargetable locks: stdio, malloc, environ, time zone, atexit. Thread context; a holder may block, and
 * who waits for it sleeps.
 *
 * One kind serves both uses: recursive locks count, plain ones must not be taken twice by their holder. The holder is known
 * by its thread pointer.
 */
#include "runtime/thread/locks.h"

#include <errno.h>

#include "kernel/mem.h"
#include "kernel/panic.h"
#include "kernel/types.h"
#include "runtime/thread/futex.h"
#include "runtime/thread/thread.h"

struct __lock {
    struct futex_lock lock;
    uint32_t depth;  /* the holder's: how often a recursive lock is held */
    uintptr_t owner; /* thread pointer of the holder, 0: free; atomic, for others look whether it is them */
};

struct __lock __lock___sinit_recursive_mutex;
struct __lock __lock___sfp_recursive_mutex;
struct __lock __lock___atexit_recursive_mutex;
struct __lock __lock___at_quick_exit_mutex;
struct __lock __lock___malloc_recursive_mutex;
struct __lock __lock___env_recursive_mutex;
struct __lock __lock___tz_mutex;
struct __lock __lock___dd_hash_mutex;
struct __lock __lock___arc4random_mutex;

static _Thread_local unsigned held; /* locks of the running thread */
static _Thread_local bool passed;   /* it has been at a cancellation point since it held none */

static uintptr_t self(void)
{
    return (uintptr_t)__builtin_thread_pointer();
}

static bool is_mine(const struct __lock *lock)
{
    return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == self();
}

static void become_owner(struct __lock *lock)
{
    __atomic_store_n(&lock->owner, self(), __ATOMIC_RELAXED);
    held++;
}

static bool try_take(struct __lock *lock)
{
    if (!futex_try_lock(&lock->lock))
        return false;
    become_owner(lock);
    return true;
}

static void take(struct __lock *lock)
{
    futex_lock(&lock->lock);
    become_owner(lock);
}

static void give(struct __lock *lock)
{
    ASSERT(is_mine(lock));
    __atomic_store_n(&lock->owner, 0, __ATOMIC_RELAXED);
    futex_unlock(&lock->lock);
    if (--held == 0 && passed) {
        passed = false;
        runtime_thread_test_cancel();
    }
}

void locks_test_cancel(void)
{
    if (held > 0)
        passed = true;
    else
        runtime_thread_test_cancel();
}

void __retarget_lock_init(_LOCK_T *out)
{
    *out = kalloc(sizeof(struct __lock));
    if (!*out)
        panic("out of memory for a lock of the C library");
}

void __retarget_lock_init_recursive(_LOCK_T *out)
{
    __retarget_lock_init(out);
}

void __retarget_lock_close(_LOCK_T lock)
{
    kfree(lock);
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
    kfree(lock);
}

void __retarget_lock_acquire(_LOCK_T lock)
{
    ASSERT(!is_mine(lock));
    take(lock);
}

void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
    if (!is_mine(lock))
        take(lock);
    lock->depth++;
}

bool lock_acquire_recursive_until(_LOCK_T lock, uint64_t deadline_ns)
{
    if (!is_mine(lock)) {
        if (futex_lock_until(&lock->lock, deadline_ns) != 0)
            return false;
        become_owner(lock);
    }
    lock->depth++;
    return true;
}

int __retarget_lock_try_acquire(_LOCK_T lock)
{
    return try_take(lock);
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
    if (!is_mine(lock) && !try_take(lock))
        return 0;
    lock->depth++;
    return 1;
}

void __retarget_lock_release(_LOCK_T lock)
{
    give(lock);
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
    ASSERT(is_mine(lock) && lock->depth > 0);
    if (--lock->depth == 0)
        give(lock);
}
