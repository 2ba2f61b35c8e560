/* time.h: newlib's; the clocks of Linux and its fields of struct tm are visible without _GNU_SOURCE, as there. */
#ifndef BOWER_TIME_H
#define BOWER_TIME_H
#define __TM_GMTOFF tm_gmtoff
#define __TM_ZONE tm_zone
#define BOWER_PLAIN_TYPES
/* With timers newlib's would bring <signal.h> along, whose names are the program's own where it does not include it. */
#include <sys/features.h>
#undef _POSIX_TIMERS
#include_next <time.h>
#define _POSIX_TIMERS 200809L
#undef BOWER_PLAIN_TYPES

#ifndef CLOCK_MONOTONIC_RAW
#define CLOCK_REALTIME_COARSE ((clockid_t)0)
#define CLOCK_MONOTONIC_RAW ((clockid_t)5)
#define CLOCK_MONOTONIC_COARSE ((clockid_t)6)
#define CLOCK_BOOTTIME ((clockid_t)7)
#endif
#undef TIMER_ABSTIME
#define TIMER_ABSTIME 1
#ifndef TIME_UTC
#define TIME_UTC 1
#endif

struct sigevent;

__BEGIN_DECLS
int clock_gettime(clockid_t clock, struct timespec *now);
int clock_settime(clockid_t clock, const struct timespec *now);
int clock_getres(clockid_t clock, struct timespec *resolution);
int nanosleep(const struct timespec *time, struct timespec *left);
int timer_create(clockid_t clock, struct sigevent *__restrict event, timer_t *__restrict timer);
int timer_delete(timer_t timer);
int timer_settime(timer_t timer, int flags, const struct itimerspec *__restrict value, struct itimerspec *__restrict old);
int timer_gettime(timer_t timer, struct itimerspec *value);
int timer_getoverrun(timer_t timer);
int timespec_get(struct timespec *out, int base);
time_t timegm(struct tm *tm);
#define timelocal(tm) mktime(tm)
int dysize(int year);
#if __SVID_VISIBLE || __XSI_VISIBLE
/* POSIX's names of newlib's variables; no macros, for there is a struct timezone, too. */
extern long timezone __asm__("_timezone");
extern int daylight __asm__("_daylight");
#endif
__END_DECLS

#endif
