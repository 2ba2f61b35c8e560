/*
 * scanf.c: scanf and its kin for bytes and wide characters, after glibc: newlib's knows no hexadecimal floating-point numbers, and
 * takes other parts of what is no number ("infin", "0x"). Numbers: scanf_number.c.
 */
#define _GNU_SOURCE
#include "runtime/text/scanf.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/lock.h>
#include <wchar.h>
#include <wctype.h>

#include "runtime/api.h"

static wint_t read_one(struct scan *s)
{
    wint_t c;

    if (s->stream && s->wide)
        return getwc_unlocked(s->stream);
    if (s->stream) {
        int byte = getc_unlocked(s->stream);

        return byte == EOF ? WEOF : (wint_t)byte;
    }
    c = s->wide ? (wint_t)*s->wide_text : (unsigned char)*s->text;
    if (!c)
        return WEOF;
    s->wide ? (void)s->wide_text++ : (void)s->text++;
    return c;
}

wint_t scan_get(struct scan *s)
{
    if (s->c == WEOF)
        return WEOF;
    s->c = read_one(s);
    s->count += s->c != WEOF;
    return s->c;
}

void scan_give_back(struct scan *s)
{
    if (s->c == WEOF)
        return;
    s->count--;
    if (s->stream && s->wide)
        ungetwc(s->c, s->stream);
    else if (s->stream)
        ungetc((int)s->c, s->stream);
    else
        s->wide ? (void)s->wide_text-- : (void)s->text--;
}

static bool is_space(const struct scan *s, wint_t c)
{
    return c != WEOF && (s->wide ? iswspace(c) : isspace((int)c));
}

/* The format's character so many places ahead. */
static wint_t ahead(const struct scan *s, int n)
{
    return s->wide ? (wint_t)s->wide_format[n] : (unsigned char)s->format[n];
}

static wint_t next(struct scan *s)
{
    return s->wide ? (wint_t)*s->wide_format++ : (unsigned char)*s->format++;
}

static void skip_space(struct scan *s)
{
    int before = errno;

    do
        scan_get(s);
    while (is_space(s, s->c));
    scan_give_back(s);
    errno = before;
}

static void *argument(struct scan *s)
{
    va_list all;
    void *it = NULL;

    if (s->suppress)
        return NULL;
    if (!s->position)
        return va_arg(s->arguments, void *);
    va_copy(all, s->all);
    for (int i = 0; i < s->position; i++)
        it = va_arg(all, void *);
    va_end(all);
    return it;
}

/* ---- Strings: %c, %s and %[, to an array of the program's or (m) to one that is made. */

struct sink {
    bool wide;     /* of wchar_t */
    bool discards; /* %* */
    char **made;   /* m: the program's pointer */
    char *to;
    size_t n, room; /* elements */
    mbstate_t state;
};

static bool has_room(struct sink *k, size_t more)
{
    size_t size = k->wide ? sizeof(wchar_t) : 1;
    char *longer;

    if (!k->made || k->n + more <= k->room)
        return true;
    longer = realloc(k->to, (2 * k->room + 32) * size);
    if (!longer)
        return false;
    k->to = longer;
    k->room = 2 * k->room + 32;
    return true;
}

static bool open_sink(struct scan *s, struct sink *k)
{
    *k = (struct sink){ .wide = s->size == SIZE_LONG, .discards = s->suppress };
    if (k->discards)
        return true;
    if (s->allocate) {
        k->made = argument(s);
        *k->made = NULL;
        return has_room(k, 1);
    }
    k->to = argument(s);
    return true;
}

/* Adds an element of this size. */
static void add(struct sink *k, wchar_t c)
{
    if (k->wide)
        ((wchar_t *)(void *)k->to)[k->n++] = c;
    else
        k->to[k->n++] = (char)c;
}

