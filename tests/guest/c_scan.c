// run:
// setup: $ROOT/tests/guest/native.sh c_scan
// check: cmp want stdout
// sscanf, strtol, strtod and their limits.
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void number(const char *text, int base)
{
    char *end;
    long l;
    unsigned long u;

    errno = 0;
    l = strtol(text, &end, base);
    printf("strtol(%s, %d) = %ld, rest '%s', range %d\n", text, base, l, end, errno == ERANGE);
    errno = 0;
    u = strtoul(text, &end, base);
    printf("strtoul(%s, %d) = %lu, rest '%s', range %d\n", text, base, u, end, errno == ERANGE);
}

static void real(const char *text)
{
    char *end;
    double d;

    errno = 0;
    d = strtod(text, &end);
    printf("strtod(%s) = %.17g, rest '%s', range %d\n", text, d, end, errno == ERANGE);
    printf("strtof(%s) = %.9g\n", text, (double)strtof(text, NULL));
}

int main(void)
{
    static const char *const reals[] = { "0", "1.5", "-2.25e3", "1e400", "-1e400", "0x1.8p3", "inf", ".5",
                                         "5.", "1e", "abc", "1e-400", "179769313486231570000e289",
                                         "0.1", "  7x", "123456789012345678901234567890" };
    int a = 0, b = 0, n, used = 0;
    unsigned h = 0;
    float f = 0;
    double d = 0;
    char word[32] = "", rest[32] = "", c = 0;
    long long ll = 0;

    number("0", 10);
    number("  -123abc", 10);
    number("0x1fz", 0);
    number("0777", 0);
    number("zz", 36);
    number("9223372036854775807", 10);
    number("9223372036854775808", 10);
    number("-9223372036854775809", 10);
    number("99999999999999999999999", 10);
    number("", 10);
    for (size_t i = 0; i < sizeof(reals) / sizeof(reals[0]); i++)
        real(reals[i]);
    n = sscanf("12 -34 ff 1.5 2.25 word tail", "%d %d %x %f %lf %s %31[a-z]", &a, &b, &h, &f, &d, word, rest);
    printf("%d: %d %d %x %g %g %s %s\n", n, a, b, h, (double)f, d, word, rest);
    n = sscanf("key=value;x", "%31[^=]=%31[^;];%c%n", word, rest, &c, &used);
    printf("%d: %s %s %c %d\n", n, word, rest, c, used);
    n = sscanf("99999999999 0x10 010", "%lld %i %i", &ll, &a, &b);
    printf("%d: %lld %d %d\n", n, ll, a, b);
    printf("%d %d %d\n", sscanf("", "%d", &a), sscanf("x", "%d", &a), sscanf("5 x", "%d %d", &a, &b));
    n = sscanf("2026-11-23T01:02:03", "%4d-%2d-%2dT", &a, &b, &used);
    printf("%d: %d %d %d\n", n, a, b, used);
    n = sscanf("abcdef", "%3c%*c%s", word, rest);
    word[3] = '\0';
    printf("%d: %s %s\n", n, word, rest);
    printf("%d %ld %lld %g\n", atoi("17"), atol("-18"), atoll("19"), atof("2.5"));
    return 0;
}
