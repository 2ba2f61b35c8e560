/*
 * copy.c: memcpy and memmove by words wherever they lie; newlib's go byte by byte unless both sides lie alike, or if they overlap. Source
 * words are read whole and aligned: the bytes around the source that are read with it are of the same page.
 */
#ifndef SAMPLED /* profiles walk by frame pointers */
#pragma GCC optimize("omit-frame-pointer")
#endif
#pragma GCC optimize("no-tree-loop-distribute-patterns") /* which would make calls of these very functions */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "runtime/api.h"

typedef uint64_t __attribute__((may_alias)) word;

#define WORD sizeof(word)
#define BITS 8u           /* of a byte */
#define RESTS (WORD - 1u) /* of an address: how far it is from a word's */

static inline void bytes_up(uint8_t *out, const uint8_t *in, size_t n)
{
    for (const uint8_t *end = in + n; in != end;)
        *out++ = *in++;
}

static inline void bytes_down(uint8_t *out, const uint8_t *in, size_t n)
{
    for (const uint8_t *start = in - n; in != start;)
        *--out = *--in;
}

/* Four at once, which need no register that a call preserves. */
static inline void four(word *out, const word *in)
{
    word a = in[0], b = in[1], c = in[2], d = in[3];

    out[0] = a, out[1] = b, out[2] = c, out[3] = d;
}

static inline void words_up(word *out, const word *in, size_t n)
{
    const word *end = in + n;

    for (; end - in >= 8; out += 8, in += 8) {
        four(out, in);
        four(out + 4, in + 4);
    }
    while (in != end)
        *out++ = *in++;
}

static inline void words_down(word *out, const word *in, size_t n)
{
    const word *start = in - n;

    for (; in - start >= 8; out -= 8, in -= 8) {
        four(out - 4, in - 4);
        four(out - 8, in - 8);
    }
    while (in != start)
        *--out = *--in;
}

/* n words, at least one, from where no word begins: each lies in two. */
static __attribute__((no_sanitize("address"))) void shifted_up(word *out, const uint8_t *from, size_t n)
{
    unsigned low = ((uintptr_t)from & RESTS) * BITS, high = WORD * BITS - low;
    const word *in = (const word *)(from - ((uintptr_t)from & RESTS));
    word last = *in++;

    for (; n >= 4; n -= 4, out += 4, in += 4) {
        word a = in[0], b = in[1], c = in[2], d = in[3];

        out[0] = last >> low | a << high;
        out[1] = a >> low | b << high;
        out[2] = b >> low | c << high;
        out[3] = c >> low | d << high;
        last = d;
    }
    for (; n > 0; n--) {
        word next = *in++;

        *out++ = last >> low | next << high;
        last = next;
    }
}

/* The same from their ends on. */
static __attribute__((no_sanitize("address"))) void shifted_down(word *out, const uint8_t *from, size_t n)
{
    unsigned low = ((uintptr_t)from & RESTS) * BITS, high = WORD * BITS - low;
    const word *in = (const word *)(from - ((uintptr_t)from & RESTS));
    word last = *in;

    for (; n >= 4; n -= 4) {
        out -= 4, in -= 4;
        word a = in[0], b = in[1], c = in[2], d = in[3];

        out[3] = d >> low | last << high;
        out[2] = c >> low | d << high;
        out[1] = b >> low | c << high;
        out[0] = a >> low | b << high;
        last = a;
    }
    for (; n > 0; n--) {
        word next = *--in;

        *--out = next >> low | last << high;
        last = next;
    }
}

/* At least a word, of which the two sides are at different distances from one. */
static __attribute__((noinline)) void *apart_up(uint8_t *out, const uint8_t *in, size_t n, void *result)
{
    size_t head = -(uintptr_t)out & RESTS, whole = (n - head) & ~RESTS;

    bytes_up(out, in, head);
    if (whole > 0)
        shifted_up((word *)(out + head), in + head, whole / WORD);
    head += whole;
    bytes_up(out + head, in + head, n - head);
    return result;
}

static __attribute__((noinline)) void *apart_down(uint8_t *out, const uint8_t *in, size_t n, void *result)
{
    size_t head = (uintptr_t)(out + n) & RESTS, rest = (n - head) & RESTS, whole = n - head - rest;

    bytes_down(out + n, in + n, head);
    if (whole > 0)
        shifted_down((word *)(out + rest + whole), in + rest + whole, whole / WORD);
    bytes_down(out + rest, in + rest, rest);
    return result;
}

/* From the lowest byte on: right unless `to` lies within the source. */
static inline __attribute__((always_inline)) void *copy_up(void *to, const void *from, size_t n)
{
    uint8_t *out = to;
    const uint8_t *in = from;

    if (n >= WORD && (((uintptr_t)out ^ (uintptr_t)in) & RESTS))
        return apart_up(out, in, n, to);
    if (n >= WORD) {
        size_t head = -(uintptr_t)out & RESTS, whole = (n - head) & ~RESTS;

        bytes_up(out, in, head);
        words_up((word *)(out + head), (const word *)(in + head), whole / WORD);
        out += head + whole, in += head + whole, n -= head + whole;
    }
    bytes_up(out, in, n);
    return to;
}

static void *copy_down(void *to, const void *from, size_t n)
{
    uint8_t *out = to;
    const uint8_t *in = from;

    if (n >= WORD && (((uintptr_t)out ^ (uintptr_t)in) & RESTS))
        return apart_down(out, in, n, to);
    if (n >= WORD) {
        size_t head = (uintptr_t)(out + n) & RESTS, rest = (n - head) & RESTS;

        bytes_down(out + n, in + n, head);
        words_down((word *)(out + n - head), (const word *)(in + n - head), (n - head) / WORD);
        n = rest;
    }
    bytes_down(out + n, in + n, n);
    return to;
}

API void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    return copy_up(to, from, n);
}

API void *memmove(void *to, const void *from, size_t n)
{
    return (uintptr_t)to - (uintptr_t)from >= n ? copy_up(to, from, n) : copy_down(to, from, n);
}
