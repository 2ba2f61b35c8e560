/* alarm.c: alarm, ualarm and setitimer: the timer of real time that sends SIGALRM. */
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "kernel/log.h"
#include "kernel/types.h"
#include "runtime/api.h"
#include "runtime/nosys.h"
#include "runtime/signal/itimer.h"
#include "runtime/time/clock.h"

#define NS_PER_US 1000u
#define MOST_US ((useconds_t)INT64_MAX / NS_PER_US)
#define US_PER_S 1000000

static struct itimer timer = { .info = { .si_signo = SIGALRM, .si_code = SI_KERNEL } };

static int set(int64_t ns, int64_t interval_ns, struct itimer_state *old)
{
    int error;

    itimer_lock_settled();
    error = itimer_set(&timer, ns ? clock_time_in(ns) : 0, interval_ns, old);
    itimer_unlock();
    return error;
}

/* What was left in seconds, rounded as Linux does: up to the next half, but never to 0. */
API unsigned alarm(unsigned seconds)
{
    struct itimer_state old;

    if (set((int64_t)seconds * NS_PER_S, 0, &old))
        log_printf("bower: no memory for the thread of alarm\n");
    return old.left_ns && old.left_ns < NS_PER_S / 2 ? 1 : (unsigned)((old.left_ns + NS_PER_S / 2) / NS_PER_S);
}

API useconds_t ualarm(useconds_t us, useconds_t interval)
{
    struct itimer_state old;
    int error = set((int64_t)MIN(us, MOST_US) * NS_PER_US, (int64_t)MIN(interval, MOST_US) * NS_PER_US, &old);

    if (error)
        return (useconds_t)api_status(error);
    return (useconds_t)(old.left_ns / NS_PER_US);
}

static struct timeval to_timeval(uint64_t ns)
{
    return (struct timeval){ (time_t)(ns / NS_PER_S), (suseconds_t)(ns % NS_PER_S / NS_PER_US) };
}

static bool to_ns(const struct timeval *t, int64_t *ns)
{
    return t->tv_usec >= 0 && t->tv_usec < US_PER_S && clock_to_ns(&(struct timespec){ t->tv_sec, t->tv_usec * NS_PER_US }, ns);
}

static void tell(struct itimerval *out, const struct itimer_state *state)
{
    out->it_value = to_timeval(state->left_ns && state->left_ns < NS_PER_US ? NS_PER_US : state->left_ns);
    out->it_interval = to_timeval(state->interval_ns);
}

API int setitimer(int which, const struct itimerval *restrict value, struct itimerval *restrict out)
{
    int64_t first, interval;
    struct itimer_state old;
    int error;

    if (which == ITIMER_VIRTUAL || which == ITIMER_PROF)
        return NOSYS("setitimer of processor time");
    if (which != ITIMER_REAL || !to_ns(&value->it_value, &first) || !to_ns(&value->it_interval, &interval))
        return api_status(-EINVAL);
    error = set(first, interval, &old);
    if (!error && out)
        tell(out, &old);
    return api_status(error);
}

API int getitimer(int which, struct itimerval *out)
{
    struct itimer_state state;

    if (which == ITIMER_VIRTUAL || which == ITIMER_PROF)
        return NOSYS("getitimer of processor time");
    if (which != ITIMER_REAL)
        return api_status(-EINVAL);
    itimer_lock();
    itimer_read(&timer, &state);
    itimer_unlock();
    tell(out, &state);
    return 0;
}
