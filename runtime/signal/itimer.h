/*
 * itimer.h: timers of real time, which send signals or start threads: that of alarm and setitimer (alarm.c), and those of
 * timer_create (timers.c). A thread of the runtime keeps them from the first use on.
 *
 * The main thread runs the handlers when it waits, reads, writes or asks for the time, as it does for SIGINT (interrupt.h). Nothing
 * can stop it while it computes: then the timers' thread runs them, beside the computation. Thread context.
 */
#ifndef RUNTIME_SIGNAL_ITIMER_H
#define RUNTIME_SIGNAL_ITIMER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/thread/thread.h"

struct itimer {
    /*
     * Set before itimer_set, and not changed. info is the signal, if si_signo is not 0: one with SI_TIMER is in flight once at a time,
     * and leads back to the timer by si_timerid, and by si_overrun to how it was set when it sent the signal.
     */
    siginfo_t info;                       /* but for si_overrun, which counts the settings under the lock of itimer.c */
    void (*notify)(union sigval value);   /* otherwise runs in a thread of its own with si_value; NULL: nothing happens */
    struct runtime_thread_options thread; /* of that thread */

    /* Protected by that lock, too. */
    int64_t due_ns, interval_ns; /* time_ns() of the next expiry, 0: none; what lies between two, 0: there is one */
    bool is_sent;                /* due_ns has passed, and the signal has not been taken yet */
    int overrun;                 /* expiries that the signal taken last stands for beside its own */
    bool is_listed;              /* among those that have been set */
    struct itimer *next;
};

struct itimer_state {
    uint64_t left_ns, interval_ns; /* until it expires, 0: never; it has just now: 1 */
};

/* Locks all timers. No handler may run until they are unlocked: none of the calls that look for signals may be made. */
void itimer_lock(void);
/*
 * Does so once handlers have run for what has expired already, as they have on Linux. They may set or delete timers: what is known of
 * one from before is void.
 */
void itimer_lock_settled(void);
void itimer_unlock(void);

/* ---- Under that lock. */

/*
 * Sets the timer to expire when time_ns() is due_ns, which may have passed (negative: before the machine's start; 0: never), and then
 * every interval_ns. Its signal that waits is gone. *old: how it stood. 0; -EAGAIN: no memory for the thread.
 */
int itimer_set(struct itimer *t, int64_t due_ns, int64_t interval_ns, struct itimer_state *old);
void itimer_read(const struct itimer *t, struct itimer_state *state);
/* The timer is the caller's again. Its signal that waits is gone. */
void itimer_remove(struct itimer *t);

/* ---- Without it. */

/* The signal has been taken, and its timer goes on. Returns its overrun: 0 if that is gone or has been set anew. */
int itimer_taken(const siginfo_t *sent);
/* Returns once no handler runs beside the program; at once in a handler that does. */
void itimer_wait_for_handler(void);
/* The running thread will never go on: if it is in such a handler, nobody has to wait for that. */
void itimer_leave_handler(void);
/* Ends the program with a line if longjmp to the jmp_buf would leave a handler that runs beside the program: that is another thread's. */
void itimer_check_jump(const uintptr_t *env);
/* Does so if the running thread is in such a handler, and shall end: it is the timers'. */
void itimer_check_end(void);

#endif
