/* Text to stdout as it comes, never with a UTF-8 sequence cut in two between two writes. */
#ifndef LLM_STREAM_H
#define LLM_STREAM_H

#include <stddef.h>

enum { STREAM_HELD_BYTES = 512 };

struct stream {
    char held[STREAM_HELD_BYTES]; /* the beginning of a sequence that is not complete yet */
    size_t held_len;
};

/* Writes text and flushes; up to three bytes at its end may wait for the next call. */
void stream_write(struct stream *s, const char *text, size_t len);
/* Writes what was held back, as it is. */
void stream_end(struct stream *s);

#endif
