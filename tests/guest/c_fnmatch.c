// run:
// setup: $ROOT/tests/guest/native.sh c_fnmatch
// check: cmp want stdout
// fnmatch of patterns and names made of parts that mean something to it, with all flags; glob's braces and tildes.
#define _GNU_SOURCE
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned state = 1;

static unsigned next(unsigned n)
{
    state = state * 1103515245u + 12345u;
    return (state >> 16) % n;
}

#define PICK(list) (list[next(sizeof list / sizeof *list)])

/* glibc has *!(a) match everything but nothing. */
static void random_ones(const char *const *parts, unsigned n_parts, int flags_known)
{
    static const char *const letters[] = { "a", "b", "A", ".", "/", "1", "-", "ab", "c", "B" };
    unsigned matched = 0;

    for (int i = 0; i < 6000; i++) {
        char pattern[64] = "", name[64] = "";
        int flags = (int)next(64) & flags_known, result;

        for (unsigned n = next(5) + 1; n > 0; n--)
            strcat(pattern, parts[next(n_parts)]);
        for (unsigned n = next(5); n > 0; n--)
            strcat(name, PICK(letters));
        if (strstr(pattern, "*!(") || (!*name && strstr(pattern, "!(")))
            continue;
        result = fnmatch(pattern, name, flags);
        matched += result == 0;
        printf("%s %s %d: %d\n", pattern, name, flags, result);
    }
    printf("%u matched\n", matched);
}

/* Every way to share a long name out among many stars would take years. */
static void many_stars(void)
{
    char name[201];

    memset(name, 'a', 200);
    name[200] = '\0';
    for (int last = 'a'; last <= 'b'; last++) {
        name[199] = (char)last;
        printf("%d %d\n", fnmatch("*a*a*a*a*a*a*a*a*a*a*b", name, 0), fnmatch("*a*a?a*[a]*a*a*ab/*", name, FNM_LEADING_DIR));
    }
    printf("%d %d", fnmatch("*/*b*/*d", "ab/xbx/cd", FNM_PATHNAME), fnmatch("*a*/b*", "aa/c/b", FNM_PATHNAME));
    printf(" %d %d\n", fnmatch("*a*@(b|/c)*d", "xa/cad", FNM_EXTMATCH), fnmatch("*.*b", "a/.b", FNM_PATHNAME | FNM_PERIOD));
}

static void expand(const char *pattern, int flags)
{
    glob_t found = { .gl_pathc = 0 };
    int result = glob(pattern, flags, NULL, &found);

    printf("%s %d: %d", pattern, flags, result);
    for (size_t i = 0; result == 0 && i < found.gl_pathc; i++)
        printf(" %s", found.gl_pathv[i]);
    printf("\n");
    globfree(&found);
}

static void globbing(void)
{
    static const char *const files[] = { "a.c", "a.h", "b.c", "b.h", "ab", "{x}", "d/e.c", "d/f.h", "d2/e.c" };
    static const char *const patterns[] = {
        "{a,b}.c", "*.{c,h}", "{b,a}.*", "a{.c,.h,b}", "{d,d2}/{e,f}.{c,h}", "{d*/e.c,none}", "none{1,2}",
        "a{.{c,h},b}", "{}", "{x}", "{*", "*}", "{a.c}", "d{,2}/*", "~/*.c", "~root", "~", "~nobodyknows/x",
        "{~/a.c,b.c}", "\\{x\\}", "{a,b}"
    };
    char here[4096];

    mkdir("d", 0700);
    mkdir("d2", 0700);
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
        close(open(files[i], O_CREAT | O_WRONLY, 0600));
    for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
        if (patterns[i][0] != '~')
            expand(patterns[i], GLOB_BRACE);
        expand(patterns[i], GLOB_BRACE | GLOB_NOCHECK);
        expand(patterns[i], 0);
    }
    setenv("HOME", getcwd(here, sizeof(here)) ? "." : "", 1);
    for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
        if (strcmp(patterns[i], "~root") != 0)
            expand(patterns[i], GLOB_BRACE | GLOB_TILDE);
    }
    expand("~nobodyknows", GLOB_TILDE_CHECK);
    expand("d*", GLOB_MARK | GLOB_BRACE | GLOB_ONLYDIR);
}

int main(void)
{
    static const char *const plain[] = { "a", "b", "*", "?", "[ab]", "[!a]", "[a-c]", "/", ".", "\\a", "[[:alpha:]]", "[![:digit:]b]",
                                         "[]a]", "A", "[^.]", "**", "[a-", "[B-a]", "1", "[[:upper:][:digit:]]", "[[.-.]]", "[a-]", "\\*" };
    static const char *const extended[] = { "a", "b", "?(a|b)", "*(a|ab)", "+(a|b?)", "@(a|*b)", "!(a)", "*", "/", ".", "!(*.c|b)",
                                            "*([ab]|c)", "?", "@(+(a)|b)", "+(?)", "c" };

    random_ones(plain, sizeof plain / sizeof *plain, ~FNM_EXTMATCH);
    random_ones(extended, sizeof extended / sizeof *extended, FNM_EXTMATCH | FNM_CASEFOLD | FNM_NOESCAPE);
    setlocale(LC_ALL, "C.UTF-8");
    printf("%d %d", fnmatch("?", "\xc3\xa4", 0), fnmatch("[\xc3\xa4-\xc3\xb6]", "\xc3\xa5", 0));
    printf(" %d %d\n", fnmatch("\xc3\x84", "\xc3\xa4", FNM_CASEFOLD), fnmatch("?", "\xc3", 0));
    many_stars();
    globbing();
    return 0;
}
