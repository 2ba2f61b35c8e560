/* calendar.c: broken-down time with tm_gmtoff and tm_zone, which newlib's functions leave alone. */
#include "runtime/calendar.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "runtime/api.h"

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
    return (era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468) * 86400;
}

/* mktime for UTC, the fields in any range. */
static time_t seconds_of(const struct tm *tm)
{
    long month = tm->tm_mon % 12, year = tm->tm_year + 1900L + tm->tm_mon / 12;

    if (month < 0) {
        month += 12;
        year--;
    }
    return seconds_of_day(year, month + 1, 1) + (tm->tm_mday - 1) * 86400L + tm->tm_hour * 3600L + tm->tm_min * 60L + tm->tm_sec;
}

static struct tm *utc(const time_t *t, struct tm *out)
{
    if (!__newlib_gmtime_r(t, out))
        return NULL;
    out->tm_gmtoff = 0;
    out->tm_zone = "GMT";
    return out;
}

static struct tm *local(const time_t *t, struct tm *out)
{
    if (!__newlib_localtime_r(t, out))
        return NULL;
    if (out->tm_isdst < 0)
        out->tm_isdst = 0; /* before 1970: no rule is known, and glibc applies none either */
    out->tm_gmtoff = seconds_of(out) - *t;
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
    return local(t, out);
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
    return local(t, &result);
}

time_t calendar_mktime(struct tm *tm)
{
    time_t t = __newlib_mktime(tm);

    if (t != (time_t)-1)
        local(&t, tm);
    return t;
}

API time_t mktime(struct tm *tm)
{
    return calendar_mktime(tm);
}

API time_t timegm(struct tm *tm)
{
    time_t t = seconds_of(tm);

    utc(&t, tm);
    return t;
}

int calendar_days_of(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 366 : 365;
}

API int dysize(int year)
{
    return calendar_days_of(year);
}

/* What strptime reads for %z: Z, or a sign and hh, hhmm or hh:mm. The rest of the text; NULL: it is something else. */
API const char *bower_read_zone(const char *text, struct tm *tm)
{
    long value = 0, digits = 0;
    bool west;

    text += strspn(text, " \t\n\v\f\r");
    if (*text == 'Z') {
        tm->tm_gmtoff = 0;
        return text + 1;
    }
    if (*text != '+' && *text != '-')
        return NULL;
    west = *text++ == '-';
    while (digits < 4 && *text >= '0' && *text <= '9') {
        value = value * 10 + (*text++ - '0');
        if (++digits == 2 && text[0] == ':' && text[1] >= '0' && text[1] <= '9')
            text++;
    }
    if (digits == 2)
        value *= 100;
    if ((digits != 2 && digits != 4) || value % 100 >= 60)
        return NULL;
    tm->tm_gmtoff = (value / 100 * 3600 + value % 100 * 60) * (west ? -1 : 1);
    return text;
}
