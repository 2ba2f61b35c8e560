/*
 * trigl.c: trigonometric and hyperbolic functions of long double (IEEE binary128), which newlib lacks where it is not double. As in
 * mathl.c: from the double function, corrected; an error of about 1e-32.
 */
#include <fenv.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/math/mathl_told.h"
#include "runtime/math/two_over_pi.h"

static const long double pi = 3.14159265358979323846264338327950288L;
/* pi / 2 in parts, the first two with so few bits that their products with a quotient are exact. */
static const long double half_pi_high = 0x1.921fb54442d1846p0L, half_pi_middle = 0x1.313198a2e037072p-61L;
static const long double half_pi_low = 0x1.44a4093822299f31d0082efa98ecp-121L;

#define FRACTION 112
#define WINDOW 7 /* words of 2 / pi: as many bits as x has, as the result has, and more than can be lost where x is near a multiple */

static uint64_t bits_from(int at)
{
    const uint64_t *word = &two_over_pi[at / 64];

    return at % 64 ? word[0] << at % 64 | word[1] >> (64 - at % 64) : word[0];
}

/*
 * Beyond 2^52 (Payne and Hanek): x is whole * 2^exponent. Of 2 / pi only those bits count that do not add whole turns, from weight
 * 2^(1 - exponent) on: times `whole` they are a part of a turn, whose first two bits are the quadrant.
 */
static int reduce_large(long double x, long double *r)
{
    uint64_t turn[WINDOW] = { 0 }; /* the lowest word first */
    unsigned __int128 whole, sum;
    int exponent, quadrant;
    bool negative;

    whole = (unsigned __int128)(frexpl(__builtin_fabsl(x), &exponent) * 0x1p113L);
    exponent -= FRACTION + 1;
    for (int half = 0; half < 2; half++) {
        uint64_t factor = (uint64_t)(whole >> 64 * half), carry = 0;

        for (int i = half; i < WINDOW; i++) {
            sum = (unsigned __int128)bits_from(64 + exponent - 2 + 64 * (WINDOW - 1 - i + half)) * factor + turn[i] + carry;
            turn[i] = (uint64_t)sum;
            carry = (uint64_t)(sum >> 64);
        }
    }
    quadrant = (int)(turn[WINDOW - 1] >> 62);
    negative = turn[WINDOW - 1] >> 61 & 1; /* what is missing at the next quadrant */
    *r = 0;
    for (int i = WINDOW - 1; i >= 0; i--) {
        uint64_t word = negative ? ~turn[i] : turn[i];

        *r += scalbnl((long double)(i == WINDOW - 1 ? word & UINT64_MAX >> 2 : word), 64 * (i - WINDOW) + 2);
    }
    *r *= negative == !signbit(x) ? -pi / 2 : pi / 2;
    quadrant += negative;
    return (signbit(x) ? -quadrant : quadrant) & 3;
}

/* x = r + quadrant * pi / 2 with |r| <= pi / 4. Returns the quadrant, 0 to 3. */
static int reduce(long double x, long double *r)
{
    long double k;

    if (__builtin_fabsl(x) > 0x1p52L)
        return reduce_large(x, r);
    k = rintl(x / (pi / 2));
    *r = x - k * half_pi_high - k * half_pi_middle - k * half_pi_low;
    return (int)((long)k & 3);
}

/* The series from this term on: each next one is -x^2 / (n (n + 1)) of the one before. */
static long double series(long double x, long double term, int n)
{
    long double sum = 0;

    for (; n < 36; n += 2) {
        sum += term;
        term *= -x * x / (n * (n + 1));
    }
    return sum;
}

static long double small_sin(long double x)
{
    return series(x, x, 2);
}

static long double small_cos(long double x)
{
    return series(x, 1, 1);
}

/* The sine of x plus so many right angles. */
static long double sine_of(long double x, int right_angles)
{
    long double r;
    int quadrant;

    if (!__builtin_isfinite(x))
        return x - x;
    quadrant = (reduce(x, &r) + right_angles) & 3;
    r = quadrant & 1 ? small_cos(r) : small_sin(r);
    return quadrant & 2 ? -r : r;
}