/* Puts a character of the input away. *whole: it ended a character (bytes may be parts of one). False: it cannot be. */
static bool put_away(const struct scan *s, struct sink *k, bool *whole)
{
    char bytes[MB_LEN_MAX];
    wchar_t c = (wchar_t)s->c;
    size_t n = 1;

    *whole = true;
    if (!has_room(k, MB_LEN_MAX))
        return false;
    if (k->wide && !s->wide) {
        bytes[0] = (char)s->c;
        n = mbrtowc(&c, bytes, 1, &k->state);
        *whole = n != (size_t)-2;
        if (!*whole)
            return true;
    } else if (!k->wide && s->wide) {
        n = wcrtomb(bytes, c, &k->state);
        for (size_t i = 0; !k->discards && n != (size_t)-1 && i < n; i++)
            add(k, bytes[i]);
        return n != (size_t)-1;
    }
    if (n != (size_t)-1 && !k->discards)
        add(k, c);
    return n != (size_t)-1;
}

/* ends: no 0 is put behind single characters. */
static enum outcome close_sink(struct scan *s, struct sink *k, bool ends, enum outcome outcome)
{
    if (outcome == MATCHED && ends && !k->discards) {
        if (has_room(k, 1))
            add(k, 0);
        else
            outcome = NO_INPUT;
    }
    if (k->made && outcome == MATCHED)
        *k->made = k->to;
    else if (k->made)
        free(k->to);
    s->done += outcome == MATCHED && !k->discards;
    return outcome;
}

/* The set between brackets, as the format has it. */
struct set {
    int first, end; /* of its elements, before what the format has next */
    bool inverted;
};

/* A range that runs backwards is its three characters. */
static bool contains(const struct scan *s, const struct set *set, wint_t c)
{
    for (int i = set->first; i < set->end; i++) {
        bool range = ahead(s, i) == '-' && i > set->first && i + 1 < set->end && ahead(s, i - 1) <= ahead(s, i + 1);

        if (range ? c >= ahead(s, i - 1) && c <= ahead(s, i + 1) : c == ahead(s, i))
            return true;
    }
    return false;
}

/* Takes the set out of the format; false: it has no end. */
static bool read_set(struct scan *s, struct set *set)
{
    int first = ahead(s, 0) == '^', end = first;

    if (ahead(s, end) == ']')
        end++;
    while (ahead(s, end) && ahead(s, end) != ']')
        end++;
    if (!ahead(s, end))
        return false;
    *set = (struct set){ .first = first - end - 1, .end = -1, .inverted = first };
    s->wide ? (void)(s->wide_format += end + 1) : (void)(s->format += end + 1);
    return true;
}

/* kind: 'c', 's' or '['. */
static enum outcome read_string(struct scan *s, wint_t kind)
{
    long left = s->width > 0 ? s->width : kind == 'c' ? 1
                                                      : LONG_MAX;
    enum outcome outcome = MATCHED;
    struct set set = { 0 };
    struct sink k;
    bool whole = true, any = false;

    if (kind == '[' && !read_set(s, &set))
        return NO_MATCH;
    if (!open_sink(s, &k))
        return NO_INPUT;
    if (scan_get(s) == WEOF)
        return close_sink(s, &k, false, NO_INPUT);
    for (;; any = true) {
        if (s->c == WEOF)
            break;
        if ((kind == 's' && is_space(s, s->c)) || (kind == '[' && contains(s, &set, s->c) == set.inverted)) {
            scan_give_back(s);
            break;
        }
        if (!put_away(s, &k, &whole)) {
            outcome = NO_INPUT;
            break;
        }
        if (whole && --left == 0) {
            any = true;
            break;
        }
        scan_get(s);
    }
    if (outcome == MATCHED && !any)
        outcome = NO_MATCH;
    return close_sink(s, &k, kind != 'c', outcome);
}

/* ---- Directives. */

static void store(const struct scan *s, void *to, uint64_t value)
{
    switch (s->size) {
    case SIZE_CHAR: *(unsigned char *)to = (unsigned char)value; break;
    case SIZE_SHORT: *(unsigned short *)to = (unsigned short)value; break;
    case SIZE_INT: *(unsigned *)to = (unsigned)value; break;
    default: *(uint64_t *)to = value; break;
    }
}

