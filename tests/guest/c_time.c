// run:
// setup: $ROOT/tests/guest/native.sh c_time
// check: cmp want stdout
// Calendar arithmetic against the host's, and clocks that go forward.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/timeb.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

static double seconds(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void calendar(void)
{
    static const time_t times[] = { 0, 951782400, 1709210096, 2147483647, 4102444800, -86400, 1795396541 };
    char text[128];
    struct tm tm;

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        gmtime_r(&times[i], &tm);
        strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %a %b %j %U %p %y", &tm);
        printf("%s %d %d, back %d\n", text, tm.tm_wday, tm.tm_yday, timegm(&tm) == times[i]);
        printf("%s", asctime(&tm));
    }
    memset(&tm, 0, sizeof(tm));
    tm.tm_year = 124;
    tm.tm_mon = 13;
    tm.tm_mday = 35;
    printf("%ld\n", (long)timegm(&tm));
    printf("%ld %d-%d\n", (long)mktime(&tm), tm.tm_mon, tm.tm_mday);
    printf("%.0f\n", difftime(100, 40));
    memset(&tm, 0, sizeof(tm));
    printf("%d", strptime("2020-02-29 12:34:56", "%Y-%m-%d %H:%M:%S", &tm) != NULL);
    printf(" %d %d %d\n", tm.tm_year, tm.tm_mday, tm.tm_sec);
}

int main(void)
{
    struct timeb old;
    struct timespec ask = { 0, 30000000 }, resolution;
    struct timeval day;
    struct tms ticks;
    struct rusage usage;
    double before, wall, slept;
    time_t now;

    calendar();
    before = seconds(CLOCK_MONOTONIC);
    wall = seconds(CLOCK_REALTIME);
    printf("nanosleep %d", nanosleep(&ask, &ask));
    printf(" %ld\n", ask.tv_nsec); /* what is left is said of a sleep that ended early, alone */
    slept = seconds(CLOCK_MONOTONIC) - before;
    printf("slept %d, wall %d\n", slept >= 0.03 && slept < 5, seconds(CLOCK_REALTIME) - wall >= 0.029);
    printf("usleep %d\n", usleep(1000));
    now = time(NULL);
    gettimeofday(&day, NULL);
    ftime(&old);
    printf("agree %d %d", day.tv_sec - now <= 1, old.time - day.tv_sec <= 1 && old.millitm < 1000 && !old.timezone);
    printf(", recent %d\n", now > 1700000000);
    printf("clock %d\n", clock() >= 0 && clock() < 60 * CLOCKS_PER_SEC);
    printf("times %d\n", times(&ticks) != (clock_t)-1);
    printf("rusage %d\n", getrusage(RUSAGE_SELF, &usage));
    printf("resolution %d", clock_getres(CLOCK_MONOTONIC, &resolution));
    printf(" %d\n", resolution.tv_nsec > 0);
    printf("bad clock %d\n", clock_gettime((clockid_t)1234, &resolution));
    ask.tv_nsec = 2000000000;
    printf("set to no time %s\n", clock_settime(CLOCK_REALTIME, &ask) ? strerror(errno) : "");
    printf("set what nobody can %s", clock_settime(CLOCK_MONOTONIC, &resolution) ? strerror(errno) : "");
    printf(", %s\n", clock_settime(CLOCK_PROCESS_CPUTIME_ID, &resolution) ? strerror(errno) : "");
    printf("bad sleep %d\n", nanosleep(&ask, NULL));
    printf("ticks %ld, page %ld\n", sysconf(_SC_CLK_TCK), sysconf(_SC_PAGESIZE));
    return 0;
}