static long double sine(long double x)
{
    return x == 0 ? x : sine_of(x, 0);
}
TOLD(sinl, sine, 0)

static long double cosine(long double x)
{
    return sine_of(x, 1);
}
TOLD(cosl, cosine, 0)

static long double tangent(long double x)
{
    return x == 0 ? x : sine_of(x, 0) / sine_of(x, 1);
}
TOLD(tanl, tangent, FE_OVERFLOW)

/* From the double arc y: tan(atan(x) - y) = (x cos y - sin y) / (cos y + x sin y), so small that it is its own arc. */
static long double arc_tangent(long double x)
{
    long double y, s, c;

    if (x == 0 || x != x)
        return x;
    if (__builtin_fabsl(x) > 0x1p120L)
        return __builtin_copysignl(pi / 2, x);
    y = atan((double)x);
    s = sine(y);
    c = cosine(y);
    return y + (x * c - s) / (c + x * s);
}
TOLD(atanl, arc_tangent, 0)

static long double angle_of(long double y, long double x)
{
    long double angle;

    if (x != x || y != y)
        return x + y;
    if (__builtin_isinf(y))
        angle = __builtin_isinf(x) ? pi / 4 : pi / 2;
    else if (__builtin_isinf(x) || y == 0)
        angle = 0;
    else
        angle = x == 0 ? pi / 2 : arc_tangent(__builtin_fabsl(y / x));
    return __builtin_copysignl(signbit(x) ? pi - angle : angle, y);
}
TOLD_OF_TWO(atan2l, angle_of)

static long double arc_sine(long double x)
{
    return x == 0 ? x : angle_of(x, sqrtl((1 - x) * (1 + x)));
}
TOLD(asinl, arc_sine, 0)

static long double arc_cosine(long double x)
{
    return angle_of(sqrtl((1 - x) * (1 + x)), x);
}
TOLD(acosl, arc_cosine, 0)

static long double hyperbolic_sine(long double x)
{
    long double a = __builtin_fabsl(x), e = a < 11350 ? expm1l(a) : 0;

    if (x == 0 || x != x)
        return x;
    if (a >= 11350)
        return __builtin_copysignl(expl(a / 2) / 2 * expl(a / 2), x);
    return __builtin_copysignl((e + e / (e + 1)) / 2, x);
}
TOLD(sinhl, hyperbolic_sine, FE_OVERFLOW)

static long double hyperbolic_cosine(long double x)
{
    long double a = __builtin_fabsl(x), e = expl(a / 2);

    return a < 11350 ? (e * e + 1 / (e * e)) / 2 : e / 2 * e;
}
TOLD(coshl, hyperbolic_cosine, FE_OVERFLOW)

static long double hyperbolic_tangent(long double x)
{
    long double a = __builtin_fabsl(x), e;

    if (x == 0 || x != x)
        return x;
    if (a > 45)
        return __builtin_copysignl(1, x);
    e = expm1l(2 * a);
    return __builtin_copysignl(e / (e + 2), x);
}
TOLD(tanhl, hyperbolic_tangent, 0)

static long double area_sine(long double x)
{
    long double a = __builtin_fabsl(x);

    if (x == 0 || !__builtin_isfinite(x))
        return x;
    if (a > 0x1p60L)
        return __builtin_copysignl(logl(a) + 0.693147180559945309417232121458176568L, x);
    return __builtin_copysignl(log1pl(a + a * a / (1 + sqrtl(1 + a * a))), x);
}
TOLD(asinhl, area_sine, 0)

static long double area_cosine(long double x)
{
    if (x < 1)
        return __builtin_nanl("");
    return x > 0x1p60L ? logl(x) + 0.693147180559945309417232121458176568L : log1pl(x - 1 + sqrtl((x - 1) * (x + 1)));
}
TOLD(acoshl, area_cosine, 0)

static long double area_tangent(long double x)
{
    long double a = __builtin_fabsl(x);

    return x == 0 ? x : a > 1 ? __builtin_nanl("")
                              : __builtin_copysignl(log1pl(2 * a / (1 - a)) / 2, x);
}
TOLD(atanhl, area_tangent, FE_DIVBYZERO)
