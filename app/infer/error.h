/*
 * One line that says why something was refused.
 *
 * Functions of the engine return 0 or a negative -E* and, where the reason needs words, leave one
 * line in a struct infer_error. Whoever called from main() prints it; nothing below main() prints.
 */
#ifndef INFER_ERROR_H
#define INFER_ERROR_H

#include <stddef.h>

enum { INFER_ERROR_CHARS = 256 };

struct infer_error {
    char text[INFER_ERROR_CHARS];
};

/* Formats the line and returns -code, so that a caller can `return infer_fail(...)`. */
int infer_fail(struct infer_error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Copies len bytes of a hostile file's text into out (cap bytes, always terminated), with
 * everything that is not printable ASCII as '?', shortened with "..." where it does not fit.
 * Returns out.
 */
const char *infer_printable(char *out, size_t cap, const char *text, size_t len);

#endif
