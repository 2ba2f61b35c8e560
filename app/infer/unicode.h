/*
 * UTF-8 and the three character classes that tokenizers split by.
 *
 * Text may be any bytes: a byte that is not part of a valid sequence (Unicode 15, table 3-7: no
 * overlong forms, no surrogates) counts as one character of no class.
 */
#ifndef INFER_UNICODE_H
#define INFER_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum unicode_class { UNICODE_OTHER,
                     UNICODE_LETTER,
                     UNICODE_NUMBER,
                     UNICODE_SPACE };

enum { UNICODE_INVALID = 0xfffd,
       UTF8_MAX_BYTES = 4 };

struct unicode_range {
    uint32_t first, last;
};

extern const struct unicode_range unicode_letters[], unicode_numbers[];
extern const size_t unicode_letters_count, unicode_numbers_count;

/*
 * Decodes the sequence at text[0..len), len > 0. Returns its length and sets *code, or returns 1
 * with UNICODE_INVALID.
 */
size_t utf8_decode(const char *text, size_t len, uint32_t *code);

/*
 * How many bytes at the end of text[0..len) are the beginning of a valid sequence that its next
 * bytes could complete: 0 to 3.
 */
size_t utf8_incomplete(const char *text, size_t len);

/* \p{L}, \p{N}, or White_Space. */
enum unicode_class unicode_class(uint32_t code);

#endif
