#include "kernel/log.h"

#include "arch/console.h"
#include "kernel/types.h"

#include <string.h>

/* Where formatted text goes: a buffer that is full ends up nowhere, one with flush at the console. */
struct sink {
    char *buffer;
    size_t size; /* bytes that fit */
    size_t used;
    size_t total; /* bytes that were wanted */
    bool to_console;
};

#define CONSOLE_CHUNK 128u
#define MAX_DIGITS 20 /* of 2^64 in decimal */

static void sink_put(struct sink *s, char c)
{
    s->total++;
    if (s->to_console && s->used == s->size) {
        console_write(s->buffer, s->used);
        s->used = 0;
    }
    if (s->used < s->size)
        s->buffer[s->used++] = c;
}

/* One conversion: %[-][0][width][l|ll|z]type */
struct spec {
    bool left, zero, is_long;
    size_t width;
    char type;
};

static const char *parse_spec(const char *f, struct spec *out)
{
    *out = (struct spec){ 0 };
    for (; *f == '-' || *f == '0'; f++) {
        out->left |= *f == '-';
        out->zero |= *f == '0';
    }
    for (; *f >= '0' && *f <= '9'; f++)
        out->width = out->width * 10 + (size_t)(*f - '0');
    for (; *f == 'l' || *f == 'z'; f++)
        out->is_long = true; /* long, long long and size_t are all 64 bits wide (LP64) */
    out->type = *f;
    return *f ? f + 1 : f;
}

static void put_padded(struct sink *s, const struct spec *spec, const char *text, size_t length)
{
    bool zeros = spec->zero && !spec->left;
    size_t padding = spec->width > length ? spec->width - length : 0;

    if (zeros && length > 0 && *text == '-') {
        sink_put(s, '-');
        text++;
        length--;
    }
    for (size_t i = 0; !spec->left && i < padding; i++)
        sink_put(s, zeros ? '0' : ' ');
    for (size_t i = 0; i < length; i++)
        sink_put(s, text[i]);
    for (size_t i = 0; spec->left && i < padding; i++)
        sink_put(s, ' ');
}

static void put_number(struct sink *s, const struct spec *spec, uint64_t value, unsigned base, bool negative)
{
    char digits[MAX_DIGITS + 3]; /* sign or 0x */
    char *p = digits + sizeof digits;

    do {
        *--p = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    if (spec->type == 'p') {
        *--p = 'x';
        *--p = '0';
    }
    if (negative)
        *--p = '-';
    put_padded(s, spec, p, (size_t)(digits + sizeof digits - p));
}

static void put_conversion(struct sink *s, const struct spec *spec, va_list *args)
{
    const char *text;
    int64_t number;
    char c;

    switch (spec->type) {
    case 'd':
    case 'i':
        number = spec->is_long ? va_arg(*args, int64_t) : va_arg(*args, int);
        put_number(s, spec, number < 0 ? -(uint64_t)number : (uint64_t)number, 10, number < 0);
        break;
    case 'u':
    case 'x':
        put_number(s, spec, spec->is_long ? va_arg(*args, uint64_t) : va_arg(*args, unsigned),
                   spec->type == 'x' ? 16 : 10, false);
        break;
    case 'p':
        put_number(s, spec, (uint64_t)(uintptr_t)va_arg(*args, void *), 16, false);
        break;
    case 's':
        text = va_arg(*args, const char *);
        text = text ? text : "(null)";
        put_padded(s, spec, text, strlen(text));
        break;
    case 'c':
        c = (char)va_arg(*args, int);
        put_padded(s, spec, &c, 1);
        break;
    case '%':
        sink_put(s, '%');
        break;
    default: /* unknown: shown as it stands, so that the mistake is seen */
        sink_put(s, '%');
        if (spec->type)
            sink_put(s, spec->type);
    }
}

static void format_to(struct sink *s, const char *format, va_list args)
{
    va_list rest;

    va_copy(rest, args); /* so that a pointer to it may be passed on, whatever type va_list is */
    while (*format) {
        struct spec spec;

        if (*format != '%') {
            sink_put(s, *format++);
            continue;
        }
        format = parse_spec(format + 1, &spec);
        put_conversion(s, &spec, &rest);
    }
    va_end(rest);
}

void log_vprintf(const char *format, va_list args)
{
    char chunk[CONSOLE_CHUNK];
    struct sink s = { .buffer = chunk, .size = sizeof chunk, .to_console = true };

    format_to(&s, format, args);
    console_write(chunk, s.used);
}

void log_printf(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    log_vprintf(format, args);
    va_end(args);
}

void log_write(const char *bytes, size_t n)
{
    console_write(bytes, n);
}

int log_snprintf(char *out, size_t size, const char *format, ...)
{
    struct sink s = { .buffer = out, .size = size ? size - 1 : 0 };
    va_list args;

    va_start(args, format);
    format_to(&s, format, args);
    va_end(args);
    if (size)
        out[s.used] = 0;
    return (int)s.total;
}

const char *log_errno(int error)
{
    switch (error) {
    case EPERM:
        return " (operation not permitted)";
    case ENOENT:
        return " (no such file or directory)";
    case EIO:
        return " (input/output error)";
    case ENOMEM:
        return " (out of memory)";
    case EACCES:
        return " (permission denied)";
    case EFBIG:
        return " (file too large)";
    case ENOSPC:
        return " (no space left on device)";
    case EROFS:
        return " (read-only file system)";
    case EDQUOT:
        return " (disk quota exceeded)";
    default:
        return "";
    }
}
