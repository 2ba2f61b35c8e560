/* bytes.h: numbers in a profile: little-endian of fixed length, or seven bits a byte (LEB128). */
#ifndef PREFETCH_BYTES_H
#define PREFETCH_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes_out {
    uint8_t *at, *end;
    bool full; /* something did not fit: nothing more is written */
};

struct bytes_in {
    const uint8_t *at, *end;
    bool bad; /* something was missing or malformed: zeros from there on */
};

static inline void put_byte(struct bytes_out *o, uint8_t value)
{
    if (o->at == o->end)
        o->full = true;
    else
        *o->at++ = value;
}

static inline void put_number(struct bytes_out *o, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        put_byte(o, (uint8_t)(value | 0x80));
    put_byte(o, (uint8_t)value);
}

static inline void put_signed(struct bytes_out *o, int64_t value)
{
    put_number(o, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}

static inline uint8_t get_byte(struct bytes_in *in)
{
    if (in->at == in->end) {
        in->bad = true;
        return 0;
    }
    return *in->at++;
}

static inline uint64_t get_number(struct bytes_in *in)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = get_byte(in);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return in->bad ? 0 : value;
    }
    in->bad = true;
    return 0;
}

static inline int64_t get_signed(struct bytes_in *in)
{
    uint64_t value = get_number(in);
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

/* FNV-1a: enough against a torn or foreign file; nothing here guards against malice but the checks on every number. */
static inline uint32_t bytes_sum(const uint8_t *bytes, size_t n)
{
    uint32_t sum = 2166136261u;
    for (size_t i = 0; i < n; i++)
        sum = (sum ^ bytes[i]) * 16777619u;
    return sum;
}

#endif
