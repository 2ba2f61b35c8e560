/* rwlock.c: pthread_rwlock_*. Readers go first, as by default on Linux; the kinds that prefer writers are accepted. */
#include <pthread.h>

#include "runtime/api.h"
#include "runtime/thread/futex.h"
#include "runtime/thread/thread.h"
#include "runtime/time/clock.h"

_Static_assert(offsetof(pthread_rwlock_t, bower_word) == 0, "a futex_rwlock comes first");

static struct futex_rwlock *lock_of(pthread_rwlock_t *l)
{
    return (struct futex_rwlock *)&l->bower_word;
}

static bool i_write(const pthread_rwlock_t *l)
{
    return __atomic_load_n(&l->bower_owner, __ATOMIC_RELAXED) == this_thread->number;
}

static int lock(pthread_rwlock_t *l, bool to_write, uint64_t deadline)
{
    int error;

    if (i_write(l))
        return deadline == 0 ? -EBUSY : -EDEADLK;
    if (!to_write)
        return futex_rwlock_read(lock_of(l), deadline);
    error = futex_rwlock_write(lock_of(l), deadline);
    if (!error)
        __atomic_store_n(&l->bower_owner, this_thread->number, __ATOMIC_RELAXED);
    return error;
}

static int lock_until(pthread_rwlock_t *l, bool to_write, clockid_t clock, const struct timespec *until)
{
    uint64_t deadline;

    return clock_deadline(clock, until, &deadline) ? lock(l, to_write, deadline) : -EINVAL;
}

API int pthread_rwlock_init(pthread_rwlock_t *restrict l, const pthread_rwlockattr_t *restrict attr)
{
    (void)attr;
    *l = (pthread_rwlock_t)PTHREAD_RWLOCK_INITIALIZER;
    return 0;
}

API int pthread_rwlock_destroy(pthread_rwlock_t *l)
{
    (void)l;
    return 0;
}

API int pthread_rwlock_rdlock(pthread_rwlock_t *l)
{
    return -lock(l, false, THREAD_FOREVER);
}

API int pthread_rwlock_tryrdlock(pthread_rwlock_t *l)
{
    return -lock(l, false, 0);
}

API int pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict l, const struct timespec *restrict until)
{
    return -lock_until(l, false, CLOCK_REALTIME, until);
}

API int pthread_rwlock_clockrdlock(pthread_rwlock_t *restrict l, clockid_t clock, const struct timespec *restrict until)
{
    return -lock_until(l, false, clock, until);
}

API int pthread_rwlock_wrlock(pthread_rwlock_t *l)
{
    return -lock(l, true, THREAD_FOREVER);
}

API int pthread_rwlock_trywrlock(pthread_rwlock_t *l)
{
    return -lock(l, true, 0);
}

API int pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict l, const struct timespec *restrict until)
{
    return -lock_until(l, true, CLOCK_REALTIME, until);
}

API int pthread_rwlock_clockwrlock(pthread_rwlock_t *restrict l, clockid_t clock, const struct timespec *restrict until)
{
    return -lock_until(l, true, clock, until);
}

API int pthread_rwlock_unlock(pthread_rwlock_t *l)
{
    uint32_t word = __atomic_load_n(&l->bower_word, __ATOMIC_RELAXED);

    if ((word & (FUTEX_RW_WRITER | FUTEX_RW_READERS)) == 0 || ((word & FUTEX_RW_WRITER) && !i_write(l)))
        return EPERM;
    if (word & FUTEX_RW_WRITER)
        __atomic_store_n(&l->bower_owner, 0, __ATOMIC_RELAXED);
    futex_rwlock_unlock(lock_of(l));
    return 0;
}

API int pthread_rwlockattr_init(pthread_rwlockattr_t *attr)
{
    *attr = (pthread_rwlockattr_t){ 0 };
    return 0;
}

API int pthread_rwlockattr_destroy(pthread_rwlockattr_t *attr)
{
    (void)attr;
    return 0;
}

API int pthread_rwlockattr_getpshared(const pthread_rwlockattr_t *restrict attr, int *restrict shared)
{
    *shared = attr->bower_pshared;
    return 0;
}

API int pthread_rwlockattr_setpshared(pthread_rwlockattr_t *attr, int shared)
{
    if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
        return EINVAL;
    attr->bower_pshared = shared;
    return 0;
}

API int pthread_rwlockattr_getkind_np(const pthread_rwlockattr_t *restrict attr, int *restrict kind)
{
    *kind = attr->bower_kind;
    return 0;
}

API int pthread_rwlockattr_setkind_np(pthread_rwlockattr_t *attr, int kind)
{
    if (kind < PTHREAD_RWLOCK_PREFER_READER_NP || kind > PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP)
        return EINVAL;
    attr->bower_kind = kind;
    return 0;
}
