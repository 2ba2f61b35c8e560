/* barrier.c: pthread_barrier_*, pthread_spin_* and pthread_once. */
#include <pthread.h>

#include "runtime/api.h"
#include "runtime/thread/futex.h"
#include "runtime/thread/thread.h"

#define SPINS 100 /* looks at a spin lock before its hart goes to somebody else: perhaps to the holder */

_Static_assert(offsetof(pthread_barrier_t, bower_count) == offsetof(struct futex_barrier, count) &&
                   offsetof(pthread_barrier_t, bower_inside) == offsetof(struct futex_barrier, inside) &&
                   sizeof(pthread_barrier_t) == sizeof(struct futex_barrier),
               "one structure by two names");

API int pthread_barrier_init(pthread_barrier_t *restrict b, const pthread_barrierattr_t *restrict attr, unsigned count)
{
    (void)attr;
    if (count == 0 || count > 0x7fffffffu)
        return EINVAL;
    *b = (pthread_barrier_t){ .bower_count = count };
    return 0;
}

API int pthread_barrier_destroy(pthread_barrier_t *b)
{
    futex_barrier_destroy((struct futex_barrier *)b);
    return 0;
}

API int pthread_barrier_wait(pthread_barrier_t *b)
{
    return futex_barrier_wait((struct futex_barrier *)b) ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}

API int pthread_barrierattr_init(pthread_barrierattr_t *attr)
{
    *attr = (pthread_barrierattr_t){ 0 };
    return 0;
}

API int pthread_barrierattr_destroy(pthread_barrierattr_t *attr)
{
    (void)attr;
    return 0;
}

API int pthread_barrierattr_getpshared(const pthread_barrierattr_t *restrict attr, int *restrict shared)
{
    *shared = attr->bower_pshared;
    return 0;
}

API int pthread_barrierattr_setpshared(pthread_barrierattr_t *attr, int shared)
{
    if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
        return EINVAL;
    attr->bower_pshared = shared;
    return 0;
}

API int pthread_spin_init(pthread_spinlock_t *l, int shared)
{
    (void)shared;
    *l = 0;
    return 0;
}

API int pthread_spin_destroy(pthread_spinlock_t *l)
{
    (void)l;
    return 0;
}

API int pthread_spin_trylock(pthread_spinlock_t *l)
{
    return __atomic_exchange_n(l, 1, __ATOMIC_ACQUIRE) ? EBUSY : 0;
}

API int pthread_spin_lock(pthread_spinlock_t *l)
{
    while (__atomic_exchange_n(l, 1, __ATOMIC_ACQUIRE)) {
        for (int i = 0; i < SPINS && __atomic_load_n(l, __ATOMIC_RELAXED); i++)
            ;
        if (__atomic_load_n(l, __ATOMIC_RELAXED))
            thread_yield();
    }
    return 0;
}

API int pthread_spin_unlock(pthread_spinlock_t *l)
{
    __atomic_store_n(l, 0, __ATOMIC_RELEASE);
    return 0;
}

/* POSIX: if the routine is cancelled, it is as if once had never been called. */
static void give_up(void *once)
{
    futex_once_end(once, false);
}

API int pthread_once(pthread_once_t *control, void (*routine)(void))
{
    struct futex_once *once = (struct futex_once *)control;
    struct bower_cleanup cleanup = { give_up, once, this_thread->cleanup };

    if (futex_once_is_done(once) || !futex_once_begin(once))
        return 0;
    this_thread->cleanup = &cleanup;
    routine();
    this_thread->cleanup = cleanup.outer;
    futex_once_end(once, true);
    return 0;
}
