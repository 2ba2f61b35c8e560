/* Canonical Huffman codes of at most 15 bits. */
#ifndef HUFFMAN_H
#define HUFFMAN_H

#include "bits.h"

#define HUFFMAN_MAX_SYMBOLS 320
#define HUFFMAN_MAX_BITS 15

struct huffman {
    int nsymbols;
    uint8_t length[HUFFMAN_MAX_SYMBOLS]; /* in bits; 0: the symbol does not occur */
    uint16_t code[HUFFMAN_MAX_SYMBOLS];  /* bit-reversed, as it is written */
    uint16_t count[HUFFMAN_MAX_BITS + 1], sorted[HUFFMAN_MAX_SYMBOLS];
};

void huffman_build(struct huffman *h, const uint32_t *frequency, int nsymbols);
void huffman_write_table(const struct huffman *h, struct bit_writer *w);
int huffman_read_table(struct huffman *h, struct bit_reader *r, int nsymbols);
void huffman_put(const struct huffman *h, struct bit_writer *w, int symbol);
int huffman_get(const struct huffman *h, struct bit_reader *r); /* -1: no such code */

#endif
