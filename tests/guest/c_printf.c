// run:
// setup: $ROOT/tests/guest/native.sh c_printf
// check: cmp want stdout
// What printf and its kin write must be what glibc writes.
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void integers(void)
{
    static const long values[] = { 0, 1, -1, 42, INT_MAX, INT_MIN, LONG_MAX, LONG_MIN };

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        printf("[%ld] [%20ld] [%-20ld] [%020ld] [%+ld] [% ld]\n", values[i], values[i], values[i], values[i], values[i],
               values[i]);
        printf("[%lx] [%#lx] [%lX] [%lo] [%#lo] [%lu]\n", values[i], values[i], values[i], values[i], values[i], values[i]);
        printf("[%.5ld] [%10.5ld] [%-10.3ld|]\n", values[i], values[i], values[i]);
    }
    printf("%hhd %hhu %hd %hu %jd %zu %td\n", (char)-3, (unsigned char)200, (short)-5, (unsigned short)60000, (intmax_t)-7,
           sizeof(int), (ptrdiff_t)-9);
    printf("%" PRId64 " %" PRIu32 " %" PRIx64 "\n", INT64_MIN, UINT32_MAX, UINT64_MAX);
}

static void reals(void)
{
    static const double values[] = { 0.0, -0.0, 1.0, -1.5, 3.14159265358979, 1e-5, 123456789.125,
                                     1e100, 1e-300, DBL_MAX, DBL_MIN, 5e-324, 0.1, 2.5,
                                     1.0 / 3, 99999.95, 1e15, 1e16, 1e17, 0.00012345 };

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        double v = values[i];

        printf("[%f] [%.0f] [%.3f] [%20.6f] [%-20.2f] [%+f]\n", v, v, v, v, v, v);
        printf("[%e] [%.0e] [%.17e] [%E] [%G]\n", v, v, v, v, v);
        printf("[%g] [%.3g] [%.17g] [%#g] [%010.2f]\n", v, v, v, v, v);
        printf("[%Lf] [%.20Lg]\n", (long double)v > 1e300L ? 0.0L : (long double)(float)v, (long double)0.5L);
    }
    printf("[%f] [%F] [%e] [%g] [%5.1f] [%f]\n", 1.0 / 0.0, -1.0 / 0.0, 1.0 / 0.0, 1.0 / 0.0, 1.0 / 0.0, __builtin_nan(""));
    printf("%.60f\n%.40g\n", 0.1, 0.1);
    printf("%a %a %a\n", 1.0, 0.5, -3.75);
}

static int format(char *out, size_t n, const char *f, ...)
{
    va_list args;
    int result;

    va_start(args, f);
    result = vsnprintf(out, n, f, args);
    va_end(args);
    return result;
}

/* What is no conversion, what pads, bits, and the least doubles. */
static void odd(const char *none, const char *end)
{
    printf(none, 5);
    printf(none + 6, 5);
    printf("|%5%|%-5%|%d|\n", 7);
    printf("[%05s] [%05c] [%-05s|] [%05d] [%05x]\n", "ab", 'c', "ab", 42, 42);
    printf("[%b] [%#b] [%08b] [%#010b] [%-6b|] [%.6b] [%lb] [%#b]\n", 5u, 5u, 5u, 5u, 5u, 5u, 0xf00000000fUL, 0u);
    printf("%Zd %Zu\n", (ssize_t)-5, (size_t)5);
    printf("%a %a %A %.3a %25a|\n", 4.9e-324, -1e-310, 2.2250738585072009e-308, 1e-310, 1e-320);
    printf("%d\n", printf(end, 5));
}

/* A stream goes on after what could not be shown. */
static void goes_on(void)
{
    int failed = printf("%ls", L"\xffff"), after = printf("after\n");

    printf("%d %d\n", failed, after);
}

int main(void)
{
    char small[8];
    int n = 0, wanted;

    integers();
    reals();
    printf("[%s] [%10s] [%-10s|] [%.3s] [%*s] [%-*s|] [%.*s]\n", "text", "text", "text", "text", 8, "ab", 8, "ab", 2, "xyz");
    printf("[%c] [%5c] [%-5c|] [%%]\n", 'a', 'b', 'c');
    printf("%2$s %1$s\n", "world", "hello");
    printf("counted%n", &n);
    printf(" %d\n", n);
    wanted = format(small, sizeof(small), "%d-%s", 12345, "abcdef");
    printf("%d [%s]\n", wanted, small);
    wanted = format(small, (size_t)-1, "%d", 54321); /* "there is room enough" */
    printf("%d [%s] %d\n", wanted, small, snprintf(small, (size_t)1 << 31, "%s", "abc"));
    printf("%ls %lc\n", L"wide", L'w');
    fprintf(stdout, "%s", "");
    putchar('x');
    puts("");
    printf("[%p] [%8p] [%-8p|] [%p]\n", NULL, NULL, NULL, (void *)0x1234);
    errno = ENOENT;
    printf("%m, %d: %s\n", 5, strerror(errno));
    printf("%ls %s\n", L"wide", format(small, sizeof(small), "%p", NULL) ? small : "");
    odd("100%! %d\n%y %-5Q|\n", "%d%");
    goes_on();
    fputs("end\n", stdout);
    return 0;
}
