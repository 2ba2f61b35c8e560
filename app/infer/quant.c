#include "quant.h"

#include <string.h>

#include "fmath.h"

enum {
    MANTISSA_BITS = 23,
    EXP_MASK = 0xff,
    EXPONENT_BASE = 126, /* k + E - bits */
    UNIT_EXPONENT = 150, /* biased, of a float whose last bit is 1 */
    MAX_SHIFT = 63,
    MOMENT_COLS = 1 << 15 /* so many squares of integers of QUANT_INTEGER_BITS are 63 bits */
};

#define HIDDEN_BIT (1 << MANTISSA_BITS)
/* Of functions that are no longer: they lie within one page of code. KERNEL_LOOP (kernels.h) says why. */
#define LOOP __attribute__((noinline, aligned(256)))
#define MAGNITUDE_MASK 0x7fffffffu

/* k of 1., or QUANT_NOT_FINITE. */
LOOP static int32_t exponent_of(const float *x, uint32_t n, int bits)
{
    uint32_t largest = 0;

    for (uint32_t j = 0; j < n; j++) {
        uint32_t magnitude = fmath_bits(x[j]) & MAGNITUDE_MASK;
        largest = magnitude > largest ? magnitude : largest;
    }
    int top = (int)(largest >> MANTISSA_BITS);
    if (top == EXP_MASK) {
        return QUANT_NOT_FINITE;
    }
    return EXPONENT_BASE + bits - (top > 1 ? top : 1);
}

/* sign * min(floor(|x| * 2^k + 1/2), 2^bits - 1). Without branches, each of which would end a translated block, and in 64
 * bits, which need no extending. */
static inline int64_t quantise(const float *x, int64_t k, int bits)
{
    int64_t word = (int32_t)fmath_bits(*x), negative = word >> 63;
    int64_t e = (word >> MANTISSA_BITS) & EXP_MASK, normal = e != 0;
    /* |x| = m * 2^(e - 150), where e counts as 1 for zeros and subnormals; twice m keeps the bit that rounds where the shift is 0 */
    int64_t m = (word & (HIDDEN_BIT - 1)) + (normal << MANTISSA_BITS);
    int64_t shift = UNIT_EXPONENT - 1 + normal - e - k;

    shift |= (MAX_SHIFT - shift) >> 63; /* all ones, of which 6 bits count, beyond 63 */
    int64_t q = ((2 * m >> (shift & MAX_SHIFT)) + 1) >> 1;
    q -= q >> bits; /* 2^bits becomes 2^bits - 1 */
    return (q ^ negative) - negative;
}

/* The words of QUANT_SUM_COLS columns; returns their sum. */
LOOP static int32_t fill_words(int64_t *words, const float *x, int32_t k)
{
    int64_t sum = 0;

    for (const float *end = x + QUANT_SUM_COLS; x != end; x += QUANT_LANES) {
        for (uint32_t j = 0; j < QUANT_LANES / 2; j++) {
            int64_t upper = quantise(x + j, k, QUANT_PAIR_BITS);
            int64_t lower = quantise(x + j + QUANT_LANES / 2, k, QUANT_PAIR_BITS);
            *words++ = upper * (INT64_C(1) << 32) + lower;
            sum += upper + lower;
        }
    }
    return (int32_t)sum;
}

static void fill_pairs(int64_t *words, int32_t *sums, const float *x, uint32_t n, int32_t k)
{
    for (; n >= QUANT_SUM_COLS; n -= QUANT_SUM_COLS, x += QUANT_SUM_COLS, words += QUANT_SUM_COLS / 2) {
        *sums++ = fill_words(words, x, k);
    }
    if (n != 0) {
        float padded[QUANT_SUM_COLS] = { 0 };
        memcpy(padded, x, n * sizeof(*x));
        *sums = fill_words(words, padded, k);
    }
}

LOOP static void fill_integers(int32_t *out, const float *x, uint32_t n, int32_t k, int bits)
{
    for (uint32_t i = 0; i < n; i++) {
        out[i] = (int32_t)quantise(x + i, k, bits);
    }
}

int32_t quant_integers(const float *x, uint32_t n, int bits, int32_t *out)
{
    int32_t k = exponent_of(x, n, bits);

    if (k != QUANT_NOT_FINITE) {
        fill_integers(out, x, n, k, bits);
    }
    return k;
}

/* At most MOMENT_COLS elements. */
LOOP static void add_up(struct quant_moments *out, const float *x, uint32_t n)
{
    int64_t sum = 0, squares = 0, k = out->exponent;

    for (const float *end = x + n; x != end; x++) {
        int64_t q = quantise(x, k, QUANT_INTEGER_BITS);
        sum += q;
        squares += q * q;
    }
    out->sum += sum;
    out->squares += squares;
}

void quant_moments(struct quant_moments *out, const float *x, uint32_t n)
{
    *out = (struct quant_moments){ .exponent = exponent_of(x, n, QUANT_INTEGER_BITS) };
    if (out->exponent == QUANT_NOT_FINITE) {
        return;
    }
    for (uint32_t i = 0; i < n; i += MOMENT_COLS) {
        add_up(out, x + i, n - i < MOMENT_COLS ? n - i : MOMENT_COLS);
    }
}

void quant_vector(struct quant *out, enum quant_form form, size_t p, const float *x, uint32_t cols)
{
    size_t at = p * out->cols;

    if (form == QUANT_INTEGERS) {
        out->exponent[p] = quant_integers(x, cols, QUANT_INTEGER_BITS, out->integers + at);
        return;
    }
    int32_t k = exponent_of(x, cols, QUANT_PAIR_BITS);
    out->exponent[p] = k;
    if (k != QUANT_NOT_FINITE) {
        fill_pairs(out->words + at / 2, out->sums + at / QUANT_SUM_COLS, x, cols, k);
    }
}
