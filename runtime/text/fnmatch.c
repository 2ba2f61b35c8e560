/*
 * fnmatch.c: patterns of names (POSIX XCU 2.13) by characters of the locale, with glibc's extensions. Pattern and name are made
 * wide characters first; a text that is none in this locale is taken byte by byte.
 */
#include "runtime/text/fnmatch.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "runtime/api.h"

struct matcher {
    int flags;
    const wchar_t *name, *pattern_end;
};

static bool match(const struct matcher *m, const wchar_t *p, const wchar_t *pattern_end, const wchar_t *s, const wchar_t *end);

static wint_t fold(const struct matcher *m, wchar_t c)
{
    return m->flags & FNM_CASEFOLD ? towlower((wint_t)c) : (wint_t)c;
}

static bool is_slash(const struct matcher *m, wchar_t c)
{
    return c == '/' && (m->flags & FNM_PATHNAME);
}

/* A . that only a . of the pattern matches. */
static bool is_guarded(const struct matcher *m, const wchar_t *s, const wchar_t *end)
{
    return s < end && *s == '.' && (m->flags & FNM_PERIOD) && (s == m->name || is_slash(m, s[-1]));
}

/* ---- [...] */

/* p is behind "[:", "[=" or "[.": the place of the kind's end (":]"), or NULL. */
static const wchar_t *end_of_name(const wchar_t *p, const wchar_t *pattern_end)
{
    wchar_t kind = p[-1];

    for (; p + 1 < pattern_end; p++) {
        if (p[0] == kind && p[1] == ']')
            return p;
        if (kind == ':' && (*p < 'a' || *p > 'z'))
            return NULL;
    }
    return NULL;
}

static bool is_of_class(const wchar_t *from, const wchar_t *to, wchar_t c)
{
    char name[16];
    size_t n = 0;

    for (; from < to && n < sizeof(name) - 1; n++)
        name[n] = (char)*from++;
    name[n] = '\0';
    return iswctype((wint_t)c, wctype(name));
}

/* One character of the set, perhaps as [.x.] or [=x=] or behind a \. NULL: the pattern ends. */
static const wchar_t *read_element(const struct matcher *m, const wchar_t *p, const wchar_t *pattern_end, wchar_t *out)
{
    if (p[0] == '[' && p + 1 < pattern_end && (p[1] == '.' || p[1] == '=')) {
        const wchar_t *end = end_of_name(p + 2, pattern_end);

        if (end && end == p + 3) {
            *out = p[2];
            return end + 2;
        }
    }
    if (*p == '\\' && !(m->flags & FNM_NOESCAPE) && ++p == pattern_end)
        return NULL;
    *out = *p;
    return p + 1;
}

/* p is behind the [. Returns what is behind the ], or NULL: there is none. *in: the set has c. */
static const wchar_t *read_set(const struct matcher *m, const wchar_t *p, const wchar_t *pattern_end, wchar_t c, bool *in)
{
    bool inverted = p < pattern_end && (*p == '!' || *p == '^'), found = false;
    const wchar_t *first = p += inverted;

    while (p && p < pattern_end && (*p != ']' || p == first)) {
        const wchar_t *end = p[0] == '[' && p + 1 < pattern_end && p[1] == ':' ? end_of_name(p + 2, pattern_end) : NULL;
        wchar_t from, to;

        if (end) {
            found |= is_of_class(p + 2, end, c);
            p = end + 2;
            continue;
        }
        p = read_element(m, p, pattern_end, &from);
        to = from;
        if (p && p + 1 < pattern_end && p[0] == '-' && p[1] != ']')
            p = read_element(m, p + 1, pattern_end, &to);
        found |= fold(m, from) <= fold(m, c) && fold(m, c) <= fold(m, to);
    }
    *in = found != inverted;
    return p && p < pattern_end ? p + 1 : NULL;
}

/* ---- Groups: ?(a|b) and its like. */

/* The place behind the group's ), or NULL; p is behind its (. *bar: of its first | (or ). */
static const wchar_t *end_of_group(const wchar_t *p, const wchar_t *pattern_end, const wchar_t **bar)
{
    int depth = 1;

    *bar = NULL;
    for (; p < pattern_end; p++) {
        if (*p == '\\' && p + 1 < pattern_end)
            p++;
        else if (*p == '[') {
            const wchar_t *set = p + 1;

            set += set < pattern_end && (*set == '!' || *set == '^');
            set += set < pattern_end && *set == ']';
            while (set < pattern_end && *set != ']')
                set++;
            p = set < pattern_end ? set : p;
        } else if (*p == '(' && wcschr(L"?*+@!", p[-1])) {
            depth++;
        } else if (depth == 1 && (*p == '|' || *p == ')') && !*bar) {
            *bar = p;
        }
        if (*p == ')' && --depth == 0)
            return p + 1;
    }
    return NULL;
}

static bool is_group(const struct matcher *m, const wchar_t *p, const wchar_t *pattern_end)
{
    const wchar_t *bar;

    return (m->flags & FNM_EXTMATCH) && p + 1 < pattern_end && p[1] == '(' && wcschr(L"?*+@!", *p) &&
           end_of_group(p + 2, pattern_end, &bar);
}

