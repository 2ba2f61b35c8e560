/* F16: half-precision floats, which are integers in units of 2^-24: quant.h. */
#include "kernels.h"

enum {
    WEIGHT_BYTES = 2,
    PER_WORD = 4,
    MAX_COLS = 8192 /* terms are below 2^11 * 2^14 * 2^24 */
};

static void decode_row(const struct tensor *w, uint32_t row, float *out)
{
    const uint8_t *p = tensor_row(w, row);

    for (uint32_t j = 0; j < w->cols; j++) {
        out[j] = half_to_float(load_u16(p + WEIGHT_BYTES * j));
    }
}

static bool dot_reference(const struct tensor *w, uint32_t row, const struct kernel_piece *x,
                          kernel_wide *out)
{
    const uint8_t *p = tensor_row(w, row);
    kernel_wide total = 0;

    for (uint32_t j = 0; j < w->cols; j++) {
        total += wide_half_times(load_u16(p + WEIGHT_BYTES * j), x->integers[j]);
    }
    *out = total;
    return true;
}

/* H(h) q, without branches; h may have other bits above its 16. Unsigned, as are the sums: where
 * weights are too large they wrap, and are not used. */
static inline uint64_t half_term(uint64_t h, int64_t q)
{
    int64_t exponent = (h >> 10) & 31;
    int64_t normal = exponent != 0;
    int64_t significand = (int64_t)(h & 0x3ff) + (normal << 10);
    int64_t negative = -(int64_t)((h >> 15) & 1);
    int64_t product = significand * ((q ^ negative) - negative);

    return (uint64_t)product << (exponent - normal);
}

static int64_t one_row(const uint8_t *p, const int32_t *q, uint32_t cols, uint64_t *all)
{
    const int32_t *words_end = q + cols / PER_WORD * PER_WORD, *end = q + cols;
    uint64_t total = 0;

    for (; q != words_end; q += PER_WORD, p += sizeof(uint64_t)) {
        uint64_t v = load_u64(p);
        *all |= v;
        total += half_term(v, q[0]);
        total += half_term(v >> 16, q[1]);
        total += half_term(v >> 32, q[2]);
        total += half_term(v >> 48, q[3]);
    }
    for (; q != end; q++, p += WEIGHT_BYTES) {
        uint64_t v = load_u16(p);
        *all |= v;
        total += half_term(v, *q);
    }
    return (int64_t)total;
}

/* Bit 14 of each of four weights: an exponent of 16 or more, |w| >= 2. */
#define LARGE_WEIGHTS UINT64_C(0x4000400040004000)

KERNEL_LOOP
static bool dot(const struct tensor *w, uint32_t row, uint32_t rows, const struct kernel_piece *x,
                int64_t *out)
{
    uint64_t all = 0;

    for (uint32_t i = 0; i < rows; i++) {
        const uint8_t *p = tensor_row(w, row + i) + WEIGHT_BYTES * x->begin;
        out[i] = one_row(p, x->integers + x->begin, x->cols, &all);
    }
    return (all & LARGE_WEIGHTS) == 0;
}

const struct kernel kernel_f16 = {
    .name = "f16",
    .form = QUANT_INTEGERS,
    .decode_row = decode_row,
    .dot = dot,
    .max_cols = MAX_COLS,
    .dot_reference = dot_reference,
};
