#include "runtime/signal/alarm.h"

#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "arch/hart.h"
#include "kernel/log.h"
#include "runtime/api.h"
#include "runtime/exit.h"
#include "runtime/nosys.h"
#include "runtime/signal/interrupt.h"
#include "runtime/signal/signal.h"
#include "runtime/thread/thread.h"

#define NS_PER_S 1000000000u
#define NS_PER_US 1000u
#define US_PER_S 1000000
#define GRACE_NS 10000000u /* how long the main thread has to take a signal before it counts as computing */
#define JUMP_SP 13         /* which word of a jmp_buf is the stack pointer: newlib's setjmp for RISC-V */
#define STATUS_ABORTED 134
/* As on Linux, what is longer is as long as this. */
#define MOST_S (INT64_MAX / NS_PER_S)

static struct futex_lock lock;
static uint64_t due_ns, interval_ns; /* time_ns() of the next expiry, 0: none; what lies between two. Protected by lock */
static uint32_t settings;            /* counts calls that set the timer; its thread sleeps at it. atomic */
static bool begun;                   /* the thread is there. protected by lock */
static struct futex_lock running;    /* held by the timer's thread while it runs a handler; taken before lock */

/* Of the handler that runs beside the program: its frame, above which is nothing that it may jump to. 0: none runs. */
static _Thread_local uintptr_t handler_frame;

/* Delivers what expired unless the main thread does, as it will if it waits or comes by within the grace. */
static void run_beside(void)
{
    uint32_t turns = 0;

    signal_main_will_take(SIGALRM, &turns);
    do
        thread_wait(&settings, __atomic_load_n(&settings, __ATOMIC_RELAXED), time_ns() + GRACE_NS);
    while (signal_main_will_take(SIGALRM, &turns));
    futex_lock(&running);
    handler_frame = (uintptr_t)__builtin_frame_address(0);
    signal_deliver_for_main(SIGALRM);
    handler_frame = 0;
    futex_unlock(&running);
}

/* Until when the timer's thread may sleep; 0: it has expired now, and *somebody can take the signal. */
static uint64_t next_expiry(bool *somebody)
{
    uint64_t now = time_ns(), due;

    futex_lock(&lock);
    due = due_ns;
    if (due && due <= now) {
        due_ns = interval_ns ? now + interval_ns - (now - due) % interval_ns : 0;
        due = 0;
        *somebody = signal_send_program(SIGALRM);
    } else if (!due) {
        due = THREAD_FOREVER;
    }
    futex_unlock(&lock);
    return due;
}

static void *keep_time(void *unused)
{
    for (;;) {
        uint32_t seen = __atomic_load_n(&settings, __ATOMIC_ACQUIRE);
        bool somebody;
        uint64_t until = next_expiry(&somebody);

        if (until)
            thread_wait(&settings, seen, until);
        else if (somebody)
            run_beside();
    }
    return unused;
}

/* Starts the thread at the first use. 0 or -EAGAIN. Under the lock. */
static int begin(void)
{
    static const struct runtime_thread_options options = { .detached = true, .daemon = true };

    if (begun)
        return 0;
    interrupt_expect();
    begun = runtime_thread_start(NULL, &options, keep_time, NULL) == 0;
    return begun ? 0 : -EAGAIN;
}

static bool handler_runs(void)
{
    return __atomic_load_n(&running.word, __ATOMIC_SEQ_CST) != FUTEX_FREE; /* the main thread has changed its mask before */
}

void alarm_wait_for_handler(void)
{
    if (handler_frame || !handler_runs())
        return;
    futex_lock(&running);
    futex_unlock(&running);
}

void alarm_leave_handler(void)
{
    if (handler_frame)
        futex_unlock(&running);
}

/* Locks the timer when the handler has run for what has expired already, as it has on Linux: it may set the timer, too. */
static void lock_settled(void)
{
    for (;;) {
        signal_deliver_due();
        alarm_wait_for_handler();
        futex_lock(&lock);
        if (handler_frame || (!signal_is_due(SIGALRM) && !handler_runs()))
            return;
        futex_unlock(&lock);
    }
}

