/* Bit streams, least significant bit first. */
#ifndef BITS_H
#define BITS_H

#include <stddef.h>
#include <stdint.h>

struct bit_writer {
    uint8_t *data;
    size_t length, capacity;
    uint64_t pending;
    unsigned npending;
};

struct bit_reader {
    const uint8_t *data;
    size_t length, at;
    uint64_t pending;
    unsigned npending;
    int overrun;
};

void bits_put(struct bit_writer *w, uint32_t value, unsigned n);
void bits_flush(struct bit_writer *w);
uint32_t bits_get(struct bit_reader *r, unsigned n);

#endif
