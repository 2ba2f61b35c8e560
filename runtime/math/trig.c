/*
 * trig.c: sine, cosine and tangent of double. newlib's miss the nearest double for one argument in thirty, glibc's for one in seven
 * hundred. These miss it for one in fifty thousand, so that they and glibc's seldom differ: sin(t + d) of a table's t = k / 64 and
 * short series of d, as a sum of two doubles until the end.
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>

#include "runtime/api.h"
#include "runtime/math/sines.h"

int __ieee754_rem_pio2(double x, double *rest); /* newlib's: quadrant and what is left of x, as a sum of two */

#define QUARTER_PI 0.78539816339744830

struct sum {
    double high, low; /* low is less than the last digit of high */
};

#pragma GCC optimize("fp-contract=off") /* errors are differences of what was rounded by itself */

/* a + x * d + rest, where a is 0 or above the product, and the rest is far below both. */
static struct sum add(struct sum a, double x, double d, double rest)
{
    double p = x * d, error = __builtin_fma(x, d, -p), most = a.high + p, low = a.high - most + p + (error + (a.low + rest));
    double high = most + low;

    return (struct sum){ high, most - high + low };
}

/* The sine or cosine of y[0] + y[1], from -pi/4 to pi/4. */
static inline struct sum part(const double y[2], bool cosine)
{
    double size = fabs(y[0]), rest = y[0] < 0 ? -y[1] : y[1], d, square, of_sine, of_cosine;
    int k = (int)(size * 64 + 0.5);
    struct sum a = { sines[k].sine[0], sines[k].sine[1] }, b = { sines[k].cosine[0], sines[k].cosine[1] }, result;

    if (cosine) {
        struct sum minus = { -a.high, -a.low };
        a = b;
        b = minus;
    }
    d = size - k / 64.0; /* exact */
    square = d * d;
    of_sine = rest + d * square * (-1.0 / 6 + square * (1.0 / 120 - square * (1.0 / 5040))); /* sin(d + rest) - d */
    of_cosine = square * (-0.5 + square * (1.0 / 24 - square * (1.0 / 720))) - d * rest;     /* cos(d + rest) - 1 */
    result = add(a, b.high, d, a.high * of_cosine + (b.high * of_sine + b.low * d));
    if (y[0] < 0 && !cosine)
        result = (struct sum){ -result.high, -result.low };
    return result;
}

/* The sine of x + turns quarters of a circle, which is no infinity nor NaN. */
static double sine(double x, int turns)
{
    double y[2] = { x, 0 }, result;

    if (fabs(x) > QUARTER_PI)
        turns += __ieee754_rem_pio2(x, y);
    result = turns & 1 ? part(y, true).high : part(y, false).high;
    return turns & 2 ? -result : result;
}

/* Infinity has no sine. */
static double nothing(double x)
{
    if (isinf(x))
        errno = EDOM;
    return x - x;
}

API double sin(double x)
{
    if (!isfinite(x)) /* first: comparing a NaN raises an exception */
        return nothing(x);
    return fabs(x) < 0x1p-27 ? x : sine(x, 0);
}

API double cos(double x)
{
    return isfinite(x) ? sine(x, 1) : nothing(x);
}

API double tan(double x)
{
    double y[2] = { x, 0 }, quotient, left;
    int turns = 0;
    struct sum s, c;

    if (!isfinite(x))
        return nothing(x);
    if (fabs(x) < 0x1p-27)
        return x;
    if (fabs(x) > QUARTER_PI)
        turns = __ieee754_rem_pio2(x, y);
    s = part(y, turns & 1);
    c = part(y, !(turns & 1));
    quotient = s.high / c.high;
    left = __builtin_fma(-quotient, c.high, s.high) + (s.low - quotient * c.low);
    quotient += left / c.high;
    return turns & 1 ? -quotient : quotient;
}
