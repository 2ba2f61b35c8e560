// run:
// setup: $ROOT/tests/guest/native.sh c_bounds
// check: cmp want stdout
// A function looks at no byte more than it may: each text ends, without a null character, where a page without access begins.
// Lengths vary, so that texts begin at every place of a word.
#define _GNU_SOURCE
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#define MOST 40

static char *end, *other_end; /* of two texts in memory of their own */

static char *memory(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *start = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    munmap(start + page, page);
    return start + page;
}

/* n letters up to the end. */
static char *text(char *at_end, size_t n)
{
    for (size_t i = 0; i < n; i++)
        (at_end - n)[i] = (char)('a' + i % 26);
    return at_end - n;
}

static wchar_t *wide_text(char *at_end, size_t n)
{
    wchar_t *start = (wchar_t *)at_end - n;

    for (size_t i = 0; i < n; i++)
        start[i] = (wchar_t)(L'a' + i % 26);
    return start;
}

static void bytes(size_t n)
{
    const char *s = text(end, n), *t = text(other_end, n);
    char out[2 * MOST] = "x", *copy = strndup(s, n);

    printf("%zu %s %s", n, copy, strncat(out, s, n));
    free(copy);
    printf(" %zu %d %d", strnlen(s, n), memchr(s, '!', n) == NULL, memrchr(s, '!', n) == NULL);
    printf(" %d %d %d", strncmp(s, t, n), strncasecmp(s, t, n), memcmp(s, t, n));
    printf(" %d", memccpy(out, s, '!', n) == NULL);
    printf(" %td", stpncpy(out, s, n) - out);
    printf(" %d", strncpy(out, s, n) == out);
    printf(" %d", memmem(s, n, "!?", 2) == NULL);
    printf(" %.*s|", (int)n, s);
    if (n > 0) {
        printf(" %d", memchr(s, s[n - 1], 1000) != NULL);
        printf(" %d\n", memccpy(out, s, s[n - 1], n + 1) != NULL);
    }
}

/* Now with the null character at the end: all that is left to see. */
static void strings(size_t n)
{
    char *s = text(end, n + 1), *t = text(other_end, n + 1), out[2 * MOST] = "";

    s[n] = t[n] = '\0';
    printf("%zu %d %d", strlen(s), strcmp(s, t), strncmp(s, t, 1000));
    printf(" %s", strncat(out, s, 1000));
    printf(" %s", strcpy(out, s));
    printf(" %s", strcat(out, s));
    printf(" %d %d %d", strchr(s, '!') == NULL, strrchr(s, '!') == NULL, strstr(s, "!?") == NULL);
    printf(" %zu %zu", strspn(s, "!"), strcspn(s, "!"));
    printf(" %zu %d %d\n", strnlen(s, 1000), strcasecmp(s, t), strcasestr(s, "!?") == NULL);
}

static void wide(size_t n)
{
    const wchar_t *s = wide_text(end, n), *t = wide_text(other_end, n), *rest = s;
    wchar_t out[2 * MOST] = L"x";
    char narrow[2 * MOST] = "";
    mbstate_t state = { 0 };

    printf("%ls", wcsncat(out, s, n));
    printf(" %zu %d", wcsnlen(s, n), wmemchr(s, L'!', n) == NULL);
    printf(" %d %d %d", wcsncmp(s, t, n), wcsncasecmp(s, t, n), wmemcmp(s, t, n));
    printf(" %d %td", wcsncpy(out, s, n) == out, wcpncpy(out, s, n) - out);
    printf(" %d %td", wmemcpy(out, s, n) == out, wmempcpy(out, s, n) - out);
    printf(" %zu %s", wcsnrtombs(narrow, &rest, n, sizeof(narrow), &state), narrow);
    printf(" %.*ls|\n", (int)n, s);
}

static void others(void)
{
    const char *narrow = text(end, 7);
    wchar_t out[16];
    mbstate_t state = { 0 };
    regex_t regex;
    regmatch_t match = { .rm_so = 0, .rm_eo = 7 };

    printf("%zu", mbsnrtowcs(out, &narrow, 7, 16, &state));
    printf(" %d", swprintf(out, 16, L"%.7s", text(end, 7)));
    printf(" %zu %d\n", mbrtowc(out, text(end, 1), 1, &state), mblen(text(end, 1), 1));
    regcomp(&regex, "f(g)", REG_EXTENDED);
    printf("%d", regexec(&regex, text(end, 7), 1, &match, REG_STARTEND));
    printf(" %d\n", (int)match.rm_so);
    regfree(&regex);
}

int main(void)
{
    end = memory();
    other_end = memory();
    for (size_t n = 0; n < MOST - 1; n++) {
        bytes(n);
        strings(n);
        wide(n);
    }
    others();
    return 0;
}
