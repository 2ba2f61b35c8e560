/*
 * signal.h: signals that the program raises in itself, by calls and by accesses that it may not make (fault.h), SIGINT from outside
 * (interrupt.h) and those of timers (itimer.h). Handlers are the program's; each thread has its mask and what waits behind it, and a
 * handler runs in the thread that raises.
 * Thread context; handlers run inside these calls.
 */
#ifndef RUNTIME_SIGNAL_SIGNAL_H
#define RUNTIME_SIGNAL_SIGNAL_H

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
/* The running thread has made a fault. False: it blocks the signal, or there is no handler for it. */
bool signal_deliver_fault(siginfo_t *info);
bool signal_is_blocked(int signal);
/* Of strsignal.c: as sigabbrev_np: without "SIG"; NULL where it has none, as real-time signals. */
const char *signal_name(int signal);
/* Is there a signal of this number for programs? */
bool signal_is_valid(int signal);
/* May a program choose its action? */
bool signal_may_be_handled(int signal);
/* Puts action (may be NULL: nothing changes) in place of that of a valid signal, which it returns. */
struct sigaction signal_exchange(int signal, const struct sigaction *action);
/* Waits, with this mask, until a handler has run. -EINTR; a cancellation point. */
int signal_suspend(sigset_t mask);
/* How many handlers have run in this thread. */
unsigned signal_handled(void);
/* Calls that the thread's last handler interrupted begin again (SA_RESTART). */
bool signal_restarts(void);
/*
 * What another thread sends the program is the main thread's to take, as on Linux, unless that one blocks it: then any other's that
 * does not. *somebody: false if the signal has to wait for somebody to unblock it or ask for it. 0 or -EAGAIN: no memory.
 */
int signal_send_program(const siginfo_t *info, bool *somebody);
/* One that a timer (si_timerid) has sent so is forgotten if nobody has taken it. */
void signal_forget_timer(const siginfo_t *sent);
/* Something was sent so, has not been taken, and the running thread may take it. */
bool signal_is_due(void);
/* Delivers what was sent so, in the thread that it is for; true if a handler ran. */
bool signal_deliver_due(void);
/* Counts arrivals; whoever sleeps in signal_sleep looks again after signal_announce. */
uint32_t signal_arrivals(void);
void signal_announce(void);
/*
 * Sleeps until a signal for the program arrives (signal_arrivals is no longer `seen`), the deadline, or it is time to look for SIGINT
 * from outside. A cancellation point.
 */
void signal_sleep(uint32_t seen, uint64_t deadline_ns);
/* The main thread begins or ends a wait in which it looks for such signals. In other threads nothing happens. */
void signal_main_waits(bool waits);
/* One of the set has not been taken yet, and the main thread waits, or did since the last call with *turns: it will take it. */
bool signal_main_will_take(sigset_t set, uint32_t *turns);
/* Takes them after all, in the running thread, which is the runtime's: the handlers have the main thread's mask. */
void signal_deliver_for_main(sigset_t set);
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
