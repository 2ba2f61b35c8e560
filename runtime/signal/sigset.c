/* sigset.c: sets of signals. */
#include <signal.h>

#include "runtime/api.h"
#include "runtime/signal/signal.h"
#include "runtime/signal/sigpending.h"

#define OF_LIBRARY (SIGNAL_BIT(32) | SIGNAL_BIT(33)) /* glibc keeps these for its threads */

bool signal_is_valid(int signal)
{
    return signal > 0 && signal < NSIG && !(SIGNAL_BIT(signal) & OF_LIBRARY);
}

bool signal_may_be_handled(int signal)
{
    return signal_is_valid(signal) && signal != SIGKILL && signal != SIGSTOP;
}

API int sigemptyset(sigset_t *set)
{
    *set = 0;
    return 0;
}

API int sigfillset(sigset_t *set)
{
    *set = ~OF_LIBRARY;
    return 0;
}

API int sigaddset(sigset_t *set, int signal)
{
    if (!signal_is_valid(signal))
        return api_status(-EINVAL);
    *set |= SIGNAL_BIT(signal);
    return 0;
}

API int sigdelset(sigset_t *set, int signal)
{
    if (!signal_is_valid(signal))
        return api_status(-EINVAL);
    *set &= ~SIGNAL_BIT(signal);
    return 0;
}

API int sigismember(const sigset_t *set, int signal)
{
    if (signal <= 0 || signal >= NSIG)
        return api_status(-EINVAL);
    return (*set & SIGNAL_BIT(signal)) != 0;
}
