/* err.c: <err.h>, <error.h> and what a failed assertion says. */
#include <assert.h>
#include <err.h>
#include <error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/api.h"
#include "runtime/text/stdio.h"

extern char *program_invocation_name;
extern char *program_invocation_short_name;

static void say(const char *format, va_list args, const char *reason)
{
    fflush(stdout);
    stream_lock(stderr); /* one line, whatever other threads print */
    fprintf(stderr, "%s: ", program_invocation_short_name);
    if (format)
        vfprintf(stderr, format, args);
    if (reason)
        fprintf(stderr, "%s%s", format ? ": " : "", reason);
    putc_unlocked('\n', stderr);
    stream_unlock(stderr);
}

API void __assert_func(const char *file, int line, const char *function, const char *failed)
{
    fprintf(stderr, "%s: %s:%d: %s%sAssertion `%s' failed.\n", program_invocation_short_name, file, line, function ? function : "",
            function ? ": " : "", failed);
    abort();
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

API unsigned error_message_count = 0;
API int error_one_per_line = 0;
API void (*error_print_progname)(void) = NULL;

static void say_error(int error_number, const char *file, unsigned line, const char *format, va_list args)
{
    fflush(stdout);
    stream_lock(stderr); /* as in say */
    if (error_print_progname)
        error_print_progname();
    else
        fprintf(stderr, file ? "%s:" : "%s: ", program_invocation_name);
    if (file)
        fprintf(stderr, "%s:%u: ", file, line);
    vfprintf(stderr, format, args);
    if (error_number)
        fprintf(stderr, ": %s", strerror(error_number));
    putc_unlocked('\n', stderr);
    stream_unlock(stderr);
    error_message_count++;
}

API void error(int status, int error_number, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say_error(error_number, NULL, 0, format, args);
    va_end(args);
    if (status)
        exit(status);
}

API void error_at_line(int status, int error_number, const char *file, unsigned line, const char *format, ...)
{
    static const char *last_file;
    static unsigned last_line;
    va_list args;

    if (error_one_per_line && last_line == line && last_file && strcmp(last_file, file) == 0)
        return;
    last_file = file;
    last_line = line;
    va_start(args, format);
    say_error(error_number, file, line, format, args);
    va_end(args);
    if (status)
        exit(status);
}
