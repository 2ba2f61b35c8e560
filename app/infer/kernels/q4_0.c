/*
 * Q4_0: blocks of 32 weights in 18 bytes, a half-precision scale d and 32 nibbles; w = d * (n - 8).
 * The low nibble of byte j is weight j, the high one weight j + 16.
 */
#include "kernels.h"

enum { BLOCK = 32,
       BLOCK_BYTES = 18,
       SCALE_BYTES = 2,
       HALF = 16,
       BIAS = 8 };

static int nibble(const uint8_t *block, uint32_t j)
{
    uint8_t byte = block[SCALE_BYTES + j % HALF];

    return (j < HALF ? byte & 15 : byte >> 4) - BIAS;
}

static void decode_row(const struct tensor *w, uint32_t row, float *out)
{
    const uint8_t *p = tensor_row(w, row);

    for (uint32_t b = 0; b < w->cols / BLOCK; b++, p += BLOCK_BYTES) {
        float d = half_to_float(load_u16(p));
        for (uint32_t j = 0; j < BLOCK; j++) {
            *out++ = d * (float)nibble(p, j);
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
            sum += (int64_t)nibble(p, j) * quant_at(x->words, b * BLOCK + j);
        }
        total += wide_half_times(d, sum);
    }
    *out = total;
    return true;
}

/* Eight columns of low nibbles (shift 0) or high ones (shift 4). */
static inline uint64_t eight_nibbles(uint64_t acc, uint64_t w, const uint64_t *x)
{
    acc += (w & NIBBLE_PAIR) * x[0];
    acc += ((w >> 8) & NIBBLE_PAIR) * x[1];
    acc += ((w >> 16) & NIBBLE_PAIR) * x[2];
    acc += ((w >> 24) & NIBBLE_PAIR) * x[3];
    return acc;
}

static uint32_t two_rows(const uint8_t *p, size_t to_next, const struct kernel_piece *x,
                         int64_t out[2])
{
    const uint64_t *words = (const uint64_t *)(const void *)(x->words + x->begin / 2);
    const int32_t *sums = x->sums + x->begin / QUANT_SUM_COLS;
    uint32_t scales = 0;
    uint64_t total_a = 0, total_b = 0;

    for (uint32_t n = x->cols / BLOCK; n != 0; n--) {
        uint64_t a = 0, b = 0;
        for (uint32_t i = 0; i < HALF; i += QUANT_LANES, words += 4) {
            uint64_t wa = load_u64(p + SCALE_BYTES + i);
            uint64_t wb = load_u64(p + to_next + SCALE_BYTES + i);
            uint64_t low[4] = { words[0], words[1], words[2], words[3] };
            a = eight_nibbles(a, wa, low);
            b = eight_nibbles(b, wb, low);
            uint64_t high[4] = { words[8], words[9], words[10], words[11] };
            a = eight_nibbles(a, wa >> 4, high);
            b = eight_nibbles(b, wb >> 4, high);
        }
        int64_t bias = ((int64_t)sums[0] + sums[1]) * BIAS;
        uint32_t da = load_u16(p), db = load_u16(p + to_next);
        total_a += half_times(da, pair_sum(a) - bias);
        total_b += half_times(db, pair_sum(b) - bias);
        scales |= da | db;
        words += BLOCK / 4; /* the high nibbles' words */
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

const struct kernel kernel_q4_0 = {
    .name = "q4_0",
    .form = QUANT_PAIRS,
    .decode_row = decode_row,
    .dot = dot,
    .max_cols = 32768, /* 1024 blocks of 2^4 * 2^18 * 2^5 * 2^11 * 2^14 */
    .dot_reference = dot_reference,
};
