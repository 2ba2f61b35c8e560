/* condition.c: pthread_cond_*, and what C11's cnd_* share with it. */
#include "runtime/api.h"
#include "runtime/thread/mutex.h"
#include "runtime/thread/thread.h"
#include "runtime/time/clock.h"

_Static_assert(offsetof(pthread_cond_t, bower_word) == offsetof(struct futex_condition, word) &&
                   offsetof(pthread_cond_t, bower_inside) == offsetof(struct futex_condition, inside),
               "a futex_condition comes first");

static struct futex_condition *condition_of(pthread_cond_t *c)
{
    return (struct futex_condition *)&c->bower_word;
}

/* Gives the mutex up altogether, however often it is locked. */
static int release(pthread_mutex_t *m, unsigned *depth)
{
    *depth = m->bower_depth;
    if (mutex_type(m) == PTHREAD_MUTEX_RECURSIVE && m->bower_owner == this_thread->number)
        m->bower_depth = 1;
    return mutex_unlock(m);
}

static int acquire(pthread_mutex_t *m, unsigned depth)
{
    int error = mutex_lock(m);

    if (!mutex_is_plain(m) && error != -ENOTRECOVERABLE)
        m->bower_depth = depth;
    return error;
}

int condition_wait(pthread_cond_t *c, pthread_mutex_t *m, uint64_t deadline)
{
    uint32_t prepared;
    unsigned depth;
    int error, locked;

    runtime_thread_test_cancel();
    prepared = futex_condition_prepare(condition_of(c));
    error = release(m, &depth);
    if (error) {
        futex_condition_abandon(condition_of(c));
        return error;
    }
    error = futex_condition_wait(condition_of(c), prepared, deadline, &this_thread->cancel);
    locked = acquire(m, depth);
    if (error == -ECANCELED)
        runtime_thread_end(PTHREAD_CANCELED);
    return locked ? locked : error;
}

int condition_wait_until(pthread_cond_t *c, pthread_mutex_t *m, clockid_t clock, const struct timespec *until)
{
    uint64_t deadline;

    return clock_deadline(clock, until, &deadline) ? condition_wait(c, m, deadline) : -EINVAL;
}

void condition_signal(pthread_cond_t *c)
{
    futex_condition_signal(condition_of(c));
}

void condition_broadcast(pthread_cond_t *c)
{
    futex_condition_broadcast(condition_of(c));
}

void condition_destroy(pthread_cond_t *c)
{
    futex_condition_destroy(condition_of(c));
}

API int pthread_cond_init(pthread_cond_t *restrict c, const pthread_condattr_t *restrict attr)
{
    *c = (pthread_cond_t){ .bower_monotonic = attr && attr->bower_monotonic };
    return 0;
}

API int pthread_cond_destroy(pthread_cond_t *c)
{
    condition_destroy(c);
    return 0;
}

API int pthread_cond_wait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m)
{
    return -condition_wait(c, m, THREAD_FOREVER);
}

API int pthread_cond_timedwait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m, const struct timespec *restrict until)
{
    return -condition_wait_until(c, m, c->bower_monotonic ? CLOCK_MONOTONIC : CLOCK_REALTIME, until);
}

API int pthread_cond_clockwait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m, clockid_t clock,
                               const struct timespec *restrict until)
{
    return -condition_wait_until(c, m, clock, until);
}

API int pthread_cond_signal(pthread_cond_t *c)
{
    condition_signal(c);
    return 0;
}

API int pthread_cond_broadcast(pthread_cond_t *c)
{
    condition_broadcast(c);
    return 0;
}

API int pthread_condattr_init(pthread_condattr_t *attr)
{
    *attr = (pthread_condattr_t){ 0 };
    return 0;
}

API int pthread_condattr_destroy(pthread_condattr_t *attr)
{
    (void)attr;
    return 0;
}

API int pthread_condattr_getclock(const pthread_condattr_t *restrict attr, clockid_t *restrict clock)
{
    *clock = attr->bower_monotonic ? CLOCK_MONOTONIC : CLOCK_REALTIME;
    return 0;
}

API int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return EINVAL;
    attr->bower_monotonic = clock == CLOCK_MONOTONIC;
    return 0;
}

API int pthread_condattr_getpshared(const pthread_condattr_t *restrict attr, int *restrict shared)
{
    *shared = attr->bower_pshared;
    return 0;
}

API int pthread_condattr_setpshared(pthread_condattr_t *attr, int shared)
{
    if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
        return EINVAL;
    attr->bower_pshared = shared;
    return 0;
}
