// run:
// setup: $ROOT/tests/guest/native.sh c_regex
// check: cmp want stdout
// Regular expressions, POSIX's and what GNU adds to them, and fnmatch.
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
        char reason[80];
        size_t n = regerror(error, &r, reason, sizeof(reason));

        printf("%s: %d, %s (%zu)\n", pattern, error, reason, n);
        return;
    }
    printf("%s: %zu groups\n", pattern, r.re_nsub);
    if (regexec(&r, text, 4, m, 0) == 0)
        for (int i = 0; i < 4; i++)
            printf("%s on %s: %d..%d\n", pattern, text, (int)m[i].rm_so, (int)m[i].rm_eo);
    else
        printf("%s on %s: no\n", pattern, text);
    regfree(&r);
}

/* Every pattern on every text. */
static void match_all(const char *const *patterns, int flags)
{
    static const char *const texts[] = { "a foo b", "foo@bar", "  x=12\ty", "ab\nab", "aaab", "a|b a+", "*a^b", "\\w ]", "" };

    for (; *patterns; patterns++)
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
            match(*patterns, texts[i], flags);
            match(*patterns, texts[i], flags | REG_NEWLINE);
        }
}

/* A loop that goes on behind a match says REG_NOTBOL. */
static void edges_of_words(void)
{
    static const char *const patterns[] = { "\\<[a-z]+ ?", "\\b[a-z]+ ?", "[a-z]+\\>", "[a-z]+\\b" };

    for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
        const char *text = "one two three";
        regex_t r;
        regmatch_t m;

        regcomp(&r, patterns[i], REG_EXTENDED);
        for (int flags = 0; regexec(&r, text, 1, &m, flags) == 0; flags = REG_NOTBOL | REG_NOTEOL) {
            printf("%s: %.*s|\n", patterns[i], (int)(m.rm_eo - m.rm_so), text + m.rm_so);
            text += m.rm_eo;
        }
        regfree(&r);
    }
}

int main(void)
{
    static const char *const extended[] = {
        "\\bfoo\\b", "\\w+@(\\w+)", "\\s+(\\S+)", "\\W", "\\<[a-z]", "o\\>", "(\\b)(f)o", "([a-z]+)=([0-9]+)|\\b(x+)\\b", /* words */
        "a**", ".*?b", "a+?b", "a{,2}b", "(a)\\1", "(a|)b", "|x", "()", "", "a)", "[\\w]+", "[]a]+", "[^]a]", "\\.", "\\(",
        "[", "[a", "[^", "(", "a|*b", "^*", "a\\", "a{2", "a{x", "a{3,1}", "[[:foo:]]", "[z-a]", "a\\2", "a{}", /* wrong ones */
        "(a|b)?b?(a)\\2", "\\b(a|(o))\\1", "([a-z]|x)?(a|f)?o\\b", "(a)?=?(1|x)?2?(\\w)?\\3", NULL
    };
    static const char *const basic[] = {
        "a\\+", "a\\?b", "a\\|foo", "\\(a\\|b\\)*", "*a", "^*", "\\(*a\\)", "a\\{2,\\}", "\\(a\\)\\1", "a^b", "^a", "b$", "a$b",
        "\\w\\+", "a+", "a|b", "\\(a*\\)\\w\\1", "\\(foo\\)@\\b", "\\{1\\}", "\\)", "\\(", "a\\{1",
        "b\\?\\(a\\)\\1", "\\(f\\)\\{0,2\\}\\(o\\)\\2", "\\+", "x\\|\\?", "^\\+", "\\(a\\|o\\)\\1", NULL
    };

    match_all(extended, REG_EXTENDED);
    match_all(extended, REG_EXTENDED | REG_ICASE);
    match_all(basic, 0);
    match("a(b*)c", "xxabbbc", REG_EXTENDED);
    match("^[0-9]+$", "12345", REG_EXTENDED);
    match("^[0-9]+$", "12a45", REG_EXTENDED);
    match("(a|b)+(c)?", "ababx", REG_EXTENDED);
    match("[[:alpha:]_][[:alnum:]_]*", "  name_1 = 2", REG_EXTENDED);
    match("hello", "say HELLO", REG_EXTENDED | REG_ICASE);
    match("a\\(b\\)\\1", "abb", 0);
    match("a(", "x", REG_EXTENDED);
    edges_of_words();
    printf("%d %d %d\n", fnmatch("*.c", "main.c", 0), fnmatch("*.c", "main.h", 0) != 0, fnmatch("[a-c]?x", "bzx", 0));
    return 0;
}
