/*
 * mutex.c: pthread_mutex_*. There is one process, and all threads have the same priority: a process-shared mutex and one with
 * priority inheritance are mutexes like others. A thread knows the robust ones that it holds, and lets go of them as it ends.
 */
#include "runtime/thread/mutex.h"

#include "runtime/api.h"
#include "runtime/thread/thread.h"
#include "runtime/time/clock.h"

#define DEPTH_MAX 0x7fffffffu

/* What a robust mutex protects is: */
enum { STATE_SOUND = 0,
       STATE_ORPHANED,     /* as its last holder left it when it ended */
       STATE_INCONSISTENT, /* being mended by the holder */
       STATE_LOST };       /* not mended: nobody gets the mutex again */

static bool is_mine(const pthread_mutex_t *m)
{
    return __atomic_load_n(&m->bower_owner, __ATOMIC_RELAXED) == this_thread->number;
}

static void set_owner(pthread_mutex_t *m, unsigned long owner)
{
    __atomic_store_n(&m->bower_owner, owner, __ATOMIC_RELAXED); /* others look whether it is them, and it never is */
}

/* The mutex has just been locked. */
static int robust_taken(pthread_mutex_t *m)
{
    if (m->bower_state == STATE_LOST) {
        set_owner(m, 0);
        futex_unlock(mutex_lock_of(m));
        return -ENOTRECOVERABLE;
    }
    m->bower_next = this_thread->robust;
    this_thread->robust = m;
    if (m->bower_state == STATE_SOUND)
        return 0;
    m->bower_state = STATE_INCONSISTENT;
    return -EOWNERDEAD;
}

/* The mutex is about to be unlocked. */
static void robust_given(pthread_mutex_t *m)
{
    pthread_mutex_t **link = &this_thread->robust;

    while (*link && *link != m)
        link = &(*link)->bower_next;
    if (*link)
        *link = m->bower_next;
    if (m->bower_state == STATE_INCONSISTENT)
        m->bower_state = STATE_LOST;
}

void mutex_thread_end(void)
{
    pthread_mutex_t *m;

    while ((m = this_thread->robust) != NULL) {
        this_thread->robust = m->bower_next;
        m->bower_state = STATE_ORPHANED;
        set_owner(m, 0);
        futex_unlock(mutex_lock_of(m));
    }
}

/* The caller holds it already. A robust one without a check is waited for, as on Linux: in vain. */
static int lock_mine(pthread_mutex_t *m, uint64_t deadline)
{
    if (mutex_type(m) == PTHREAD_MUTEX_RECURSIVE) {
        if (m->bower_depth == DEPTH_MAX)
            return -EAGAIN;
        m->bower_depth++;
        return 0;
    }
    if (deadline == 0)
        return -EBUSY;
    return mutex_type(m) == PTHREAD_MUTEX_ERRORCHECK ? -EDEADLK : futex_lock_until(mutex_lock_of(m), deadline);
}

int mutex_lock_owned(pthread_mutex_t *m, uint64_t deadline)
{
    int error = 0;

    if (is_mine(m))
        return lock_mine(m, deadline);
    if (deadline == 0)
        error = futex_try_lock(mutex_lock_of(m)) ? 0 : -EBUSY;
    else
        error = futex_lock_until(mutex_lock_of(m), deadline);
    if (error)
        return error;
    set_owner(m, this_thread->number);
    m->bower_depth = 1;
    return m->bower_type & MUTEX_ROBUST ? robust_taken(m) : 0;
}

int mutex_unlock_owned(pthread_mutex_t *m)
{
    if (!is_mine(m))
        return -EPERM;
    if (--m->bower_depth > 0)
        return 0;
    if (m->bower_type & MUTEX_ROBUST)
        robust_given(m);
    set_owner(m, 0);
    futex_unlock(mutex_lock_of(m));
    return 0;
}

int mutex_try_lock(pthread_mutex_t *m)
{
    if (!mutex_is_plain(m))
        return mutex_lock_owned(m, 0);
    return futex_try_lock(mutex_lock_of(m)) ? 0 : -EBUSY;
}

int mutex_lock_until(pthread_mutex_t *m, clockid_t clock, const struct timespec *until)
{
    uint64_t deadline;
    int error = clock_has_timeouts(clock) ? mutex_try_lock(m) : -EINVAL;

    if (error != -EBUSY)
        return error;
    if (mutex_type(m) == PTHREAD_MUTEX_ERRORCHECK && is_mine(m))
        return -EDEADLK;
    if (!clock_deadline(clock, until, &deadline))
        return -EINVAL;
    return mutex_is_plain(m) ? futex_lock_until(mutex_lock_of(m), deadline) : mutex_lock_owned(m, deadline);
}

void mutex_init(pthread_mutex_t *m, unsigned type)
{
    *m = (pthread_mutex_t){ .bower_type = type };
}

