// run:
// setup: $ROOT/tests/guest/native.sh c_stdlib
// check: cmp want stdout
// stdlib, string, ctype: what a program takes for granted.
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <search.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>

/* The call first, then what it left in errno. */
#define SHOW(text, call, wanted) \
    do { \
        int shown = (errno = 0, (int)(call)); \
        printf("%s%d %d\n", text, shown, errno == (wanted)); \
    } while (0)

static int by_value(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;

    return (x > y) - (x < y);
}

static unsigned next(unsigned *state)
{
    return *state = *state * 1664525u + 1013904223u;
}

static void sorting(void)
{
    static int v[20000];
    unsigned state = 1, sum = 0;
    int key, *found;

    for (int i = 0; i < 20000; i++)
        v[i] = (int)(next(&state) >> 8);
    qsort(v, 20000, sizeof(v[0]), by_value);
    for (int i = 1; i < 20000; i++)
        sum += v[i - 1] <= v[i];
    key = v[777];
    found = bsearch(&key, v, 20000, sizeof(v[0]), by_value);
    printf("sorted %u, found %d, first %d, last %d\n", sum, *found == key, v[0], v[19999]);
}

static jmp_buf back;

static int recurse(int depth)
{
    volatile char pad[256];

    pad[0] = (char)depth;
    if (depth == 0)
        longjmp(back, 7);
    return recurse(depth - 1) + pad[0];
}

static void strings(void)
{
    char text[] = "one,two,,three", copy[32], *rest = text, *part, *save;

    while ((part = strsep(&rest, ",")))
        printf("[%s]", part);
    strcpy(copy, " a  b c ");
    for (part = strtok_r(copy, " ", &save); part; part = strtok_r(NULL, " ", &save))
        printf("<%s>", part);
    printf("\n%s %s %s %s\n", strstr("haystack", "st"), strchr("abc", 'b'), strrchr("a/b/c", '/'), strpbrk("hello", "lo"));
    printf("%zu %zu %zu\n", strspn("aabbc", "ab"), strcspn("abc,d", ","), strnlen("abcdef", 3));
    printf("%d %d %d %d\n", strcmp("a", "b") < 0, strncmp("abc", "abd", 2), strcasecmp("HeLLo", "hEllO"), memcmp("a", "b", 1) < 0);
    memset(copy, 'x', 5);
    memcpy(copy + 5, "yz", 3);
    memmove(copy + 1, copy, 7);
    printf("%s %s\n", copy, strdup("dup"));
    printf("%s %s\n", strndup("abcdef", 3), strcasestr("A Big Hat", "big"));
    for (int c = 0; c < 128; c++)
        printf("%d%d%d%d", isalpha(c) != 0, isdigit(c) != 0, ispunct(c) != 0, isspace(c) != 0);
    printf("\n%c%c\n", toupper('q'), tolower('Q'));
    printf("%zu %d\n", wcslen(L"wide"), wcscmp(L"a", L"a"));
}

/* The order of every pair of some thousand texts of a few characters, one digit of the sum a pair. */
static void versions(void)
{
    static const char *const known[] = { "UNKNOWN", "2.2.0", "000", "00", "01", "010", "09", "0", "1", "9", "10" };
    unsigned state = 1, sum = 0;

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        for (size_t j = 0; j < sizeof(known) / sizeof(*known); j++) {
            int order = strverscmp(known[i], known[j]);

            printf("%d", 1 + (order > 0) - (order < 0));
        }
    }
    for (int n = 0; n < 50000; n++) {
        char texts[2][8];
        int order;

        for (int i = 0; i < 2; i++) {
            size_t length = next(&state) >> 8 & 7;

            for (size_t at = 0; at < length; at++)
                texts[i][at] = "0019a.\xc3/"[next(&state) >> 8 & 7];
            texts[i][length] = '\0';
        }
        order = strverscmp(texts[0], texts[1]);
        sum = sum * 3 + 1u + (order > 0) - (order < 0);
    }
    printf(" %x\n", sum);
}

static void environment(void)
{
    printf("%d\n", getenv("SURELY_NOT_SET") == NULL);
    setenv("NAME", "value", 1);
    setenv("NAME", "other", 0);
    printf("%s\n", getenv("NAME"));
    setenv("NAME", "a longer value than before", 1);
    putenv((char *)"PUT=it");
    printf("%s %s\n", getenv("NAME"), getenv("PUT"));
    unsetenv("NAME");
    printf("%d\n", getenv("NAME") == NULL);
    SHOW("", setenv("A=B", "x", 1), EINVAL);
}

static void first(void) { printf("registered first, runs last\n"); }
static void second(void) { printf("registered second\n"); }

int main(void)
{
    div_t d = div(-17, 5);
    ldiv_t l = ldiv(17, -5);
    int jumped;

    sorting();
    strings();
    versions();
    environment();
    jumped = setjmp(back);
    if (!jumped)
        recurse(20);
    printf("jumped %d\n", jumped);
    printf("%d %d %ld %ld %d %ld\n", d.quot, d.rem, l.quot, l.rem, abs(-3), labs(-4));
    printf("%d\n", RAND_MAX > 32766);
    srand(3);
    d.quot = rand();
    srand(3);
    printf("%d\n", d.quot == rand());
    atexit(first);
    atexit(second);
    return 0;
}
