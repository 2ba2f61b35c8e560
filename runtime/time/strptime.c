/*
 * strptime.c: as glibc has it in locale "C": a value out of its range ends the reading, the day of the week and of the year follow
 * from the date and the date from the day of the year or of a week, flags (`%-d`) and the modifiers E and O mean nothing.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtime/api.h"
#include "runtime/time/calendar.h"

#define DAYS_A_WEEK 7
#define MONTHS 12
#define NONE (-1)

/* What has been read, until the end shows what it means. */
struct reading {
    const char *s; /* the rest of the text */
    struct tm *tm;
    int century;    /* or NONE */
    int week;       /* number of %U or %W, or NONE */
    int first_wday; /* which day a week begins with: 0 after %U, 1 after %W */
    bool has_year_of_century;
    bool has_twelve_hours, is_pm;
    bool has_wday, has_yday, has_month, has_mday;
    bool has_date; /* something that a day of the week and of the year follow from */
};

static void skip_space(struct reading *r)
{
    while (isspace((unsigned char)*r->s))
        r->s++;
}

/* A number of at most so many digits, less `subtract`; false: there is none in the range. */
static bool number(struct reading *r, int from, int to, int digits, int subtract, int *out)
{
    int value = 0;

    while (*r->s == ' ')
        r->s++;
    if (!isdigit((unsigned char)*r->s))
        return false;
    do
        value = value * 10 + (*r->s++ - '0');
    while (--digits > 0 && value * 10 <= to && isdigit((unsigned char)*r->s));
    *out = value - subtract;
    return value >= from && value <= to;
}

/* The first n letters of the word come next, in either case; then they are read. */
static bool word(struct reading *r, const char *letters, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (tolower((unsigned char)r->s[i]) != tolower((unsigned char)letters[i]))
            return false;
    }
    r->s += n;
    return true;
}

