/*
 * signal.h: signals that the program raises in itself, and SIGINT from outside (interrupt.h). Handlers are the program's; each thread has
 * its mask and what waits behind it, and a handler runs in the thread that raises.
 */
#ifndef RUNTIME_SIGNAL_H
#define RUNTIME_SIGNAL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Delivers to the running thread, or keeps for later if it is blocked. 0 or a negative errno; does not return if the signal ends
 * the program.
 */
int signal_raise(int signal);
/* As sigprocmask, but returns 0 or an error number. */
int signal_change_mask(int how, const sigset_t *set, sigset_t *old);
/* True if a handler ran. */
bool signal_from_outside(int signal);
bool signal_is_blocked(int signal);
/* Calls that the handler of this signal interrupts begin again (SA_RESTART). */
bool signal_restarts(int signal);
/* The running thread's mask, and what a new thread begins with. */
sigset_t signal_mask(void);
void signal_thread_begin(sigset_t mask);
/* Forgets what waits for the running thread, which ends. */
void signal_thread_end(void);
/*
 * Takes a signal of `set` that waits for this thread or for the program, or the next one that comes until the deadline.
 * -EAGAIN: none came; -EINTR: a handler ran; a cancellation point.
 */
int signal_wait(sigset_t set, siginfo_t *info, uint64_t deadline_ns);

#endif
