/* mutex.h: mutexes and condition variables, under POSIX's and C11's names alike. Thread context; 0 or a negative errno. */
#ifndef RUNTIME_THREAD_MUTEX_H
#define RUNTIME_THREAD_MUTEX_H

#include <pthread.h>

#include "runtime/thread/futex.h"

_Static_assert(offsetof(pthread_mutex_t, bower_word) == 0, "a futex_lock comes first");

static inline struct futex_lock *mutex_lock_of(pthread_mutex_t *m)
{
    return (struct futex_lock *)&m->bower_word;
}

#define MUTEX_ROBUST 4u /* beside the type */

static inline unsigned mutex_type(const pthread_mutex_t *m)
{
    return m->bower_type & ~MUTEX_ROBUST;
}

/* Neither recursive nor error-checking nor robust: no owner is kept. */
static inline bool mutex_is_plain(const pthread_mutex_t *m)
{
    return m->bower_type == PTHREAD_MUTEX_NORMAL || m->bower_type == PTHREAD_MUTEX_ADAPTIVE_NP;
}

/*
 * Those of a mutex with an owner. -EDEADLK, -EAGAIN (too deep), -EBUSY (deadline 0), -ETIMEDOUT; -EPERM.
 * A robust one: -EOWNERDEAD (locked all the same), -ENOTRECOVERABLE.
 */
int mutex_lock_owned(pthread_mutex_t *m, uint64_t deadline);
int mutex_unlock_owned(pthread_mutex_t *m);

static inline int mutex_lock(pthread_mutex_t *m)
{
    if (!mutex_is_plain(m))
        return mutex_lock_owned(m, THREAD_FOREVER);
    futex_lock(mutex_lock_of(m));
    return 0;
}

static inline int mutex_unlock(pthread_mutex_t *m)
{
    if (!mutex_is_plain(m))
        return mutex_unlock_owned(m);
    futex_unlock(mutex_lock_of(m));
    return 0;
}

int mutex_try_lock(pthread_mutex_t *m);
/* Until the clock shows this time. -EINVAL: no such clock; no such time, if it had to wait. */
int mutex_lock_until(pthread_mutex_t *m, clockid_t clock, const struct timespec *until);
/* type: PTHREAD_MUTEX_*, perhaps with MUTEX_ROBUST. */
void mutex_init(pthread_mutex_t *m, unsigned type);
/* The calling thread ends: the robust mutexes that it holds are left to others. */
void mutex_thread_end(void);

/* Cancellation points, with the mutex held when handlers run. -EPERM: the mutex is not the caller's; or what locking it again says. */
int condition_wait(pthread_cond_t *c, pthread_mutex_t *m, uint64_t deadline);
int condition_wait_until(pthread_cond_t *c, pthread_mutex_t *m, clockid_t clock, const struct timespec *until);
void condition_signal(pthread_cond_t *c);
void condition_broadcast(pthread_cond_t *c);
void condition_destroy(pthread_cond_t *c);

#endif
