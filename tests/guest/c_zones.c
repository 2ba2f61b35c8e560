// run:
// setup: $ROOT/tests/guest/native.sh c_zones
// check: cmp want stdout
// TZ in every form that POSIX has, over the days of years at whose edges the offset changes.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#define DAY 86400L

static void show_zone(const char *zone)
{
    unsigned long hash = 5381;
    struct tm before = { .tm_isdst = -1 };

    if (zone)
        setenv("TZ", zone, 1);
    else
        unsetenv("TZ");
    tzset();
    printf("%s: %s %s %ld %d\n", zone ? zone : "(none)", tzname[0], tzname[1], timezone, daylight);
    for (time_t t = 366 * DAY; t < 54 * 365 * DAY; t += t < 50 * 365 * DAY ? 9 * DAY + 1801 : 7 * 3600 + 61) {
        struct tm tm, again;
        char text[100];

        localtime_r(&t, &tm);
        again = tm;
        if (mktime(&again) != t)
            printf("%ld does not come back\n", (long)t);
        strftime(text, sizeof(text), "%F %T %Z %z", &tm);
        for (const char *p = text; *p; p++)
            hash = hash * 33 + (unsigned char)*p;
        if (tm.tm_isdst != before.tm_isdst && tm.tm_year > 119 && tm.tm_year < 124)
            printf("  %s\n", text);
        before = tm;
    }
    printf("  %lx\n", hash);
    before = (struct tm){ .tm_year = 123, .tm_mon = 6, .tm_mday = 1, .tm_hour = 12, .tm_isdst = 1 };
    printf("  noon of summer time: %ld", (long)mktime(&before));
    printf(" %d %d\n", before.tm_hour, before.tm_isdst);
}

/* Days and months that there are not. */
static void show_nonsense(void)
{
    struct tm tm = { .tm_year = 100, .tm_mon = 12, .tm_mday = 1, .tm_wday = 7 };

    printf("%s", asctime(&tm));
    tm.tm_mon = tm.tm_wday = -1;
    printf("%s", asctime(&tm));
}

int main(void)
{
    struct timeval now;
    struct timezone here; /* whichever header is first */

    static const char *const zones[] = {
        NULL,
        "",
        "UTC0",
        "CET-1CEST,M3.5.0,M10.5.0/3",

        "<-03>3<-02>,M10.1.0,M3.3.0",
        "<+0545>-5:45",
        "IST-1GMT0,M10.5.0,M3.5.0/1",
        "PST8PDT,J60/3:30:15,J300/1",
        "AAA+10BBB,59,300",
        "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
        "XYZ3",
        ":EET-2EEST,M3.5.0/3,M10.5.0/4",
        "NZST-12NZDT,M9.5.0,M4.1.0/3",
    };

    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
        show_zone(zones[i]);
    show_nonsense();
    printf("%d\n", gettimeofday(&now, &here));
    return 0;
}
