/*
 * Q6_K: super-blocks of 256 weights in 210 bytes: 128 bytes of low nibbles, 64 of upper bit pairs,
 * 16 int8 scales, a half-precision d; w = d * sc * (n - 32). Each half of 128 weights lies in four
 * groups of 32: low nibbles of ql[0..31], of ql[32..63], high nibbles of the same; the bit pairs of
 * group g are at shift 2g of qh[0..31].
 */
#include "kernels.h"

enum {
    BLOCK = 256,
    BLOCK_BYTES = 210,
    HALF = 128,
    GROUP = 32,
    GROUPS = 4,      /* per half */
    SCALE_COLS = 16, /* weights per scale */
    LOW_PER_HALF = 64,
    HIGH_AT = 128,
    HIGH_PER_HALF = 32,
    SCALES_AT = 192,
    D_AT = 208,
    BIAS = 32
};

#define LOW_NIBBLES UINT64_C(0x0f0f0f0f0f0f0f0f)
#define LOW_PAIRS UINT64_C(0x0303030303030303)

static int weight(const uint8_t *block, uint32_t j)
{
    uint32_t half = j / HALF, group = j % HALF / GROUP, l = j % GROUP;
    uint8_t low = block[half * LOW_PER_HALF + group % 2 * GROUP + l];
    uint8_t high = block[HIGH_AT + half * HIGH_PER_HALF + l];

    low = group < 2 ? low & 15 : low >> 4;
    return (low | ((high >> (2 * group)) & 3) << 4) - BIAS;
}

static void decode_row(const struct tensor *w, uint32_t row, float *out)
{
    const uint8_t *p = tensor_row(w, row);

    for (uint32_t b = 0; b < w->cols / BLOCK; b++, p += BLOCK_BYTES) {
        float d = half_to_float(load_u16(p + D_AT));
        for (uint32_t j = 0; j < BLOCK; j++) {
            float scale = d * (float)(int8_t)p[SCALES_AT + j / SCALE_COLS];
            *out++ = scale * (float)weight(p, j);
        }
    }
}

static bool dot_reference(const struct tensor *w, uint32_t row, const struct kernel_piece *x,
                          kernel_wide *out)
{
    const uint8_t *p = tensor_row(w, row);
    kernel_wide total = 0;

    for (uint32_t b = 0; b < w->cols / BLOCK; b++, p += BLOCK_BYTES) {
        uint32_t d = load_u16(p + D_AT);
        int64_t sum = 0;
        for (uint32_t j = 0; j < BLOCK; j++) {
            int64_t scale = (int8_t)p[SCALES_AT + j / SCALE_COLS];
            sum += scale * weight(p, j) * quant_at(x->words, b * BLOCK + j);
        }
        total += wide_half_times(d, sum);
    }
    *out = total;
    return true;
}

/* 16 weights of one scale: two words of six-bit numbers, biased, times their columns. */
static inline int64_t sixteen(uint64_t first, uint64_t second, const uint64_t *x, int32_t sum)
{
    uint64_t acc = eight_bytes(0, first, x);

    acc = eight_bytes(acc, second, x + 4);
    return pair_sum(acc) - (int64_t)sum * BIAS;
}

/* Group g's six-bit numbers of eight columns. */
static inline uint64_t six_bits(uint64_t low, uint64_t high, uint32_t g)
{
    return ((low >> (g / 2 * 4)) & LOW_NIBBLES) | ((high >> (2 * g)) & LOW_PAIRS) << 4;
}

/* One half, 128 weights: the sum over its eight scales. */
static inline int64_t half_dot(const uint8_t *low, const uint8_t *high, const int8_t *scales,
                               const uint64_t *x, const int32_t *sums)
{
    int64_t total = 0;

    for (uint32_t i = 0; i < 2; i++) { /* columns 0..15 and 16..31 of each group */
        uint32_t at = i * SCALE_COLS;
        uint64_t h0 = load_u64(high + at), h1 = load_u64(high + at + QUANT_LANES);
        for (uint32_t g = 0; g < GROUPS; g++) {
            const uint8_t *l = low + g % 2 * GROUP + at;
            uint32_t run = g * 2 + i;
            uint64_t w0 = six_bits(load_u64(l), h0, g);
            uint64_t w1 = six_bits(load_u64(l + QUANT_LANES), h1, g);
            total += scales[run] * sixteen(w0, w1, x + run * (SCALE_COLS / 2), sums[run]);
        }
    }
    return total;
}

static uint32_t one_row(const uint8_t *p, const struct kernel_piece *x, int64_t *out)
{
    const uint64_t *words = (const uint64_t *)(const void *)(x->words + x->begin / 2);
    const int32_t *sums = x->sums + x->begin / QUANT_SUM_COLS;
    uint32_t scales = 0;
    uint64_t total = 0;

    for (uint32_t n = x->cols / BLOCK; n != 0; n--, p += BLOCK_BYTES) {
        const int8_t *sc = (const int8_t *)p + SCALES_AT;
        int64_t sum = 0;
        for (uint32_t half = 0; half < 2; half++) {
            sum += half_dot(p + half * LOW_PER_HALF, p + HIGH_AT + half * HIGH_PER_HALF,
                            sc + half * (HALF / SCALE_COLS), words, sums);
            words += HALF / 2;
            sums += HALF / QUANT_SUM_COLS;
        }
        uint32_t d = load_u16(p + D_AT);
        total += half_times(d, sum);
        scales |= d;
    }
    *out = (int64_t)total;
    return scales;
}

KERNEL_LOOP
static bool dot(const struct tensor *w, uint32_t row, uint32_t rows, const struct kernel_piece *x,
                int64_t *out)
{
    uint32_t scales = 0;

    for (uint32_t i = 0; i < rows; i++) {
        const uint8_t *p = tensor_row(w, row + i) + x->begin / BLOCK * BLOCK_BYTES;
        scales |= one_row(p, x, &out[i]);
    }
    return (scales & HALF_LARGE_SUPER) == 0;
}

const struct kernel kernel_q6_k = {
    .name = "q6_k",
    .form = QUANT_PAIRS,
    .decode_row = decode_row,
    .dot = dot,
    .max_cols = 16384, /* 64 blocks of 2^5 * 2^18 * 2^8 * 2^7 * 2^11 * 2^6 */
    .dot_reference = dot_reference,
};
