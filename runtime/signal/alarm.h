/*
 * alarm.h: the timer of real time (alarm, setitimer), which sends SIGALRM. A thread of the runtime keeps it from its first use on.
 *
 * The main thread runs the handler when it waits, reads, writes or asks for the time, as it does for SIGINT (interrupt.h). Nothing
 * can stop it while it computes: then the timer's thread runs the handler, beside the computation.
 */
#ifndef RUNTIME_SIGNAL_ALARM_H
#define RUNTIME_SIGNAL_ALARM_H

#include <stdint.h>

/* Returns once no handler runs beside the program; at once in a handler that does. */
void alarm_wait_for_handler(void);
/* The running thread will never go on: if it is in such a handler, nobody has to wait for that. */
void alarm_leave_handler(void);
/* Ends the program with a line if longjmp to the jmp_buf would leave a handler that runs beside the program: that is another thread's. */
void alarm_check_jump(const uintptr_t *env);

#endif
