#include "runtime/signal/itimer.h"

#include <limits.h>
#include <stdlib.h>

#include "arch/hart.h"
#include "kernel/log.h"
#include "runtime/exit.h"
#include "runtime/signal/interrupt.h"
#include "runtime/signal/signal.h"
#include "runtime/signal/sigpending.h"
#include "runtime/thread/thread.h"

#define GRACE_NS 10000000u /* how long the main thread has to take a signal before it counts as computing */
#define JUMP_SP 13         /* which word of a jmp_buf is the stack pointer: newlib's setjmp for RISC-V */
#define STATUS_ABORTED 134

static struct futex_lock lock;    /* taken before those of signals, threads and malloc */
static struct itimer *timers;     /* that have been set. Protected by lock */
static uint32_t settings;         /* counts changes of them; their thread sleeps at it. atomic */
static bool begun;                /* the thread is there. protected by lock */
static struct futex_lock running; /* held by the timers' thread while it runs handlers; taken before lock */

/* Of the handler that runs beside the program: its frame, above which is nothing that it may jump to. 0: none runs. */
static _Thread_local uintptr_t handler_frame;

/* Signals that wait for the main thread, until when it has time, and its steps until now. Of the timers' thread. */
static sigset_t owed;
static uint64_t owed_until_ns;
static uint32_t owed_turns;

static void owe(sigset_t sent)
{
    if (!owed) {
        signal_main_will_take(sent, &owed_turns);
        owed_until_ns = time_ns() + GRACE_NS;
    }
    owed |= sent;
}

/* Delivers what is owed if the main thread has had its time, unless it does so itself, as it will if it waits or has come by since. */
static void run_beside(void)
{
    if (!owed || time_ns() < owed_until_ns)
        return;
    owed_until_ns = time_ns() + GRACE_NS;
    if (signal_main_will_take(owed, &owed_turns))
        return;
    futex_lock(&running);
    handler_frame = (uintptr_t)__builtin_frame_address(0);
    signal_deliver_for_main(owed);
    handler_frame = 0;
    futex_unlock(&running);
    owed = 0;
}

struct notification {
    void (*notify)(union sigval value);
    union sigval value;
};

/* A new thread's entry. As in glibc, it blocks all signals. */
static void *run_notification(void *argument)
{
    struct notification n = *(struct notification *)argument;
    sigset_t all = ~(sigset_t)0;

    free(argument);
    signal_change_mask(SIG_SETMASK, &all, NULL);
    n.notify(n.value);
    return NULL;
}

/* As in glibc, an expiry for which there is no memory is lost. */
static void start_notification(const struct itimer *t)
{
    struct notification *n = malloc(sizeof(*n));

    if (!n)
        return;
    *n = (struct notification){ t->notify, t->info.si_value };
    if (runtime_thread_start(NULL, &t->thread, run_notification, n))
        free(n);
}

/* Counts the expiries that have passed behind the one at due_ns, and aims at the one after them. */
static int skip_passed(struct itimer *t, int64_t now)
{
    int64_t passed = t->interval_ns ? (now - t->due_ns) / t->interval_ns : 0;

    if (!t->interval_ns)
        t->due_ns = 0;
    else if (__builtin_add_overflow(t->due_ns + passed * t->interval_ns, t->interval_ns, &t->due_ns))
        t->due_ns = INT64_MAX;
    return (int)MIN(passed, INT_MAX);
}

/*
 * Does what it was set for. While a signal of timer_create waits, its timer waits with it, as on Linux; that of alarm, whose signal
 * waits once, goes on. Returns the signal if somebody can take it.
 */
static sigset_t expire(struct itimer *t, int64_t now)
{
    bool somebody;

    if (t->info.si_signo) {
        t->is_sent = signal_send_program(&t->info, &somebody) == 0 && t->info.si_code == SI_TIMER;
        if (!t->is_sent)
            skip_passed(t, now);
        return somebody ? SIGNAL_BIT(t->info.si_signo) : 0;
    }
    if (t->notify)
        start_notification(t);
    skip_passed(t, now);
    return 0;
}

/* Nothing happens when it expires. */
static bool is_silent(const struct itimer *t)
{
    return !t->info.si_signo && !t->notify;
}

/* The one that expires next, but for silent ones; NULL: none does. Under the lock. */
static struct itimer *find_next(void)
{
    struct itimer *next = NULL;

    for (struct itimer *t = timers; t; t = t->next)
        if (t->due_ns && !t->is_sent && !is_silent(t) && (!next || t->due_ns < next->due_ns))
            next = t;
    return next;
}

