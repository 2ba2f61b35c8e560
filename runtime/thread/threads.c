/* threads.c: <threads.h> of ISO C11 (7.26). */
#include <threads.h>

#include "runtime/api.h"
#include "runtime/thread/keys.h"
#include "runtime/thread/mutex.h"
#include "runtime/thread/thread.h"
#include "runtime/time/clock.h"

/* What thrd_create and its kin answer to a negative errno. */
static int answer(int error)
{
    switch (error) {
    case 0: return thrd_success;
    case -EBUSY: return thrd_busy;
    case -ETIMEDOUT: return thrd_timedout;
    case -ENOMEM: return thrd_nomem;
    default: return thrd_error;
    }
}

/* The entry's type is int (*)(void *): its int comes back in the register of a void *, and nothing looks at the rest of it. */
API int thrd_create(thrd_t *thread, thrd_start_t entry, void *argument)
{
    int error = runtime_thread_start(thread, NULL, (void *(*)(void *))(void *)entry, argument);

    return error == -EAGAIN ? thrd_nomem : answer(error);
}

API thrd_t thrd_current(void)
{
    return this_thread->number;
}

API int thrd_equal(thrd_t a, thrd_t b)
{
    return a == b;
}

API _Noreturn void thrd_exit(int result)
{
    runtime_thread_end((void *)(intptr_t)result);
}

API int thrd_join(thrd_t thread, int *result)
{
    void *value;
    int error = runtime_thread_join(thread, &value, THREAD_FOREVER);

    if (error == -ECANCELED)
        runtime_thread_end(PTHREAD_CANCELED);
    if (!error && result)
        *result = (int)(intptr_t)value;
    return answer(error);
}

API int thrd_detach(thrd_t thread)
{
    return answer(runtime_thread_detach(thread));
}

API int thrd_sleep(const struct timespec *duration, struct timespec *left)
{
    int error = clock_sleep_for(duration, left);

    return error == 0 ? 0 : error == -EINTR ? -1
                                            : -2;
}

API void thrd_yield(void)
{
    thread_yield();
}

API int mtx_init(mtx_t *m, int type)
{
    if (type & ~(mtx_recursive | mtx_timed))
        return thrd_error;
    mutex_init(m, type & mtx_recursive ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
    return thrd_success;
}

API void mtx_destroy(mtx_t *m)
{
    (void)m;
}

API int mtx_lock(mtx_t *m)
{
    return answer(mutex_lock(m));
}

API int mtx_timedlock(mtx_t *restrict m, const struct timespec *restrict until)
{
    return answer(mutex_lock_until(m, CLOCK_REALTIME, until));
}

API int mtx_trylock(mtx_t *m)
{
    return answer(mutex_try_lock(m));
}

API int mtx_unlock(mtx_t *m)
{
    return answer(mutex_unlock(m));
}

API int cnd_init(cnd_t *c)
{
    *c = (cnd_t)PTHREAD_COND_INITIALIZER;
    return thrd_success;
}

API void cnd_destroy(cnd_t *c)
{
    condition_destroy(c);
}

API int cnd_wait(cnd_t *c, mtx_t *m)
{
    return answer(condition_wait(c, m, THREAD_FOREVER));
}

API int cnd_timedwait(cnd_t *restrict c, mtx_t *restrict m, const struct timespec *restrict until)
{
    return answer(condition_wait_until(c, m, CLOCK_REALTIME, until));
}

API int cnd_signal(cnd_t *c)
{
    condition_signal(c);
    return thrd_success;
}

API int cnd_broadcast(cnd_t *c)
{
    condition_broadcast(c);
    return thrd_success;
}

API int tss_create(tss_t *key, tss_dtor_t destructor)
{
    return answer(key_create(key, destructor));
}

API void tss_delete(tss_t key)
{
    key_delete(key);
}

API void *tss_get(tss_t key)
{
    return key_get(key);
}

API int tss_set(tss_t key, void *value)
{
    return answer(key_set(key, value));
}

API void call_once(once_flag *flag, void (*routine)(void))
{
    struct futex_once *once = (struct futex_once *)&flag->bower_once;

    if (futex_once_is_done(once) || !futex_once_begin(once))
        return;
    routine();
    futex_once_end(once, true);
}
