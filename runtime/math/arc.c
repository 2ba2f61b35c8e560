/*
 * arc.c: the angle of a point, and the arc tangent, of double. newlib's atan2 misses the nearest double for one argument in six,
 * glibc's for one in a thousand. As in trig.c, a table, short series and sums of two doubles.
 */
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

/* The angle of (x, y), then turned. Both are positive, no more than 2^60 apart, and far from the largest and the least numbers. */
static double angle(double x, double y, int halves, bool minus)
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
    d_low += d * square * (-1.0 / 3 + square * (1.0 / 5 - square * (1.0 / 7)));
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

    if (!(a > b * 0x1p-60 && b > a * 0x1p-60) || !(a < INFINITY) || !(b < INFINITY))
        return __ieee754_atan2(y, x);
    if (a > 0x1p500 || b > 0x1p500)
        factor = 0x1p-600;
    else if (a < 0x1p-400 || b < 0x1p-400)
        factor = 0x1p600;
    return copysign(angle(a * factor, b * factor, x < 0 ? 2 : 0, x < 0), y);
}

API double atan(double x)
{
    double size = fabs(x);

    if (!(size > 0x1p-27 && size < 0x1p60)) /* itself, or a quarter of a circle */
        return size < 1 || isnan(x) ? x : copysign(0x1.921fb54442d18p+0, x);
    return copysign(angle(1, size, 0, false), x);
}
