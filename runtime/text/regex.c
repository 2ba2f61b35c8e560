/*
 * regex.c: GNU's regular expressions by newlib's.
 *
 * newlib's regcomp (Spencer's) knows POSIX, and takes `\w` for a `w` without a word. Programs for Linux use what glibc knows
 * beyond that: \w \W \s \S \b \< \>, in basic expressions \+ \? \|, in extended ones \1, empty branches, and * + ? behind one
 * another. So a pattern is translated into what newlib knows, an extended expression (in which scripts/newlib.edits adds \1).
 * \B is refused with REG_BADPAT, a {} before or behind another repetition with REG_BADRPT.
 *
 * The translation may have groups that the pattern has not. re_endp, of no use once a pattern is compiled, then holds which of
 * newlib's groups each of the pattern's is, and at 0 how many newlib has.
 */
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/api.h"

#undef regcomp
#undef regexec
#undef regfree

int regcomp(regex_t *restrict, const char *restrict, int);
int regexec(const regex_t *restrict, const char *restrict, size_t, regmatch_t[restrict], int);
void regfree(regex_t *);

#define MAX_GROUPS 255    /* they are counted in bytes */
#define MAX_REFERRED_TO 9 /* newlib's \9 */

enum token { END,
             CHARACTER,
             ANY,
             BRACKET,
             OPEN,
             CLOSE,
             OR,
             REPEAT,
             INTERVAL,
             LINE_START,
             LINE_END,
             CLASS,
             EDGE,
             BACK };

struct translation {
    const char *p;
    bool extended;   /* what is read; extended is what is written */
    bool by_lines;   /* REG_NEWLINE: [^x] is no newline, but \W is */
    char *out;       /* with room for all that the pattern can become */
    enum token last; /* END at the start of a branch */
    char c;          /* of a CHARACTER, REPEAT, CLASS, EDGE or BACK */
    int depth;
    size_t groups, groups_of_newlib;
    unsigned char where[MAX_GROUPS + 1];
};

static void put(struct translation *t, const char *s)
{
    t->out = stpcpy(t->out, s);
}

static void put_part(struct translation *t, const char *s, size_t n)
{
    memcpy(t->out, s, n);
    t->out += n;
}

static void put_character(struct translation *t, char c)
{
    if (strchr("\\.[*^$()|+?{", c))
        *t->out++ = '\\';
    *t->out++ = c;
}

/* What is an operator by itself in extended expressions, and behind a backslash in basic ones. */
static enum token operator_of(char c)
{
    switch (c) {
    case '(':
        return OPEN;
    case ')':
        return CLOSE;
    case '|':
        return OR;
    case '{':
        return INTERVAL;
    case '+':
    case '?':
        return REPEAT;
    }
    return CHARACTER;
}

/* A repetition has nothing to repeat. */
static bool is_first(const struct translation *t)
{
    return t->last == END || t->last == LINE_START;
}

/* What a backslash and t->c mean. */
static enum token escaped(const struct translation *t)
{
    if (!t->c)
        return CHARACTER; /* and an error */
    if (strchr("wWsS", t->c))
        return CLASS;
    if (strchr("bB<>", t->c))
        return EDGE;
    if (t->c >= '1' && t->c <= '9')
        return BACK;
    if (t->c == '`')
        return LINE_START;
    if (t->c == '\'')
        return LINE_END;
    if (t->extended || ((t->c == '+' || t->c == '?') && is_first(t)))
        return CHARACTER;
    return operator_of(t->c);
}

/* In basic expressions what ^ $ * mean depends on where they are. */
static enum token plain(const struct translation *t)
{
    switch (t->c) {
    case '.':
        return ANY;
    case '[':
        return BRACKET;
    case '*':
        return t->extended || !is_first(t) ? REPEAT : CHARACTER;
    case '^':
        return t->extended || t->last == END ? LINE_START : CHARACTER;
    case '$':
        return t->extended || !*t->p || !strncmp(t->p, "\\)", 2) || !strncmp(t->p, "\\|", 2) ? LINE_END : CHARACTER;
    }
    if (!t->extended || (t->c == ')' && t->depth == 0))
        return CHARACTER;
    return operator_of(t->c);
}

