/*
 * scanf.h: what scanf reads (scanf.c) and how it reads numbers (scanf_number.c). Of a stream one character is given back at most:
 * a number takes the longest beginning that could go on, and when it does not go on that is not given back, as ISO C says.
 * Thread context, the stream's lock held.
 */
#ifndef RUNTIME_TEXT_SCANF_H
#define RUNTIME_TEXT_SCANF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <wchar.h>

enum outcome { MATCHED,
               NO_MATCH,
               NO_INPUT }; /* nothing was there to read, or no memory to keep it */

enum size { SIZE_INT, /* of reals: float */
            SIZE_CHAR,
            SIZE_SHORT,
            SIZE_LONG, /* of reals: double; of characters: wide */
            SIZE_LONG_DOUBLE };

struct scan {
    /* What is read: stream, or if that is NULL one of the texts. wide: it and the format are of wide characters. */
    FILE *stream;
    const char *text, *format;
    const wchar_t *wide_text, *wide_format;
    bool wide;
    wint_t c;     /* read last; once it is WEOF, no more is read */
    size_t count; /* characters read */
    int done;     /* values stored */
    bool space_is_due;
    va_list arguments, all;

    /* Of the directive. */
    int position; /* %n$, or 0 */
    bool suppress, allocate;
    long width; /* -1: any */
    enum size size;
};

union scan_real {
    float f;
    double d;
    long double ld;
};

/* The next character of the input, which is s->c then. */
wint_t scan_get(struct scan *s);
/* Gives s->c back, unless it is WEOF. */
void scan_give_back(struct scan *s);

/* base 0: what the number's beginning says. pointer: "(nil)" is one, too. What is too large is the largest there is. */
enum outcome scan_integer(struct scan *s, int base, bool is_signed, bool pointer, uint64_t *out);
/* Of s->size. */
enum outcome scan_real(struct scan *s, union scan_real *out);

#endif
