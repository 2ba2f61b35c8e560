/* pthread_attr.c: attributes of threads to be. */
#include <pthread.h>

#include "kernel/thread/thread.h"
#include "runtime/api.h"
#include "runtime/thread/thread.h"

static int set_defaults(pthread_attr_t *attr)
{
    *attr = (pthread_attr_t){ .bower_stack_size = THREAD_STACK_SIZE, .bower_guard_size = PAGE_SIZE };
    return 0;
}

API int pthread_attr_init(pthread_attr_t *attr)
{
    return set_defaults(attr);
}

API int pthread_getattr_default_np(pthread_attr_t *attr)
{
    return set_defaults(attr);
}

API int pthread_attr_destroy(pthread_attr_t *attr)
{
    (void)attr;
    return 0;
}

API int pthread_attr_getdetachstate(const pthread_attr_t *attr, int *state)
{
    *state = attr->bower_detached;
    return 0;
}

API int pthread_attr_setdetachstate(pthread_attr_t *attr, int state)
{
    if (state != PTHREAD_CREATE_JOINABLE && state != PTHREAD_CREATE_DETACHED)
        return EINVAL;
    attr->bower_detached = state;
    return 0;
}

API int pthread_attr_getguardsize(const pthread_attr_t *restrict attr, size_t *restrict size)
{
    *size = attr->bower_guard_size;
    return 0;
}

API int pthread_attr_setguardsize(pthread_attr_t *attr, size_t size)
{
    attr->bower_guard_size = size;
    return 0;
}

API int pthread_attr_getinheritsched(const pthread_attr_t *restrict attr, int *restrict inherit)
{
    *inherit = attr->bower_explicit;
    return 0;
}

API int pthread_attr_setinheritsched(pthread_attr_t *attr, int inherit)
{
    if (inherit != PTHREAD_INHERIT_SCHED && inherit != PTHREAD_EXPLICIT_SCHED)
        return EINVAL;
    attr->bower_explicit = inherit;
    return 0;
}

API int pthread_attr_getschedparam(const pthread_attr_t *restrict attr, struct sched_param *restrict param)
{
    param->sched_priority = attr->bower_priority;
    return 0;
}

/* Priorities of the real-time policies are 1 to 99; the others have 0 alone. */
API int pthread_attr_setschedparam(pthread_attr_t *restrict attr, const struct sched_param *restrict param)
{
    bool real_time = attr->bower_policy != SCHED_OTHER;

    if (param->sched_priority < (real_time ? 1 : 0) || param->sched_priority > (real_time ? 99 : 0))
        return EINVAL;
    attr->bower_priority = param->sched_priority;
    return 0;
}

API int pthread_attr_getschedpolicy(const pthread_attr_t *restrict attr, int *restrict policy)
{
    *policy = attr->bower_policy;
    return 0;
}

API int pthread_attr_setschedpolicy(pthread_attr_t *attr, int policy)
{
    if (policy != SCHED_OTHER && policy != SCHED_FIFO && policy != SCHED_RR)
        return EINVAL;
    attr->bower_policy = policy;
    return 0;
}

API int pthread_attr_getscope(const pthread_attr_t *restrict attr, int *restrict scope)
{
    *scope = attr->bower_scope;
    return 0;
}

API int pthread_attr_setscope(pthread_attr_t *attr, int scope)
{
    if (scope == PTHREAD_SCOPE_PROCESS)
        return ENOTSUP;
    if (scope != PTHREAD_SCOPE_SYSTEM)
        return EINVAL;
    attr->bower_scope = scope;
    return 0;
}

API int pthread_attr_getstack(const pthread_attr_t *restrict attr, void **restrict stack, size_t *restrict size)
{
    *stack = attr->bower_stack;
    *size = attr->bower_stack_size;
    return 0;
}

API int pthread_attr_setstack(pthread_attr_t *attr, void *stack, size_t size)
{
    if (size < PTHREAD_STACK_MIN || (uintptr_t)stack % 16 != 0 || size % 16 != 0)
        return EINVAL;
    attr->bower_stack = stack;
    attr->bower_stack_size = size;
    return 0;
}

/* The elder form: the end that the stack grows from. The size must be set before. */
API int pthread_attr_getstackaddr(const pthread_attr_t *restrict attr, void **restrict end)
{
    *end = attr->bower_stack ? (char *)attr->bower_stack + attr->bower_stack_size : NULL;
    return 0;
}

API int pthread_attr_setstackaddr(pthread_attr_t *attr, void *end)
{
    attr->bower_stack = (char *)end - attr->bower_stack_size;
    return 0;
}

API int pthread_attr_getstacksize(const pthread_attr_t *restrict attr, size_t *restrict size)
{
    *size = attr->bower_stack_size;
    return 0;
}

API int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size)
{
    if (size < PTHREAD_STACK_MIN)
        return EINVAL;
    attr->bower_stack_size = size;
    return 0;
}

API int pthread_getattr_np(pthread_t thread, pthread_attr_t *attr)
{
    struct runtime_thread *t = runtime_thread_get(thread);
    vaddr_t stack;
    uint64_t size;

    if (!t)
        return ESRCH;
    thread_stack(t->kernel, &stack, &size);
    *attr = (pthread_attr_t){ .bower_stack = (void *)stack, .bower_stack_size = size, .bower_guard_size = t->guard_size };
    attr->bower_detached = __atomic_load_n(&t->fate, __ATOMIC_RELAXED) == THREAD_DETACHED;
    runtime_thread_put(t);
    return 0;
}
