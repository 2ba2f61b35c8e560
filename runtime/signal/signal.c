#include "runtime/signal/signal.h"

#include <reent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/hart.h"
#include "kernel/log.h"
#include "kernel/types.h"
#include "runtime/api.h"
#include "runtime/exit.h"
#include "runtime/file/io.h"
#include "runtime/signal/fault.h"
#include "runtime/signal/interrupt.h"
#include "runtime/signal/itimer.h"
#include "runtime/signal/sigpending.h"
#include "runtime/system.h"
#include "runtime/thread/futex.h"
#include "runtime/thread/thread.h"
#include "runtime/time/clock.h"

#define BIT(signal) SIGNAL_BIT(signal)
#define MAIN_NUMBER 1 /* of the main thread (thread.h) */

static struct sigaction actions[NSIG]; /* protected by lock */
static struct futex_lock lock;
/* Sent to the program while the sender blocks it: the first thread takes it that does not, or that waits for it. Protected by lock. */
static struct pending_signals shared;
static uint32_t arrivals; /* counts those, and beginnings of interest in others; who waits for one sleeps at it. atomic */
static _Thread_local struct pending_signals own;
static _Thread_local sigset_t blocked;
static _Thread_local unsigned handled; /* handlers that ran */
static _Thread_local bool restarts;    /* the last one's SA_RESTART */
/* What the others must know of the main thread: its mask, all once it has ended; its waits, in which it looks for signals. atomic */
static sigset_t main_blocks;
static uint32_t main_turns; /* odd: it waits; changes with every step of a wait */

static _Noreturn void end_by(int signal)
{
    if (io_stderr_is_mid_line())
        log_printf("\n");
    if (signal_name(signal))
        log_printf("bower: ended by SIG%s\n", signal_name(signal));
    else
        log_printf("bower: ended by signal %d\n", signal);
    runtime_exit(128 + signal);
}

static bool is_ignored_by_default(int signal)
{
    return signal == SIGCHLD || signal == SIGURG || signal == SIGWINCH || signal == SIGCONT;
}

