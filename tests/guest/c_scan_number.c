// run:
// setup: $ROOT/tests/guest/native.sh c_scan_number
// check: cmp want stdout
// What scanf takes for a number and what it leaves, of texts made of a number's characters; strtof and strtod at the edges.
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static unsigned state = 1;

static unsigned next(unsigned n)
{
    state = state * 1103515245u + 12345u;
    return (state >> 16) % n;
}

static void make(char *text)
{
    static const char *const parts[] = { "0", "1", "7", "9", "12", "a", "f", "0x", "x", "X", "e",
                                         "E", "p", "+", "-", ".", "inf", "INFINITY", "infi", "nan", "na", " ",
                                         "\t", "'", "z", "%", "(nil)", "0000000000", "8", "e+1", "p-3", "i" };
    unsigned n = next(6);

    *text = '\0';
    for (unsigned i = 0; i <= n; i++)
        strcat(text, parts[next(sizeof parts / sizeof *parts)]);
}

static void one(const char *text, const char *format)
{
    char rest[16] = "";
    wchar_t wide_text[128], wide_format[32];
    double d = -1, wide_d = -1;
    int used = -1, wide_used = -1, result, wide_result;

    result = sscanf(text, format, &d, &used, rest);
    swprintf(wide_text, 128, L"%s", text);
    swprintf(wide_format, 32, L"%s", format);
    wide_result = swscanf(wide_text, wide_format, &wide_d, &wide_used, rest);
    if (wide_result != result || wide_used != used || memcmp(&wide_d, &d, sizeof(d)) != 0)
        printf("of wide characters %d %d: ", wide_result, wide_used);
    printf("'%s' by %s: %d, ", text, format, result);
    if (strpbrk(format, "diuxop")) {
        long l;

        memcpy(&l, &d, sizeof(l));
        printf("%ld, used %d\n", d == -1 ? -1 : l, used);
    } else {
        printf("%a, used %d\n", isnan(d) ? -2 : d, used);
    }
}

static void stored(void)
{
    unsigned char c = 0;
    short s = 0;
    long long ll = 0;
    float f = 0;
    long double ld = 0;
    char *made = NULL, word[8] = "";
    wchar_t wide[8] = L"";
    int a = 0, b = 0, n;

    n = sscanf("300 70000 99999999999999999999 1.5 0x1.8p1 word", "%hhu%hd%Ld%f%Lf%ms", &c, &s, &ll, &f, &ld, &made);
    printf("%d: %d %d %lld %g %Lg %s\n", n, c, s, ll, (double)f, ld, made);
    free(made);
    n = sscanf("1 2", "%2$d%1$d", &a, &b);
    printf("%d: %d %d\n", n, a, b);
    n = sscanf("a-z]b", "%[]a-]%n%2[^]]", word, &a, word + 4);
    printf("%d: %s %d %s\n", n, word, a, word + 4);
    n = sscanf("xyz", "%[z-x]%c", word, word + 4);
    printf("%d: %s\n", n, word);
    n = sscanf("abc", "%ls", wide);
    printf("%d: %d %d\n", n, wide[2] == 'c', wide[3]);
    n = sscanf("ab", "%4c", word);
    printf("%d: %.2s\n", n, word);
    printf("%d %d %d %d\n", sscanf("", "%d", &a), sscanf("  ", " x"), sscanf("12", "%d%d", &a, &b), sscanf("1,", "%d,%d", &a, &b));
    printf("%d %d\n", sscanf("5%6", "%d%%%d", &a, &b), sscanf("5 q", "%d%*d%d", &a, &b));
}

static void edges(void)
{
    static const char *const list[] = {
        "1.00000017881393432617187499", "1.00000017881393432617187500", "1.00000017881393432617187501",
        ".7006492321624085354618647916449580656401309709382578858785341419448955413429304e-45",
        ".7006492321624085354618647916449580656401309709382578858785341419448955413429302e-45",
        ".1175494420887210724209590083408724842314472120785184615334540294131831453944282e-37",
        "340282356779733661637539395458142568447.9999999999999999999", "340282356779733661637539395458142568448",
        "4.9406564584124654e-324", "2e-324", "2.2250738585072011e-308", "2.2250738585072014e-308", "0x1p-1074", "0x1p-149",
        "1e-40", "1e-46", "-1e-50", "1e39", "-1e309", "1e-400", "nan",
        "nan(12)", "-nan", "inf", "-infinity", "infin", "0x", "0x.p", "0x1p", "1e+", ".",
        "0x1p1024", "-0x1p60000", "0x1p-60000", "0x1.8p-1074", "0x1p-150", "0x1.000003p-149", "0x2b5.9e63", "0x5f8.ed060",
        "0x1.00000000000018", "0x1.00000000000028", "0x1.0000000000003", "-0x", "-0x.p1", "-e7", "-", "1.1\xc3\xa9"
    };
    wchar_t wide[100], *wide_end;
    char *end;

    for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
        errno = 0;
        float f = strtof(list[i], &end);
        printf("strtof(%s) = %a, errno %d, rest '%s'\n", list[i], isnan(f) ? -2 : (double)f, errno, end);
        errno = 0;
        double d = strtod(list[i], &end);
        printf("strtod(%s) = %.17g, errno %d, rest '%s'\n", list[i], isnan(d) ? -2 : d, errno, end);
        errno = 0;
        printf("strtold is above 1: %d", strtold(list[i], &end) > 1);
        printf(", errno %d, rest '%s'\n", errno, end);
        for (int j = 0; j == 0 || list[i][j - 1]; j++)
            wide[j] = (unsigned char)list[i][j];
        errno = 0;
        f = wcstof(wide, &wide_end);
        printf("wcstof: %a, errno %d, %td", isnan(f) ? -2 : (double)f, errno, wide_end - wide);
        d = wcstod(wide, &wide_end);
        printf("; wcstod: %.17g, %td", isnan(d) ? -2 : d, wide_end - wide);
        printf("; wcstold: %d", wcstold(wide, &wide_end) > 1);
        printf(" %td\n", wide_end - wide);
    }
}

int main(void)
{
    static const char *const formats[] = { "%lf%n%15c", "%3lf%n%15c", "%5lf%n%15c", "%li%n%15c", "%ld%n%15c", "%lx%n%15c",
                                           "%2li%n%15c", "%3lx%n%15c", "%lo%n%15c", "%p%n%15c", "%*d%n%15c", "%1lf%n%15c" };
    char text[128];

    for (int i = 0; i < 6000; i++) {
        make(text);
        one(text, formats[i % 12]);
    }
    stored();
    edges();
    return 0;
}
