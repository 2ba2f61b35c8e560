/* strftime.c: with the flags (`%-d`, `%_H`, `%^a`) and widths that glibc has and newlib has not. Locale "C". */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "kernel/log.h"
#include "runtime/api.h"
#include "runtime/time/calendar.h"

#define DAYS_A_WEEK 7

struct out {
    char *s;
    size_t n, max;
    bool full;
};

/* One conversion: what stands between % and its letter. */
struct spec {
    char pad;   /* 0: as the letter has it; '_', '-', '0', '+' */
    int width;  /* -1: none */
    bool upper; /* ^ */
    bool swap;  /* # */
};

static void put(struct out *out, char c)
{
    if (out->n + 1 < out->max)
        out->s[out->n++] = c;
    else
        out->full = true;
}

static void fill(struct out *out, int n, char c)
{
    while (n-- > 0)
        put(out, c);
}

static void text(struct out *out, const struct spec *spec, const char *s, size_t n)
{
    fill(out, spec->width - (int)n, spec->pad == '0' || spec->pad == '+' ? '0' : ' ');
    for (size_t i = 0; i < n; i++)
        put(out, spec->upper ? (char)toupper((unsigned char)s[i]) : s[i]);
}

/* A name of which the first n letters are shown, all if n is 0; # shows it in capitals. */
static void name(struct out *out, struct spec spec, const char *const *names, int count, int i, size_t n)
{
    const char *s = i >= 0 && i < count ? names[i] : "?";
    size_t length = strlen(s);

    spec.upper |= spec.swap;
    text(out, &spec, s, n && n < length ? n : length);
}

static void number(struct out *out, const struct spec *spec, long value, int digits, char usual_pad)
{
    char buffer[24], pad = spec->pad ? spec->pad : usual_pad;
    int n = log_snprintf(buffer, sizeof(buffer), "%ld", value < 0 ? -value : value), width = digits;

    if (pad == '+')
        pad = '0';
    if (spec->width > width)
        width = spec->width;
    else if (pad == '-')
        width = 0;
    if (pad == '_' || pad == '-')
        fill(out, width - n - (value < 0), ' ');
    if (value < 0)
        put(out, '-');
    if (pad == '0')
        fill(out, width - n - (value < 0), '0');
    for (int i = 0; i < n; i++)
        put(out, buffer[i]);
}

/* ISO 8601's week of this day, and the year that it counts in: the one in which the week's Thursday lies. */
static int iso_week(const struct tm *tm, long *year)
{
    int thursday = tm->tm_yday - (tm->tm_wday + 6) % DAYS_A_WEEK + 3;

    *year = tm->tm_year + 1900L;
    if (thursday < 0)
        thursday += calendar_days_of((int)--*year);
    else if (thursday >= calendar_days_of((int)*year))
        thursday -= calendar_days_of((int)(*year)++);
    return thursday / DAYS_A_WEEK + 1;
}

static long floor_div(long a, long b)
{
    return a / b - (a % b < 0);
}

static void zone_offset(struct out *out, const struct spec *spec, const struct tm *tm)
{
    long minutes;
    struct spec rest = *spec;

    if (tm->tm_isdst < 0)
        return;
    minutes = tm->tm_gmtoff / 60;
    put(out, minutes < 0 ? '-' : '+');
    if (minutes < 0)
        minutes = -minutes;
    rest.width = spec->width - 1;
    number(out, &rest, minutes / 60 * 100 + minutes % 60, 4, '0');
}

