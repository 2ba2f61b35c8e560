/* calendar.c: broken-down time with tm_gmtoff and tm_zone, which newlib's functions leave alone, for every year that an int counts. */
#include "runtime/time/calendar.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "kernel/types.h"
#include "runtime/api.h"

#define DAY_S 86400L
#define CYCLE_YEARS 400 /* after which days of the week and of the month are the same */
#define CYCLE_S (146097 * DAY_S)
#define FAR_YEAR 8000   /* newlib's mktime knows those from -10000 to 10000 */
#define YEAR_TEXT 12    /* of an int, with its sign */
#define ASCTIME_SIZE 26 /* what asctime_r may write */

const char *const calendar_days[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };
const char *const calendar_months[] = { "January", "February", "March", "April", "May", "June", "July",
                                        "August", "September", "October", "November", "December" };

/* newlib's own, renamed by scripts/setup. */
struct tm *__newlib_gmtime_r(const time_t *restrict t, struct tm *restrict out);
struct tm *__newlib_localtime_r(const time_t *restrict t, struct tm *restrict out);
time_t __newlib_mktime(struct tm *tm);

/* Seconds from 1970 to midnight of the day: proleptic Gregorian, counted from March so that leap days come last. */
static time_t seconds_of_day(long year, long month, long day)
{
    long era, year_of_era, day_of_year;

    year -= month <= 2;
    era = (year >= 0 ? year : year - 399) / 400;
    year_of_era = year - era * 400;
    day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return (era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468) * DAY_S;
}

/* mktime for UTC, the fields in any range. */
static time_t seconds_of(const struct tm *tm)
{
    long month = tm->tm_mon % 12, year = tm->tm_year + 1900L + tm->tm_mon / 12;

    if (month < 0) {
        month += 12;
        year--;
    }
    return seconds_of_day(year, month + 1, 1) + (tm->tm_mday - 1L) * DAY_S + tm->tm_hour * 3600L + tm->tm_min * 60L + tm->tm_sec;
}

/* The year must fit into tm_year. */
static bool is_in_range(time_t t)
{
    if (t >= seconds_of_day(INT_MIN + 1900L, 1, 1) && t < seconds_of_day(INT_MAX + 1901L, 1, 1))
        return true;
    errno = EOVERFLOW;
    return false;
}

static struct tm *utc(const time_t *t, struct tm *out)
{
    if (!is_in_range(*t) || !__newlib_gmtime_r(t, out))
        return NULL;
    out->tm_gmtoff = 0;
    out->tm_zone = "GMT";
    return out;
}

struct tm *calendar_local(const time_t *t, struct tm *out)
{
    if (!is_in_range(*t) || !__newlib_localtime_r(t, out))
        return NULL;
    if (out->tm_isdst < 0)
        out->tm_isdst = 0; /* before 1970: no rule is known, and glibc applies none either */
    out->tm_gmtoff = seconds_of(out) - *t;
    if (out->tm_gmtoff < -DAY_S * 7 || out->tm_gmtoff > DAY_S * 7) { /* the year is another in this zone, and does not fit */
        errno = EOVERFLOW;
        return NULL;
    }
    out->tm_zone = tzname[out->tm_isdst > 0];
    return out;
}

API struct tm *gmtime_r(const time_t *restrict t, struct tm *restrict out)
{
    return utc(t, out);
}

API struct tm *localtime_r(const time_t *restrict t, struct tm *restrict out)
{
    tzset();
    return calendar_local(t, out);
}

/* One result for both, as ISO C allows and glibc has it. */
static struct tm result;

API struct tm *gmtime(const time_t *t)
{
    return utc(t, &result);
}

API struct tm *localtime(const time_t *t)
{
    tzset();
    return calendar_local(t, &result);
}

time_t calendar_mktime(struct tm *tm)
{
    struct tm near = *tm;
    time_t t = seconds_of(tm);
    long cycles;

    if (!is_in_range(t) || !utc(&t, &near))
        return -1;
    cycles = near.tm_year / FAR_YEAR * (FAR_YEAR / CYCLE_YEARS);
    if (cycles == 0)
        near = *tm; /* with fields out of their ranges: what that means to summer time is newlib's to say */
    else
        near.tm_isdst = tm->tm_isdst;
    near.tm_year -= (int)cycles * CYCLE_YEARS;
    t = __newlib_mktime(&near) + cycles * CYCLE_S;
    if (tm->tm_isdst > 0 && !_daylight)
        t -= 3600; /* summer time that the zone has not is taken to be an hour ahead, as in glibc */
    return calendar_local(&t, &near) ? (*tm = near, t) : -1;
}

API time_t mktime(struct tm *tm)
{
    return calendar_mktime(tm);
}

API time_t timegm(struct tm *tm)
{
    time_t t = seconds_of(tm);

    return utc(&t, tm) ? t : -1;
}

/* 0 or a negative errno. */
static int show(const struct tm *tm, char *out, size_t size)
{
    const char *day, *month;
    int n;

    if (!tm)
        return -EINVAL;
    if (tm->tm_year > INT_MAX - 1900)
        return -EOVERFLOW;
    day = (unsigned)tm->tm_wday < ARRAY_LEN(calendar_days) ? calendar_days[tm->tm_wday] : "???";
    month = (unsigned)tm->tm_mon < ARRAY_LEN(calendar_months) ? calendar_months[tm->tm_mon] : "???";
    n = snprintf(out, size, "%.3s %.3s%3d %.2d:%.2d:%.2d %d\n", day, month, tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec,
                 tm->tm_year + 1900);
    return (size_t)n < size ? 0 : -EOVERFLOW;
}

API char *asctime_r(const struct tm *restrict tm, char *restrict out)
{
    return api_status(show(tm, out, ASCTIME_SIZE)) == 0 ? out : NULL;
}

API char *ctime_r(const time_t *t, char *out)
{
    struct tm tm;

    tzset();
    return calendar_local(t, &tm) && api_status(show(&tm, out, ASCTIME_SIZE)) == 0 ? out : NULL;
}

/* The library's own has room for every int. */
static char text[ASCTIME_SIZE + 6 * YEAR_TEXT];

API char *asctime(const struct tm *tm)
{
    return api_status(show(tm, text, sizeof(text))) == 0 ? text : NULL;
}

API char *ctime(const time_t *t)
{
    tzset();
    return calendar_local(t, &result) && api_status(show(&result, text, sizeof(text))) == 0 ? text : NULL;
}

int calendar_days_of(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 366 : 365;
}

API int dysize(int year)
{
    return calendar_days_of(year);
}