static enum outcome read_number(struct scan *s, wint_t kind)
{
    int base = kind == 'i' ? 0 : kind == 'o'              ? 8
                             : kind == 'd' || kind == 'u' ? 10
                                                          : 16;
    uint64_t value = 0;
    enum outcome outcome = scan_integer(s, base, kind == 'd' || kind == 'i', kind == 'p', &value);

    if (outcome != MATCHED || s->suppress)
        return outcome;
    if (kind == 'p')
        s->size = SIZE_LONG;
    store(s, argument(s), value);
    s->done++;
    return MATCHED;
}

static enum outcome read_float(struct scan *s)
{
    union scan_real value;
    enum outcome outcome = scan_real(s, &value);
    void *to;

    if (outcome != MATCHED || s->suppress)
        return outcome;
    to = argument(s);
    if (s->size == SIZE_LONG_DOUBLE)
        *(long double *)to = value.ld;
    else if (s->size == SIZE_LONG)
        *(double *)to = value.d;
    else
        *(float *)to = value.f;
    s->done++;
    return MATCHED;
}

static long read_decimal(struct scan *s)
{
    long n = 0;

    while (ahead(s, 0) >= '0' && ahead(s, 0) <= '9') {
        n = n * 10 + (long)(next(s) - '0');
        n = n > INT_MAX ? INT_MAX : n;
    }
    return n;
}

static void read_size(struct scan *s)
{
    wint_t c = ahead(s, 0);
    bool twice = c && ahead(s, 1) == c; /* behind the format's end there may be nothing to look at */

    s->size = SIZE_INT;
    if (c == 'h')
        s->size = twice ? SIZE_CHAR : SIZE_SHORT;
    else if (c == 'L' || (c == 'l' && twice) || c == 'q')
        s->size = SIZE_LONG_DOUBLE; /* of integers: long long */
    else if (c == 'l' || c == 'j' || c == 'z' || c == 't')
        s->size = SIZE_LONG;
    else
        return;
    next(s);
    if ((c == 'h' || c == 'l') && twice)
        next(s);
}

/* What stands between % and the letter. */
static void read_options(struct scan *s)
{
    int digits = 0;

    s->position = 0;
    s->suppress = s->allocate = false;
    while (ahead(s, digits) >= '0' && ahead(s, digits) <= '9')
        digits++;
    if (digits && ahead(s, digits) == '$') {
        s->position = (int)read_decimal(s);
        next(s);
    }
    for (;; next(s)) { /* ' and I: without effect in locale "C" */
        if (ahead(s, 0) == '*')
            s->suppress = true;
        else if (ahead(s, 0) != '\'' && ahead(s, 0) != 'I')
            break;
    }
    s->width = read_decimal(s);
    if (!s->width)
        s->width = -1;
    if (ahead(s, 0) == 'm') {
        s->allocate = true;
        next(s);
    }
    read_size(s);
}

static enum outcome read_directive(struct scan *s)
{
    wint_t kind;

    read_options(s);
    kind = next(s);
    if (s->space_is_due || (kind != '[' && kind != 'c' && kind != 'C' && kind != 'n'))
        skip_space(s);
    s->space_is_due = false;
    if (kind == 'S' || kind == 'C') {
        s->size = SIZE_LONG;
        kind = kind == 'S' ? 's' : 'c';
    }
    switch (kind) {
    case '%':
        if (scan_get(s) == '%')
            return MATCHED;
        scan_give_back(s);
        return s->c == WEOF ? NO_INPUT : NO_MATCH;
    case 'n':
        if (!s->suppress)
            store(s, argument(s), s->count);
        return MATCHED;
    case 'c':
    case 's':
    case '[': return read_string(s, kind);
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
    case 'p': return read_number(s, kind);
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': return read_float(s);
    default: return NO_MATCH;
    }
}

/* A character that stands for itself. */
static enum outcome read_literal(struct scan *s, wint_t wanted)
{
    if (scan_get(s) == WEOF)
        return NO_INPUT;
    while (s->space_is_due && is_space(s, s->c)) {
        if (scan_get(s) == WEOF)
            return NO_INPUT;
    }
    s->space_is_due = false;
    if (s->c == wanted)
        return MATCHED;
    scan_give_back(s);
    return NO_MATCH;
}

