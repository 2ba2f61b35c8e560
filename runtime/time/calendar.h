/* calendar.h: broken-down time, for strftime.c and strptime.c. */
#ifndef RUNTIME_TIME_CALENDAR_H
#define RUNTIME_TIME_CALENDAR_H

#include <time.h>

extern const char *const calendar_days[7], *const calendar_months[12];

/* 365 or 366. */
int calendar_days_of(int year);
/* mktime. Thread context, no lock held. */
time_t calendar_mktime(struct tm *tm);
/* As localtime_r, in the zone that tzset has found. NULL and EOVERFLOW: the year does not fit. */
struct tm *calendar_local(const time_t *t, struct tm *out);

#endif
