// run:
// setup: $ROOT/tests/guest/native.sh c_strftime
// check: cmp want stdout
// Every conversion of strftime with every flag, over days at the edges of years; and what localtime and mktime fill in.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void show(const struct tm *tm, const char *format)
{
    char line[200];
    size_t n = strftime(line, sizeof(line), format, tm);

    printf("%s: %zu [%s]\n", format, n, n ? line : "");
}

static void every_conversion(time_t t)
{
    static const char letters[] = "aAbBcCdDeFgGhHIjklmMnpPrRsSTuUVwWxXyYzZ%Q";
    static const char *const flags[] = { "", "-", "_", "0", "^", "#", "6", "_6", "06", "-6", "^12" };
    struct tm tm = *localtime(&t);
    char format[16];

    printf("%s", asctime(&tm));
    show(&tm, "%Ec %EC %Ex %EX %Ey %EY %Od %Oe %OH %OI %Om %OM %OS %Ou %OU %OV %Ow %OW %Oy");
    for (const char *letter = letters; *letter; letter++) {
        for (size_t f = 0; f < sizeof(flags) / sizeof(flags[0]); f++) {
            if (strchr("zQ", *letter) && strpbrk(flags[f], "62"))
                continue; /* glibc shows the width twice */
            snprintf(format, sizeof(format), "%%%s%c", flags[f], *letter);
            show(&tm, format);
        }
    }
}

static void weeks(void)
{
    for (int year = 1995; year < 2030; year++) {
        for (int day = -4; day < 5; day++) {
            struct tm tm = { .tm_year = year - 1900, .tm_mday = 1 + day, .tm_isdst = -1 };

            mktime(&tm);
            show(&tm, "%F %G-W%V-%u %U %W %j");
        }
    }
}

static void fields(time_t t)
{
    struct tm tm;

    localtime_r(&t, &tm);
    printf("%ld %s %d\n", tm.tm_gmtoff, tm.tm_zone, tm.tm_isdst);
    gmtime_r(&t, &tm);
    printf("%ld %s %d\n", tm.tm_gmtoff, tm.tm_zone, tm.tm_isdst);
    tm.tm_mon += 30;
    tm.tm_isdst = -1;
    printf("%ld", (long)mktime(&tm));
    printf(" %ld %s %d\n", tm.tm_gmtoff, tm.tm_zone, tm.tm_isdst);
    printf("%ld\n", (long)timegm(&tm));
}

int main(void)
{
    static const time_t times[] = { 0, 951782399, 1077926400, 1735689599, 1735689600, 1719835200, -86400L * 365 * 100 };
    static const char *const zones[] = { "UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "NST3:30NDT,M3.2.0,M11.1.0" };
    struct tm none = { .tm_mday = 1 };
    char small[5];

    for (size_t z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
        setenv("TZ", zones[z], 1);
        tzset();
        printf("%s %s %ld\n", tzname[0], tzname[1], timezone);
        for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
            every_conversion(times[i]);
            fields(times[i]);
        }
        weeks();
    }
    printf("%zu %zu\n", strftime(small, sizeof(small), "%Y", &none), strftime(small, 4, "%Y", &none));
    show(&none, "%Y-%m-%d %% %");
    return 0;
}
