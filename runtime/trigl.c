/*
 * trigl.c: trigonometric and hyperbolic functions of long double (IEEE binary128), which newlib lacks where it is not double. As in
 * mathl.c: from the double function, corrected; an error of about 1e-32. Beyond 2^52 sines are those of the nearest double.
 */
#include <errno.h>
#include <math.h>

#include "runtime/api.h"

static const long double pi = 3.14159265358979323846264338327950288L;
/* pi / 2 in parts, the first two with so few bits that their products with a quotient are exact. */
static const long double half_pi_high = 0x1.921fb54442d1846p0L, half_pi_middle = 0x1.313198a2e037072p-61L;
static const long double half_pi_low = 0x1.44a4093822299f31d0082efa98ecp-121L;

/* x = r + quadrant * pi / 2 with |r| <= pi / 4. Returns the quadrant, 0 to 3. */
static int reduce(long double x, long double *r)
{
    long double k = rintl(x / (pi / 2));

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

    if (!__builtin_isfinite(x)) {
        errno = x != x ? errno : EDOM;
        return x - x;
    }
    if (__builtin_fabsl(x) > 0x1p52L)
        return right_angles ? cos((double)x) : sin((double)x);
    quadrant = (reduce(x, &r) + right_angles) & 3;
    r = quadrant & 1 ? small_cos(r) : small_sin(r);
    return quadrant & 2 ? -r : r;
}

API long double sinl(long double x)
{
    return x == 0 ? x : sine_of(x, 0);
}

API long double cosl(long double x)
{
    return sine_of(x, 1);
}

API long double tanl(long double x)
{
    return x == 0 ? x : sine_of(x, 0) / sine_of(x, 1);
}

/* From the double arc y: tan(atan(x) - y) = (x cos y - sin y) / (cos y + x sin y), so small that it is its own arc. */
API long double atanl(long double x)
{
    long double y, s, c;

    if (x == 0 || x != x)
        return x;
    if (__builtin_fabsl(x) > 0x1p120L)
        return __builtin_copysignl(pi / 2, x);
    y = atan((double)x);
    s = sinl(y);
    c = cosl(y);
    return y + (x * c - s) / (c + x * s);
}

API long double atan2l(long double y, long double x)
{
    long double angle;

    if (x != x || y != y)
        return x + y;
    if (__builtin_isinf(y))
        angle = __builtin_isinf(x) ? pi / 4 : pi / 2;
    else if (__builtin_isinf(x) || y == 0)
        angle = 0;
    else
        angle = x == 0 ? pi / 2 : atanl(__builtin_fabsl(y / x));
    return __builtin_copysignl(signbit(x) ? pi - angle : angle, y);
}

API long double asinl(long double x)
{
    return x == 0 ? x : atan2l(x, sqrtl((1 - x) * (1 + x)));
}

API long double acosl(long double x)
{
    return atan2l(sqrtl((1 - x) * (1 + x)), x);
}

API long double sinhl(long double x)
{
    long double a = __builtin_fabsl(x), e = a < 11350 ? expm1l(a) : 0;

    if (x == 0 || x != x)
        return x;
    if (a >= 11350)
        return __builtin_copysignl(expl(a / 2) / 2 * expl(a / 2), x);
    return __builtin_copysignl((e + e / (e + 1)) / 2, x);
}

API long double coshl(long double x)
{
    long double a = __builtin_fabsl(x), e = expl(a / 2);

    return a < 11350 ? (e * e + 1 / (e * e)) / 2 : e / 2 * e;
}

API long double tanhl(long double x)
{
    long double a = __builtin_fabsl(x), e;

    if (x == 0 || x != x)
        return x;
    if (a > 45)
        return __builtin_copysignl(1, x);
    e = expm1l(2 * a);
    return __builtin_copysignl(e / (e + 2), x);
}

API long double asinhl(long double x)
{
    long double a = __builtin_fabsl(x);

    if (x == 0 || !__builtin_isfinite(x))
        return x;
    if (a > 0x1p60L)
        return __builtin_copysignl(logl(a) + 0.693147180559945309417232121458176568L, x);
    return __builtin_copysignl(log1pl(a + a * a / (1 + sqrtl(1 + a * a))), x);
}

API long double acoshl(long double x)
{
    return x > 0x1p60L ? logl(x) + 0.693147180559945309417232121458176568L : log1pl(x - 1 + sqrtl((x - 1) * (x + 1)));
}

API long double atanhl(long double x)
{
    return x == 0 ? x : log1pl(2 * x / (1 - x)) / 2;
}
