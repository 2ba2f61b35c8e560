#include "quant.h"

#include <string.h>

#include "fmath.h"

enum {
    MANTISSA_BITS = 23,
    EXP_INFINITE = 0xff,
    EXPONENT_BASE = 126 /* k + E - bits */
};

#define HIDDEN_BIT (1u << MANTISSA_BITS)
#define MAGNITUDE_MASK 0x7fffffffu

static int biased_exponent(uint32_t magnitude)
{
    int e = (int)(magnitude >> MANTISSA_BITS);

    return e > 1 ? e : 1;
}

/* sign * min(floor(|x| * 2^(126 + bits - top) + 1/2), 2^bits - 1), x given by its encoding */
static inline int32_t quantise(uint32_t x, int top, int bits)
{
    uint32_t magnitude = x & MAGNITUDE_MASK;
    uint32_t m = (magnitude & (HIDDEN_BIT - 1)) | (magnitude >= HIDDEN_BIT ? HIDDEN_BIT : 0);
    /* |x| = m * 2^(e - 150), so the shift is 150 - 126 - bits + top - e; twice m keeps the bit that
     * rounds where it is 0 */
    int shift = MANTISSA_BITS + 1 - bits + top - biased_exponent(magnitude);

    if (shift > MANTISSA_BITS + 1) {
        return 0;
    }
    int32_t q = (int32_t)(((2 * m >> shift) + 1) >> 1);
    int32_t max = (int32_t)((1u << bits) - 1);
    q = q < max ? q : max;
    return (x >> 31) != 0 ? -q : q;
}

static uint32_t largest_magnitude(const float *x, uint32_t cols)
{
    uint32_t largest = 0;

    for (uint32_t j = 0; j < cols; j++) {
        uint32_t magnitude = fmath_bits(x[j]) & MAGNITUDE_MASK;
        largest = magnitude > largest ? magnitude : largest;
    }
    return largest;
}

/* Fills words and sums of one vector. */
static void fill_pairs(int64_t *words, int32_t *sums, uint32_t padded, const float *x,
                       uint32_t cols, int top)
{
    memset(sums, 0, padded / QUANT_SUM_COLS * sizeof(*sums));
    for (uint32_t g = 0; g < padded; g += QUANT_LANES) {
        int32_t q[QUANT_LANES], sum = 0;
        for (uint32_t j = 0; j < QUANT_LANES; j++) {
            q[j] = g + j < cols ? quantise(fmath_bits(x[g + j]), top, QUANT_PAIR_BITS) : 0;
            sum += q[j];
        }
        for (uint32_t j = 0; j < QUANT_LANES / 2; j++) {
            *words++ = q[j] * (INT64_C(1) << 32) + q[j + QUANT_LANES / 2];
        }
        sums[g / QUANT_SUM_COLS] += sum;
    }
}

void quant_vector(struct quant *out, enum quant_form form, size_t p, const float *x, uint32_t cols)
{
    if (form == QUANT_INTEGERS) {
        out->exponent[p] = quant_integers(x, cols, QUANT_INTEGER_BITS, out->integers + p * out->cols);
        return;
    }
    int top = biased_exponent(largest_magnitude(x, cols));
    if (top == EXP_INFINITE) {
        out->exponent[p] = QUANT_NOT_FINITE;
        return;
    }
    out->exponent[p] = EXPONENT_BASE + QUANT_PAIR_BITS - top;
    fill_pairs(out->words + p * (out->cols / 2), out->sums + p * (out->cols / QUANT_SUM_COLS),
               out->cols, x, cols, top);
}

int32_t quant_integers(const float *x, uint32_t n, int bits, int32_t *out)
{
    int top = biased_exponent(largest_magnitude(x, n));

    if (top == EXP_INFINITE) {
        return QUANT_NOT_FINITE;
    }
    for (uint32_t i = 0; i < n; i++) {
        out[i] = quantise(fmath_bits(x[i]), top, bits);
    }
    return EXPONENT_BASE + bits - top;
}