static void zone_name(struct out *out, struct spec spec, const char *zone)
{
    char lower[16];
    size_t n = strlen(zone);

    if (!spec.swap || n > sizeof(lower)) {
        text(out, &spec, zone, n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        lower[i] = (char)tolower((unsigned char)zone[i]);
    spec.upper = false;
    text(out, &spec, lower, n);
}

static size_t format_all(struct out *out, const char *format, const struct tm *tm);

/* A conversion that is short for others. */
static void expand(struct out *out, const struct spec *spec, const char *format, const struct tm *tm)
{
    char buffer[256];
    struct out part = { buffer, 0, sizeof(buffer), false };

    text(out, spec, buffer, format_all(&part, format, tm));
}

static int hour12(const struct tm *tm)
{
    int hour = tm->tm_hour % 12;

    return hour ? hour : 12;
}

static bool convert_date(struct out *out, const struct spec *spec, char letter, const struct tm *tm)
{
    long year = tm->tm_year + 1900L, iso_year;
    int week = iso_week(tm, &iso_year);

    switch (letter) {
    case 'a': name(out, *spec, calendar_days, 7, tm->tm_wday, 3); return true;
    case 'A': name(out, *spec, calendar_days, 7, tm->tm_wday, 0); return true;
    case 'b':
    case 'h': name(out, *spec, calendar_months, 12, tm->tm_mon, 3); return true;
    case 'B': name(out, *spec, calendar_months, 12, tm->tm_mon, 0); return true;
    case 'C': number(out, spec, floor_div(year, 100), 2, '0'); return true;
    case 'd': number(out, spec, tm->tm_mday, 2, '0'); return true;
    case 'e': number(out, spec, tm->tm_mday, 2, '_'); return true;
    case 'g': number(out, spec, iso_year - floor_div(iso_year, 100) * 100, 2, '0'); return true;
    case 'G': number(out, spec, iso_year, spec->pad == '+' ? 4 : 1, '0'); return true;
    case 'j': number(out, spec, tm->tm_yday + 1L, 3, '0'); return true;
    case 'm': number(out, spec, tm->tm_mon + 1L, 2, '0'); return true;
    case 'u': number(out, spec, (tm->tm_wday + 6) % DAYS_A_WEEK + 1, 1, '0'); return true;
    case 'U': number(out, spec, (tm->tm_yday - tm->tm_wday + DAYS_A_WEEK) / DAYS_A_WEEK, 2, '0'); return true;
    case 'V': number(out, spec, week, 2, '0'); return true;
    case 'w': number(out, spec, tm->tm_wday, 1, '0'); return true;
    case 'W':
        number(out, spec, (tm->tm_yday - (tm->tm_wday + 6) % DAYS_A_WEEK + DAYS_A_WEEK) / DAYS_A_WEEK, 2, '0');
        return true;
    case 'y': number(out, spec, year - floor_div(year, 100) * 100, 2, '0'); return true;
    case 'Y': number(out, spec, year, spec->pad == '+' ? 4 : 1, '0'); return true;
    case 'c': expand(out, spec, "%a %b %e %H:%M:%S %Y", tm); return true;
    case 'D':
    case 'x': expand(out, spec, "%m/%d/%y", tm); return true;
    case 'F': expand(out, spec, "%Y-%m-%d", tm); return true;
    default: return false;
    }
}

static void am_pm(struct out *out, struct spec spec, bool lower, const struct tm *tm)
{
    bool late = tm->tm_hour >= 12;

    if (lower || spec.swap)
        spec.upper = false;
    text(out, &spec, lower || spec.swap ? (late ? "pm" : "am") : (late ? "PM" : "AM"), 2);
}

static bool convert_time(struct out *out, const struct spec *spec, char letter, const struct tm *tm)
{
    struct tm copy = *tm;

    switch (letter) {
    case 'H': number(out, spec, tm->tm_hour, 2, '0'); return true;
    case 'I': number(out, spec, hour12(tm), 2, '0'); return true;
    case 'k': number(out, spec, tm->tm_hour, 2, '_'); return true;
    case 'l': number(out, spec, hour12(tm), 2, '_'); return true;
    case 'M': number(out, spec, tm->tm_min, 2, '0'); return true;
    case 'S': number(out, spec, tm->tm_sec, 2, '0'); return true;
    case 's': number(out, spec, calendar_mktime(&copy), 1, '_'); return true;
    case 'p': am_pm(out, *spec, false, tm); return true;
    case 'P': am_pm(out, *spec, true, tm); return true;
    case 'r': expand(out, spec, "%I:%M:%S %p", tm); return true;
    case 'R': expand(out, spec, "%H:%M", tm); return true;
    case 'T':
    case 'X': expand(out, spec, "%H:%M:%S", tm); return true;
    case 'z': zone_offset(out, spec, tm); return true;
    case 'Z': zone_name(out, *spec, tm->tm_zone ? tm->tm_zone : ""); return true;
    case 'n': text(out, spec, "\n", 1); return true;
    case 't': text(out, spec, "\t", 1); return true;
    case '%': text(out, spec, "%", 1); return true;
    default: return false;
    }
}

/* The flags and the width at *format, which moves on to the letter. */
static struct spec read_spec(const char **format)
{
    struct spec spec = { .width = -1 };
    const char *f = *format;

    for (; *f && strchr("_-0+^#", *f); f++) {
        if (*f == '^')
            spec.upper = true;
        else if (*f == '#')
            spec.swap = true;
        else
            spec.pad = *f;
    }
    if (isdigit((unsigned char)*f))
        spec.width = 0;
    for (; isdigit((unsigned char)*f); f++)
        spec.width = spec.width < 10000 ? spec.width * 10 + *f - '0' : spec.width;
    if (*f == 'E' || *f == 'O') /* eras and digits of other locales: the same in "C" */
        f++;
    *format = f;
    return spec;
}

static bool convert(struct out *out, const struct spec *spec, char letter, const struct tm *tm)
{
    return letter && (convert_date(out, spec, letter, tm) || convert_time(out, spec, letter, tm));
}

static size_t format_all(struct out *out, const char *format, const struct tm *tm)
{
    while (*format && !out->full) {
        const char *start = format;
        struct spec spec;

        if (*format++ != '%') {
            put(out, *start);
            continue;
        }
        spec = read_spec(&format);
        if (convert(out, &spec, *format, tm)) {
            format++;
            continue;
        }
        if (*format)
            format++;
        while (start < format) /* not a conversion: as it stands */
            put(out, *start++);
    }
    return out->n;
}

static size_t format_into(char *s, size_t max, const char *format, const struct tm *tm)
{
    struct out out = { s, 0, max, max == 0 };

    tzset();
    format_all(&out, format, tm);
    if (out.full)
        return 0;
    s[out.n] = '\0';
    return out.n;
}

API size_t strftime(char *restrict s, size_t max, const char *restrict format, const struct tm *restrict tm)
{
    return format_into(s, max, format, tm);
}

API size_t strftime_l(char *restrict s, size_t max, const char *restrict format, const struct tm *restrict tm, locale_t locale)
{
    (void)locale;
    return format_into(s, max, format, tm);
}
