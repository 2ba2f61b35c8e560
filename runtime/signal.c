#include "runtime/signal.h"

#include <reent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/log.h"
#include "kernel/types.h"
#include "runtime/api.h"
#include "runtime/exit.h"
#include "runtime/futex.h"
#include "runtime/interrupt.h"
#include "runtime/io.h"

#define BIT(signal) ((sigset_t)1 << ((signal)-1))
#define PID 1 /* what getpid says */

static struct sigaction actions[NSIG]; /* protected by lock */
static struct futex_lock lock;
static _Thread_local sigset_t blocked, pending;
static _Thread_local unsigned handled; /* handlers that ran */

static const char *name_of(int signal)
{
    static const char *const names[] = {
        [SIGHUP] = "SIGHUP",
        [SIGINT] = "SIGINT",
        [SIGQUIT] = "SIGQUIT",
        [SIGILL] = "SIGILL",
        [SIGTRAP] = "SIGTRAP",
        [SIGABRT] = "SIGABRT",
        [SIGFPE] = "SIGFPE",
        [SIGKILL] = "SIGKILL",
        [SIGBUS] = "SIGBUS",
        [SIGSEGV] = "SIGSEGV",
        [SIGSYS] = "SIGSYS",
        [SIGPIPE] = "SIGPIPE",
        [SIGALRM] = "SIGALRM",
        [SIGTERM] = "SIGTERM",
        [SIGUSR1] = "SIGUSR1",
        [SIGUSR2] = "SIGUSR2",
    };

    return (size_t)signal < ARRAY_LEN(names) && names[signal] ? names[signal] : "a signal";
}

static _Noreturn void end_by(int signal)
{
    if (io_stderr_is_mid_line())
        log_printf("\n");
    log_printf("bower: ended by %s\n", name_of(signal));
    runtime_exit(128 + signal);
}

static bool is_ignored_by_default(int signal)
{
    return signal == SIGCHLD || signal == SIGURG || signal == SIGWINCH || signal == SIGCONT;
}

static bool is_valid(int signal)
{
    return signal > 0 && signal < NSIG;
}

static bool ignores(const struct sigaction *action, int signal)
{
    return action->sa_handler == SIG_IGN || (action->sa_handler == SIG_DFL && is_ignored_by_default(signal));
}

static void deliver_pending(void);

/* Puts new_action (may be NULL: nothing changes) in place of the signal's action, which it returns. */
static struct sigaction exchange(int signal, const struct sigaction *new_action)
{
    struct sigaction old;

    futex_lock(&lock);
    old = actions[signal];
    if (new_action)
        actions[signal] = *new_action;
    futex_unlock(&lock);
    if (new_action && ignores(new_action, signal))
        pending &= ~BIT(signal); /* POSIX: what waits for a later handler is gone */
    if (new_action && signal == SIGINT)
        interrupt_want(new_action->sa_handler != SIG_DFL);
    return old;
}

static void deliver(int signal)
{
    struct sigaction now = exchange(signal, NULL);
    sigset_t before = blocked;

    if (ignores(&now, signal))
        return;
    if (now.sa_handler == SIG_DFL)
        end_by(signal);
    if (now.sa_flags & (int)SA_RESETHAND) {
        struct sigaction reset = now;

        reset.sa_handler = SIG_DFL;
        exchange(signal, &reset);
    }
    blocked |= now.sa_mask | (now.sa_flags & SA_NODEFER ? 0 : BIT(signal));
    deliver_pending(); /* as on Linux, what else is due interrupts the handler before it begins */
    handled++;
    if (now.sa_flags & SA_SIGINFO) {
        siginfo_t info = { .si_signo = signal, .si_code = SI_USER, .si_pid = PID };
        now.sa_sigaction(signal, &info, NULL);
    } else {
        now.sa_handler(signal);
    }
    blocked = before;
}

