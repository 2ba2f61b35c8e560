/* time.h: newlib's; the clocks of Linux and its fields of struct tm are visible without _GNU_SOURCE, as there. */
#ifndef BOWER_TIME_H
#define BOWER_TIME_H
#define __TM_GMTOFF tm_gmtoff
#define __TM_ZONE tm_zone
#define BOWER_PLAIN_TYPES
#ifdef _SIGNAL_H_
#include_next <time.h>
#else /* newlib's would bring <signal.h> along, whose names are the program's own where it does not include it */
#define _SIGNAL_H_
struct sigevent;
#include_next <time.h>
#undef _SIGNAL_H_
#endif
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

__BEGIN_DECLS
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