static int scan(struct scan *s)
{
    enum outcome outcome = MATCHED;
    wint_t c;

    while (outcome == MATCHED && (c = next(s)) != 0) {
        if (is_space(s, c))
            s->space_is_due = true;
        else if (c == '%')
            outcome = read_directive(s);
        else
            outcome = read_literal(s, c);
    }
    if (outcome == MATCHED && s->space_is_due)
        skip_space(s);
    return outcome == NO_INPUT && s->done == 0 ? EOF : s->done;
}

/* The caller has set what is read, and the format. */
static int scan_all(struct scan *s, va_list arguments)
{
    int result;

    if (s->stream && (fwide(s->stream, s->wide ? 1 : -1) > 0) != s->wide)
        return EOF; /* it is of the other kind */
    if (s->stream)
        __lock_acquire_recursive(s->stream->_lock);
    va_copy(s->arguments, arguments);
    va_copy(s->all, arguments);
    result = scan(s);
    va_end(s->arguments);
    va_end(s->all);
    if (s->stream)
        __lock_release_recursive(s->stream->_lock);
    return result;
}

static int scan_stream(FILE *stream, const char *format, va_list arguments)
{
    struct scan s = { .stream = stream, .format = format };

    return scan_all(&s, arguments);
}

static int scan_text(const char *text, const char *format, va_list arguments)
{
    struct scan s = { .text = text, .format = format };

    return scan_all(&s, arguments);
}

static int scan_wide_stream(FILE *stream, const wchar_t *format, va_list arguments)
{
    struct scan s = { .stream = stream, .wide = true, .wide_format = format };

    return scan_all(&s, arguments);
}

static int scan_wide_text(const wchar_t *text, const wchar_t *format, va_list arguments)
{
    struct scan s = { .wide_text = text, .wide = true, .wide_format = format };

    return scan_all(&s, arguments);
}

API int vfscanf(FILE *restrict stream, const char *restrict format, va_list arguments)
{
    return scan_stream(stream, format, arguments);
}

API int vscanf(const char *restrict format, va_list arguments)
{
    return scan_stream(stdin, format, arguments);
}

API int vsscanf(const char *restrict text, const char *restrict format, va_list arguments)
{
    return scan_text(text, format, arguments);
}

API int vfwscanf(FILE *restrict stream, const wchar_t *restrict format, va_list arguments)
{
    return scan_wide_stream(stream, format, arguments);
}

API int vwscanf(const wchar_t *restrict format, va_list arguments)
{
    return scan_wide_stream(stdin, format, arguments);
}

API int vswscanf(const wchar_t *restrict text, const wchar_t *restrict format, va_list arguments)
{
    return scan_wide_text(text, format, arguments);
}

/* The same with their arguments in the call. */
#define WITH_ARGUMENTS(call) \
    int result; \
    va_list arguments; \
    va_start(arguments, format); \
    result = call; \
    va_end(arguments); \
    return result;

API int scanf(const char *restrict format, ...){
    WITH_ARGUMENTS(scan_stream(stdin, format, arguments))
}

API int fscanf(FILE *restrict stream, const char *restrict format, ...){
    WITH_ARGUMENTS(scan_stream(stream, format, arguments))
}

API int sscanf(const char *restrict text, const char *restrict format, ...){
    WITH_ARGUMENTS(scan_text(text, format, arguments))
}

API int wscanf(const wchar_t *restrict format, ...){
    WITH_ARGUMENTS(scan_wide_stream(stdin, format, arguments))
}

API int fwscanf(FILE *restrict stream, const wchar_t *restrict format, ...){
    WITH_ARGUMENTS(scan_wide_stream(stream, format, arguments))
}

API int swscanf(const wchar_t *restrict text, const wchar_t *restrict format, ...)
{
    WITH_ARGUMENTS(scan_wide_text(text, format, arguments))
}
