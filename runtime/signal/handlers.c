/* handlers.c: signal, and what older programs call beside it: System V's and BSD's ways to handle, hold and wait for one signal. */
#define _GNU_SOURCE
#include <signal.h>

#include "runtime/api.h"
#include "runtime/signal/signal.h"
#include "runtime/signal/sigpending.h"

static sigset_t interrupting; /* handlers that signal() sets end calls, by siginterrupt. atomic */

/* The handler stays, and its signal is blocked while it runs: what glibc's signal does. */
API _sig_func_ptr signal(int signal, _sig_func_ptr handler)
{
    struct sigaction action = { .sa_flags = SA_RESTART };

    if (!signal_may_be_handled(signal) || handler == SIG_ERR) {
        errno = EINVAL;
        return SIG_ERR;
    }
    if (__atomic_load_n(&interrupting, __ATOMIC_RELAXED) & SIGNAL_BIT(signal))
        action.sa_flags = 0;
    action.sa_handler = handler;
    return signal_exchange(signal, &action).sa_handler;
}

API int siginterrupt(int signal, int interrupts)
{
    struct sigaction action;

    if (!signal_may_be_handled(signal))
        return api_status(-EINVAL);
    action = signal_exchange(signal, NULL);
    if (interrupts) {
        __atomic_fetch_or(&interrupting, SIGNAL_BIT(signal), __ATOMIC_RELAXED);
        action.sa_flags &= ~SA_RESTART;
    } else {
        __atomic_fetch_and(&interrupting, ~SIGNAL_BIT(signal), __ATOMIC_RELAXED);
        action.sa_flags |= SA_RESTART;
    }
    signal_exchange(signal, &action);
    return 0;
}

static int change_mask_of(int signal, int how)
{
    sigset_t set = SIGNAL_BIT(signal);

    return api_status(signal_is_valid(signal) ? -signal_change_mask(how, &set, NULL) : -EINVAL);
}

API int sighold(int signal)
{
    return change_mask_of(signal, SIG_BLOCK);
}

API int sigrelse(int signal)
{
    return change_mask_of(signal, SIG_UNBLOCK);
}

API int sigignore(int signal)
{
    struct sigaction action = { .sa_handler = SIG_IGN };

    if (!signal_may_be_handled(signal))
        return api_status(-EINVAL);
    signal_exchange(signal, &action);
    return 0;
}

/* What it was: SIG_HOLD if it was blocked, which only another SIG_HOLD leaves it. */
API _sig_func_ptr sigset(int signal, _sig_func_ptr handler)
{
    struct sigaction action = { .sa_handler = handler };
    _sig_func_ptr before;
    sigset_t set, old;

    if (!signal_may_be_handled(signal) || handler == SIG_ERR) {
        errno = EINVAL;
        return SIG_ERR;
    }
    set = SIGNAL_BIT(signal);
    before = signal_exchange(signal, handler == SIG_HOLD ? NULL : &action).sa_handler;
    signal_change_mask(handler == SIG_HOLD ? SIG_BLOCK : SIG_UNBLOCK, &set, &old);
    return old & set ? SIG_HOLD : before;
}

API int sigpause(int signal)
{
    return api_status(signal_is_valid(signal) ? signal_suspend(signal_mask() & ~SIGNAL_BIT(signal)) : -EINVAL);
}
