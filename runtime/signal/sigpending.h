/*
 * sigpending.h: signals that wait until they are not blocked, with what came along. As on Linux a standard signal waits once,
 * a real-time one as often as it was sent, one of timer_create always, and the lowest number comes first. Who calls sees to it that
 * nobody else does.
 */
#ifndef RUNTIME_SIGNAL_SIGPENDING_H
#define RUNTIME_SIGNAL_SIGPENDING_H

#include <signal.h>
#include <stdbool.h>

#define SIGNAL_BIT(signal) ((sigset_t)1 << ((signal)-1))

struct pending_signal;

/* All zero: none wait. */
struct pending_signals {
    sigset_t set; /* which wait; others may look at it (atomic) */
    struct pending_signal *oldest;
};

/* Keeps the signal. 0 or -EAGAIN: no memory. */
int pending_put(struct pending_signals *p, const siginfo_t *info);
/* Takes the first that waits among `wanted`; false: none does. */
bool pending_take(struct pending_signals *p, sigset_t wanted, siginfo_t *info);
/* Forgets that of the timer that has sent it (si_timerid), if it waits. */
void pending_forget_timer(struct pending_signals *p, const siginfo_t *sent);
/* Forgets those of `which`. */
void pending_forget(struct pending_signals *p, sigset_t which);

#endif
