/*
 * math_errno.c: errors of domain and range in errno, and values at the edges, as on Linux. newlib's functions tell errors in its POSIX
 * mode (runtime_start sets it), in which some would have other values than IEEE 754 and Linux. Those stand here around what
 * computes inside newlib, for double and float alike.
 */
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "runtime/api.h"

/* What newlib's own wrappers call. */
#define DECLARE(type, f) \
    type __ieee754_fmod##f(type x, type y); \
    type __ieee754_remainder##f(type x, type y); \
    type __ieee754_cosh##f(type x); \
    type __ieee754_atanh##f(type x); \
    type __ieee754_j0##f(type x); \
    type __ieee754_j1##f(type x); \
    type __ieee754_jn##f(int n, type x); \
    type __ieee754_y0##f(type x); \
    type __ieee754_y1##f(type x); \
    type __ieee754_yn##f(int n, type x); \
    type __ieee754_gamma##f##_r(type x, int *sign); \
    type __ieee754_lgamma##f##_r(type x, int *sign);
DECLARE(double, )
DECLARE(float, f)
int __ieee754_rem_pio2f(float x, float *rest);
float __kernel_tanf(float x, float rest, int tangent);

/* Nothing, of arguments that are something. */
#define DEFINE_REMAINDER(type, name, compute) \
    API type name(type x, type y) \
    { \
        type rest = compute(x, y); \
        if (isnan(rest) && !isnan(x) && !isnan(y)) \
            errno = EDOM; \
        return rest; \
    }
DEFINE_REMAINDER(double, fmod, __ieee754_fmod)
DEFINE_REMAINDER(float, fmodf, __ieee754_fmodf)
DEFINE_REMAINDER(double, remainder, __ieee754_remainder)
DEFINE_REMAINDER(float, remainderf, __ieee754_remainderf)
DEFINE_REMAINDER(double, drem, __ieee754_remainder)
DEFINE_REMAINDER(float, dremf, __ieee754_remainderf)

/* The nearest whole quotient, of two the even one: its lowest bits with its sign, and what is left. newlib loses the sign of 1 / -1. */
#define DEFINE_QUOTIENT(type, f, most) \
    API type remquo##f(type x, type y, int *quotient) \
    { \
        type a = fabs##f(x), b = fabs##f(y); \
        int n = 0; \
        *quotient = 0; \
        if (!isfinite(x) || b == 0 || isnan(y)) \
            return isnan(x) || isnan(y) ? x + y : (x - x) / (y - y); \
        if (b <= (most) / 8) \
            a = fmod##f(a, 8 * b); \
        for (int i = 4; i > 1; i /= 2) \
            if (b <= (most) / (type)i && a >= (type)i * b) \
                a -= (type)i * b, n += i; \
        while (b < 1 ? a + a >= b : a >= b / 2) { \
            if ((b < 1 ? a + a == b : a == b / 2) && !(n & 1)) \
                break; \
            a -= b, n++; \
        } \
        n &= 7; \
        *quotient = !signbit(x) == !signbit(y) ? n : -n; \
        return signbit(x) ? -a : a; \
    }
DEFINE_QUOTIENT(double, , DBL_MAX)
DEFINE_QUOTIENT(float, f, FLT_MAX)

/* Of one argument: nothing is a domain error, infinity of a finite one a pole or an overflow. */
#define DEFINE_OF_ONE(type, name, compute) \
    API type name(type x) \
    { \
        type y = compute(x); \
        if (isnan(y) && !isnan(x)) \
            errno = EDOM; \
        else if (isinf(y) && isfinite(x)) \
            errno = ERANGE; \
        return y; \
    }
