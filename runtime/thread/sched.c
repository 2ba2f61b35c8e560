/*
 * sched.c: <sched.h>. All threads have Linux's ordinary policy and may run on every hart; what asks for more is answered as
 * Linux answers an ordinary user.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "arch/hart.h"
#include "kernel/thread/sched.h"
#include "kernel/thread/thread.h"
#include "runtime/api.h"
#include "runtime/thread/thread.h"

static bool is_real_time(int policy)
{
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool is_policy(int policy)
{
    return policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE || is_real_time(policy);
}

/* 0 or a negative errno. */
static int schedule_as(int policy, int priority)
{
    policy &= ~SCHED_RESET_ON_FORK;
    if (!is_policy(policy) || priority < (is_real_time(policy) ? 1 : 0) || priority > (is_real_time(policy) ? 99 : 0))
        return -EINVAL;
    return is_real_time(policy) ? -EPERM : 0;
}

static bool is_ours(pid_t pid)
{
    return pid == 0 || pid == 1 || (pid_t)thread_number(thread_self()) == pid;
}

API int sched_yield(void)
{
    thread_yield();
    return 0;
}

API int sched_getcpu(void)
{
    return (int)hart_index();
}

API int sched_get_priority_max(int policy)
{
    return is_policy(policy) ? (is_real_time(policy) ? 99 : 0) : api_status(-EINVAL);
}

API int sched_get_priority_min(int policy)
{
    return is_policy(policy) ? (is_real_time(policy) ? 1 : 0) : api_status(-EINVAL);
}

API int sched_getscheduler(pid_t pid)
{
    return is_ours(pid) ? SCHED_OTHER : api_status(-ESRCH);
}

API int sched_setscheduler(pid_t pid, int policy, const struct sched_param *param)
{
    return api_status(is_ours(pid) ? schedule_as(policy, param->sched_priority) : -ESRCH);
}

API int sched_getparam(pid_t pid, struct sched_param *param)
{
    if (!is_ours(pid))
        return api_status(-ESRCH);
    param->sched_priority = 0;
    return 0;
}

API int sched_setparam(pid_t pid, const struct sched_param *param)
{
    return api_status(is_ours(pid) ? schedule_as(SCHED_OTHER, param->sched_priority) : -ESRCH);
}

API int sched_rr_get_interval(pid_t pid, struct timespec *out)
{
    if (!is_ours(pid))
        return api_status(-ESRCH);
    *out = (struct timespec){ 0, SLICE_NS };
    return 0;
}

API int pthread_getschedparam(pthread_t thread, int *restrict policy, struct sched_param *restrict param)
{
    struct runtime_thread *t = runtime_thread_get(thread);

    if (!t)
        return ESRCH;
    runtime_thread_put(t);
    *policy = SCHED_OTHER;
    param->sched_priority = 0;
    return 0;
}

API int pthread_setschedparam(pthread_t thread, int policy, const struct sched_param *param)
{
    struct runtime_thread *t = runtime_thread_get(thread);

    if (!t)
        return ESRCH;
    runtime_thread_put(t);
    return -schedule_as(policy, param->sched_priority);
}

API int pthread_setschedprio(pthread_t thread, int priority)
{
    struct sched_param param = { .sched_priority = priority };
    struct runtime_thread *t = runtime_thread_get(thread);

    if (!t)
        return ESRCH;
    runtime_thread_put(t);
    return -schedule_as(SCHED_OTHER, param.sched_priority);
}

static uint32_t all_harts(void)
{
    return (1u << hart_count()) - 1;
}

/* The harts of a set; 0: none of them exists, which Linux refuses. */
static uint32_t harts_of(size_t size, const cpu_set_t *set)
{
    uint32_t harts = 0;

    for (unsigned i = 0; i < hart_count(); i++)
        harts |= CPU_ISSET_S(i, size, set) ? 1u << i : 0;
    return harts;
}

static int set_affinity(struct runtime_thread *t, size_t size, const cpu_set_t *set)
{
    uint32_t harts = harts_of(size, set);

    if (!t)
        return -ESRCH;
    if (!harts)
        return -EINVAL;
    __atomic_store_n(&t->affinity, harts, __ATOMIC_RELAXED);
    return 0;
}

/* harts: 0 for all. */
static int show(uint32_t harts, size_t size, cpu_set_t *set)
{
    if (size == 0 || size % sizeof(unsigned long) != 0)
        return -EINVAL;
    memset(set, 0, size);
    set->__bits[0] = harts ? harts : all_harts();
    return 0;
}

static int get_affinity(struct runtime_thread *t, size_t size, cpu_set_t *set)
{
    return t ? show(__atomic_load_n(&t->affinity, __ATOMIC_RELAXED), size, set) : -ESRCH;
}

API int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set)
{
    return api_status(set_affinity(is_ours(pid) ? this_thread : NULL, size, set));
}

API int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
    return api_status(get_affinity(is_ours(pid) ? this_thread : NULL, size, set));
}

API int pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *set)
{
    struct runtime_thread *t = runtime_thread_get(thread);
    int error = set_affinity(t, size, set);

    if (t)
        runtime_thread_put(t);
    return -error;
}

API int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *set)
{
    struct runtime_thread *t = runtime_thread_get(thread);
    int error = get_affinity(t, size, set);

    if (t)
        runtime_thread_put(t);
    return -error;
}

API int pthread_attr_setaffinity_np(pthread_attr_t *attr, size_t size, const cpu_set_t *set)
{
    attr->bower_affinity = set && size > 0 ? harts_of(size, set) : 0;
    return 0;
}

API int pthread_attr_getaffinity_np(const pthread_attr_t *attr, size_t size, cpu_set_t *set)
{
    return -show(attr->bower_affinity, size, set);
}
