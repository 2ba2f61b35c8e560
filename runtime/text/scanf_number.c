/* scanf_number.c: which characters scanf takes for a number; what they are worth, strtol and strtod say. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/text/scanf.h"

/* The number's characters: of any length, for zeros may come before it. */
struct digits {
    char *text; /* own, or from malloc */
    size_t n, room;
    bool failed; /* no memory */
    char own[64];
};

static void begin(struct digits *d)
{
    *d = (struct digits){ .room = sizeof(d->own) };
    d->text = d->own;
}

static void end(struct digits *d)
{
    if (d->text != d->own)
        free(d->text);
}

static void add(struct digits *d, char c)
{
    if (d->n == d->room) {
        char *longer = malloc(2 * d->room);

        if (!longer) {
            d->failed = true;
            return;
        }
        memcpy(longer, d->text, d->n);
        end(d);
        d->text = longer;
        d->room *= 2;
    }
    d->text[d->n++] = c;
}

/* The character read last as a lower-case letter, digit or sign of ASCII; 0: it is something else. */
static char lower(const struct scan *s)
{
    if (s->c == WEOF || s->c > 127)
        return 0;
    return (char)(s->c >= 'A' && s->c <= 'Z' ? s->c + ('a' - 'A') : s->c);
}

static bool is_digit_of(char c, int base)
{
    int value = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                                                      : 99;

    return value < base;
}

static bool is_sign(const struct scan *s)
{
    return s->c == '+' || s->c == '-';
}

static void shorten(long *left)
{
    if (*left > 0)
        --*left;
}

/* ---- Integers. */

/* What says the base: 0, 0x. */
static int read_prefix(struct scan *s, struct digits *d, long *left, int base)
{
    if (*left == 0 || s->c != '0')
        return base ? base : 10;
    shorten(left);
    add(d, '0');
    scan_get(s);
    if (*left == 0 || lower(s) != 'x')
        return base ? base : 8;
    if (base == 0 || base == 16) {
        shorten(left);
        scan_get(s);
        base = 16;
    }
    return base;
}

static bool read_nil(struct scan *s)
{
    if (s->c != '(')
        return false;
    for (const char *p = "nil)"; *p; p++) {
        scan_get(s);
        if (lower(s) != *p)
            return false;
    }
    return true;
}

enum outcome scan_integer(struct scan *s, int base, bool is_signed, bool pointer, uint64_t *out)
{
    long left = s->width;
    struct digits d;
    bool any;

    if (scan_get(s) == WEOF)
        return NO_INPUT;
    begin(&d);
    if (is_sign(s)) {
        add(&d, (char)s->c);
        shorten(&left);
        scan_get(s);
    }
    base = read_prefix(s, &d, &left, base);
    for (; left != 0 && is_digit_of(lower(s), base); scan_get(s)) {
        add(&d, lower(s));
        shorten(&left);
    }
    any = d.n > 1 || (d.n == 1 && d.text[0] >= '0');
    if (!any && d.n == 0 && pointer && (left < 0 || left >= 5) && read_nil(s)) {
        *out = 0;
        return MATCHED;
    }
    scan_give_back(s);
    add(&d, '\0');
    if (any && !d.failed && !s->suppress) /* else what does not fit is no error */
        *out = is_signed ? (uint64_t)strtol(d.text, NULL, base) : strtoul(d.text, NULL, base);
    end(&d);
    return d.failed ? NO_INPUT : any ? MATCHED
                                     : NO_MATCH;
}

/* ---- Reals. */

/* The rest of a word, each of whose characters must be there; the first of them has been read. */
static bool read_word(struct scan *s, struct digits *d, long *left, const char *word)
{
    for (;;) {
        if (lower(s) != *word)
            return false;
        shorten(left);
        add(d, *word++);
        if (!*word)
            return true;
        if (*left == 0 || scan_get(s) == WEOF)
            return false;
    }
}

/* nan, inf or infinity. */
static bool read_name(struct scan *s, struct digits *d, long *left)
{
    if (lower(s) == 'n')
        return read_word(s, d, left, "nan");
    if (!read_word(s, d, left, "inf"))
        return false;
    if (*left == 0 || scan_get(s) == WEOF)
        return true;
    if (lower(s) == 'i')
        return read_word(s, d, left, "inity");
    scan_give_back(s);
    return true;
}

/* From the first digit or point on; true: what was taken may be a number. `left` counts s->c as read. */
static bool read_digits(struct scan *s, struct digits *d, long left)
{
    bool digit = false, point = false, exponent = false;
    size_t prefix = 0;
    char mark = 'e';

    if (left != 0 && s->c == '0') {
        add(d, '0');
        scan_get(s);
        shorten(&left);
        digit = true;
        if (left != 0 && lower(s) == 'x') {
            add(d, 'x');
            scan_get(s);
            shorten(&left);
            mark = 'p';
            digit = false;
            prefix = 2;
        }
    }
    while (s->c != WEOF) {
        char c = lower(s);

        if (is_digit_of(c, mark == 'p' && !exponent ? 16 : 10))
            digit = true;
        else if (c == mark && digit && !exponent)
            exponent = point = true;
        else if (c == '.' && !point)
            point = true;
        else if (!(is_sign(s) && exponent && d->text[d->n - 1] == mark)) {
            scan_give_back(s);
            break;
        }
        add(d, c);
        if (left == 0 || scan_get(s) == WEOF)
            break;
        shorten(&left);
    }
    return d->n > prefix;
}

static bool convert(const struct scan *s, const char *text, union scan_real *out)
{
    char *rest;

    if (s->size == SIZE_LONG_DOUBLE)
        out->ld = strtold(text, &rest);
    else if (s->size == SIZE_LONG)
        out->d = strtod(text, &rest);
    else
        out->f = strtof(text, &rest);
    return rest != text;
}

enum outcome scan_real(struct scan *s, union scan_real *out)
{
    long left = s->width;
    struct digits d;
    bool any;

    if (scan_get(s) == WEOF)
        return NO_INPUT;
    begin(&d);
    shorten(&left);
    if (is_sign(s)) {
        add(&d, (char)s->c);
        if (left == 0 || scan_get(s) == WEOF)
            return NO_MATCH;
        shorten(&left);
    }
    if (lower(s) == 'n' || lower(s) == 'i') {
        left += left >= 0; /* read_word counts s->c */
        any = read_name(s, &d, &left);
    } else {
        any = read_digits(s, &d, left);
    }
    add(&d, '\0');
    any = any && !d.failed && convert(s, d.text, out);
    end(&d);
    return d.failed ? NO_INPUT : any ? MATCHED
                                     : NO_MATCH;
}