static bool stops_by_default(int signal)
{
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

static sigset_t without_unblockable(sigset_t set)
{
    return set & ~(BIT(SIGKILL) | BIT(SIGSTOP));
}

static bool ignores(const struct sigaction *action, int signal)
{
    return action->sa_handler == SIG_IGN || (action->sa_handler == SIG_DFL && is_ignored_by_default(signal));
}

static void deliver_pending(void);

void signal_announce(void)
{
    __atomic_add_fetch(&arrivals, 1, __ATOMIC_RELEASE);
    thread_wake(&arrivals, UINT32_MAX);
}

/* Takes what waits for this thread or for any; false: none of `wanted` does. */
static bool take(sigset_t wanted, siginfo_t *info)
{
    bool taken = pending_take(&own, wanted, info);

    if (!taken && (__atomic_load_n(&shared.set, __ATOMIC_SEQ_CST) & wanted)) {
        futex_lock(&lock);
        taken = pending_take(&shared, wanted, info);
        futex_unlock(&lock);
    }
    if (taken && info->si_code == SI_TIMER)
        info->si_overrun = itimer_taken(info);
    return taken;
}

struct sigaction signal_exchange(int signal, const struct sigaction *new_action)
{
    struct sigaction old;
    siginfo_t forgotten;

    futex_lock(&lock);
    old = actions[signal];
    if (new_action)
        actions[signal] = *new_action;
    futex_unlock(&lock);
    while (new_action && ignores(new_action, signal) && take(BIT(signal), &forgotten))
        ; /* POSIX: what waits for a later handler is gone */
    if (new_action && new_action->sa_handler != SIG_DFL && new_action->sa_handler != SIG_IGN)
        fault_signal_handled(signal);
    if (new_action && signal == SIGINT) {
        interrupt_want(new_action->sa_handler != SIG_DFL);
        signal_announce(); /* who sleeps has to look for it now */
    }
    return old;
}

/* The signal's action, which with SA_RESETHAND is that of one thread alone. */
static struct sigaction use_action(int signal)
{
    struct sigaction now;
    bool resets;

    futex_lock(&lock);
    now = actions[signal];
    resets = (now.sa_flags & (int)SA_RESETHAND) && now.sa_handler != SIG_IGN && now.sa_handler != SIG_DFL;
    if (resets)
        actions[signal].sa_handler = SIG_DFL;
    futex_unlock(&lock);
    if (resets && signal == SIGINT)
        interrupt_want(false);
    return now;
}

static bool is_main(void)
{
    return this_thread && this_thread->number == MAIN_NUMBER;
}

/* What is sent meanwhile is seen by a look at `shared` behind this, or its sender sees the new mask: hence SEQ_CST in both. */
static void set_blocked(sigset_t set)
{
    blocked = set;
    if (is_main())
        __atomic_store_n(&main_blocks, set, __ATOMIC_SEQ_CST);
}

static void deliver(siginfo_t *info)
{
    int signal = info->si_signo;
    struct sigaction now = use_action(signal);
    sigset_t before = blocked;

    if (ignores(&now, signal))
        return;
    if (now.sa_handler == SIG_DFL)
        end_by(signal);
    signal_main_waits(false);
    set_blocked(blocked | now.sa_mask | (now.sa_flags & SA_NODEFER ? 0 : BIT(signal)));
    deliver_pending(); /* as on Linux, what else is due interrupts the handler before it begins */
    handled++;
    if (now.sa_flags & SA_SIGINFO)
        now.sa_sigaction(signal, info, NULL);
    else
        now.sa_handler(signal);
    set_blocked(before);
    restarts = now.sa_flags & SA_RESTART;
}

/* A handler may raise its own signal again: it is blocked then, and due once the handler has returned. */
static void deliver_pending(void)
{
    siginfo_t info;

    while (take(~blocked, &info))
        deliver(&info);
}

static int keep_for_any(const siginfo_t *info)
{
    int error;

    futex_lock(&lock);
    error = pending_put(&shared, info);
    futex_unlock(&lock);
    signal_announce();
    return error;
}

/* code: SI_TKILL is for the calling thread, others are for the program. 0 or a negative errno. */
static int send(int signal, int code, union sigval value)
{
    siginfo_t info = { .si_signo = signal, .si_code = code, .si_pid = PID, .si_value = value };

    if (signal == 0)
        return 0;
    if (!signal_is_valid(signal))
        return -EINVAL;
    if (stops_by_default(signal) && signal_exchange(signal, NULL).sa_handler == SIG_DFL)
        return -ENOSYS; /* nobody could continue it */
    if (!(blocked & BIT(signal)))
        deliver(&info);
    else
        return code == SI_TKILL ? pending_put(&own, &info) : keep_for_any(&info);
    deliver_pending();
    return 0;
}

int signal_raise(int signal)
{
    return send(signal, SI_TKILL, (union sigval){ 0 });
}

bool signal_from_outside(int signal)
{
    unsigned before = handled;

    send(signal, SI_KERNEL, (union sigval){ 0 });
    return handled != before;
}

bool signal_deliver_fault(siginfo_t *info)
{
    struct sigaction now = signal_exchange(info->si_signo, NULL);

    if (now.sa_handler == SIG_DFL || now.sa_handler == SIG_IGN || signal_is_blocked(info->si_signo))
        return false;
    if (!(now.sa_flags & SA_ONSTACK) && thread_overflowed((vaddr_t)info->si_addr))
        return false; /* as on Linux, where its own stack has no room for it */
    deliver(info);
    deliver_pending();
    return true;
}

bool signal_is_blocked(int signal)
{
    return blocked & BIT(signal);
}

unsigned signal_handled(void)
{
    return handled;
}

bool signal_restarts(void)
{
    return restarts;
}

int signal_send_program(const siginfo_t *info, bool *somebody)
{
    int error = keep_for_any(info);

    *somebody = !(__atomic_load_n(&main_blocks, __ATOMIC_SEQ_CST) & BIT(info->si_signo));
    return error;
}

void signal_forget_timer(const siginfo_t *sent)
{
    futex_lock(&lock);
    pending_forget_timer(&shared, sent);
    futex_unlock(&lock);
}

/* What the running thread takes of what is sent to the program. */
static sigset_t takes(void)
{
    return ~blocked & (is_main() ? ~(sigset_t)0 : __atomic_load_n(&main_blocks, __ATOMIC_ACQUIRE));
}

bool signal_is_due(void)
{
    return __atomic_load_n(&shared.set, __ATOMIC_ACQUIRE) & takes();
}

bool signal_deliver_due(void)
{
    unsigned before = handled;
    siginfo_t info;

    while (take(takes(), &info))
        deliver(&info);
    return handled != before;
}

void signal_main_waits(bool waits)
{
    uint32_t turns = main_turns; /* only the main thread changes it */

    if (is_main() && (waits || (turns & 1)))
        __atomic_store_n(&main_turns, turns + (waits && (turns & 1) ? 2 : 1), __ATOMIC_SEQ_CST);
}

bool signal_main_will_take(sigset_t set, uint32_t *turns)
{
    uint32_t before = *turns;

    *turns = __atomic_load_n(&main_turns, __ATOMIC_SEQ_CST);
    return (__atomic_load_n(&shared.set, __ATOMIC_SEQ_CST) & set) && ((*turns & 1) || *turns != before);
}

void signal_deliver_for_main(sigset_t set)
{
    siginfo_t info;

    blocked = __atomic_load_n(&main_blocks, __ATOMIC_SEQ_CST);
    if (!take(set & ~blocked, &info))
        return;
    deliver(&info);
    deliver_pending(); /* what the handler has raised */
}

uint32_t signal_arrivals(void)
{
    return __atomic_load_n(&arrivals, __ATOMIC_ACQUIRE);
}

void signal_sleep(uint32_t seen, uint64_t deadline_ns)
{
    uint64_t now = time_ns();

    if (interrupt_may_come() && deadline_ns > now && deadline_ns - now > INTERRUPT_STEP_NS)
        deadline_ns = now + INTERRUPT_STEP_NS;
    futex_wait(&arrivals, seen, deadline_ns, &this_thread->cancel);
    runtime_thread_test_cancel();
}

/* Sleeps until more handlers have run than before. What comes from outside may come at any time: this is no deadlock. */
static int wait_for_handler(unsigned before)
{
    runtime_thread_test_cancel();
    for (;;) {
        uint32_t seen = signal_arrivals();

        signal_main_waits(true);
        deliver_pending();
        interrupt_check();
        if (handled != before)
            break;
        signal_sleep(seen, CLOCK_NEVER);
    }
    signal_main_waits(false); /* the handler may have run before the wait */
    return -EINTR;
}

API int pause(void)
{
    return api_status(wait_for_handler(handled));
}

int signal_suspend(sigset_t mask)
{
    unsigned before = handled;
    sigset_t old;
    int error;

    signal_change_mask(SIG_SETMASK, &mask, &old);
    error = wait_for_handler(before);
    signal_change_mask(SIG_SETMASK, &old, NULL);
    return error;
}

API int sigsuspend(const sigset_t *mask)
{
    return api_status(signal_suspend(*mask));
}

static int wait_for_one_of(sigset_t set, siginfo_t *info, uint64_t deadline_ns)
{
    bool from_outside = set & BIT(SIGINT);

    if (from_outside)
        interrupt_want(true);
    runtime_thread_test_cancel();
    for (;;) {
        uint32_t seen = signal_arrivals();

        signal_main_waits(true);
        if (take(set, info))
            return info->si_signo;
        if (from_outside && interrupt_take()) {
            *info = (siginfo_t){ .si_signo = SIGINT, .si_code = SI_KERNEL };
            return SIGINT;
        }
        if (interrupt_check())
            return -EINTR;
        if (time_ns() >= deadline_ns)
            return -EAGAIN;
        signal_sleep(seen, deadline_ns);
    }
}

int signal_wait(sigset_t set, siginfo_t *info, uint64_t deadline_ns)
{
    int result = wait_for_one_of(set, info, deadline_ns);

    signal_main_waits(false);
    return result;
}

API int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info, const struct timespec *restrict timeout)
{
    uint64_t deadline = THREAD_FOREVER;
    siginfo_t ignored;

    if (timeout && !clock_deadline_in(timeout, &deadline))
        return api_status(-EINVAL);
    return api_status(signal_wait(*set, info ? info : &ignored, deadline));
}

