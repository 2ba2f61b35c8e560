/* syscall.c: calls by their number: <sys/syscall.h>. */
#include <limits.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <time.h>

#include "kernel/log.h"
#include "runtime/api.h"
#include "runtime/file/io.h"
#include "runtime/nosys.h"
#include "runtime/system.h"
#include "runtime/thread/futex.h"
#include "runtime/time/clock.h"

static int64_t futex(uint32_t *word, int operation, uint32_t value, const struct timespec *timeout)
{
    uint64_t deadline = THREAD_FOREVER;

    switch (operation & ~FUTEX_PRIVATE_FLAG) {
    case FUTEX_WAKE:
        return thread_wake(word, MIN(value, (uint32_t)INT_MAX));
    case FUTEX_WAIT:
        if (timeout && !clock_deadline_in(timeout, &deadline))
            return -EINVAL;
        return thread_wait(word, value, deadline);
    }
    return -ENOSYS;
}

/* A count, or a negative errno. What a call has no use for of the arguments is never looked at. */
static int64_t call(long number, const long *a)
{
    switch (number) {
    case SYS_read:
        return io_read((int)a[0], (void *)a[1], (size_t)a[2]);
    case SYS_write:
        return io_write((int)a[0], (const void *)a[1], (size_t)a[2]);
    case SYS_futex:
        return futex((uint32_t *)a[0], (int)a[1], (uint32_t)a[2], (const struct timespec *)a[3]);
    case SYS_sched_yield:
        thread_yield();
        return 0;
    case SYS_getpid:
        return PID;
    case SYS_gettid:
        return thread_number(thread_self());
    }
    return -ENOSYS;
}

/* Names the call, unless it was the last one that was named. */
static long not_implemented(long number, long operation)
{
    static long last = -1;
    bool is_futex = number == SYS_futex;
    long which = is_futex ? -2 - operation : number;
    int said = __atomic_exchange_n(&last, which, __ATOMIC_RELAXED) == which;
    char name[48];

    if (is_futex)
        log_snprintf(name, sizeof(name), "syscall(SYS_futex) with operation %ld", operation);
    else
        log_snprintf(name, sizeof(name), "syscall(%ld)", number);
    return nosys_fail(name, &said);
}

API long syscall(long number, ...)
{
    va_list arguments;
    long a[4];
    int64_t result;

    va_start(arguments, number);
    for (int i = 0; i < 4; i++)
        a[i] = va_arg(arguments, long);
    va_end(arguments);
    result = call(number, a);
    return result == -ENOSYS ? not_implemented(number, a[1]) : api_result(result);
}
