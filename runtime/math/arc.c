/*
 * arc.c: the angle of a point, and the inverses of sine, cosine and tangent, of double. newlib's atan2 misses the nearest double for one
 * argument in six, glibc's for one in a thousand. As in trig.c, a table, short series and sums of two doubles.
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>

#include "runtime/api.h"
#include "runtime/math/arcs.h"

double __ieee754_atan2(double y, double x); /* newlib's, for what lies on an axis */

#pragma GCC optimize("fp-contract=off") /* errors are differences of what was rounded by itself */

/* high + low + pi * halves / 2, or that less high + low. */
static double turned(double high, double low, int halves, bool minus)
{
    double by = halves * 0x1.921fb54442d18p+0, by_low = halves * 0x1.1a62633145c07p-54, sum;

    if (minus) {
        high = -high;
        low = -low;
    }
    sum = by + high; /* by is 0 or the larger one */
    return sum + (halves ? by - sum + high + (by_low + low) : low);
}

#define QUARTER_TURN 0x1.921fb54442d18p+0 /* pi / 2 */

/*
 * The angle of (x, y) and a little more, then turned. Both are positive, no more than 2^60 apart, and far from the largest and the least
 * numbers.
 */
static double angle(double x, double y, double more, int halves, bool minus)
{
    bool steep = y > x;
    double u = steep ? y : x, v = steep ? x : y, t, below, above, below_low, above_low, d, d_low, square;
    int k = (int)(v / u * 64 + 0.5);

    t = k / 64.0; /* d = (v - t u) / (u + t v) is the tangent of what is left */
    above_low = -__builtin_fma(t, u, -(t * u));
    above = v - t * u;
    below = u + t * v;
    below_low = u - below + t * v + __builtin_fma(t, v, -(t * v));
    d = above / below;
    d_low = (__builtin_fma(-d, below, above) + (above_low - d * below_low)) / below;
    square = d * d;
    d_low += (steep ? -more : more) + d * square * (-1.0 / 3 + square * (1.0 / 5 - square * (1.0 / 7)));
    if (k > 0) {
        double sum = arcs[k][0] + d;

        d_low += arcs[k][0] - sum + d + arcs[k][1];
        d = sum;
    }
    return steep ? turned(d, d_low, halves + (minus ? -1 : 1), !minus) : turned(d, d_low, halves, minus);
}

API double atan2(double y, double x)
{
    double a = fabs(x), b = fabs(y), factor = 1;

    if (isnan(x) || isnan(y)) /* here and below: comparing a NaN raises an exception */
        return x + y;
    if (b > 0 && a < INFINITY && a <= b * 0x1p-60)
        return copysign(QUARTER_TURN, y);
    if (!(a > b * 0x1p-60 && b > a * 0x1p-60) || !(a < INFINITY) || !(b < INFINITY))
        return __ieee754_atan2(y, x);
    if (a > 0x1p500 || b > 0x1p500)
        factor = 0x1p-600;
    else if (a < 0x1p-400 || b < 0x1p-400)
        factor = 0x1p600;
    return copysign(angle(a * factor, b * factor, 0, x < 0 ? 2 : 0, x < 0), y);
}

API double atan(double x)
{
    double size = fabs(x);

    if (isnan(x))
        return x;
    if (!(size > 0x1p-27 && size < 0x1p60)) /* itself, or a quarter of a circle */
        return size < 1 ? x : copysign(QUARTER_TURN, x);
    return copysign(angle(1, size, 0, 0, false), x);
}

/* The other side of a right triangle with the longest one 1: the root of 1 - x^2, and what the double leaves out. 0 <= x < 1. */
static double other_side(double x, double *left_out)
{
    double less = 1 - x, more = 1 + x, less_low = 1 - less - x, more_low = x - (more - 1), product = less * more;
    double low = __builtin_fma(less, more, -product) + (less_low * more + less * more_low), root = sqrt(product);

    *left_out = (__builtin_fma(-root, root, product) + low) / (2 * root);
    return root;
}

/* Beyond 1 there is no such angle. */
static double no_angle(double x)
{
    if (fabs(x) > 1)
        errno = EDOM;
    return (x - x) / (x - x);
}

/* A side that is longer by e changes the angle of a point at distance 1 by e times the other side. */
API double asin(double x)
{
    double size = fabs(x), side, left_out;

    if (isnan(x))
        return x;
    if (!(size < 1))
        return size == 1 ? copysign(QUARTER_TURN, x) : no_angle(x);
    if (size < 0x1p-27)
        return x;
    side = other_side(size, &left_out);
    return copysign(angle(side, size, -size * left_out, 0, false), x);
}

API double acos(double x)
{
    double size = fabs(x), side, left_out;

    if (isnan(x))
        return x;
    if (!(size < 1))
        return size == 1 ? (x < 0 ? 2 * QUARTER_TURN : 0) : no_angle(x);
    if (size < 0x1p-57)
        return QUARTER_TURN;
    side = other_side(size, &left_out);
    return angle(size, side, size * left_out, x < 0 ? 2 : 0, x < 0);
}
