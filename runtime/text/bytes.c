/*
 * bytes.c: a byte from a stream or into one. newlib's functions take the stream's lock for each; while a program has one thread nobody
 * else can want it, and what is in the buffer is handed over at once.
 */
#include <stdio.h>

#include "kernel/thread/sched.h"
#include "runtime/api.h"
#include "runtime/text/stdio.h"

static __attribute__((noinline)) int get_locked(FILE *stream)
{
    stream_lock(stream);
    int byte = getc_unlocked(stream);
    stream_unlock(stream);
    return byte;
}

static __attribute__((noinline)) int put_locked(int byte, FILE *stream)
{
    stream_lock(stream);
    byte = putc_unlocked(byte, stream);
    stream_unlock(stream);
    return byte;
}

static inline int get(FILE *stream)
{
    if (stream->_r > 0 && threads_live() == 1) {
        stream->_r--;
        return *stream->_p++;
    }
    return get_locked(stream);
}

static inline int put(int byte, FILE *stream)
{
    if (stream->_w > 0 && threads_live() == 1) {
        stream->_w--;
        return *stream->_p++ = (unsigned char)byte;
    }
    return put_locked(byte, stream);
}

API int fgetc(FILE *stream)
{
    return get(stream);
}

API int getc(FILE *stream)
{
    return get(stream);
}

API int getchar(void)
{
    return get(stdin);
}

API int fputc(int byte, FILE *stream)
{
    return put(byte, stream);
}

API int putc(int byte, FILE *stream)
{
    return put(byte, stream);
}

API int putchar(int byte)
{
    return put(byte, stdout);
}
