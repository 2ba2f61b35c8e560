/* clock.h: the program's clocks. Thread context. */
#ifndef RUNTIME_TIME_CLOCK_H
#define RUNTIME_TIME_CLOCK_H

#include <time.h>

#include "kernel/types.h"

#define CLOCK_NEVER (UINT64_MAX - 1) /* a deadline that does not come; who waits with it is no part of a deadlock (THREAD_FOREVER is) */

/* The program starts now, in the running thread: CPU time and the counters' time_ns and instret count from here. */
void clock_start(void);
uint64_t clock_elapsed_ns(void);      /* since clock_start */
uint64_t clock_elapsed_instret(void); /* instructions since clock_start, those of waiting for devices left out */
/* Instructions from the first one in supervisor mode to clock_start, waiting left out. */
uint64_t clock_boot_instret(void);
/* Time in which harts were at work for the program since clock_start, of all of them together: what they waited or slept left out. */
uint64_t clock_cpu_ns(void);
/* The id of the clock that shows how long the thread has run. */
clockid_t clock_of_thread(unsigned long number);
/* Does the clock show a time? */
bool clock_is_known(clockid_t id);
/* Time of day: the host's clock at the first question, carried on by the machine's own. */
struct timespec clock_wall(void);
/* 0, -EINVAL, or -EINTR: a handler ran (interrupt.h). left (may be NULL): how much of it was not slept. */
int clock_sleep_for(const struct timespec *t, struct timespec *left);
/* May timeouts of locks and their kin be on this clock? As on Linux, two may. */
static inline bool clock_has_timeouts(clockid_t id)
{
    return id == CLOCK_REALTIME || id == CLOCK_MONOTONIC;
}
/* time_ns() when a clock that has timeouts will show t: at least 1. False: it has none, or there is no such time. */
bool clock_deadline(clockid_t id, const struct timespec *t, uint64_t *deadline_ns);
/* time_ns() when t has passed from now on. False: there is no such time. */
bool clock_deadline_in(const struct timespec *t, uint64_t *deadline_ns);
/* A span, or what a clock shows: what is more than INT64_MAX is INT64_MAX. False: it is negative or malformed. */
bool clock_to_ns(const struct timespec *t, int64_t *ns);
/* time_ns() in ns from now, INT64_MAX at most. */
int64_t clock_time_in(int64_t ns);
/* time_ns() when a known clock shows ns: negative if that was before the machine's start; never 0. */
int64_t clock_time_at(clockid_t id, int64_t ns);

#endif