/* One of the names, or its first three letters. */
static bool name(struct reading *r, const char *const *names, int count, int *out)
{
    for (int i = 0; i < count; i++) {
        if (word(r, names[i], strlen(names[i])) || word(r, names[i], 3)) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool noon(struct reading *r)
{
    r->is_pm = word(r, "PM", 2);
    return r->is_pm || word(r, "AM", 2);
}

/* Seconds since 1970. */
static bool seconds(struct reading *r)
{
    time_t t = 0;

    if (!isdigit((unsigned char)*r->s))
        return false;
    while (isdigit((unsigned char)*r->s))
        t = t * 10 + (*r->s++ - '0');
    tzset();
    return calendar_local(&t, r->tm) != NULL;
}

/* Z, or a sign and hh, hhmm or hh:mm. */
static bool zone(struct reading *r)
{
    long value = 0, digits = 0;
    bool west;

    skip_space(r);
    if (*r->s == 'Z') {
        r->s++;
        r->tm->tm_gmtoff = 0;
        return true;
    }
    if (*r->s != '+' && *r->s != '-')
        return false;
    west = *r->s++ == '-';
    while (digits < 4 && isdigit((unsigned char)*r->s)) {
        value = value * 10 + (*r->s++ - '0');
        if (++digits == 2 && r->s[0] == ':' && isdigit((unsigned char)r->s[1]))
            r->s++;
    }
    if (digits == 2)
        value *= 100;
    r->tm->tm_gmtoff = (value / 100 * 3600 + value % 100 * 60) * (west ? -1 : 1);
    return (digits == 2 || digits == 4) && value % 100 < 60;
}

/* A zone's name changes nothing. */
static bool zone_name(struct reading *r)
{
    skip_space(r);
    while (*r->s && !isspace((unsigned char)*r->s))
        r->s++;
    return true;
}

static bool year_of_century(struct reading *r)
{
    if (!number(r, 0, 99, 2, 0, &r->tm->tm_year))
        return false;
    if (r->tm->tm_year < 69)
        r->tm->tm_year += 100;
    r->has_year_of_century = r->has_date = true;
    return true;
}

static bool year(struct reading *r)
{
    r->century = NONE;
    r->has_year_of_century = false;
    r->has_date = true;
    return number(r, 0, 9999, 4, 1900, &r->tm->tm_year);
}

static bool week(struct reading *r, int first_wday)
{
    r->first_wday = first_wday;
    return number(r, 0, 53, 2, 0, &r->week);
}

/* The parts of a date. */
static bool read_date(struct reading *r, char letter)
{
    struct tm *tm = r->tm;
    int ignored;

    switch (letter) {
    case 'a':
    case 'A': r->has_wday = true; return name(r, calendar_days, DAYS_A_WEEK, &tm->tm_wday);
    case 'b':
    case 'B':
    case 'h': r->has_month = r->has_date = true; return name(r, calendar_months, MONTHS, &tm->tm_mon);
    case 'C': r->has_date = true; return number(r, 0, 99, 2, 0, &r->century);
    case 'd':
    case 'e': r->has_mday = r->has_date = true; return number(r, 1, 31, 2, 0, &tm->tm_mday);
    case 'g': return number(r, 0, 99, 2, 0, &ignored);
    case 'G': return number(r, 0, 9999, 4, 0, &ignored);
    case 'j': r->has_yday = true; return number(r, 1, 366, 3, 1, &tm->tm_yday);
    case 'm': r->has_month = r->has_date = true; return number(r, 1, 12, 2, 1, &tm->tm_mon);
    case 'u':
        r->has_wday = true;
        if (!number(r, 1, 7, 1, 0, &tm->tm_wday))
            return false;
        tm->tm_wday %= DAYS_A_WEEK;
        return true;
    case 'U': return week(r, 0);
    case 'V': return number(r, 0, 53, 2, 0, &ignored);
    case 'w': r->has_wday = true; return number(r, 0, 6, 1, 0, &tm->tm_wday);
    case 'W': return week(r, 1);
    case 'y': return year_of_century(r);
    case 'Y': return year(r);
    default: return false;
    }
}

static bool read_all(struct reading *r, const char *format);

/* The parts of a time, and what stands for several conversions. */
static bool read_one(struct reading *r, char letter)
{
    struct tm *tm = r->tm;

    switch (letter) {
    case '%': return *r->s++ == '%';
    case 'c': return read_all(r, "%a %b %e %H:%M:%S %Y");
    case 'D':
    case 'x': return read_all(r, "%m/%d/%y");
    case 'F': return read_all(r, "%Y-%m-%d");
    case 'k':
    case 'H': r->has_twelve_hours = false; return number(r, 0, 23, 2, 0, &tm->tm_hour);
    case 'l':
    case 'I':
        r->has_twelve_hours = true;
        if (!number(r, 1, 12, 2, 0, &tm->tm_hour))
            return false;
        tm->tm_hour %= 12;
        return true;
    case 'M': return number(r, 0, 59, 2, 0, &tm->tm_min);
    case 'n':
    case 't': skip_space(r); return true;
    case 'p': return noon(r);
    case 'r': return read_all(r, "%I:%M:%S %p");
    case 'R': return read_all(r, "%H:%M");
    case 's': return seconds(r);
    case 'S': return number(r, 0, 61, 2, 0, &tm->tm_sec);
    case 'T':
    case 'X': return read_all(r, "%H:%M:%S");
    case 'z': return zone(r);
    case 'Z': return zone_name(r);
    default: return read_date(r, letter);
    }
}

static bool read_all(struct reading *r, const char *format)
{
    for (; *format; format++) {
        if (isspace((unsigned char)*format)) {
            skip_space(r);
            continue;
        }
        if (*format != '%') {
            if (*format != *r->s++)
                return false;
            continue;
        }
        format += 1 + strspn(format + 1, "-_0^#");
        if ((*format == 'E' && format[1] && strchr("cCyYxX", format[1])) ||
            (*format == 'O' && format[1] && strchr("deHImMSUWVwy", format[1])))
            format++;
        if (!read_one(r, *format))
            return false;
    }
    return true;
}

/* Days of the year before the month, which may be 12. */
static int days_before(int month, int year)
{
    static const short before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };

    return before[month] + (month > 1 && calendar_days_of(year) == 366);
}

/* Of January the 1st: 400 years are whole weeks. */
static int first_wday_of(int year)
{
    int y = ((year - 1) % 400 + 400) % 400; /* whole years since the year 1, which began on a Monday */

    return (1 + y + y / 4 - y / 100) % DAYS_A_WEEK;
}

/* Month and day of the month from the day of the year. */
static void date_from_yday(struct reading *r)
{
    struct tm *tm = r->tm;
    int year = tm->tm_year + 1900, month = 0;

    while (month < MONTHS - 1 && days_before(month + 1, year) <= tm->tm_yday)
        month++;
    if (!r->has_month)
        tm->tm_mon = month;
    if (!r->has_mday)
        tm->tm_mday = tm->tm_yday - days_before(month, year) + 1;
}

static void yday_from_week(struct reading *r)
{
    struct tm *tm = r->tm;
    int first = first_wday_of(tm->tm_year + 1900) - r->first_wday;

    tm->tm_yday = (DAYS_A_WEEK - first) % DAYS_A_WEEK + (r->week - 1) * DAYS_A_WEEK +
                  (tm->tm_wday - r->first_wday + DAYS_A_WEEK) % DAYS_A_WEEK;
}

/* What follows from what was read. */
static void complete(struct reading *r)
{
    struct tm *tm = r->tm;
    bool has_yday = r->has_yday;
    int year, yday;

    if (r->has_twelve_hours && r->is_pm)
        tm->tm_hour += 12;
    if (r->century != NONE)
        tm->tm_year = (r->has_year_of_century ? tm->tm_year % 100 : 0) + (r->century - 19) * 100;
    year = tm->tm_year + 1900;
    if (r->has_date && !r->has_wday && has_yday && !(r->has_month && r->has_mday)) {
        date_from_yday(r);
        r->has_month = r->has_mday = true;
    }
    if (r->has_date && (r->has_month || (unsigned)tm->tm_mon < MONTHS)) {
        yday = days_before(tm->tm_mon, year) + tm->tm_mday - 1;
        if (!r->has_wday)
            tm->tm_wday = ((first_wday_of(year) + yday) % DAYS_A_WEEK + DAYS_A_WEEK) % DAYS_A_WEEK;
        if (!has_yday)
            tm->tm_yday = yday;
    }
    if (r->week != NONE && r->has_wday) {
        if (!has_yday)
            yday_from_week(r);
        if (!r->has_mday || !r->has_month)
            date_from_yday(r);
    }
}

API char *strptime(const char *restrict s, const char *restrict format, struct tm *restrict tm)
{
    struct reading r = { .s = s, .tm = tm, .century = NONE, .week = NONE };

    if (!read_all(&r, format))
        return NULL;
    complete(&r);
    return (char *)r.s;
}
