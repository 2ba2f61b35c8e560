/* timers.c: timer_create and its kin, on clocks of real time. */
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "kernel/types.h"
#include "runtime/api.h"
#include "runtime/nosys.h"
#include "runtime/signal/itimer.h"
#include "runtime/signal/signal.h"
#include "runtime/time/clock.h"

struct program_timer {
    struct itimer timer;
    clockid_t clock;
    struct program_timer *next;
};

/* Both protected by itimer_lock. */
static struct program_timer *created; /* by the program, newest first; an id is never used twice */
static int next_id;

/* Where the timer hangs in the list; NULL: there is none of that id. Under the lock. */
static struct program_timer **find(timer_t id)
{
    struct program_timer **at = &created;

    while (*at && (intptr_t)id != (*at)->timer.info.si_timerid)
        at = &(*at)->next;
    return *at ? at : NULL;
}

/* 0, -EINVAL; -ENOTSUP: such clocks have no timers on Linux, either; -ENOSYS. */
static int check_clock(clockid_t id)
{
    if (clock_has_timeouts(id) || id == CLOCK_BOOTTIME)
        return 0;
    if (id == CLOCK_REALTIME_COARSE || id == CLOCK_MONOTONIC_COARSE || id == CLOCK_MONOTONIC_RAW)
        return -ENOTSUP;
    if (!clock_is_known(id))
        return -EINVAL;
    NOSYS("timer_create on a clock of processor time");
    return -ENOSYS;
}

static int check_event(const struct sigevent *event)
{
    if (event->sigev_notify == SIGEV_NONE || event->sigev_notify == SIGEV_THREAD)
        return 0;
    return event->sigev_notify == SIGEV_SIGNAL && signal_is_valid(event->sigev_signo) ? 0 : -EINVAL;
}

static void take_event(struct itimer *t, const struct sigevent *event)
{
    t->info.si_code = SI_TIMER;
    t->info.si_value = event->sigev_value;
    if (event->sigev_notify == SIGEV_SIGNAL)
        t->info.si_signo = event->sigev_signo;
    if (event->sigev_notify != SIGEV_THREAD)
        return;
    t->notify = event->sigev_notify_function;
    if (event->sigev_notify_attributes)
        t->thread = runtime_thread_options_of(event->sigev_notify_attributes);
    t->thread.detached = true;
}

API int timer_create(clockid_t clock, struct sigevent *restrict event, timer_t *restrict out)
{
    static const struct sigevent by_default = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
    int error = check_clock(clock);
    struct program_timer *t;
    int id;

    if (!error)
        error = check_event(event ? event : &by_default);
    t = error ? NULL : calloc(1, sizeof(*t));
    if (!t)
        return api_status(error ? error : -EAGAIN);
    t->clock = clock;
    take_event(&t->timer, event ? event : &by_default);
    itimer_lock();
    id = next_id++;
    t->timer.info.si_timerid = id;
    if (!event)
        t->timer.info.si_value.sival_int = id;
    t->next = created;
    created = t;
    itimer_unlock();
    *out = (timer_t)(intptr_t)id; /* not under the lock: a handler runs if it faults */
    return 0;
}

API int timer_delete(timer_t id)
{
    struct program_timer **at, *t = NULL;

    itimer_lock_settled();
    at = find(id);
    if (at) {
        t = *at;
        *at = t->next;
        itimer_remove(&t->timer);
    }
    itimer_unlock();
    free(t);
    return api_status(t ? 0 : -EINVAL);
}

static void tell(struct itimerspec *out, const struct itimer_state *state)
{
    out->it_value = (struct timespec){ (time_t)(state->left_ns / NS_PER_S), (long)(state->left_ns % NS_PER_S) };
    out->it_interval = (struct timespec){ (time_t)(state->interval_ns / NS_PER_S), (long)(state->interval_ns % NS_PER_S) };
}

static int64_t due_at(const struct program_timer *t, int flags, int64_t ns)
{
    if (!ns)
        return 0;
    return flags & TIMER_ABSTIME ? clock_time_at(t->clock, ns) : clock_time_in(ns);
}

static int set(timer_t id, int flags, const struct itimerspec *value, struct itimer_state *old)
{
    int64_t ns, interval;
    struct program_timer **at;
    int error = -EINVAL;

    if (!value || !clock_to_ns(&value->it_value, &ns) || !clock_to_ns(&value->it_interval, &interval))
        return -EINVAL;
    itimer_lock_settled();
    at = find(id);
    if (at)
        error = itimer_set(&(*at)->timer, due_at(*at, flags, ns), interval, old);
    itimer_unlock();
    return error;
}

API int timer_settime(timer_t id, int flags, const struct itimerspec *restrict value, struct itimerspec *restrict out)
{
    struct itimer_state old;
    int error = set(id, flags, value, &old);

    if (!error && out)
        tell(out, &old);
    return api_status(error);
}

API int timer_gettime(timer_t id, struct itimerspec *out)
{
    struct program_timer **at;
    struct itimer_state state;

    itimer_lock();
    at = find(id);
    if (at)
        itimer_read(&(*at)->timer, &state);
    itimer_unlock();
    if (!at)
        return api_status(-EINVAL);
    tell(out, &state);
    return 0;
}

API int timer_getoverrun(timer_t id)
{
    struct program_timer **at;
    int result;

    itimer_lock();
    at = find(id);
    result = at ? (*at)->timer.overrun : -EINVAL;
    itimer_unlock();
    return api_status(result);
}
