/* pthread.c: threads themselves: creation, end, cancellation, names, and what of scheduling Linux's programs ask for. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>

#include "kernel/thread/thread.h"
#include "runtime/api.h"
#include "runtime/nosys.h"
#include "runtime/signal/signal.h"
#include "runtime/thread/keys.h"
#include "runtime/thread/thread.h"
#include "runtime/time/clock.h"

struct runtime_thread_options runtime_thread_options_of(const pthread_attr_t *attr)
{
    return (struct runtime_thread_options){
        .stack = (vaddr_t)attr->bower_stack,
        .stack_size = attr->bower_stack_size,
        .guard_size = attr->bower_guard_size,
        .detached = attr->bower_detached,
        .affinity = attr->bower_affinity,
    };
}

API int pthread_create(pthread_t *restrict out, const pthread_attr_t *restrict attr, void *(*entry)(void *),
                       void *restrict argument)
{
    struct runtime_thread_options options = { 0 };

    if (attr) {
        /* Linux: an ordinary user may not ask for real-time scheduling. */
        if (attr->bower_explicit && attr->bower_policy != SCHED_OTHER)
            return EPERM;
        options = runtime_thread_options_of(attr);
    }
    return -runtime_thread_start(out, &options, entry, argument);
}

API _Noreturn void pthread_exit(void *result)
{
    runtime_thread_end(result);
}

static int join(pthread_t thread, void **result, uint64_t deadline)
{
    int error = runtime_thread_join(thread, result, deadline);

    if (error == -ECANCELED)
        runtime_thread_end(PTHREAD_CANCELED);
    return -error;
}

API int pthread_join(pthread_t thread, void **result)
{
    runtime_thread_test_cancel();
    return join(thread, result, THREAD_FOREVER);
}

API int pthread_tryjoin_np(pthread_t thread, void **result)
{
    return join(thread, result, 0);
}

static int join_until(pthread_t thread, void **result, clockid_t clock, const struct timespec *until)
{
    uint64_t deadline = THREAD_FOREVER;

    if (until && !clock_deadline(clock, until, &deadline))
        return EINVAL;
    runtime_thread_test_cancel();
    return join(thread, result, deadline);
}

API int pthread_clockjoin_np(pthread_t thread, void **result, clockid_t clock, const struct timespec *until)
{
    return join_until(thread, result, clock, until);
}

API int pthread_timedjoin_np(pthread_t thread, void **result, const struct timespec *until)
{
    return join_until(thread, result, CLOCK_REALTIME, until);
}

API int pthread_detach(pthread_t thread)
{
    return -runtime_thread_detach(thread);
}

API pthread_t pthread_self(void)
{
    return this_thread->number;
}

API int pthread_equal(pthread_t a, pthread_t b)
{
    return a == b;
}

API int pthread_cancel(pthread_t thread)
{
    struct runtime_thread *t = runtime_thread_get(thread);

    if (!t)
        return ESRCH;
    futex_cancel(&t->cancel);
    runtime_thread_put(t);
    return 0;
}

API int pthread_setcancelstate(int state, int *old)
{
    uint32_t before;

    if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE)
        return EINVAL;
    if (state == PTHREAD_CANCEL_DISABLE)
        before = __atomic_fetch_or(&this_thread->cancel.flags, CANCEL_DISABLED, __ATOMIC_SEQ_CST);
    else
        before = __atomic_fetch_and(&this_thread->cancel.flags, ~CANCEL_DISABLED, __ATOMIC_SEQ_CST);
    if (old)
        *old = before & CANCEL_DISABLED ? PTHREAD_CANCEL_DISABLE : PTHREAD_CANCEL_ENABLE;
    return 0;
}

/* A thread is never ended in the middle of a computation: there is nothing that could interrupt it in its own code. */
API int pthread_setcanceltype(int type, int *old)
{
    if (type == PTHREAD_CANCEL_ASYNCHRONOUS) {
        NOSYS("pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS)");
        return ENOSYS;
    }
    if (type != PTHREAD_CANCEL_DEFERRED)
        return EINVAL;
    if (old)
        *old = PTHREAD_CANCEL_DEFERRED;
    return 0;
}

API void pthread_testcancel(void)
{
    runtime_thread_test_cancel();
}

API void bower_cleanup_push(struct bower_cleanup *here, void (*routine)(void *), void *argument)
{
    *here = (struct bower_cleanup){ routine, argument, this_thread->cleanup };
    this_thread->cleanup = here;
}

API void bower_cleanup_pop(struct bower_cleanup *here, int execute)
{
    this_thread->cleanup = here->outer;
    if (execute)
        here->routine(here->argument);
}

/* Nobody forks, so nothing of it is ever called. */
API int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
    (void)prepare;
    (void)parent;
    (void)child;
    return 0;
}

/* A signal reaches the thread that raises it; no other can be interrupted. One that has ended takes any, as on Linux. */
API int pthread_kill(pthread_t thread, int signal)
{
    struct runtime_thread *t;
    bool ended;

    if (thread == this_thread->number)
        return -signal_raise(signal);
    t = runtime_thread_get(thread);
    if (!t)
        return ESRCH;
    ended = __atomic_load_n(&t->ended, __ATOMIC_ACQUIRE);
    runtime_thread_put(t);
    if (signal == 0 || ended)
        return 0;
    if (signal < 0 || signal >= NSIG)
        return EINVAL;
    NOSYS("pthread_kill of another thread");
    return ENOSYS;
}

API int pthread_setname_np(pthread_t thread, const char *name)
{
    struct runtime_thread *t;

    if (strlen(name) >= THREAD_NAME_SIZE)
        return ERANGE;
    t = runtime_thread_get(thread);
    if (!t)
        return ESRCH;
    runtime_thread_set_name(t, name);
    runtime_thread_put(t);
    return 0;
}

API int pthread_getname_np(pthread_t thread, char *name, size_t size)
{
    struct runtime_thread *t;

    if (size < THREAD_NAME_SIZE)
        return ERANGE;
    t = runtime_thread_get(thread);
    if (!t)
        return ESRCH;
    runtime_thread_name(t, name);
    runtime_thread_put(t);
    return 0;
}

API int prctl(int option, ...)
{
    va_list args;
    char *name;

    if (option != PR_SET_NAME && option != PR_GET_NAME)
        return NOSYS("prctl");
    va_start(args, option);
    name = va_arg(args, char *);
    va_end(args);
    if (option == PR_GET_NAME)
        runtime_thread_name(this_thread, name);
    else
        runtime_thread_set_name(this_thread, name);
    return 0;
}

API int pthread_getcpuclockid(pthread_t thread, clockid_t *clock)
{
    struct runtime_thread *t = runtime_thread_get(thread);

    if (!t)
        return ESRCH;
    runtime_thread_put(t);
    *clock = clock_of_thread(thread);
    return 0;
}

static int concurrency; /* what the program has asked for; shown, without effect. atomic */

API int pthread_getconcurrency(void)
{
    return __atomic_load_n(&concurrency, __ATOMIC_RELAXED);
}

API int pthread_setconcurrency(int level)
{
    if (level < 0)
        return EINVAL;
    __atomic_store_n(&concurrency, level, __ATOMIC_RELAXED);
    return 0;
}

API int pthread_yield(void)
{
    thread_yield();
    return 0;
}

API int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
    return -key_create(key, destructor);
}

API int pthread_key_delete(pthread_key_t key)
{
    return -key_delete(key);
}

API void *pthread_getspecific(pthread_key_t key)
{
    return key_get(key);
}

API int pthread_setspecific(pthread_key_t key, const void *value)
{
    return -key_set(key, value);
}
