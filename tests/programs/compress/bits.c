#include "bits.h"

#include <stdio.h>
#include <stdlib.h>

static void put_byte(struct bit_writer *w, uint8_t byte)
{
    if (w->length == w->capacity) {
        w->capacity = w->capacity ? 2 * w->capacity : 4096;
        w->data = realloc(w->data, w->capacity);
        if (!w->data) {
            perror("realloc");
            exit(EXIT_FAILURE);
        }
    }
    w->data[w->length++] = byte;
}

void bits_put(struct bit_writer *w, uint32_t value, unsigned n)
{
    w->pending |= (uint64_t)value << w->npending;
    w->npending += n;
    while (w->npending >= 8) {
        put_byte(w, (uint8_t)w->pending);
        w->pending >>= 8;
        w->npending -= 8;
    }
}

void bits_flush(struct bit_writer *w)
{
    if (w->npending > 0)
        put_byte(w, (uint8_t)w->pending);
    w->pending = 0;
    w->npending = 0;
}

uint32_t bits_get(struct bit_reader *r, unsigned n)
{
    uint32_t value;

    while (r->npending < n) {
        uint8_t byte = 0;

        if (r->at < r->length)
            byte = r->data[r->at++];
        else
            r->overrun = 1;
        r->pending |= (uint64_t)byte << r->npending;
        r->npending += 8;
    }
    value = (uint32_t)(r->pending & ((1ull << n) - 1));
    r->pending >>= n;
    r->npending -= n;
    return value;
}
