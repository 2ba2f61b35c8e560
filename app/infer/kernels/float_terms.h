/* What F32 and BF16 share: the integer term of one weight, given as the bits of a float. */
#ifndef INFER_FLOAT_TERMS_H
#define INFER_FLOAT_TERMS_H

#include "kernels.h"

enum {
    FLOAT_TOP = 136,      /* largest biased exponent of the fast path: |w| < 1024 */
    FLOAT_NAN_FROM = 190, /* biased exponents above it make the product NaN */
    FLOAT_UNIT = FLOAT_TOP - 150,
    FLOAT_MANTISSA_BITS = 23,
    FLOAT_EXP_MASK = 0xff,
    FLOAT_MAX_SHIFT = 63,
    FLOAT_MAX_COLS = 16384 /* terms are below 2^48 */
};

#define FLOAT_HIDDEN_BIT (1 << FLOAT_MANTISSA_BITS)

/* M(w) q / 2^(FLOAT_TOP - e), rounded down; *room becomes negative where e > FLOAT_TOP. bits: of a
 * float, sign-extended. Written without branches, each of which would end a translated block, and
 * in 64 bits: 32 would have to be extended, as GCC 12 does after an | instead of the first +. */
static inline int64_t float_term(int64_t bits, int64_t q, int64_t *room)
{
    int64_t significand = (bits & (FLOAT_HIDDEN_BIT - 1)) + FLOAT_HIDDEN_BIT;
    int64_t negative = bits >> 63;
    int64_t shift = FLOAT_TOP - ((bits >> FLOAT_MANTISSA_BITS) & FLOAT_EXP_MASK);
    int64_t product = significand * q;

    *room |= shift;
    shift |= (FLOAT_MAX_SHIFT - shift) >> 63; /* all ones, of which 6 bits count, beyond 63 */
    product = (product ^ negative) - negative;
    return product >> (shift & FLOAT_MAX_SHIFT);
}

/* The same for any exponent; false where the product is NaN. */
static inline bool float_term_reference(uint32_t bits, int64_t q, kernel_wide *term)
{
    int e = (int)(bits >> FLOAT_MANTISSA_BITS) & FLOAT_EXP_MASK;
    int64_t m = (int64_t)(bits & (FLOAT_HIDDEN_BIT - 1)) + FLOAT_HIDDEN_BIT;
    int64_t product = (bits >> 31) != 0 ? -m * q : m * q;
    int shift = FLOAT_TOP - e;

    if (shift >= 0) {
        *term = product >> (shift < FLOAT_MAX_SHIFT ? shift : FLOAT_MAX_SHIFT);
    } else {
        *term = (kernel_wide)product * (INT64_C(1) << (e <= FLOAT_NAN_FROM ? -shift : 0));
    }
    return e <= FLOAT_NAN_FROM;
}

static inline int float_unit(const struct tensor *w, uint32_t row)
{
    (void)w;
    (void)row;
    return FLOAT_UNIT;
}

#endif
