/*
 * A weight matrix where it lies in the mapping, never copied, and the types it may have.
 *
 * Rows are outputs: y = W x, W of `rows` rows and `cols` columns, one row contiguous. Nothing is
 * assumed about alignment: llama2.c's weights start at byte 28 and a Q8_0 block has 34 bytes.
 * Blocks are laid out as ggml's (ggml-common.h); their sizes stand in weight_types.
 */
#ifndef INFER_TENSOR_H
#define INFER_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum weight_type {
    WEIGHT_F32,
    WEIGHT_F16,
    WEIGHT_BF16,
    WEIGHT_Q8_0,
    WEIGHT_Q4_0,
    WEIGHT_Q4_K,
    WEIGHT_Q6_K,
    WEIGHT_Q8_GROUPS, /* llama2.c v2: int8 values, elsewhere one fp32 scale per group */
    WEIGHT_TYPES
};

struct weight_type_info {
    const char *name;
    uint32_t block;       /* weights per block */
    uint32_t block_bytes; /* of the values; Q8_GROUPS keeps its scales elsewhere */
};

extern const struct weight_type_info weight_types[WEIGHT_TYPES];

struct tensor {
    const uint8_t *data;
    const uint8_t *scales; /* Q8_GROUPS only: fp32, unaligned, cols / group of them per row */
    uint32_t group;        /* Q8_GROUPS only */
    enum weight_type type;
    uint32_t rows, cols;
};

/* Bytes from one row to the next. */
static inline size_t tensor_row_bytes(const struct tensor *w)
{
    const struct weight_type_info *info = &weight_types[w->type];

    return (size_t)(w->cols / info->block) * info->block_bytes;
}

static inline const uint8_t *tensor_row(const struct tensor *w, uint32_t row)
{
    return w->data + row * tensor_row_bytes(w);
}

/* Rows [first, first + rows) as a matrix of their own: GPT-2 stores Q, K and V as one. */
struct tensor tensor_slice(const struct tensor *w, uint32_t first, uint32_t rows);

#endif
