// run:
// setup: $ROOT/tests/guest/native.sh c_regex
// check: cmp want stdout
// POSIX regular expressions and fnmatch.
#include <fnmatch.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

static void match(const char *pattern, const char *text, int flags)
{
    regex_t r;
    regmatch_t m[4];
    int error = regcomp(&r, pattern, flags);

    if (error) {
        printf("%s: does not compile\n", pattern);
        return;
    }
    if (regexec(&r, text, 4, m, 0) == 0)
        for (int i = 0; i <= (int)r.re_nsub && i < 4; i++)
            printf("%s on %s: %d..%d\n", pattern, text, (int)m[i].rm_so, (int)m[i].rm_eo);
    else
        printf("%s on %s: no\n", pattern, text);
    regfree(&r);
}

int main(void)
{
    match("a(b*)c", "xxabbbc", REG_EXTENDED);
    match("^[0-9]+$", "12345", REG_EXTENDED);
    match("^[0-9]+$", "12a45", REG_EXTENDED);
    match("(a|b)+(c)?", "ababx", REG_EXTENDED);
    match("[[:alpha:]_][[:alnum:]_]*", "  name_1 = 2", REG_EXTENDED);
    match("hello", "say HELLO", REG_EXTENDED | REG_ICASE);
    match("a\\(b\\)\\1", "abb", 0);
    match("a(", "x", REG_EXTENDED);
    printf("%d %d %d\n", fnmatch("*.c", "main.c", 0), fnmatch("*.c", "main.h", 0) != 0, fnmatch("[a-c]?x", "bzx", 0));
    return 0;
}