static enum token next(struct translation *t)
{
    t->c = *t->p;
    if (!t->c)
        return END;
    t->p++;
    if (t->c != '\\')
        return plain(t);
    t->c = *t->p;
    if (t->c)
        t->p++;
    return escaped(t);
}

/* The end of the bracket that begins before p; NULL if there is none. */
static const char *bracket_end(const char *p)
{
    if (*p == '^')
        p++;
    if (*p == ']')
        p++;
    for (; *p != ']'; p++) {
        if (!*p)
            return NULL;
        if (*p == '[' && p[1] && strchr(":.=", p[1])) {
            char close[] = { p[1], ']', '\0' };

            p = strstr(p + 2, close);
            if (!p)
                return NULL;
            p++;
        }
    }
    return p + 1;
}

static int bracket(struct translation *t)
{
    const char *end = bracket_end(t->p);

    if (!end)
        return t->p[0] && strcmp(t->p, "^") ? REG_EBRACK : REG_BADPAT;
    *t->out++ = '[';
    put_part(t, t->p, (size_t)(end - t->p));
    t->p = end;
    return 0;
}

/* {n}, {n,}, {n,m} and {,m} */
static int interval(struct translation *t)
{
    size_t n = strspn(t->p, "0123456789,");
    const char *end = t->extended ? "}" : "\\}";

    if (n == 0 || strncmp(t->p + n, end, strlen(end)))
        return strstr(t->p, end) ? REG_BADBR : REG_EBRACE;
    put(t, t->p[0] == ',' ? "{0" : "{");
    put_part(t, t->p, n);
    put(t, "}");
    t->p += n + strlen(end);
    return 0;
}

/* *, + and ?, and any of these after another: nothing but whether none and many may be matters. */
static void repeat(struct translation *t)
{
    bool none = t->c != '+', many = t->c != '?';

    for (;;) {
        const char *here = t->p;

        t->last = REPEAT;
        if (next(t) != REPEAT) {
            t->p = here;
            break;
        }
        none |= t->c != '+';
        many |= t->c != '?';
    }
    put(t, none && many ? "*" : none ? "?"
                                     : "+");
}

/* A group that the pattern has not. */
static void put_group(struct translation *t, const char *s)
{
    put(t, s);
    t->groups_of_newlib++;
}

static int class_or_edge(struct translation *t)
{
    switch (t->c) {
    case 'w':
        put(t, "[[:alnum:]_]");
        return 0;
    case 'W':
        if (t->by_lines)
            put_group(t, "([^[:alnum:]_]|\n)");
        else
            put(t, "[^[:alnum:]_]");
        return 0;
    case 's':
        put(t, "[[:space:]]");
        return 0;
    case 'S':
        put(t, "[^[:space:]]");
        return 0;
    case '<':
        put(t, "[[:<:]]");
        return 0;
    case '>':
        put(t, "[[:>:]]");
        return 0;
    case 'b':
        put_group(t, "([[:<:]]|[[:>:]])");
        return 0;
    }
    return REG_BADPAT;
}

/* Where a branch ends that holds nothing. */
static void end_branch(struct translation *t)
{
    if (t->last == END)
        put_group(t, "()");
}

static int open_group(struct translation *t)
{
    put(t, "(");
    t->depth++;
    t->groups++;
    t->groups_of_newlib++;
    if (t->groups_of_newlib > MAX_GROUPS)
        return REG_ESPACE;
    t->where[t->groups] = (unsigned char)t->groups_of_newlib;
    return 0;
}

static int close_group(struct translation *t)
{
    if (t->depth-- == 0)
        return REG_EPAREN;
    end_branch(t);
    put(t, ")");
    return 0;
}

/* \1 and its like. */
static int refer_back(struct translation *t)
{
    size_t group = (size_t)(t->c - '0');

    if (group > t->groups)
        return REG_ESUBREG;
    if (t->where[group] > MAX_REFERRED_TO)
        return REG_BADPAT;
    *t->out++ = '\\';
    *t->out++ = (char)('0' + t->where[group]);
    return 0;
}

