/* clock.c: time of day, monotonic and processor time, and sleeping. */
#include "runtime/time/clock.h"

#include <reent.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/timeb.h>
#include <sys/times.h>
#include <unistd.h>

#include "arch/hart.h"
#include "arch/irq.h"
#include "kernel/pager/pager.h"
#include "kernel/thread/sched.h"
#include "kernel/pager/stats.h"
#include "runtime/api.h"
#include "runtime/signal/interrupt.h"
#include "runtime/system.h"
#include "runtime/thread/thread.h"

#define DAY_NS (86400 * (uint64_t)NS_PER_S)
#define THREAD_CLOCKS 1000 /* ids of clocks above it are those of threads */
#define TICKS_PER_S 100u   /* of times(); sysconf(_SC_CLK_TCK) says the same */

static uint64_t start_ns, start_instret, start_cpu_ns, start_main_ns;
static const struct thread *main_thread;
static uint64_t wall_offset_ns; /* time of day at time_ns() == 0; 0: not asked yet. atomic */

void clock_start(void)
{
    start_ns = time_ns();
    start_instret = sched_instret();
    start_cpu_ns = sched_busy_ns();
    main_thread = thread_self();
    start_main_ns = thread_cpu_ns(main_thread); /* no earlier: it never has more than the process */
}

uint64_t clock_elapsed_ns(void)
{
    return time_ns() - start_ns;
}

uint64_t clock_elapsed_instret(void)
{
    return sched_instret() - start_instret;
}

uint64_t clock_boot_instret(void)
{
    return start_instret;
}

uint64_t clock_cpu_ns(void)
{
    return sched_busy_ns() - start_cpu_ns;
}

/* How long harts were at work for a thread since clock_start. */
static uint64_t cpu_ns_of(const struct thread *t)
{
    return thread_cpu_ns(t) - (t == main_thread ? start_main_ns : 0);
}

static struct timespec from_ns(uint64_t ns)
{
    return (struct timespec){ (time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S) };
}

static struct timeval to_timeval(uint64_t ns)
{
    return (struct timeval){ (time_t)(ns / NS_PER_S), (suseconds_t)(ns % NS_PER_S / 1000) };
}

static uint64_t wall_ns(void)
{
    uint64_t offset = __atomic_load_n(&wall_offset_ns, __ATOMIC_RELAXED), none = 0;

    if (offset == 0) {
        uint64_t wall = wall_clock_ns();
        if (pager_repeats)
            wall -= wall % DAY_NS; /* a program may seed its generator with the date: how long devices took until now is not in it */
        offset = wall - time_ns();
        if (!__atomic_compare_exchange_n(&wall_offset_ns, &none, offset, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            offset = none; /* another thread has asked, too: the clock goes by one answer */
    }
    return offset + time_ns();
}

struct timespec clock_wall(void)
{
    return from_ns(wall_ns());
}

/* The clock of a thread of this number (clock_of_thread). */
static bool read_clock_of(clockid_t id, uint64_t *ns)
{
    struct runtime_thread *t = id > THREAD_CLOCKS ? runtime_thread_get(id - THREAD_CLOCKS) : NULL;

    if (!t)
        return false;
    *ns = cpu_ns_of(t->kernel);
    runtime_thread_put(t);
    return true;
}

clockid_t clock_of_thread(unsigned long number)
{
    return THREAD_CLOCKS + number;
}

/* 0 or an error number (not in errno). */
API int clock_getcpuclockid(pid_t pid, clockid_t *out)
{
    if (pid != 0 && pid != PID)
        return ESRCH;
    *out = CLOCK_PROCESS_CPUTIME_ID;
    return 0;
}

/* Nanoseconds that the clock shows; false: there is no such clock. */
static bool read_clock(clockid_t id, uint64_t *ns)
{
    switch (id) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE: *ns = wall_ns(); return true;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME: *ns = time_ns(); return true;
    case CLOCK_PROCESS_CPUTIME_ID: *ns = clock_cpu_ns(); return true;
    case CLOCK_THREAD_CPUTIME_ID: *ns = cpu_ns_of(this_thread->kernel); return true;
    default: return read_clock_of(id, ns);
    }
}

bool clock_is_known(clockid_t id)
{
    uint64_t ns;

    return read_clock(id, &ns);
}

API int clock_gettime(clockid_t id, struct timespec *out)
{
    uint64_t ns;

    if (!read_clock(id, &ns))
        return api_status(-EINVAL);
    *out = from_ns(ns);
    interrupt_check();
    return 0;
}

API int clock_getres(clockid_t id, struct timespec *out)
{
    uint64_t ns;

    if (!read_clock(id, &ns))
        return api_status(-EINVAL);
    if (out)
        *out = (struct timespec){ 0, 100 }; /* QEMU's timebase: 10 MHz */
    return 0;
}

API int timespec_get(struct timespec *out, int base)
{
    if (base != TIME_UTC)
        return 0;
    *out = clock_wall();
    return base;
}

int _gettimeofday_r(struct _reent *reent, struct timeval *out, void *zone)
{
    (void)reent;
    (void)zone;
    *out = to_timeval(wall_ns());
    return 0;
}

API int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    if (zone)
        *(struct timezone *)zone = (struct timezone){ 0, 0 };
    *out = to_timeval(wall_ns());
    return 0;
}

API int ftime(struct timeb *out)
{
    struct timeval now = to_timeval(wall_ns());

    *out = (struct timeb){ .time = now.tv_sec, .millitm = (unsigned short)(now.tv_usec / 1000) };
    return 0;
}

API time_t time(time_t *out)
{
    time_t now = (time_t)(wall_ns() / NS_PER_S);

    if (out)
        *out = now;
    interrupt_check();
    return now;
}

