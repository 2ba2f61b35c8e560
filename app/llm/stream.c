#include "stream.h"

#include <stdio.h>
#include <string.h>

#include "../infer/unicode.h"

/* Writes all of the held bytes but the last `keep`. */
static void write_held(struct stream *s, size_t keep)
{
    fwrite(s->held, 1, s->held_len - keep, stdout);
    memmove(s->held, s->held + s->held_len - keep, keep);
    s->held_len = keep;
}

void stream_write(struct stream *s, const char *text, size_t len)
{
    while (len != 0) {
        size_t room = sizeof(s->held) - s->held_len;
        size_t n = len < room ? len : room;
        memcpy(s->held + s->held_len, text, n);
        s->held_len += n;
        text += n;
        len -= n;
        write_held(s, utf8_incomplete(s->held, s->held_len));
    }
    fflush(stdout);
}

void stream_end(struct stream *s)
{
    write_held(s, 0);
    fflush(stdout);
}