/* Lets expire what is due, in turn. Until when nothing else is; *sent: signals that somebody can take. */
static uint64_t look(sigset_t *sent)
{
    int64_t now = (int64_t)time_ns();
    struct itimer *t;
    uint64_t until;

    *sent = 0;
    futex_lock(&lock);
    while ((t = find_next()) && t->due_ns <= now)
        *sent |= expire(t, now);
    until = t ? (uint64_t)t->due_ns : THREAD_FOREVER;
    futex_unlock(&lock);
    return until;
}

static void *keep_time(void *unused)
{
    for (;;) {
        uint32_t seen = __atomic_load_n(&settings, __ATOMIC_ACQUIRE);
        sigset_t sent;
        uint64_t until = look(&sent);

        if (sent)
            owe(sent);
        run_beside();
        if (owed)
            until = MIN(until, owed_until_ns);
        thread_wait(&settings, seen, until);
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

static void wake_keeper(void)
{
    __atomic_add_fetch(&settings, 1, __ATOMIC_RELEASE);
    thread_wake(&settings, UINT32_MAX);
}

static bool handler_runs(void)
{
    return __atomic_load_n(&running.word, __ATOMIC_SEQ_CST) != FUTEX_FREE; /* the main thread has changed its mask before */
}

void itimer_wait_for_handler(void)
{
    if (handler_frame || !handler_runs())
        return;
    futex_lock(&running);
    futex_unlock(&running);
}

void itimer_leave_handler(void)
{
    if (handler_frame)
        futex_unlock(&running);
}

void itimer_lock(void)
{
    futex_lock(&lock);
}

void itimer_lock_settled(void)
{
    int64_t began = (int64_t)time_ns(); /* what expires later is not waited for: that might never end */

    for (;;) {
        signal_deliver_due();
        itimer_wait_for_handler();
        futex_lock(&lock);
        const struct itimer *next = find_next();
        bool is_late = next && next->due_ns <= began; /* the thread is on its way */
        if (handler_frame || (!is_late && !signal_is_due() && !handler_runs()))
            return;
        futex_unlock(&lock);
        if (is_late)
            thread_yield();
    }
}

void itimer_unlock(void)
{
    futex_unlock(&lock);
}

/* One that has been taken and is not reported yet (itimer_taken) is told from a later one by si_overrun. Under the lock. */
static void forget_signal(struct itimer *t)
{
    if (t->is_sent)
        signal_forget_timer(&t->info);
    t->is_sent = false;
    t->info.si_overrun = (int)((unsigned)t->info.si_overrun + 1);
}

void itimer_read(const struct itimer *t, struct itimer_state *state)
{
    int64_t now = (int64_t)time_ns();

    state->interval_ns = (uint64_t)t->interval_ns;
    if (t->due_ns > now)
        state->left_ns = (uint64_t)(t->due_ns - now);
    else if (t->due_ns && t->interval_ns)
        state->left_ns = (uint64_t)(t->interval_ns - (now - t->due_ns) % t->interval_ns);
    else
        state->left_ns = t->due_ns && !t->is_sent && !is_silent(t);
}

int itimer_set(struct itimer *t, int64_t due_ns, int64_t interval_ns, struct itimer_state *old)
{
    int error = due_ns ? begin() : 0;

    itimer_read(t, old);
    if (!error) {
        forget_signal(t);
        t->due_ns = due_ns;
        t->interval_ns = due_ns ? interval_ns : 0;
        t->overrun = 0;
        if (!t->is_listed) {
            t->is_listed = true;
            t->next = timers;
            timers = t;
        }
    }
    wake_keeper();
    return error;
}

void itimer_remove(struct itimer *t)
{
    struct itimer **at = &timers;

    forget_signal(t);
    while (*at && *at != t)
        at = &(*at)->next;
    if (*at)
        *at = t->next;
}

/* Did the timer send it since it was set last? */
static bool has_sent(const struct itimer *t, const siginfo_t *sent)
{
    return t->is_sent && t->info.si_timerid == sent->si_timerid && t->info.si_overrun == sent->si_overrun;
}

int itimer_taken(const siginfo_t *sent)
{
    struct itimer *t;
    int overrun = 0;

    futex_lock(&lock);
    for (t = timers; t && !has_sent(t, sent); t = t->next)
        ;
    if (t) {
        t->is_sent = false;
        overrun = t->overrun = skip_passed(t, (int64_t)time_ns());
    }
    futex_unlock(&lock);
    if (t)
        wake_keeper();
    return overrun;
}

static _Noreturn void refuse_to_leave(const char *how)
{
    log_printf("bower: the handler of a timer's signal cannot leave a computation by %s: it runs beside it\n", how);
    runtime_exit(STATUS_ABORTED);
}

void itimer_check_jump(const uintptr_t *env)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0), there = env[JUMP_SP];

    if (handler_frame && (there < here || there >= handler_frame))
        refuse_to_leave("longjmp");
}

void itimer_check_end(void)
{
    if (handler_frame)
        refuse_to_leave("pthread_exit");
}