API clock_t clock(void)
{
    return (clock_t)(clock_cpu_ns() / (NS_PER_S / CLOCKS_PER_SEC));
}

static clock_t read_times(struct tms *out)
{
    if (out)
        *out = (struct tms){ .tms_utime = (clock_t)(clock_cpu_ns() / (NS_PER_S / TICKS_PER_S)) };
    return (clock_t)(time_ns() / (NS_PER_S / TICKS_PER_S));
}

clock_t _times_r(struct _reent *reent, struct tms *out)
{
    (void)reent;
    return read_times(out);
}

API clock_t times(struct tms *out)
{
    return read_times(out);
}

API int getrusage(int who, struct rusage *out)
{
    struct pager_totals totals;

    if (who != RUSAGE_SELF && who != RUSAGE_THREAD && who != RUSAGE_CHILDREN)
        return api_status(-EINVAL);
    *out = (struct rusage){ 0 };
    if (who == RUSAGE_CHILDREN)
        return 0;
    pager_totals(&totals);
    out->ru_utime = to_timeval(who == RUSAGE_THREAD ? cpu_ns_of(this_thread->kernel) : clock_cpu_ns());
    out->ru_maxrss = (long)(totals.frames_peak * PAGE_SIZE / 1024);
    out->ru_majflt = (long)totals.counters.faults_major;
    out->ru_minflt = (long)(totals.counters.faults - totals.counters.faults_major);
    out->ru_inblock = (long)(totals.counters.bytes_read / 512);
    out->ru_oublock = (long)(totals.counters.bytes_written / 512);
    return 0;
}

static bool is_valid(const struct timespec *t)
{
    return t->tv_nsec >= 0 && t->tv_nsec < (long)NS_PER_S;
}

/* The host's clock is not ours to set; as on Linux what nobody can set is said first. */
API int clock_settime(clockid_t id, const struct timespec *value)
{
    return api_status(id == CLOCK_REALTIME && value->tv_sec >= 0 && is_valid(value) ? -EPERM : -EINVAL);
}

bool clock_to_ns(const struct timespec *t, int64_t *ns)
{
    if (t->tv_sec < 0 || !is_valid(t))
        return false;
    if (__builtin_mul_overflow(t->tv_sec, (int64_t)NS_PER_S, ns) || __builtin_add_overflow(*ns, t->tv_nsec, ns))
        *ns = INT64_MAX;
    return true;
}

int64_t clock_time_in(int64_t ns)
{
    int64_t then;

    return __builtin_add_overflow((int64_t)time_ns(), ns, &then) ? INT64_MAX : then;
}

int64_t clock_time_at(clockid_t id, int64_t ns)
{
    uint64_t shown = 0;
    int64_t then;

    read_clock(id, &shown);
    then = clock_time_in(ns - (int64_t)shown);
    return then ? then : 1;
}

static bool deadline_on(clockid_t id, const struct timespec *t, uint64_t *deadline_ns)
{
    int64_t then = 0;
    uint64_t now;

    if (!read_clock(id, &now) || !is_valid(t))
        return false;
    if (t->tv_sec >= 0)
        clock_to_ns(t, &then);
    if (then == INT64_MAX)
        *deadline_ns = CLOCK_NEVER;
    else
        *deadline_ns = (uint64_t)then > now ? time_ns() + ((uint64_t)then - now) : 1;
    return true;
}

bool clock_deadline(clockid_t id, const struct timespec *t, uint64_t *deadline_ns)
{
    return clock_has_timeouts(id) && deadline_on(id, t, deadline_ns);
}

bool clock_deadline_in(const struct timespec *t, uint64_t *deadline_ns)
{
    int64_t ns;

    if (!clock_to_ns(t, &ns))
        return false;
    *deadline_ns = ns == INT64_MAX ? CLOCK_NEVER : time_ns() + (uint64_t)ns;
    return true;
}

/* What is left until then. */
static uint64_t ns_until(uint64_t deadline_ns)
{
    uint64_t now = time_ns();

    return deadline_ns > now ? deadline_ns - now : 0;
}

int clock_sleep_for(const struct timespec *t, struct timespec *left)
{
    uint64_t until;
    bool interrupted;

    if (!clock_deadline_in(t, &until))
        return -EINVAL;
    interrupted = interrupt_sleep_until(until);
    if (left && interrupted) /* else it stays as it is: programs give the time itself, and sleep for it again */
        *left = from_ns(ns_until(until));
    return interrupted ? -EINTR : 0;
}

API int nanosleep(const struct timespec *t, struct timespec *left)
{
    return api_status(clock_sleep_for(t, left));
}

/* 0 or an error number (not in errno). */
API int clock_nanosleep(clockid_t id, int flags, const struct timespec *t, struct timespec *left)
{
    uint64_t now, until;

    if (!read_clock(id, &now) || id == CLOCK_THREAD_CPUTIME_ID)
        return EINVAL;
    if (!(flags & TIMER_ABSTIME))
        return -clock_sleep_for(t, left);
    if (t->tv_sec < 0 || !deadline_on(id, t, &until))
        return EINVAL;
    return interrupt_sleep_until(until) ? EINTR : 0;
}

API int usleep(useconds_t us)
{
    return api_status(interrupt_sleep_until(time_ns() + us * 1000u) ? -EINTR : 0);
}

API unsigned sleep(unsigned seconds)
{
    uint64_t until = time_ns() + (uint64_t)seconds * NS_PER_S;

    if (!interrupt_sleep_until(until))
        return 0;
    errno = EINTR;
    return (unsigned)((ns_until(until) + NS_PER_S / 2) / NS_PER_S);
}