/* One of the group's patterns matches the whole of the text. */
static bool match_any(const struct matcher *m, const wchar_t *p, const wchar_t *close, const wchar_t *s, const wchar_t *end)
{
    const wchar_t *bar;

    for (; p < close; p = bar + 1) {
        end_of_group(p, close, &bar);
        if (match(m, p, bar, s, end))
            return true;
    }
    return false;
}

/* p is at the group's first character. */
static bool match_group(const struct matcher *m, const wchar_t *p, const wchar_t *pattern_end, const wchar_t *s, const wchar_t *end)
{
    const wchar_t *bar, *close = end_of_group(p + 2, pattern_end, &bar);
    wchar_t kind = *p;

    if ((kind == '?' || kind == '*') && match(m, close, pattern_end, s, end))
        return true;
    if (kind == '!' && is_guarded(m, s, end))
        return false;
    for (const wchar_t *part = s; part <= end; part++) {
        bool fits = match_any(m, p + 2, close, s, part);

        if (kind == '!' ? !fits && match(m, close, pattern_end, part, end)
                        : fits && (match(m, close, pattern_end, part, end) ||
                                   ((kind == '*' || kind == '+') && part > s && match_group(m, p, pattern_end, part, end))))
            return true;
        if (kind == '!' && part < end && is_slash(m, *part))
            break;
    }
    return false;
}

/* ---- The rest. */

/* Matches one character; NULL: it does not match, or what is behind that part of the pattern. */
static const wchar_t *match_one(const struct matcher *m, const wchar_t *p, const wchar_t *pattern_end, const wchar_t *s,
                                const wchar_t *end)
{
    bool in, open = !is_slash(m, *s) && !is_guarded(m, s, end);

    if (*p == '?')
        return open ? p + 1 : NULL;
    if (*p == '[') {
        const wchar_t *behind = read_set(m, p + 1, pattern_end, *s, &in);

        if (behind)
            return open && in ? behind : NULL;
    }
    if (*p == '\\' && !(m->flags & FNM_NOESCAPE) && ++p == pattern_end)
        return NULL;
    return fold(m, *p) == fold(m, *s) ? p + 1 : NULL;
}

static bool is_end(const struct matcher *m, const wchar_t *pattern_end, const wchar_t *s, const wchar_t *end)
{
    return s == end || (*s == '/' && (m->flags & FNM_LEADING_DIR) && pattern_end == m->pattern_end);
}

/*
 * All of the pattern matches all of the name, both up to their ends. What follows a * is tried at every place, but only that of
 * the last one: a match that an earlier one could yet lead to is one from here on as well, since the last * takes what lies between.
 */
static bool match(const struct matcher *m, const wchar_t *p, const wchar_t *pattern_end, const wchar_t *s, const wchar_t *end)
{
    const wchar_t *behind_star = NULL, *tried = NULL, *next;

    while (p < pattern_end || !is_end(m, pattern_end, s, end)) {
        next = NULL;
        if (p < pattern_end && is_group(m, p, pattern_end)) {
            if (match_group(m, p, pattern_end, s, end))
                return true;
        } else if (p < pattern_end && *p == '*' && !is_guarded(m, s, end)) {
            behind_star = ++p;
            tried = s;
            continue;
        } else if (p < pattern_end && *p != '*' && s < end) {
            next = match_one(m, p, pattern_end, s, end);
        }
        if (next) {
            p = next;
            s++;
        } else if (behind_star && tried < end && !is_slash(m, *tried)) {
            p = behind_star;
            s = ++tried;
        } else {
            return false;
        }
    }
    return true;
}

/* As wide characters, or (bytes) each byte one. The end; NULL: it has bytes that are no characters. */
static const wchar_t *widen(const char *text, wchar_t *out, bool bytes)
{
    mbstate_t state = { 0 };
    const char *from = text;
    size_t n;

    if (!bytes) {
        n = mbsrtowcs(out, &from, strlen(text) + 1, &state);
        return n == (size_t)-1 ? NULL : out + n;
    }
    while (*text)
        *out++ = (unsigned char)*text++;
    *out = 0;
    return out;
}

int fnmatch_name(const char *pattern, const char *name, int flags)
{
    size_t length = strlen(pattern) + 1, size = (length + strlen(name) + 1) * sizeof(wchar_t);
    wchar_t own[256], *wide = size <= sizeof(own) ? own : malloc(size), *wide_name;
    const wchar_t *pattern_end, *end = NULL;
    struct matcher m = { .flags = flags };
    bool matches;

    if (!wide)
        return -1;
    m.name = wide_name = wide + length;
    pattern_end = widen(pattern, wide, false);
    if (pattern_end)
        end = widen(name, wide_name, false);
    if (!end) {
        pattern_end = widen(pattern, wide, true);
        end = widen(name, wide_name, true);
    }
    m.pattern_end = pattern_end;
    matches = match(&m, wide, pattern_end, wide_name, end);
    if (wide != own)
        free(wide);
    return matches ? 0 : FNM_NOMATCH;
}

API int fnmatch(const char *pattern, const char *name, int flags)
{
    return fnmatch_name(pattern, name, flags);
}