/* A handler may raise its own signal again: it is blocked then, and due once the handler has returned. */
static void deliver_pending(void)
{
    sigset_t due;

    while ((due = pending & ~blocked) != 0) {
        int signal = __builtin_ctzl(due) + 1;

        pending &= ~BIT(signal);
        deliver(signal);
    }
}

int signal_raise(int signal)
{
    if (signal == 0)
        return 0;
    if (!is_valid(signal))
        return -EINVAL;
    if (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU)
        return -ENOSYS; /* nobody could continue it */
    pending |= BIT(signal);
    deliver_pending();
    return 0;
}

bool signal_from_outside(int signal)
{
    unsigned before = handled;

    signal_raise(signal);
    return handled != before;
}

bool signal_is_blocked(int signal)
{
    return blocked & BIT(signal);
}

bool signal_restarts(int signal)
{
    return exchange(signal, NULL).sa_flags & SA_RESTART;
}

/* Sleeps until a handler has run. With a deadline: what comes from outside may come at any time, so this is no deadlock. */
static int wait_for_handler(void)
{
    interrupt_sleep_until(UINT64_MAX - 1);
    return -EINTR;
}

API int pause(void)
{
    return api_status(wait_for_handler());
}

API int sigsuspend(const sigset_t *mask)
{
    unsigned before = handled;
    sigset_t old;
    int error = -EINTR;

    signal_change_mask(SIG_SETMASK, mask, &old);
    if (handled == before)
        error = wait_for_handler();
    signal_change_mask(SIG_SETMASK, &old, NULL);
    return api_status(error);
}

API int raise(int signal)
{
    return api_status(signal_raise(signal));
}

API int kill(pid_t pid, int signal)
{
    if (pid != PID && pid != 0 && pid != -PID && pid != -1)
        return api_status(-ESRCH);
    return api_status(signal_raise(signal));
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

/* The handler stays, and its signal is blocked while it runs: what glibc's signal does. */
API _sig_func_ptr signal(int signal, _sig_func_ptr handler)
{
    struct sigaction action = { .sa_flags = SA_RESTART };

    if (!is_valid(signal) || signal == SIGKILL || signal == SIGSTOP) {
        errno = EINVAL;
        return SIG_ERR;
    }
    action.sa_handler = handler;
    return exchange(signal, &action).sa_handler;
}

API int sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
    struct sigaction before;

    if (!is_valid(signal) || (action && (signal == SIGKILL || signal == SIGSTOP)))
        return api_status(-EINVAL);
    before = exchange(signal, action);
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

int signal_change_mask(int how, const sigset_t *set, sigset_t *old)
{
    if (old)
        *old = blocked;
    if (!set)
        return 0;
    switch (how) {
    case SIG_BLOCK: blocked |= *set; break;
    case SIG_UNBLOCK: blocked &= ~*set; break;
    case SIG_SETMASK: blocked = *set; break;
    default: return EINVAL;
    }
    blocked &= ~(BIT(SIGKILL) | BIT(SIGSTOP));
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
    *out = pending;
    return 0;
}

API int sigemptyset(sigset_t *set)
{
    *set = 0;
    return 0;
}

API int sigfillset(sigset_t *set)
{
    *set = ~(sigset_t)0;
    return 0;
}

API int sigaddset(sigset_t *set, int signal)
{
    if (!is_valid(signal))
        return api_status(-EINVAL);
    *set |= BIT(signal);
    return 0;
}

API int sigdelset(sigset_t *set, int signal)
{
    if (!is_valid(signal))
        return api_status(-EINVAL);
    *set &= ~BIT(signal);
    return 0;
}

API int sigismember(const sigset_t *set, int signal)
{
    if (!is_valid(signal))
        return api_status(-EINVAL);
    return (*set & BIT(signal)) != 0;
}

/* ISO C: a handler may catch SIGABRT, but if it returns the program ends all the same; nothing is flushed. */
API _Noreturn void abort(void)
{
    blocked &= ~BIT(SIGABRT);
    signal_raise(SIGABRT);
    end_by(SIGABRT);
}
