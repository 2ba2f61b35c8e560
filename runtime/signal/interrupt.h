/*
 * interrupt.h: SIGINT from outside, and signals of timers (itimer.h). scripts/run passes its own SIGINT on to a program whose
 * action for it is not the default. Nothing stops a computation: signals are delivered when a thread reads, writes, sleeps, polls or
 * asks for the time, and end the waiting of those calls with EINTR as on Linux. Thread context.
 */
#ifndef RUNTIME_SIGNAL_INTERRUPT_H
#define RUNTIME_SIGNAL_INTERRUPT_H

#include "kernel/types.h"

#define INTERRUPT_STEP_NS 10000000u /* between looks for one, while it is wanted */

/* The program's action for SIGINT: anything but the default is wanted. */
void interrupt_want(bool wanted);
bool interrupt_is_wanted(void);
/* From now on signals may also come from a thread of the runtime (itimer.h). */
void interrupt_expect(void);
/* Who waits has to look for signals every INTERRUPT_STEP_NS. */
bool interrupt_may_come(void);
/* Delivers what has come; true if a handler ran. */
bool interrupt_check(void);
/* Takes one that has come, for a thread that waits for it by sigwait: no handler runs. */
bool interrupt_take(void);
/* Sleeps until time_ns() >= deadline; true if a handler ran before. A cancellation point. */
bool interrupt_sleep_until(uint64_t deadline_ns);

#endif