#define DEFINE_SIMPLE(type, f) \
    DEFINE_OF_ONE(type, cosh##f, __ieee754_cosh##f) \
    DEFINE_OF_ONE(type, atanh##f, __ieee754_atanh##f) \
    DEFINE_OF_ONE(type, j0##f, __ieee754_j0##f) \
    DEFINE_OF_ONE(type, j1##f, __ieee754_j1##f) \
    DEFINE_OF_ONE(type, y0##f, __ieee754_y0##f) \
    DEFINE_OF_ONE(type, y1##f, __ieee754_y1##f) \
    API type jn##f(int n, type x) \
    { \
        type y = __ieee754_jn##f(n, x); \
        if (y == 0 && x != 0 && isfinite(x)) \
            errno = ERANGE; \
        return y; \
    } \
    API type yn##f(int n, type x) \
    { \
        type y = __ieee754_yn##f(n, x); \
        if (x < 0) \
            errno = EDOM; \
        else if (isinf(y)) \
            errno = ERANGE; \
        return y; \
    }
DEFINE_SIMPLE(double, )
DEFINE_SIMPLE(float, f)

/* Of a whole number it is a factorial, which newlib computes by exp of a logarithm: (int) of its 5! were 119. */
static double gamma_r_whole(double x, int *sign)
{
    long double product = 1;

    if (!isgreaterequal(x, 1) || !isless(x, 172) || floor(x) != x)
        return __ieee754_gamma_r(x, sign);
    for (int i = 2; i < (int)x; i++)
        product *= i;
    return (double)product;
}

/* `tiny`: what lies below is 1/x, in which newlib's reflection would lose x * x. (x - x) / (x - x) is nothing and says FE_INVALID. */
#define DEFINE_GAMMA(type, f, tiny, gamma_r, lgamma_r) \
    API type tgamma##f(type x) \
    { \
        int sign = 1; \
        type y; \
        if (x == 0 || (isless(x, 0) && floor##f(x) == x)) { /* also of -infinity */ \
            errno = x == 0 ? ERANGE : EDOM; \
            return x == 0 ? 1 / x : (x - x) / (x - x); \
        } \
        y = isless(fabs##f(x), (tiny)) ? 1 / x : gamma_r(x, &sign); \
        if (sign < 0) \
            y = -y; \
        if (isinf(y) && x < 0) /* between 0 and the first pole: newlib may lose the sign */ \
            y = (type)-INFINITY; \
        if (isfinite(x) && (isinf(y) || y == 0)) \
            errno = ERANGE; \
        return y; \
    } \
    static type log_gamma##f(type x, int *sign) \
    { \
        type y; \
        if (isless(fabs##f(x), (tiny))) { \
            *sign = signbit(x) ? -1 : 1; \
            y = -log##f(fabs##f(x)); \
        } else { \
            y = lgamma_r(x, sign); \
        } \
        if (isinf(y) && isfinite(x)) \
            errno = ERANGE; \
        return y; \
    } \
    API type lgamma##f##_r(type x, int *sign) \
    { \
        return log_gamma##f(x, sign); \
    } \
    API type lgamma##f(type x) \
    { \
        return log_gamma##f(x, &signgam); \
    } \
    API type gamma##f(type x) /* as in BSD and glibc; newlib's is tgamma */ \
    { \
        return log_gamma##f(x, &signgam); \
    }
#define GAMMAF(x, sign) ((float)gamma_r_whole((double)(x), sign))
#define LGAMMAF(x, sign) (isless(x, 0) && (x) > -20 ? (float)__ieee754_lgamma_r((double)(x), sign) : __ieee754_lgammaf_r(x, sign))
DEFINE_GAMMA(double, , 0x1p-60, gamma_r_whole, __ieee754_lgamma_r)
DEFINE_GAMMA(float, f, 0x1p-30f, GAMMAF, LGAMMAF)

/* As good as float can be; newlib's own are some last places off. */
API float cbrtf(float x)
{
    return (float)cbrt((double)x);
}

API float tanf(float x)
{
    float rest[2] = { x, 0 };
    int quadrant = 0;

    if (isnan(x)) /* comparing it raises an exception */
        return x;
    if (!(fabsf(x) < 512)) { /* where newlib's reduction loses digits */
        if (isinf(x))
            errno = EDOM;
        return (float)tan((double)x);
    }
    if (fabsf(x) > 0.785398f)
        quadrant = __ieee754_rem_pio2f(x, rest);
    return __kernel_tanf(rest[0], rest[1], quadrant & 1 ? -1 : 1);
}

API float hypotf(float x, float y)
{
    float sum;

    if (isinf(x) || isinf(y))
        return INFINITY;
    sum = (float)sqrt((double)x * (double)x + (double)y * (double)y);
    if (isinf(sum))
        errno = ERANGE;
    return sum;
}

/*
 * The longest side of a right triangle: Borges, "An improved algorithm for hypot(a, b)", 2019, which glibc has, too. What rounding
 * took from the root shows in a difference that is exact, if every product and sum is rounded by itself.
 */
__attribute__((optimize("fp-contract=off"))) static double hypotenuse(double a, double b)
{
    double h = sqrt(a * a + b * b), rest, high, low;

    if (h <= 2 * b) {
        rest = h - b;
        high = a * (2 * rest - a);
        low = (rest - 2 * (a - b)) * rest;
    } else {
        rest = h - a;
        high = 2 * rest * (a - 2 * b);
        low = (4 * rest - b) * b + rest * rest;
    }
    return h - (high + low) / (2 * h);
}

API double hypot(double x, double y)
{
    double a = fmax(fabs(x), fabs(y)), b = fmin(fabs(x), fabs(y)), factor = 1;

    if (isinf(x) || isinf(y))
        return INFINITY;
    if (isnan(x) || isnan(y))
        return x + y;
    if (a > 0x1p511) /* squares would not fit */
        factor = 0x1p-600;
    else if (b < 0x1p-459) /* or lose digits */
        factor = 0x1p600;
    if (b <= a * 0x1p-54)
        a += b;
    else
        a = hypotenuse(a * factor, b * factor) / factor;
    if (isinf(a))
        errno = ERANGE;
    return a;
}

/* x times a power of 2. Steps keep 53 bits away from the least normal number, so that it is rounded once. */
static double scale(double x, int n)
{
    uint64_t bits;
    double y = x, power;

    for (int i = 0; i < 2 && n > 1023; i++, n -= 1023)
        y *= 0x1p1023;
    for (int i = 0; i < 2 && n < -1022; i++, n += 1022 - 53)
        y *= 0x1p-1022 * 0x1p53;
    n = n > 1023 ? 1023 : n < -1022 ? -1022
                                    : n;
    bits = (uint64_t)(n + 1023) << 52;
    memcpy(&power, &bits, sizeof(power));
    y *= power;
    if (isfinite(x) && x != 0 && (isinf(y) || y == 0))
        errno = ERANGE;
    return y;
}

static float scalef(float x, int n)
{
    float y = (float)scale((double)x, n < -300 ? -300 : n > 300 ? 300
                                                                : n);

    if (isfinite(x) && x != 0 && (isinf(y) || y == 0))
        errno = ERANGE;
    return y;
}

static int within(long n)
{
    return n > INT_MAX ? INT_MAX : n < INT_MIN ? INT_MIN
                                               : (int)n;
}

API double scalbn(double x, int n) { return scale(x, n); }
API double scalbln(double x, long n) { return scale(x, within(n)); }
API double ldexp(double x, int n) { return scale(x, n); }
API float scalbnf(float x, int n) { return scalef(x, n); }
API float scalblnf(float x, long n) { return scalef(x, within(n)); }
API float ldexpf(float x, int n) { return scalef(x, n); }

#define DEFINE_SCALB(type, f) \
    API type scalb##f(type x, type n) \
    { \
        type y; \
        if (isfinite(n) && rint##f(n) == n) \
            return scalbln##f(x, n > 100000 ? 100000 : n < -100000 ? -100000 \
                                                                   : (long)n); \
        y = isfinite(n) ? (n - n) / (n - n) : n < 0 ? x / -n \
                                                    : x * n; \
        if (isnan(y) && !isnan(x) && !isnan(n)) \
            errno = EDOM; \
        return y; \
    }
DEFINE_SCALB(double, )
DEFINE_SCALB(float, f)

/* newlib has infinity for fdim(-infinity, x). */
#define DEFINE_DIFFERENCE(type, f) \
    API type fdim##f(type x, type y) \
    { \
        type difference = islessequal(x, y) ? 0 : x - y; \
        if (isinf(difference) && isfinite(x) && isfinite(y)) \
            errno = ERANGE; \
        return difference; \
    } \
    API int ilogb##f(type x) \
    { \
        int exponent; \
        if (x != 0 && isfinite(x)) { \
            frexp##f(x, &exponent); \
            return exponent - 1; \
        } \
        errno = EDOM; \
        feraiseexcept(FE_INVALID); \
        return x == 0 ? FP_ILOGB0 : isnan(x) ? FP_ILOGBNAN \
                                             : INT_MAX; \
    }
DEFINE_DIFFERENCE(double, )
DEFINE_DIFFERENCE(float, f)

/* The numbers of one sign are in the order of their bits. */
#define DEFINE_NEXT(type, f, integer, least) \
    static type step##f(type x, bool up) \
    { \
        integer bits; \
        if (x == 0) \
            return up ? (least) : -(least); \
        memcpy(&bits, &x, sizeof(bits)); \
        bits += (x > 0) == up ? 1 : -1; \
        memcpy(&x, &bits, sizeof(bits)); \
        return x; \
    } \
    static type next##f(type x, bool up) \
    { \
        type y = step##f(x, up); \
        if (x != 0 && isfinite(x) && !isnormal(y)) \
            errno = ERANGE; \
        return y; \
    } \
    API type nextafter##f(type x, type y) \
    { \
        if (isnan(x) || isnan(y)) \
            return x + y; \
        return x == y ? y : next##f(x, x < y); \
    } \
    API type nexttoward##f(type x, long double y) \
    { \
        if (isnan(x) || isnan(y)) \
            return x + (type)y; \
        return (long double)x == y ? (type)y : next##f(x, (long double)x < y); \
    }
DEFINE_NEXT(double, , int64_t, 0x1p-1074)
DEFINE_NEXT(float, f, int32_t, 0x1p-149f)
