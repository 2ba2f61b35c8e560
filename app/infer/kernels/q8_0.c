/*
 * Q8_0: blocks of 32 weights in 34 bytes, a half-precision scale d and 32 int8; w = d * q.
 *
 * The bytes are made unsigned by adding 128 to all eight of a word at once (an exclusive or); what
 * that adds, 128 times the sum of the activations, is taken off once per block.
 */
#include "kernels.h"

enum { BLOCK = 32,
       BLOCK_BYTES = 34,
       SCALE_BYTES = 2,
       BIAS = 128 };

#define BIAS_BYTES UINT64_C(0x8080808080808080)

static void decode_row(const struct tensor *w, uint32_t row, float *out)
{
    const uint8_t *p = tensor_row(w, row);

    for (uint32_t b = 0; b < w->cols / BLOCK; b++, p += BLOCK_BYTES) {
        float d = half_to_float(load_u16(p));
        for (uint32_t j = 0; j < BLOCK; j++) {
            *out++ = d * (float)(int8_t)p[SCALE_BYTES + j];
        }
    }
}

static bool dot_reference(const struct tensor *w, uint32_t row, const struct kernel_piece *x,
                          kernel_wide *out)
{
    const uint8_t *p = tensor_row(w, row);
    kernel_wide total = 0;

    for (uint32_t b = 0; b < w->cols / BLOCK; b++, p += BLOCK_BYTES) {
        uint32_t d = load_u16(p);
        int64_t sum = 0;
        for (uint32_t j = 0; j < BLOCK; j++) {
            sum += (int64_t)(int8_t)p[SCALE_BYTES + j] * quant_at(x->words, b * BLOCK + j);
        }
        total += wide_half_times(d, sum);
    }
    *out = total;
    return true;
}

/* Two rows at a time: four would need more registers than a host has for translated code. */
static uint32_t two_rows(const uint8_t *p, size_t to_next, const struct kernel_piece *x,
                         int64_t out[2])
{
    const uint64_t *words = (const uint64_t *)(const void *)(x->words + x->begin / 2);
    const int32_t *sums = x->sums + x->begin / QUANT_SUM_COLS;
    uint32_t scales = 0;
    uint64_t total_a = 0, total_b = 0;

    for (uint32_t n = x->cols / BLOCK; n != 0; n--) {
        uint64_t a = 0, b = 0;
        for (uint32_t i = SCALE_BYTES; i < BLOCK_BYTES; i += QUANT_LANES, words += 4) {
            uint64_t xs[4] = { words[0], words[1], words[2], words[3] };
            a = eight_bytes(a, load_u64(p + i) ^ BIAS_BYTES, xs);
            b = eight_bytes(b, load_u64(p + to_next + i) ^ BIAS_BYTES, xs);
        }
        int64_t bias = ((int64_t)sums[0] + sums[1]) * BIAS;
        uint32_t da = load_u16(p), db = load_u16(p + to_next);
        total_a += half_times(da, pair_sum(a) - bias);
        total_b += half_times(db, pair_sum(b) - bias);
        scales |= da | db;
        sums += 2;
        p += BLOCK_BYTES;
    }
    out[0] = (int64_t)total_a;
    out[1] = (int64_t)total_b;
    return scales;
}

KERNEL_LOOP
static bool dot(const struct tensor *w, uint32_t row, uint32_t rows, const struct kernel_piece *x,
                int64_t *out)
{
    size_t row_bytes = tensor_row_bytes(w);
    const uint8_t *p = tensor_row(w, row) + x->begin / BLOCK * BLOCK_BYTES;
    uint32_t scales = 0;

    for (uint32_t i = 0; i < rows; i += 2, p += 2 * row_bytes) {
        int64_t pair[2];
        scales |= two_rows(p, i + 1 < rows ? row_bytes : 0, x, pair);
        out[i] = pair[0];
        if (i + 1 < rows) {
            out[i + 1] = pair[1];
        }
    }
    return (scales & HALF_LARGE_BLOCK) == 0;
}

const struct kernel kernel_q8_0 = {
    .name = "q8_0",
    .form = QUANT_PAIRS,
    .decode_row = decode_row,
    .dot = dot,
    .max_cols = 8192, /* 256 blocks of 2^7 * 2^18 * 2^5 * 2^11 * 2^14 */
    .dot_reference = dot_reference,
};
