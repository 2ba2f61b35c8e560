/* semaphores.c: <semaphore.h>, without names. */
#include <semaphore.h>

#include "runtime/api.h"
#include "runtime/nosys.h"
#include "runtime/thread/futex.h"
#include "runtime/thread/thread.h"
#include "runtime/time/clock.h"

_Static_assert(sizeof(sem_t) == sizeof(struct futex_semaphore), "one structure by two names");

static struct futex_semaphore *semaphore_of(sem_t *s)
{
    return (struct futex_semaphore *)s;
}

API int sem_init(sem_t *s, int shared, unsigned value)
{
    (void)shared;
    if (value > SEM_VALUE_MAX)
        return api_status(-EINVAL);
    s->bower_state = value;
    return 0;
}

API int sem_destroy(sem_t *s)
{
    (void)s;
    return 0;
}

static int wait_for(sem_t *s, uint64_t deadline)
{
    int error = futex_semaphore_wait(semaphore_of(s), deadline, &this_thread->cancel);

    if (error == -ECANCELED)
        runtime_thread_end((void *)-1);
    return api_status(error);
}

static int wait_until(sem_t *s, clockid_t clock, const struct timespec *until)
{
    uint64_t deadline;

    runtime_thread_test_cancel();
    return clock_deadline(clock, until, &deadline) ? wait_for(s, deadline) : api_status(-EINVAL);
}

API int sem_wait(sem_t *s)
{
    runtime_thread_test_cancel();
    return wait_for(s, THREAD_FOREVER);
}

API int sem_trywait(sem_t *s)
{
    return api_status(futex_semaphore_try(semaphore_of(s)));
}

API int sem_timedwait(sem_t *restrict s, const struct timespec *restrict until)
{
    return wait_until(s, CLOCK_REALTIME, until);
}

API int sem_clockwait(sem_t *restrict s, clockid_t clock, const struct timespec *restrict until)
{
    return wait_until(s, clock, until);
}

API int sem_post(sem_t *s)
{
    return api_status(futex_semaphore_post(semaphore_of(s)));
}

API int sem_getvalue(sem_t *restrict s, int *restrict value)
{
    *value = (int)(uint32_t)__atomic_load_n(&s->bower_state, __ATOMIC_RELAXED);
    return 0;
}

/* A name is for several processes to meet at. */
API sem_t *sem_open(const char *name, int flags, ...)
{
    (void)name;
    (void)flags;
    NOSYS("sem_open");
    return SEM_FAILED;
}

API int sem_close(sem_t *s)
{
    (void)s;
    return NOSYS("sem_close");
}

API int sem_unlink(const char *name)
{
    (void)name;
    return NOSYS("sem_unlink");
}
