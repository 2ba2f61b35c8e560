/*
 * Q4_K: super-blocks of 256 weights in 144 bytes: half-precision d and dmin, 12 bytes with eight
 * 6-bit scales and eight 6-bit minima, 128 bytes of nibbles; w = d * sc * n - dmin * mn. Each 32
 * bytes hold two runs of 32 weights, the low nibbles first.
 */
#include "kernels.h"

enum {
    BLOCK = 256,
    BLOCK_BYTES = 144,
    RUNS = 8,
    RUN = 32,
    SCALES_AT = 4,
    NIBBLES_AT = 16
};

struct factors {
    uint8_t scale[RUNS], min[RUNS];
};

/* The 6-bit packing of ggml's get_scale_min_k4. */
static struct factors unpack_factors(const uint8_t *b)
{
    struct factors f;

    for (int j = 0; j < RUNS / 2; j++) {
        f.scale[j] = b[j] & 63;
        f.min[j] = b[j + 4] & 63;
        f.scale[j + 4] = (uint8_t)((b[j + 8] & 15) | (b[j] >> 6) << 4);
        f.min[j + 4] = (uint8_t)((b[j + 8] >> 4) | (b[j + 4] >> 6) << 4);
    }
    return f;
}

static uint8_t nibble(const uint8_t *block, uint32_t j)
{
    uint8_t byte = block[NIBBLES_AT + j / (2 * RUN) * RUN + j % RUN];

    return (j / RUN) % 2 == 0 ? byte & 15 : byte >> 4;
}

static void decode_row(const struct tensor *w, uint32_t row, float *out)
{
    const uint8_t *p = tensor_row(w, row);

    for (uint32_t b = 0; b < w->cols / BLOCK; b++, p += BLOCK_BYTES) {
        struct factors f = unpack_factors(p + SCALES_AT);
        float d = half_to_float(load_u16(p)), dmin = half_to_float(load_u16(p + 2));
        for (uint32_t j = 0; j < BLOCK; j++) {
            float scale = d * (float)f.scale[j / RUN], min = dmin * (float)f.min[j / RUN];
            *out++ = scale * (float)nibble(p, j) - min;
        }
    }
}

static bool dot_reference(const struct tensor *w, uint32_t row, const struct kernel_piece *x,
                          kernel_wide *out)
{
    const uint8_t *p = tensor_row(w, row);
    kernel_wide total = 0;

    for (uint32_t b = 0; b < w->cols / BLOCK; b++, p += BLOCK_BYTES) {
        struct factors f = unpack_factors(p + SCALES_AT);
        int64_t scaled = 0, mins = 0;
        for (uint32_t j = 0; j < BLOCK; j++) {
            int64_t q = quant_at(x->words, b * BLOCK + j);
            scaled += f.scale[j / RUN] * nibble(p, j) * q;
            mins += f.min[j / RUN] * q;
        }
        total += wide_half_times(load_u16(p), scaled) - wide_half_times(load_u16(p + 2), mins);
    }
    *out = total;
    return true;
}

/* 32 nibbles at shift 0 or 4 of 32 bytes, times 32 columns. */
static inline int64_t run_dot(const uint8_t *bytes, unsigned shift, const uint64_t *x)
{
    uint64_t acc = 0;

    for (uint32_t i = 0; i < RUN; i += QUANT_LANES, x += 4) {
        uint64_t v = load_u64(bytes + i) >> shift;
        acc += (v & NIBBLE_PAIR) * x[0];
        acc += ((v >> 8) & NIBBLE_PAIR) * x[1];
        acc += ((v >> 16) & NIBBLE_PAIR) * x[2];
        acc += ((v >> 24) & NIBBLE_PAIR) * x[3];
    }
    return pair_sum(acc);
}

static uint32_t one_row(const uint8_t *p, const struct kernel_piece *x, int64_t *out)
{
    const uint64_t *words = (const uint64_t *)(const void *)(x->words + x->begin / 2);
    const int32_t *sums = x->sums + x->begin / QUANT_SUM_COLS;
    uint32_t scales = 0;
    uint64_t total = 0;

    for (uint32_t n = x->cols / BLOCK; n != 0; n--, p += BLOCK_BYTES) {
        struct factors f = unpack_factors(p + SCALES_AT);
        int64_t scaled = 0, mins = 0;
        for (uint32_t s = 0; s < RUNS; s++, words += RUN / 2, sums += 2) {
            const uint8_t *bytes = p + NIBBLES_AT + s / 2 * RUN;
            scaled += f.scale[s] * run_dot(bytes, s % 2 * 4, words);
            mins += f.min[s] * ((int64_t)sums[0] + sums[1]);
        }
        uint32_t d = load_u16(p), dmin = load_u16(p + 2);
        total += half_times(d, scaled) - half_times(dmin, mins);
        scales |= d | dmin;
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

const struct kernel kernel_q4_k = {
    .name = "q4_k",
    .form = QUANT_PAIRS,
    .decode_row = decode_row,
    .dot = dot,
    .max_cols = 65536, /* 256 blocks of 2 * 2^4 * 2^18 * 2^8 * 2^6 * 2^11 * 2^6 */
    .dot_reference = dot_reference,
};
