// run:
// setup: $ROOT/tests/guest/native.sh c_strptime
// check: cmp want stdout
// strptime's ranges, and what follows from a part of a date; years that do not fit; asctime's room.
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void read_time(const char *text, const char *format)
{
    struct tm tm = { .tm_mday = 7, .tm_mon = 6, .tm_year = 105 };
    const char *rest = strptime(text, format, &tm);

    printf("%s as %s: ", text, format);
    if (!rest)
        puts("none");
    else
        printf("%d-%d-%d %d:%d:%d, day %d of the week, %d of the year, rest '%s'\n", tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour,
               tm.tm_min, tm.tm_sec, tm.tm_wday, tm.tm_yday, rest);
}

static void dates(void)
{
    static const char *const cases[][2] = {
        { "2024-13-01", "%Y-%m-%d" },
        { "2024-00-01", "%F" },
        { "2024-02-30", "%Y-%m-%d" },
        { "2024-01-32", "%F" },
        { "2024-2-3", "%Y-%m-%d" },
        { "20240203", "%Y%m%d" },
        { "02/29/96", "%D" },
        { "99", "%y" },
        { "68", "%y" },
        { "69", "%y" },
        { "19 05", "%C %y" },
        { "05 19", "%y %C" },
        { "20", "%C" },
        { "366", "%j" },
        { "2024 060", "%Y %j" },
        { "2023 060", "%Y %j" },
        { "000", "%j" },
        { "2024 10 1", "%Y %U %w" },
        { "2024 10 1", "%Y %W %w" },
        { "2023 01 Sun", "%Y %W %a" },
        { "Thursday", "%a" },
        { "thu", "%A" },
        { "Thurs", "%a" },
        { "MARCH 3", "%b %d" },
        { "Mai 3", "%b %d" },
        { "29 Feb 2024", "%d %h %Y" },
        { "0", "%d" },
        { "7", "%u" },
        { "8", "%u" },
        { "7", "%w" },
        { "12345", "%Y" },
        { "-5", "%Y" },
        { "Thu Feb 29 12:30:45 2024", "%c" },
        { "2100-3-1", "%F" },
        { "1-1-1", "%F" },
        { "5 11", "%e %Om" },
        { "24 53", "%g %V" },
        { "31 12", "%-d %_m" },
        { "x", "%Ed" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        read_time(cases[i][0], cases[i][1]);
}

static void times(void)
{
    static const char *const cases[][2] = {
        { "24:00", "%H:%M" },
        { "23:60", "%R" },
        { "23:59:61", "%T" },
        { "23:59:62", "%T" },
        { "12:30 AM", "%I:%M %p" },
        { "12:30 pm", "%I:%M %p" },
        { "1 PM", "%I %p" },
        { "PM 1", "%p %I" },
        { "13 PM", "%I %p" },
        { "PM 13", "%p %H" },
        { "10:11:12 pm", "%r" },
        { "0 PM", "%I %p" },
        { "7:5", "%k:%M" },
        { "  7", "%l" },
        { "1700000000", "%s" },
        { "x", "%s" },
        { "10h", "%Hh" },
        { "10 h", "%Hh" },
        { "10h", "%H h" },
        { "%5", "%%%M" },
        { "a b", "a %n b" },
        { "a b", "a%tb" },
        { "EST 5", "%Z %H" },
        { "12:34:56.789", "%T" },
        { "", "%H" },
        { "12", "%" },
        { "12", "%Q" },
        { "12 Z", "%H %z" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        read_time(cases[i][0], cases[i][1]);
}

static void edges(void)
{
    static const time_t ts[] = { 253402300799, 253402300800, 67768036191676799, 67768036191676800, -67768040609740800,
                                 -67768040609740801 };
    struct tm tm;
    char text[64];

    for (size_t i = 0; i < sizeof(ts) / sizeof(*ts); i++) {
        errno = 0;
        if (!gmtime_r(&ts[i], &tm)) {
            printf("%ld: no year, %d %d\n", ts[i], errno == EOVERFLOW, localtime(&ts[i]) == NULL);
            continue;
        }
        printf("%ld: %ld %ld", ts[i], timegm(&tm) - ts[i], mktime(&tm) - ts[i]);
        printf(" %d %d %s", asctime_r(&tm, text) != NULL, ctime_r(&ts[i], text) != NULL, asctime(&tm));
    }
    tm = (struct tm){ .tm_year = INT_MAX, .tm_mday = 1 };
    printf("%ld %ld\n", (long)mktime(&tm), (long)tm.tm_year);
    tm = (struct tm){ .tm_year = INT_MAX, .tm_mon = INT_MAX, .tm_mday = 1 };
    printf("%ld\n", (long)mktime(&tm));
    tm = (struct tm){ .tm_year = 124, .tm_mon = 77, .tm_mday = 7, .tm_wday = 9 };
    printf("%s", asctime(&tm));
    tm.tm_year = INT_MAX;
    printf("%d\n", asctime(&tm) != NULL);
}

int main(void)
{
    setenv("TZ", "UTC0", 1);
    dates();
    times();
    edges();
    return 0;
}
