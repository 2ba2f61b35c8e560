/*
 * agenda [-z ZONE] [-w FIRSTDAY] YEAR MONTH [EVENT...]: a month's calendar, and what comes when. Events read from stdin, one a
 * line, are "YYYY-MM-DD [HH:MM] TEXT" or "every WEEKDAY [HH:MM] TEXT".
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct event {
    time_t when;
    char *text;
};

static struct event *events;
static size_t nevents;

static void add(time_t when, const char *text)
{
    events = realloc(events, (nevents + 1) * sizeof(*events));
    if (!events) {
        perror("agenda");
        exit(1);
    }
    events[nevents++] = (struct event){ when, strdup(text) };
}

static time_t at(int year, int month, int day, int hour, int minute)
{
    struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_min = minute };

    tm.tm_isdst = -1;
    return mktime(&tm);
}

static int days_in(int year, int month)
{
    return (int)((at(year, month + 1, 1, 12, 0) - at(year, month, 1, 12, 0) + 43200) / 86400);
}

static int weekday_of(int year, int month, int day)
{
    time_t noon = at(year, month, day, 12, 0);

    return localtime(&noon)->tm_wday;
}

static int weekday_named(const char *name)
{
    static const char *const names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };

    for (int i = 0; i < 7; i++) {
        if (strncasecmp(name, names[i], 3) == 0)
            return i;
    }
    return -1;
}

static void print_month(int year, int month, int first)
{
    time_t start = at(year, month, 1, 12, 0);
    char title[64];
    int skip = (weekday_of(year, month, 1) - first + 7) % 7, ndays = days_in(year, month);

    strftime(title, sizeof(title), "%B %Y", localtime(&start));
    printf("%*s\n", (int)(20 + strlen(title)) / 2, title);
    for (int i = 0; i < 7; i++) {
        struct tm tm = { .tm_wday = (first + i) % 7 };

        strftime(title, sizeof(title), "%a", &tm);
        printf("%.2s%c", title, i < 6 ? ' ' : '\n');
    }
    printf("%*s", 3 * skip, "");
    for (int day = 1; day <= ndays; day++)
        printf("%2d%c", day, (day + skip) % 7 && day < ndays ? ' ' : '\n');
}

static int read_event(const char *line, int year, int month)
{
    int y, m, d, hour = 0, minute = 0, n = 0, more = 0;
    char name[16];

    if (sscanf(line, "%4d-%2d-%2d %n", &y, &m, &d, &n) == 3) {
        if (sscanf(line + n, "%2d:%2d %n", &hour, &minute, &more) == 2)
            n += more;
        if (m < 1 || m > 12 || d < 1 || d > days_in(y, m))
            return -1;
        if (y == year && m == month)
            add(at(y, m, d, hour, minute), line + n);
        return 0;
    }
    if (sscanf(line, "every %15[A-Za-z] %n", name, &n) == 1 && weekday_named(name) >= 0) {
        if (sscanf(line + n, "%2d:%2d %n", &hour, &minute, &more) == 2)
            n += more;
        for (d = 1; d <= days_in(year, month); d++) {
            if (weekday_of(year, month, d) == weekday_named(name))
                add(at(year, month, d, hour, minute), line + n);
        }
        return 0;
    }
    return -1;
}

static int by_time(const void *a, const void *b)
{
    time_t x = ((const struct event *)a)->when, y = ((const struct event *)b)->when;

    return (x > y) - (x < y);
}

static void print_events(void)
{
    int last = 0;

    qsort(events, nevents, sizeof(*events), by_time);
    for (size_t i = 0; i < nevents; i++) {
        struct tm tm;
        char when[80];

        localtime_r(&events[i].when, &tm);
        strftime(when, sizeof(when), tm.tm_mday == last ? "               " : "%a %e %b, W%V", &tm);
        printf("%-15s ", when);
        strftime(when, sizeof(when), "%-I:%M %P (%H:%M %Z, %s)", &tm);
        printf("%s %s\n", when, events[i].text);
        last = tm.tm_mday;
    }
}

static void print_facts(int year, int month)
{
    time_t start = at(year, month, 1, 0, 0), end = at(year, month + 1, 1, 0, 0);
    struct tm first, past;
    char buffer[100];

    localtime_r(&start, &first);
    localtime_r(&end, &past);
    strftime(buffer, sizeof(buffer), "from %F %T %z", &first);
    printf("%s", buffer);
    strftime(buffer, sizeof(buffer), " until %c %z", &past);
    printf("%s: %.0f hours, offset %ld then %ld\n", buffer, difftime(end, start) / 3600, first.tm_gmtoff, past.tm_gmtoff);
    gmtime_r(&start, &first);
    printf("in UTC: %s", asctime(&first));
}

int main(int argc, char **argv)
{
    char *line = NULL;
    size_t size = 0;
    int option, first = 1, year, month, bad = 0;
    struct tm parsed = { 0 };

    while ((option = getopt(argc, argv, "w:z:")) != -1) {
        if (option == 'z')
            setenv("TZ", optarg, 1);
        else if (option == 'w')
            first = weekday_named(optarg);
        else
            return 2;
    }
    if (argc - optind < 2 || first < 0) {
        fprintf(stderr, "usage: agenda [-z ZONE] [-w FIRSTDAY] YEAR MONTH\n");
        return 2;
    }
    year = atoi(argv[optind]);
    if (isdigit((unsigned char)argv[optind + 1][0]))
        month = atoi(argv[optind + 1]);
    else
        month = strptime(argv[optind + 1], "%b", &parsed) ? parsed.tm_mon + 1 : 0;
    if (month < 1 || month > 12)
        return 2;
    tzset();
    print_month(year, month, first);
    print_facts(year, month);
    while (getline(&line, &size, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (read_event(line, year, month) != 0) {
            printf("not understood: %s\n", line);
            bad++;
        }
    }
    print_events();
    free(line);
    return bad > 0;
}
