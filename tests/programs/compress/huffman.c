#include "huffman.h"

#include <stdlib.h>
#include <string.h>

struct node {
    uint32_t weight;
    int left, right; /* -1: a leaf */
};

static struct node nodes[2 * HUFFMAN_MAX_SYMBOLS];

static int by_weight(const void *a, const void *b)
{
    const struct node *x = &nodes[*(const int *)a], *y = &nodes[*(const int *)b];

    if (x->weight != y->weight)
        return x->weight < y->weight ? -1 : 1;
    return *(const int *)a - *(const int *)b;
}

static void set_lengths(struct huffman *h, int node, int depth)
{
    if (nodes[node].left < 0) {
        h->length[node] = (uint8_t)(depth ? depth : 1);
        return;
    }
    set_lengths(h, nodes[node].left, depth + 1);
    set_lengths(h, nodes[node].right, depth + 1);
}

static unsigned reverse(unsigned code, unsigned bits)
{
    unsigned out = 0;

    while (bits-- > 0) {
        out = out << 1 | (code & 1);
        code >>= 1;
    }
    return out;
}

static void assign_codes(struct huffman *h)
{
    uint16_t next[HUFFMAN_MAX_BITS + 2] = { 0 }, offset[HUFFMAN_MAX_BITS + 2] = { 0 };

    memset(h->count, 0, sizeof(h->count));
    for (int s = 0; s < h->nsymbols; s++)
        h->count[h->length[s]]++;
    h->count[0] = 0;
    for (int bits = 1; bits <= HUFFMAN_MAX_BITS; bits++) {
        next[bits + 1] = (uint16_t)((next[bits] + h->count[bits]) << 1);
        offset[bits + 1] = (uint16_t)(offset[bits] + h->count[bits]);
    }
    for (int s = 0; s < h->nsymbols; s++) {
        unsigned bits = h->length[s];

        if (bits == 0)
            continue;
        h->code[s] = (uint16_t)reverse(next[bits]++, bits);
        h->sorted[offset[bits]++] = (uint16_t)s;
    }
}

static int too_long(const struct huffman *h)
{
    for (int s = 0; s < h->nsymbols; s++) {
        if (h->length[s] > HUFFMAN_MAX_BITS)
            return 1;
    }
    return 0;
}

/* One attempt with the weights as they are; the queue of live nodes is kept sorted by insertion. */
static void build_tree(struct huffman *h, const uint32_t *weight)
{
    int queue[HUFFMAN_MAX_SYMBOLS], n = 0, nnodes = h->nsymbols;

    memset(h->length, 0, sizeof(h->length));
    for (int s = 0; s < h->nsymbols; s++) {
        nodes[s] = (struct node){ weight[s], -1, -1 };
        if (weight[s] > 0)
            queue[n++] = s;
    }
    if (n == 0)
        return;
    while (n > 1) {
        qsort(queue, (size_t)n, sizeof(queue[0]), by_weight);
        nodes[nnodes] = (struct node){ nodes[queue[0]].weight + nodes[queue[1]].weight, queue[0], queue[1] };
        queue[0] = nnodes++;
        queue[1] = queue[--n];
    }
    set_lengths(h, queue[0], 0);
}

void huffman_build(struct huffman *h, const uint32_t *frequency, int nsymbols)
{
    uint32_t weight[HUFFMAN_MAX_SYMBOLS];

    h->nsymbols = nsymbols;
    memcpy(weight, frequency, (size_t)nsymbols * sizeof(weight[0]));
    build_tree(h, weight);
    while (too_long(h)) { /* flatten until the deepest leaf fits */
        for (int s = 0; s < nsymbols; s++)
            weight[s] = weight[s] ? weight[s] / 2 + 1 : 0;
        build_tree(h, weight);
    }
    assign_codes(h);
}

void huffman_write_table(const struct huffman *h, struct bit_writer *w)
{
    for (int s = 0; s < h->nsymbols; s++)
        bits_put(w, h->length[s], 4);
}

int huffman_read_table(struct huffman *h, struct bit_reader *r, int nsymbols)
{
    h->nsymbols = nsymbols;
    for (int s = 0; s < nsymbols; s++)
        h->length[s] = (uint8_t)bits_get(r, 4);
    assign_codes(h);
    return r->overrun ? -1 : 0;
}

void huffman_put(const struct huffman *h, struct bit_writer *w, int symbol)
{
    bits_put(w, h->code[symbol], h->length[symbol]);
}

int huffman_get(const struct huffman *h, struct bit_reader *r)
{
    int code = 0, first = 0, index = 0;

    for (int bits = 1; bits <= HUFFMAN_MAX_BITS; bits++) {
        code |= (int)bits_get(r, 1);
        if (code - first < h->count[bits])
            return h->sorted[index + code - first];
        index += h->count[bits];
        first = (first + h->count[bits]) << 1;
        code <<= 1;
    }
    return -1;
}
