/* err.c: <err.h>. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/api.h"

extern char *program_invocation_short_name;

static void say(const char *format, va_list args, const char *reason)
{
    fflush(stdout);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    if (format)
        vfprintf(stderr, format, args);
    if (reason)
        fprintf(stderr, "%s%s", format ? ": " : "", reason);
    fputc('\n', stderr);
}

API void vwarn(const char *format, va_list args)
{
    say(format, args, strerror(errno));
}

API void vwarnx(const char *format, va_list args)
{
    say(format, args, NULL);
}

API void verr(int status, const char *format, va_list args)
{
    say(format, args, strerror(errno));
    exit(status);
}

API void verrx(int status, const char *format, va_list args)
{
    say(format, args, NULL);
    exit(status);
}

API void warn(const char *format, ...)
{
    const char *reason = strerror(errno);
    va_list args;

    va_start(args, format);
    say(format, args, reason);
    va_end(args);
}

API void warnx(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(format, args, NULL);
    va_end(args);
}

API void err(int status, const char *format, ...)
{
    const char *reason = strerror(errno);
    va_list args;

    va_start(args, format);
    say(format, args, reason);
    va_end(args);
    exit(status);
}

API void errx(int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(format, args, NULL);
    va_end(args);
    exit(status);
}
