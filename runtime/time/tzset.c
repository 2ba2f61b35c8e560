/*
 * tzset.c: the variable TZ, in place of newlib's reader, which knows neither names in angle brackets nor rules before midnight.
 * The form is POSIX's (XBD 8.3): "CET-1CEST,M3.5.0,M10.5.0/3", "<-03>3". There are no files of time zones: a name that needs one
 * is UTC under that name, as on a Linux without them.
 */
#include <ctype.h>
#include <reent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/types.h"
#include "runtime/environ.h"

#define NAME_LENGTH 16
#define DEFAULT_RULES ",M3.2.0,M11.1.0" /* glibc's: those of the United States */
#define S_PER_HOUR 3600

/* newlib's own. */
int __tzcalc_limits(int year);
void __tz_lock(void);
void __tz_unlock(void);

static char names[2][NAME_LENGTH];

/* A name, with or without brackets; false: none. */
static bool read_name(const char **text, char out[NAME_LENGTH])
{
    const char *from = *text;
    bool bracketed = *from == '<';
    size_t n = 0;

    from += bracketed;
    for (; bracketed ? *from && *from != '>' : isalpha((unsigned char)*from); from++) {
        if (n < NAME_LENGTH - 1)
            out[n++] = *from;
    }
    out[n] = '\0';
    if (bracketed && *from++ != '>')
        return false;
    *text = from;
    return n >= 3;
}

/* [+-]hh[:mm[:ss]] in seconds; false: no number here. */
static bool read_time(const char **text, long *seconds)
{
    const char *from = *text;
    long sign = *from == '-' ? -1 : 1, unit = S_PER_HOUR;

    from += *from == '-' || *from == '+';
    if (!isdigit((unsigned char)*from))
        return false;
    for (*seconds = 0;; unit /= 60) {
        char *end;

        *seconds += sign * unit * strtol(from, &end, 10);
        from = end;
        if (unit == 1 || *from != ':' || !isdigit((unsigned char)from[1]))
            break;
        from++;
    }
    *text = from;
    return true;
}

static int read_number(const char **text)
{
    char *end;
    long n = strtol(*text, &end, 10);

    *text = end;
    return (int)MIN(MAX(n, 0), 400);
}

/* ,Mm.w.d or ,Jn or ,n, and /time. */
static bool read_rule(const char **text, __tzrule_type *rule)
{
    const char *from = *text;
    long at = 2 * S_PER_HOUR;

    if (*from++ != ',')
        return false;
    rule->ch = *from == 'M' || *from == 'J' ? *from++ : 'D';
    if (!isdigit((unsigned char)*from))
        return false;
    rule->d = read_number(&from);
    if (rule->ch == 'M') {
        rule->m = rule->d;
        rule->n = *from == '.' ? (from++, read_number(&from)) : 0;
        rule->d = *from == '.' ? (from++, read_number(&from)) : 7;
        if (rule->m < 1 || rule->m > 12 || rule->n < 1 || rule->n > 5 || rule->d > 6)
            return false;
    }
    if (*from == '/') {
        from++;
        if (!read_time(&from, &at))
            return false;
    }
    rule->s = (int)at;
    *text = from;
    return true;
}

static void set_utc(const char *name)
{
    __tzinfo_type *tz = __gettzinfo();

    _tzname[0] = _tzname[1] = (char *)name;
    tz->__tzrule[0].offset = tz->__tzrule[1].offset = 0;
    _timezone = 0;
    _daylight = 0;
}

static void read_zone(const char *text)
{
    __tzinfo_type *tz = __gettzinfo();
    long standard, summer;

    if (!read_name(&text, names[0]) || !read_time(&text, &standard)) {
        set_utc(names[0][0] ? names[0] : "UTC");
        return;
    }
    _tzname[0] = _tzname[1] = names[0];
    _timezone = tz->__tzrule[0].offset = tz->__tzrule[1].offset = standard;
    _daylight = 0;
    if (!read_name(&text, names[1]))
        return;
    if (!read_time(&text, &summer))
        summer = standard - S_PER_HOUR;
    if (*text != ',')
        text = DEFAULT_RULES;
    if (!read_rule(&text, &tz->__tzrule[0]) || !read_rule(&text, &tz->__tzrule[1]))
        return;
    _tzname[1] = names[1];
    tz->__tzrule[1].offset = summer;
    _daylight = 1;
    __tzcalc_limits(tz->__tzyear);
}

/* localtime and mktime call this with the lock held, each time: TZ may have changed. */
void _tzset_unlocked_r(struct _reent *reent)
{
    static char last[128];
    static bool any;
    const char *text = environ_get("TZ");

    (void)reent;
    if (!text || !*text)
        text = "UTC0";
    if (any && strcmp(text, last) == 0)
        return;
    any = strlen(text) < sizeof(last); /* a longer one is read every time */
    if (any)
        strcpy(last, text);
    names[0][0] = names[1][0] = '\0';
    read_zone(*text == ':' ? text + 1 : text);
}

void _tzset_r(struct _reent *reent)
{
    __tz_lock();
    _tzset_unlocked_r(reent);
    __tz_unlock();
}
