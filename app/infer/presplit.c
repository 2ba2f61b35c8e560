#include "presplit.h"

#include <string.h>

#include "unicode.h"

enum { MAX_NUMBERS = 3 /* of Llama 3's \p{N}{1,3} */ };

struct text {
    const char *at;
    size_t len;
};

static enum unicode_class class_at(struct text t, size_t i, size_t *bytes)
{
    uint32_t code;

    if (i >= t.len) {
        *bytes = 0;
        return UNICODE_SPACE; /* nothing but \s+ may reach the end, and it checks for it */
    }
    *bytes = utf8_decode(t.at + i, t.len - i, &code);
    return unicode_class(code);
}

/* End of the run of characters of class c that starts at i, at most `most` of them. */
static size_t run_end(struct text t, size_t i, enum unicode_class c, size_t most)
{
    size_t bytes;

    for (; most != 0 && i < t.len && class_at(t, i, &bytes) == c; most--) {
        i += bytes;
    }
    return i;
}

static bool is_newline(char c)
{
    return c == '\r' || c == '\n';
}

static size_t newlines_end(struct text t, size_t i)
{
    while (i < t.len && is_newline(t.at[i])) {
        i++;
    }
    return i;
}

/* Length of 's, 't, 're, 've, 'm, 'll or 'd at the start; 0 for none. */
static size_t contraction(struct text t, bool any_case)
{
    static const char *const endings[] = { "s", "t", "re", "ve", "m", "ll", "d" };

    if (t.at[0] != '\'') {
        return 0;
    }
    for (size_t e = 0; e < sizeof(endings) / sizeof(endings[0]); e++) {
        size_t n = strlen(endings[e]), same = 0;
        while (same < n && same + 1 < t.len) {
            char c = t.at[same + 1];
            if (any_case && c >= 'A' && c <= 'Z') {
                c = (char)(c - 'A' + 'a');
            }
            if (c != endings[e][same]) {
                break;
            }
            same++;
        }
        if (same == n) {
            return n + 1;
        }
    }
    return 0;
}

/* \s+(?!\S)|\s+ */
static size_t spaces(struct text t)
{
    size_t end = 0, last = 0, bytes;

    while (end < t.len && class_at(t, end, &bytes) == UNICODE_SPACE) {
        last = end;
        end += bytes;
    }
    /* The last of several belongs to what follows, unless nothing does. */
    return end < t.len && last > 0 ? last : end;
}

static size_t gpt2_next(struct text t)
{
    size_t n = contraction(t, false), bytes;

    if (n != 0) {
        return n;
    }
    size_t start = t.at[0] == ' ' ? 1 : 0;
    if (start < t.len) {
        enum unicode_class c = class_at(t, start, &bytes);
        if (c != UNICODE_SPACE) {
            return run_end(t, start, c, t.len);
        }
    }
    return spaces(t);
}

/* \s*[\r\n]+: up to the last newline of the white space; 0 where it has none. */
static size_t lines(struct text t)
{
    size_t end = run_end(t, 0, UNICODE_SPACE, t.len);

    while (end > 0 && !is_newline(t.at[end - 1])) {
        end--;
    }
    return end;
}

static size_t llama3_next(struct text t)
{
    size_t n = contraction(t, true), bytes;

    if (n != 0) {
        return n;
    }
    enum unicode_class first = class_at(t, 0, &bytes);
    if (first == UNICODE_LETTER) {
        return run_end(t, 0, UNICODE_LETTER, t.len);
    }
    size_t second;
    if (first != UNICODE_NUMBER && !is_newline(t.at[0]) && bytes < t.len &&
        class_at(t, bytes, &second) == UNICODE_LETTER) {
        return run_end(t, bytes, UNICODE_LETTER, t.len);
    }
    if (first == UNICODE_NUMBER) {
        return run_end(t, 0, UNICODE_NUMBER, MAX_NUMBERS);
    }
    size_t start = t.at[0] == ' ' ? 1 : 0;
    if (start < t.len && class_at(t, start, &bytes) == UNICODE_OTHER) {
        return newlines_end(t, run_end(t, start, UNICODE_OTHER, t.len));
    }
    size_t end = lines(t);
    return end != 0 ? end : spaces(t);
}

size_t presplit_next(enum presplit_rule rule, const char *text, size_t len)
{
    struct text t = { text, len };

    return rule == PRESPLIT_LLAMA3 ? llama3_next(t) : gpt2_next(t);
}
