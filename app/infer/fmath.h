/*
 * The few functions of mathematics that a decoder needs, with results that are the same bit for
 * bit with every C library and on every machine, so that a golden output made on a host is valid
 * in the guest. Compile with -ffp-contract=off. sqrt is not here: IEEE 754 rounds it exactly.
 *
 * exp, which softmax and the gates call for every element, works on integers: under QEMU's TCG an
 * integer operation costs 1 ns and a floating-point one 20 to 30.
 */
#ifndef INFER_FMATH_H
#define INFER_FMATH_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { FMATH_MANTISSA_BITS = 23, /* of a float */
       FMATH_BIAS = 127,
       FMATH_NAN = 0x7fc00000 }; /* for fmath_from_bits */

static inline uint32_t fmath_bits(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static inline float fmath_from_bits(uint32_t bits)
{
    float x;

    memcpy(&x, &bits, sizeof(x));
    return x;
}

/* Integers in the order of the numbers: the same one for both zeros, NaNs before all. Comparing them
 * costs a tenth of comparing floats. No branch on the sign, which may be any. */
static inline int32_t fmath_order(float x)
{
    int32_t bits = (int32_t)fmath_bits(x), magnitude = bits & INT32_MAX, sign = bits >> 31;

    if (magnitude > 0x7f800000) {
        return INT32_MIN;
    }
    return (magnitude ^ sign) - sign;
}

/* n NaNs, of the same bits everywhere. */
static inline void fmath_fill_nan(float *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        x[i] = fmath_from_bits(FMATH_NAN);
    }
}

/*
 * e^x within 1.3e-8 relative before the one rounding to float for |x| <= 20, 1e-7 at the ends.
 * Exactly: t = floor(x * 2^27); y = (t * 387270501) >> 23, that is x * log2(e) in 1/2^32;
 * n = y >> 32, f = y mod 2^32; p = a polynomial of degree 6 in f by Horner, coefficients in 1/2^30,
 * each product shifted right by 32; the significand is (p + 64) >> 7, the exponent n.
 * 0 below 2^-126 (no subnormals), infinity above the largest float, NaN for NaN.
 */
float fmath_exp(float x);

/* x / (1 + e^-x), float operations in this order. */
float fmath_silu(float x);

/* GPT-2's GELU in its tanh form, written with e^: x / (1 + e^-z) where
 * z = (x + (((x * x) * x) * 0.044715f)) * 1.5957691f, float operations in this order. */
float fmath_gelu(float x);

/* 2^p for p in [-1000, 1000]. */
double fmath_power_of_two(int p);

/* v * 2^p with one rounding (only where the result is subnormal) for p in [-1000, 1000]. Where 2^p is a float, one float product; the
 * double one rounds to the same bits. Once per row of every matrix: a call and its return cost as much as 50 instructions under TCG. */
float fmath_scale_far(float v, int p);
static inline float fmath_scale(float v, int p)
{
    if (p > -FMATH_BIAS && p <= FMATH_BIAS) {
        return v * fmath_from_bits((uint32_t)(p + FMATH_BIAS) << FMATH_MANTISSA_BITS);
    }
    return fmath_scale_far(v, p);
}

/* Double-precision, errors below 1e-15 for |x| < 2^25: called once per position and frequency. */
void fmath_sincos(double x, double *sine, double *cosine);
double fmath_log(double x);        /* x > 0, normal */
double fmath_exp_double(double x); /* |x| < 700 */

/* Square root, correctly rounded: a machine instruction, or the library's, which must be. */
float fmath_sqrt(float x);
double fmath_sqrt_double(double x);

#endif
