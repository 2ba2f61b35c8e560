/* calendar.h: broken-down time, for strftime.c. */
#ifndef RUNTIME_CALENDAR_H
#define RUNTIME_CALENDAR_H

#include <time.h>

int calendar_days_of(int year);
time_t calendar_mktime(struct tm *tm);

#endif
