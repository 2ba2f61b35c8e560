/*
 * Byte-pair merging: joins neighbours, best pair first, until no pair can be joined.
 *
 * The one engine of all tokenizers here; they differ in what it starts from (bytes or characters)
 * and in which pairs may be joined and which is best, which a callback says. Time is O(n log n) in
 * the length of the text, whatever the text.
 */
#ifndef INFER_BPE_H
#define INFER_BPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpe_symbol {
    const char *text;
    uint32_t len;
    int32_t id;             /* TOKEN_NONE for a character that is no token */
    int32_t previous, next; /* indices, -1 at the ends; len 0: joined into its predecessor */
};

/* May left and right be joined? Then their rank (lower is better; of equal ranks the leftmost pair
 * is joined first) and the id of the whole. */
typedef bool (*bpe_rank)(const void *context, const struct bpe_symbol *left,
                         const struct bpe_symbol *right, uint32_t *rank, int32_t *id);

/* Working memory that is kept between calls. */
struct bpe {
    struct bpe_symbol *symbols;
    size_t count, room;
    struct bpe_pair *heap;
    size_t heap_count, heap_room;
};

void bpe_close(struct bpe *b);
void bpe_clear(struct bpe *b);
/* Appends a symbol to the chain; -ENOMEM. */
int bpe_add(struct bpe *b, const char *text, uint32_t len, int32_t id);
/* Joins; afterwards the chain from symbol 0 along `next` is the result. -ENOMEM. */
int bpe_merge(struct bpe *b, bpe_rank rank, const void *context);

#endif