/* What is left until it expires (0: never; it has just now: 1), and the interval. Under the lock. */
static void read_state(uint64_t now, uint64_t state[2])
{
    state[0] = due_ns == 0 ? 0 : due_ns > now ? due_ns - now
                                              : 1;
    state[1] = interval_ns;
}

/* Sets the timer to expire `first` from now on (0: never) and then every `interval`; old: as read_state. */
static int set(uint64_t first, uint64_t interval, uint64_t old[2])
{
    uint64_t now;
    int error;

    lock_settled();
    now = time_ns();
    error = first ? begin() : 0;
    read_state(now, old);
    if (!error) {
        due_ns = first ? now + first : 0;
        interval_ns = interval;
        __atomic_add_fetch(&settings, 1, __ATOMIC_RELEASE);
    }
    futex_unlock(&lock);
    thread_wake(&settings, UINT32_MAX);
    return error;
}

/* What was left in seconds, rounded as Linux does: up to the next half, but never to 0. */
API unsigned alarm(unsigned seconds)
{
    uint64_t old[2];

    if (set((uint64_t)seconds * NS_PER_S, 0, old))
        log_printf("bower: no memory for the thread of alarm\n");
    return old[0] && old[0] < NS_PER_S / 2 ? 1 : (unsigned)((old[0] + NS_PER_S / 2) / NS_PER_S);
}

API useconds_t ualarm(useconds_t us, useconds_t interval)
{
    uint64_t old[2];

    if (set((uint64_t)us * NS_PER_US, (uint64_t)interval * NS_PER_US, old))
        return (useconds_t)-1;
    return (useconds_t)(old[0] / NS_PER_US);
}

static struct timeval to_timeval(uint64_t ns)
{
    return (struct timeval){ (time_t)(ns / NS_PER_S), (suseconds_t)(ns % NS_PER_S / NS_PER_US) };
}

static bool to_ns(const struct timeval *t, uint64_t *ns)
{
    *ns = (uint64_t)MIN(t->tv_sec, MOST_S) * NS_PER_S + (uint64_t)t->tv_usec * NS_PER_US;
    return t->tv_sec >= 0 && t->tv_usec >= 0 && t->tv_usec < US_PER_S;
}

static void tell(struct itimerval *out, const uint64_t state[2])
{
    out->it_value = to_timeval(state[0] && state[0] < NS_PER_US ? NS_PER_US : state[0]);
    out->it_interval = to_timeval(state[1]);
}

API int setitimer(int which, const struct itimerval *restrict value, struct itimerval *restrict out)
{
    uint64_t first, interval, old[2];
    int error;

    if (which == ITIMER_VIRTUAL || which == ITIMER_PROF)
        return NOSYS("setitimer of processor time");
    if (which != ITIMER_REAL || !to_ns(&value->it_value, &first) || !to_ns(&value->it_interval, &interval))
        return api_status(-EINVAL);
    error = set(first, interval, old);
    if (!error && out)
        tell(out, old);
    return api_status(error);
}

API int getitimer(int which, struct itimerval *out)
{
    uint64_t state[2];

    if (which == ITIMER_VIRTUAL || which == ITIMER_PROF)
        return NOSYS("getitimer of processor time");
    if (which != ITIMER_REAL)
        return api_status(-EINVAL);
    futex_lock(&lock);
    read_state(time_ns(), state);
    futex_unlock(&lock);
    tell(out, state);
    return 0;
}

void alarm_check_jump(const uintptr_t *env)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0), there = env[JUMP_SP];

    if (!handler_frame || (there >= here && there < handler_frame))
        return;
    log_printf("bower: a handler of SIGALRM cannot leave a computation by longjmp: it runs beside it\n");
    runtime_exit(STATUS_ABORTED);
}
