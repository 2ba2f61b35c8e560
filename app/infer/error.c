#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int infer_fail(struct infer_error *err, int code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    return -code;
}

const char *infer_printable(char *out, size_t cap, const char *text, size_t len)
{
    static const char ellipsis[] = "...";
    size_t room = cap - 1;
    size_t shown = len <= room ? len : room - (sizeof(ellipsis) - 1);

    for (size_t i = 0; i < shown; i++) {
        unsigned char byte = (unsigned char)text[i];
        out[i] = byte >= ' ' && byte <= '~' ? (char)byte : '?';
    }
    if (shown < len) {
        memcpy(out + shown, ellipsis, sizeof(ellipsis));
    } else {
        out[shown] = '\0';
    }
    return out;
}