static int translate_token(struct translation *t, enum token token)
{
    switch (token) {
    case CHARACTER:
        if (!t->c)
            return REG_EESCAPE; /* a backslash at the end */
        put_character(t, t->c);
        return 0;
    case ANY:
    case LINE_START:
    case LINE_END:
        put(t, token == ANY ? "." : token == LINE_START ? "^"
                                                        : "$");
        return 0;
    case BRACKET:
        return bracket(t);
    case OPEN:
        return open_group(t);
    case CLOSE:
        return close_group(t);
    case OR:
        end_branch(t);
        put(t, "|");
        return 0;
    case REPEAT:
    case INTERVAL:
        if (is_first(t))
            return REG_BADRPT;
        if (token == INTERVAL)
            return interval(t);
        repeat(t);
        return 0;
    case BACK:
        return refer_back(t);
    default:
        return class_or_edge(t);
    }
}

static int translate(struct translation *t)
{
    for (enum token token = next(t); token != END; token = next(t)) {
        int error = translate_token(t, token);

        if (error)
            return error;
        t->last = token == OPEN || token == OR ? END : token;
    }
    end_branch(t);
    return t->depth > 0 ? REG_EPAREN : 0;
}

static int compile(regex_t *r, struct translation *t, const char *translated, int flags)
{
    int error = regcomp(r, translated, flags | REG_EXTENDED);

    if (error)
        return error;
    r->re_nsub = t->groups;
    r->re_endp = NULL;
    if (t->groups_of_newlib == t->groups || flags & REG_NOSUB)
        return 0;
    t->where[0] = (unsigned char)t->groups_of_newlib;
    r->re_endp = malloc(t->groups + 1);
    if (!r->re_endp) {
        regfree(r);
        return REG_ESPACE;
    }
    memcpy((char *)r->re_endp, t->where, t->groups + 1);
    return 0;
}

API int bower_regcomp(regex_t *restrict r, const char *restrict pattern, int flags)
{
    char *out = malloc(9 * strlen(pattern) + 16); /* \W becomes 18 bytes */
    struct translation t = {
        .p = pattern,
        .extended = flags & REG_EXTENDED,
        .by_lines = flags & REG_NEWLINE,
        .out = out,
        .last = END,
    };
    int error;

    if (!out)
        return REG_ESPACE;
    error = translate(&t);
    *t.out = '\0';
    if (!error)
        error = t.groups_of_newlib > MAX_GROUPS ? REG_ESPACE : compile(r, &t, out, flags);
    free(out);
    return error;
}

API int bower_regexec(const regex_t *restrict r, const char *restrict text, size_t n, regmatch_t match[restrict], int flags)
{
    const unsigned char *where = (const unsigned char *)r->re_endp;
    regmatch_t found[MAX_GROUPS + 1];
    int error;

    if (!where || n == 0)
        return regexec(r, text, n, match, flags);
    if (flags & REG_STARTEND)
        found[0] = match[0];
    error = regexec(r, text, where[0] + 1U, found, flags);
    for (size_t i = 0; !error && i < n; i++)
        match[i] = i == 0 ? found[0] : i <= r->re_nsub ? found[where[i]]
                                                       : (regmatch_t){ -1, -1 };
    return error;
}

API void bower_regfree(regex_t *r)
{
    free((char *)r->re_endp);
    regfree(r);
}

API size_t bower_regerror(int error, const regex_t *restrict r, char *restrict text, size_t size)
{
    static const char *const texts[] = {
        "Success",
        "No match",
        "Invalid regular expression",
        "Invalid collation character",
        "Invalid character class name",
        "Trailing backslash",
        "Invalid back reference",
        "Unmatched [, [^, [:, [., or [=",
        "Unmatched ( or \\(",
        "Unmatched \\{",
        "Invalid content of \\{\\}",
        "Invalid range end",
        "Memory exhausted",
        "Invalid preceding regular expression",
        "Premature end of regular expression",
        "Regular expression too big",
        "Unmatched ) or \\)",
    };
    bool known = error >= 0 && (size_t)error < sizeof(texts) / sizeof(texts[0]);

    (void)r;
    return (size_t)snprintf(text, size, "%s", known ? texts[error] : "Unknown error") + 1;
}