API int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info)
{
    siginfo_t ignored;

    return api_status(signal_wait(*set, info ? info : &ignored, THREAD_FOREVER));
}

/* 0 or an error number (not in errno). */
API int sigwait(const sigset_t *restrict set, int *restrict out)
{
    siginfo_t info;
    int signal;

    do
        signal = signal_wait(*set, &info, THREAD_FOREVER);
    while (signal == -EINTR);
    *out = signal;
    return 0;
}

API int raise(int signal)
{
    return api_status(signal_raise(signal));
}

static int send_to(pid_t pid, int signal, int code, union sigval value)
{
    if (pid != PID && pid != 0 && pid != -PID && pid != -1)
        return -ESRCH;
    return send(signal, code, value);
}

API int kill(pid_t pid, int signal)
{
    return api_status(send_to(pid, signal, SI_USER, (union sigval){ 0 }));
}

API int killpg(pid_t group, int signal)
{
    return api_status(send_to(-group, signal, SI_USER, (union sigval){ 0 }));
}

API int sigqueue(pid_t pid, int signal, const union sigval value)
{
    return api_status(pid == PID ? send(signal, SI_QUEUE, value) : -ESRCH);
}

int _kill_r(struct _reent *reent, int pid, int signal)
{
    int error = pid == PID ? signal_raise(signal) : -ESRCH;

    if (!error)
        return 0;
    reent->_errno = -error;
    return -1;
}

