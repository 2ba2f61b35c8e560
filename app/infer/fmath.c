#include "fmath.h"

#include <math.h>

enum {
    FLOAT_EXP_MASK = 0xff,
    ARG_FRACTION_BITS = 27,  /* of exp's argument as an integer */
    POLY_FRACTION_BITS = 30, /* of the polynomial's value */
    MIN_EXPONENT = -126,
    DOUBLE_MANTISSA_BITS = 52,
    DOUBLE_BIAS = 1023
};

#define FLOAT_HIDDEN_BIT (1u << FMATH_MANTISSA_BITS)
#define FLOAT_INFINITY_BITS 0x7f800000u
#define LOG2_E_Q28 INT64_C(387270501)

static const float exp_overflow = 88.72284f;   /* e^x is infinite from here */
static const float exp_underflow = -87.33655f; /* and 0 up to here */

/* 2^f for f in [0, 1), Chebyshev fit; 4e-9 relative, coefficients in 1/2^30 */
static const int64_t exp2_poly[] = { 1073741827, 744260852, 257945486, 59571873,
                                     10398316, 1330509, 234782 };
enum { EXP2_DEGREE = sizeof(exp2_poly) / sizeof(exp2_poly[0]) - 1 };

/* floor(x * 2^27) of a finite |x| < 2^7, without a floating-point operation */
static int64_t to_fixed(uint32_t bits)
{
    int exponent = (int)(bits >> FMATH_MANTISSA_BITS) & FLOAT_EXP_MASK;
    int64_t m = (int64_t)((bits & (FLOAT_HIDDEN_BIT - 1)) | (exponent != 0 ? FLOAT_HIDDEN_BIT : 0));
    int shift = exponent - FMATH_BIAS - FMATH_MANTISSA_BITS + ARG_FRACTION_BITS;

    m = (bits >> 31) != 0 ? -m : m;
    if (shift >= 0) {
        return m * (INT64_C(1) << shift);
    }
    return m >> (shift > -63 ? -shift : 63);
}

float fmath_exp(float x)
{
    if (!(x < exp_overflow)) {
        return x != x ? x : fmath_from_bits(FLOAT_INFINITY_BITS);
    }
    if (x < exp_underflow) {
        return 0.0f;
    }
    int64_t y = (to_fixed(fmath_bits(x)) * LOG2_E_Q28) >> 23;
    int64_t n = y >> 32;
    int64_t f = y & INT64_C(0xffffffff);
    int64_t p = exp2_poly[EXP2_DEGREE];
    for (int i = EXP2_DEGREE - 1; i >= 0; i--) {
        p = exp2_poly[i] + ((p * f) >> 32);
    }
    if (n < MIN_EXPONENT) {
        return 0.0f;
    }
    /* The hidden bit is added, not or-ed: a significand rounded up to 2 carries into n. */
    uint32_t significand = (uint32_t)((p + 64) >> (POLY_FRACTION_BITS - FMATH_MANTISSA_BITS));
    return fmath_from_bits(((uint32_t)(n + FMATH_BIAS - 1) << FMATH_MANTISSA_BITS) + significand);
}

float fmath_silu(float x)
{
    return x / (1.0f + fmath_exp(-x));
}

float fmath_gelu(float x)
{
    float cube = x * x * x * 0.044715f;
    float z = (x + cube) * 1.5957691f; /* 2 sqrt(2/pi) */

    return x / (1.0f + fmath_exp(-z));
}

double fmath_power_of_two(int p)
{
    uint64_t bits = (uint64_t)(p + DOUBLE_BIAS) << DOUBLE_MANTISSA_BITS;
    double x;

    memcpy(&x, &bits, sizeof(x));
    return x;
}

float fmath_scale_far(float v, int p)
{
    return (float)((double)v * fmath_power_of_two(p));
}

/* pi/2 in three parts; the first two have trailing zeros, so their products with k are exact */
static const double half_pi_1 = 0x1.921fb54400000p+0;
static const double half_pi_2 = 0x1.0b4611a600000p-34;
static const double half_pi_3 = 0x1.3198a2e037073p-69;
static const double two_over_pi = 0.63661977236758134;

static double sine_poly(double r)
{
    double z = r * r, sum = 0.0;

    /* Taylor: at pi/4 the first term left out, r^19/19!, is 8e-20 */
    for (int n = 17; n >= 3; n -= 2) {
        sum = z * (1.0 - sum) / (double)(n * (n - 1));
    }
    return r * (1.0 - sum);
}

static double cosine_poly(double r)
{
    double z = r * r, sum = 0.0;

    for (int n = 18; n >= 2; n -= 2) {
        sum = z * (1.0 - sum) / (double)(n * (n - 1));
    }
    return 1.0 - sum;
}

void fmath_sincos(double x, double *sine, double *cosine)
{
    double scaled = x * two_over_pi;
    int64_t k = (int64_t)(scaled + (scaled < 0.0 ? -0.5 : 0.5));
    double turns = (double)k;
    double r = ((x - turns * half_pi_1) - turns * half_pi_2) - turns * half_pi_3;
    double s = sine_poly(r), c = cosine_poly(r);
    bool odd = (k & 1) != 0, negative_sine = (k & 2) != 0, negative_cosine = ((k + 1) & 2) != 0;

    *sine = odd ? c : s;
    *cosine = odd ? s : c;
    *sine = negative_sine ? -*sine : *sine;
    *cosine = negative_cosine ? -*cosine : *cosine;
}

static const double ln2_high = 0x1.62e42fefa3800p-1; /* trailing zeros: exact times an exponent */
static const double ln2_low = 0x1.ef35793c76730p-45;
static const double sqrt_half = 0.70710678118654752;

double fmath_log(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof(bits));
    int exponent = (int)(bits >> DOUBLE_MANTISSA_BITS) - DOUBLE_BIAS + 1;
    bits = (bits & ((UINT64_C(1) << DOUBLE_MANTISSA_BITS) - 1)) |
           ((uint64_t)(DOUBLE_BIAS - 1) << DOUBLE_MANTISSA_BITS);
    double m;
    memcpy(&m, &bits, sizeof(m)); /* in [1/2, 1) */
    if (m < sqrt_half) {
        m = m * 2.0;
        exponent--;
    }
    /* log m = 2 artanh((m - 1) / (m + 1)); at most 0.1716^25/25 is left out */
    double s = (m - 1.0) / (m + 1.0), z = s * s, sum = 0.0;
    for (int n = 23; n >= 3; n -= 2) {
        sum = z * (sum + 1.0 / (double)n);
    }
    double e = (double)exponent;
    return e * ln2_high + (e * ln2_low + 2.0 * s * (1.0 + sum));
}

double fmath_exp_double(double x)
{
    double scaled = x * 1.4426950408889634;
    int n = (int)(scaled + (scaled < 0.0 ? -0.5 : 0.5));
    double turns = (double)n;
    double r = (x - turns * ln2_high) - turns * ln2_low;
    double sum = 1.0;

    /* Taylor: |r| <= 0.35, the first term left out is 4e-21 */
    for (int i = 15; i >= 1; i--) {
        sum = 1.0 + r / (double)i * sum;
    }
    return sum * fmath_power_of_two(n);
}

float fmath_sqrt(float x)
{
    return sqrtf(x);
}

double fmath_sqrt_double(double x)
{
    return sqrt(x);
}
