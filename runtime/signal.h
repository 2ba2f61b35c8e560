/*
 * signal.h: signals that the program raises in itself, and SIGINT from outside (interrupt.h). Handlers are the program's; each thread has
 * its mask and what waits behind it, and a handler runs in the thread that raises.
 */
#ifndef RUNTIME_SIGNAL_H
#define RUNTIME_SIGNAL_H

#include <signal.h>
#include <stdbool.h>

/* Delivers, or keeps for later if it is blocked. 0 or a negative errno; does not return if the signal ends the program. */
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

#endif