API int pthread_mutex_init(pthread_mutex_t *restrict m, const pthread_mutexattr_t *restrict attr)
{
    mutex_init(m, attr ? (unsigned)attr->bower_type | (attr->bower_robust ? MUTEX_ROBUST : 0) : PTHREAD_MUTEX_DEFAULT);
    return 0;
}

API int pthread_mutex_destroy(pthread_mutex_t *m)
{
    if (m->bower_type & MUTEX_ROBUST)
        return 0;
    return __atomic_load_n(&m->bower_word, __ATOMIC_RELAXED) != FUTEX_FREE ? EBUSY : 0;
}

/* What lock and unlock jump to when it is not the plain and quick case. */
static __attribute__((noinline)) int lock_other(pthread_mutex_t *m)
{
    return -mutex_lock_owned(m, THREAD_FOREVER);
}

static __attribute__((noinline)) int unlock_other(pthread_mutex_t *m)
{
    return -mutex_unlock_owned(m);
}

static __attribute__((noinline)) int wake_one(const uint32_t *word)
{
    thread_wake(word, 1);
    return 0;
}

API int pthread_mutex_lock(pthread_mutex_t *m)
{
    return mutex_is_plain(m) ? futex_lock_until(mutex_lock_of(m), THREAD_FOREVER) : lock_other(m);
}

API int pthread_mutex_trylock(pthread_mutex_t *m)
{
    return -mutex_try_lock(m);
}

API int pthread_mutex_timedlock(pthread_mutex_t *restrict m, const struct timespec *restrict until)
{
    return -mutex_lock_until(m, CLOCK_REALTIME, until);
}

API int pthread_mutex_clocklock(pthread_mutex_t *restrict m, clockid_t clock, const struct timespec *restrict until)
{
    return -mutex_lock_until(m, clock, until);
}

API int pthread_mutex_unlock(pthread_mutex_t *m)
{
    if (!mutex_is_plain(m))
        return unlock_other(m);
    return futex_let_go(mutex_lock_of(m)) ? wake_one(&m->bower_word) : 0;
}

API int pthread_mutex_consistent(pthread_mutex_t *m)
{
    if (!(m->bower_type & MUTEX_ROBUST) || m->bower_state != STATE_INCONSISTENT)
        return EINVAL;
    m->bower_state = STATE_SOUND;
    return 0;
}

/* Mutexes with a ceiling cannot be made. */
API int pthread_mutex_getprioceiling(const pthread_mutex_t *restrict m, int *restrict ceiling)
{
    (void)m;
    (void)ceiling;
    return EINVAL;
}

API int pthread_mutex_setprioceiling(pthread_mutex_t *restrict m, int ceiling, int *restrict old)
{
    (void)m;
    (void)ceiling;
    (void)old;
    return EINVAL;
}

API int pthread_mutexattr_init(pthread_mutexattr_t *attr)
{
    *attr = (pthread_mutexattr_t){ .bower_type = PTHREAD_MUTEX_DEFAULT };
    return 0;
}

API int pthread_mutexattr_destroy(pthread_mutexattr_t *attr)
{
    (void)attr;
    return 0;
}

API int pthread_mutexattr_gettype(const pthread_mutexattr_t *restrict attr, int *restrict type)
{
    *type = attr->bower_type;
    return 0;
}

API int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int type)
{
    if (type < PTHREAD_MUTEX_NORMAL || type > PTHREAD_MUTEX_ADAPTIVE_NP)
        return EINVAL;
    attr->bower_type = type;
    return 0;
}

API int pthread_mutexattr_getpshared(const pthread_mutexattr_t *restrict attr, int *restrict shared)
{
    *shared = attr->bower_pshared;
    return 0;
}

API int pthread_mutexattr_setpshared(pthread_mutexattr_t *attr, int shared)
{
    if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
        return EINVAL;
    attr->bower_pshared = shared;
    return 0;
}

API int pthread_mutexattr_getprotocol(const pthread_mutexattr_t *restrict attr, int *restrict protocol)
{
    *protocol = attr->bower_protocol;
    return 0;
}

API int pthread_mutexattr_setprotocol(pthread_mutexattr_t *attr, int protocol)
{
    if (protocol == PTHREAD_PRIO_PROTECT)
        return ENOTSUP;
    if (protocol != PTHREAD_PRIO_NONE && protocol != PTHREAD_PRIO_INHERIT)
        return EINVAL;
    attr->bower_protocol = protocol;
    return 0;
}

API int pthread_mutexattr_getrobust(const pthread_mutexattr_t *restrict attr, int *restrict robust)
{
    *robust = attr->bower_robust;
    return 0;
}

API int pthread_mutexattr_setrobust(pthread_mutexattr_t *attr, int robust)
{
    if (robust != PTHREAD_MUTEX_STALLED && robust != PTHREAD_MUTEX_ROBUST)
        return EINVAL;
    attr->bower_robust = robust;
    return 0;
}
