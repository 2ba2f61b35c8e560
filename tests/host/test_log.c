/*
 * Formatting, against the C library's.
 * sources: kernel/log.c
 */
#include "kernel/log.h"

#include "arch/console.h"
#include "tests/host/check.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

static char console[8192];
static size_t console_used;

void console_write(const char *bytes, size_t n)
{
    if (console_used + n < sizeof console)
        memcpy(console + console_used, bytes, n);
    console_used += n;
}

/* The same call to both; text and length must agree, for a buffer that is large enough and for one that is not. */
#define SAME(...) \
    do { \
        char ours[256], theirs[256], small[7], small_theirs[7]; \
        int n = log_snprintf(ours, sizeof ours, __VA_ARGS__), m = snprintf(theirs, sizeof theirs, __VA_ARGS__); \
        CHECK(n == m && strcmp(ours, theirs) == 0); \
        n = log_snprintf(small, sizeof small, __VA_ARGS__); \
        m = snprintf(small_theirs, sizeof small_theirs, __VA_ARGS__); \
        CHECK(n == m && strcmp(small, small_theirs) == 0); \
    } while (0)

/* Odd formats are the point. */
#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-overflow"
#pragma GCC diagnostic ignored "-Wformat-truncation"

static void log_formats_numbers(void)
{
    SAME("%d %d %d %d", 0, -1, INT_MAX, INT_MIN);
    SAME("%u %x", UINT_MAX, 0xdeadbeefu);
    SAME("%ld %ld %lu %lx", LONG_MIN, LONG_MAX, ULONG_MAX, ULONG_MAX);
    SAME("%lld %llu %llx %zu", LLONG_MIN, ULLONG_MAX, 0x1234567890abcdefull, (size_t)77);
    SAME("[%5d] [%-5d] [%05d] [%-05d]", 42, 42, 42, 42);
    SAME("[%5d] [%-5d] [%05d] [%2d]", -42, -42, -42, -12345);
    SAME("%016lx %08x %3x", 0x80200000ul, 0x13u, 0xabcdu);
}

static void log_formats_text(void)
{
    SAME("%s|%10s|%-10s|%2s", "abc", "abc", "abc", "abc");
    SAME("%c%c %3c %-3c|", 'a', 'b', 'c', 'd');
    SAME("100%% %s", "");
    SAME("%p", (void *)0x80200000ul);
    SAME("no conversion at all");
    char out[32];
    log_snprintf(out, sizeof out, "%s", (const char *)NULL);
    CHECK(strcmp(out, "(null)") == 0);
}

static void log_buffer_is_respected(void)
{
    char out[4] = "xyz";
    CHECK(log_snprintf(out, 0, "%s", "hello") == 5 && strcmp(out, "xyz") == 0);
    CHECK(log_snprintf(out, 1, "%s", "hello") == 5 && strcmp(out, "") == 0);
    CHECK(log_snprintf(out, 4, "%s", "hello") == 5 && strcmp(out, "hel") == 0);
}

static void log_reaches_the_console_whole(void)
{
    char long_text[1000];
    memset(long_text, 'x', sizeof long_text);
    long_text[999] = 0;
    console_used = 0;
    log_printf("<%s> %d\n", long_text, 7);
    CHECK(console_used == 999 + 5 && memcmp(console, "<xxx", 4) == 0 && memcmp(console + 1000, "> 7\n", 4) == 0);
    console_used = 0;
    log_write("a\0b", 3);
    CHECK(console_used == 3 && memcmp(console, "a\0b", 3) == 0);
}

int main(void)
{
    RUN(log_formats_numbers);
    RUN(log_formats_text);
    RUN(log_buffer_is_respected);
    RUN(log_reaches_the_console_whole);
    return check_status;
}