int _getpid_r(struct _reent *reent)
{
    (void)reent;
    return PID;
}

API pid_t getpid(void)
{
    return PID;
}

API int sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
    struct sigaction before, wanted;

    if (action ? !signal_may_be_handled(signal) : !signal_is_valid(signal))
        return api_status(-EINVAL);
    if (action) {
        wanted = *action;
        wanted.sa_mask = without_unblockable(wanted.sa_mask);
    }
    before = signal_exchange(signal, action ? &wanted : NULL);
    if (old)
        *old = before;
    return 0;
}

sigset_t signal_mask(void)
{
    return blocked;
}

void signal_thread_begin(sigset_t mask)
{
    blocked = mask;
}

void signal_thread_end(void)
{
    pending_forget(&own, ~(sigset_t)0);
    signal_main_waits(false);
    set_blocked(~(sigset_t)0);
}

int signal_change_mask(int how, const sigset_t *set, sigset_t *old)
{
    sigset_t now, before = blocked;

    if (old)
        *old = before;
    if (!set)
        return 0;
    switch (how) {
    case SIG_BLOCK: now = before | *set; break;
    case SIG_UNBLOCK: now = before & ~*set; break;
    case SIG_SETMASK: now = *set; break;
    default: return EINVAL;
    }
    set_blocked(without_unblockable(now));
    if (is_main() && (now & ~before))
        itimer_wait_for_handler(); /* with the old mask; what the program does from now on is not disturbed by it */
    deliver_pending();
    return 0;
}

API int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    return api_status(-signal_change_mask(how, set, old));
}

API int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
    return signal_change_mask(how, set, old);
}

API int sigpending(sigset_t *out)
{
    *out = (own.set | __atomic_load_n(&shared.set, __ATOMIC_ACQUIRE)) & blocked;
    return 0;
}

/* ISO C: a handler may catch SIGABRT, but if it returns the program ends all the same; nothing is flushed. */
API _Noreturn void abort(void)
{
    set_blocked(blocked & ~BIT(SIGABRT));
    signal_raise(SIGABRT);
    end_by(SIGABRT);
}
