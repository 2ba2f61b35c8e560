/*
 * mathl.c: long double (IEEE binary128) functions that newlib has only where long double is double. Those that ISO C defines
 * exactly are exact; the others start from the double function and correct it, which leaves an error of about 1e-32.
 *
 * Arithmetic on long double is software's (libgcc): some 100 instructions an operation. erfl, tgammal, lgammal and fmal are missing.
 * Exceptions and errno are Linux's: mathl_told.h.
 */
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/api.h"
#include "runtime/math/mathl_told.h"

typedef unsigned __int128 uint128;

#define BIAS 16383
#define FRACTION 112
#define EXPONENT_OF(bits) ((int)((bits) >> FRACTION & 0x7fff))
#define ONE_BIT ((uint128)1)
#define SIGN_BIT (ONE_BIT << 127)
#define TO_INTEGER 0x1p112L /* beyond it every number is whole */

static const long double ln2 = 0.693147180559945309417232121458176568L;
/* ln 2 in parts, the first with so few bits that its product with a quotient is exact. */
static const long double ln2_high = 0x1.62e42fefa39ef35793c7673p-1L, ln2_low = 0x1.f97b57a079a193394c5b16c5068cp-103L;

static uint128 bits_of(long double x)
{
    uint128 bits;

    __builtin_memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static long double from_bits(uint128 bits)
{
    long double x;

    __builtin_memcpy(&x, &bits, sizeof(x));
    return x;
}

/* ---- exact: signs, comparisons, whole numbers, exponents */

API long double fabsl(long double x)
{
    return from_bits(bits_of(x) & ~SIGN_BIT);
}

API long double copysignl(long double x, long double sign)
{
    return from_bits((bits_of(x) & ~SIGN_BIT) | (bits_of(sign) & SIGN_BIT));
}

API long double fmaxl(long double x, long double y)
{
    return y != y || isgreater(x, y) || (x == y && !signbit(x)) ? x : y;
}

API long double fminl(long double x, long double y)
{
    return y != y || isless(x, y) || (x == y && signbit(x)) ? x : y;
}

API long double fdiml(long double x, long double y)
{
    long double difference = islessequal(x, y) ? 0 : x - y;

    if (__builtin_isinf(difference) && __builtin_isfinite(x) && __builtin_isfinite(y))
        errno = ERANGE;
    return difference;
}

API long double truncl(long double x)
{
    uint128 bits = bits_of(x);
    int exponent = EXPONENT_OF(bits) - BIAS;

    if (exponent >= FRACTION)
        return x;
    if (exponent < 0)
        return __builtin_copysignl(0, x);
    return from_bits(bits & ~((ONE_BIT << (FRACTION - exponent)) - 1));
}

API long double floorl(long double x)
{
    long double whole = truncl(x);

    return isgreater(whole, x) ? whole - 1 : whole;
}

API long double ceill(long double x)
{
    long double whole = truncl(x);

    return isless(whole, x) ? __builtin_copysignl(whole + 1, x) : whole;
}

API long double roundl(long double x)
{
    long double whole = truncl(x);

    return __builtin_isfinite(x) && __builtin_fabsl(x - whole) >= 0.5L ? whole + __builtin_copysignl(1, x) : whole;
}

API long double roundevenl(long double x)
{
    long double y = roundl(x);

    return __builtin_isfinite(x) && __builtin_fabsl(x - y) == 0.5L ? __builtin_copysignl(2 * roundl(x / 2), x) : y;
}

/* Adding so much that no fraction is left rounds as the current mode says. */
API long double rintl(long double x)
{
    volatile long double moved = __builtin_copysignl(TO_INTEGER, x);

    if (!isless(__builtin_fabsl(x), TO_INTEGER))
        return x;
    moved = x + moved;
    return __builtin_copysignl(moved - __builtin_copysignl(TO_INTEGER, x), x);
}

API long double nearbyintl(long double x)
{
    int inexact = fetestexcept(FE_INEXACT);
    volatile long double y = rintl(x);

    if (!inexact)
        feclearexcept(FE_INEXACT);
    return y;
}

API long lrintl(long double x)
{
    return (long)rintl(x);
}

API long long llrintl(long double x)
{
    return (long long)rintl(x);
}

API long lroundl(long double x)
{
    return (long)roundl(x);
}

API long long llroundl(long double x)
{
    return (long long)roundl(x);
}

API long double modfl(long double x, long double *whole)
{
    *whole = truncl(x);
    return __builtin_copysignl(__builtin_isinf(x) ? 0 : x - *whole, x);
}

static long double scale(long double x, long n)
{
    n = n > 50000 ? 50000 : n < -50000 ? -50000
                                       : n; /* infinity, and 0 */
    for (; n > BIAS; n -= BIAS)
        x *= 0x1p16383L;
    for (; n < 1 - BIAS; n += BIAS - FRACTION - 2)
        x *= 0x1p-16269L; /* what is not normal here vanishes in the last step, which else is the only one to round */
    return x * from_bits((uint128)(n + BIAS) << FRACTION);
}

API long double scalblnl(long double x, long n)
{
    long double y = x == 0 || !__builtin_isfinite(x) ? x + x : scale(x, n);

    if (__builtin_isfinite(x) && x != 0 && (__builtin_isinf(y) || y == 0))
        errno = ERANGE;
    return y;
}

API long double scalbnl(long double x, int n)
{
    return scalblnl(x, n);
}

API long double ldexpl(long double x, int n)
{
    return scalblnl(x, n);
}

API long double frexpl(long double x, int *exponent)
{
    uint128 bits = bits_of(x);

    *exponent = 0;
    if (x == 0 || !__builtin_isfinite(x))
        return x;
    if (EXPONENT_OF(bits) == 0) {
        x = frexpl(x * 0x1p120L, exponent);
        *exponent -= 120;
        return x;
    }
    *exponent = EXPONENT_OF(bits) - BIAS + 1;
    return from_bits((bits & ~((uint128)0x7fff << FRACTION)) | (uint128)(BIAS - 1) << FRACTION);
}

API int ilogbl(long double x)
{
    int exponent;

    if (x == 0 || !__builtin_isfinite(x)) {
        errno = EDOM;
        feraiseexcept(FE_INVALID);
        return x == 0 ? FP_ILOGB0 : x != x ? FP_ILOGBNAN
                                           : INT_MAX;
    }
    frexpl(x, &exponent);
    return exponent - 1;
}

API long double logbl(long double x)
{
    if (x == 0 || !__builtin_isfinite(x))
        return x == 0 ? -1 / __builtin_fabsl(x) : x * x;
    return ilogbl(x);
}

/* Long division of the mantissas: one bit of the quotient after the other; none of it rounds. */
API long double fmodl(long double x, long double y)
{
    long double a = __builtin_fabsl(x), b = __builtin_fabsl(y);
    uint128 rest, divisor;
    int n, eb;

    if (x != x || y != y)
        return x + y;
    if (b == 0 || __builtin_isinf(x)) {
        errno = EDOM;
        return (x - x) / (x - x);
    }
    if (a < b || __builtin_isinf(b))
        return x;
    rest = (uint128)(frexpl(a, &n) * 0x1p113L);
    divisor = (uint128)(frexpl(b, &eb) * 0x1p113L);
    for (n -= eb;; n--) {
        if (rest >= divisor)
            rest -= divisor;
        if (n == 0 || rest == 0)
            break;
        rest <<= 1;
    }
    return __builtin_copysignl(scale((long double)rest, eb - FRACTION - 1), x);
}

/* The nearest whole quotient, of two the even one: its lowest bits with its sign, and what is left. */
API long double remquol(long double x, long double y, int *quotient)
{
    long double a = __builtin_fabsl(x), b = __builtin_fabsl(y);
    int n = 0;

    *quotient = 0;
    if (!__builtin_isfinite(x) || b == 0 || y != y)
        return x != x || y != y ? x + y : (x - x) / (x - x);
    if (b <= LDBL_MAX / 8)
        a = fmodl(a, 8 * b);
    for (int i = 4; i > 1; i /= 2)
        if (b <= LDBL_MAX / i && a >= i * b)
            a -= i * b, n += i;
    while (b < 1 ? a + a >= b : a >= b / 2) {
        if ((b < 1 ? a + a == b : a == b / 2) && !(n & 1))
            break;
        a -= b, n++;
    }
    n &= 7;
    *quotient = !signbit(x) == !signbit(y) ? n : -n;
    return signbit(x) ? -a : a;
}

API long double remainderl(long double x, long double y)
{
    int quotient;

    if (x == x && y == y && (__builtin_isinf(x) || y == 0))
        errno = EDOM;
    return remquol(x, y, &quotient);
}

API long double nextafterl(long double x, long double to)
{
    uint128 bits = bits_of(x);

    if (x != x || to != to)
        return x + to;
    if (x == to)
        return to;
    bits = x == 0 ? 1 | (signbit(to) ? SIGN_BIT : 0) : (x < to) == (x > 0) ? bits + 1
                                                                           : bits - 1;
    if (EXPONENT_OF(bits) == 0)
        feraiseexcept(FE_UNDERFLOW | FE_INEXACT);
    else if (EXPONENT_OF(bits) == 2 * BIAS + 1 && __builtin_isfinite(x))
        feraiseexcept(FE_OVERFLOW | FE_INEXACT);
    else
        return from_bits(bits);
    if (x != 0 && __builtin_isfinite(x))
        errno = ERANGE;
    return from_bits(bits);
}

API long double nexttowardl(long double x, long double to)
{
    return nextafterl(x, to);
}

/*
 * The root of a whole number of 225 bits or more, which a step of Newton's method finds but for its last places; products and what is
 * left are exact modulo 2^128. What is added at the end rounds in the current mode and says FE_INEXACT; the steps before do not count.
 */
API long double sqrtl(long double x)
{
    long double m, y;
    uint128 root;
    __int128 rest;
    int exponent, inexact;

    if (x == 0 || x != x || x == __builtin_infl())
        return x + x;
    if (x < 0) {
        errno = EDOM;
        return (x - x) / (x - x);
    }
    inexact = fetestexcept(FE_INEXACT);
    m = frexpl(x, &exponent);
    m = exponent & 1 ? m * 2 : m * 4; /* [1, 4) */
    y = __builtin_sqrt((double)m);
    y = (y + m / y) / 2;
    root = (uint128)(y * TO_INTEGER);
    rest = (__int128)(((uint128)(m * TO_INTEGER) << FRACTION) - root * root);
    for (; rest < 0; root--)
        rest += (__int128)(2 * root - 1);
    for (; rest > (__int128)(2 * root); root++)
        rest -= (__int128)(2 * root + 1);
    y = (long double)root;
    if (rest != 0)
        y += rest > (__int128)root ? 0.75L : 0.25L;
    else if (!inexact)
        feclearexcept(FE_INEXACT);
    return scale(y, (exponent - 2 + (exponent & 1)) / 2 - FRACTION);
}

static long double root_of_squares(long double x, long double y)
{
    long double a = __builtin_fabsl(x), b = __builtin_fabsl(y);
    int exponent;

    if (__builtin_isinf(a) || __builtin_isinf(b))
        return __builtin_infl();
    if (x != x || y != y || a == 0 || b == 0)
        return a + b;
    frexpl(a > b ? a : b, &exponent);
    a = scale(a, -exponent);
    b = scale(b, -exponent);
    return scale(sqrtl(a * a + b * b), exponent);
}
TOLD_OF_TWO(hypotl, root_of_squares)

/* ---- exponentials and logarithms */

/* e^r - 1 for |r| <= 0.35: the series on r / 64, then (1 + t)^2 - 1 = t (t + 2) six times. */
static long double small_expm1(long double r)
{
    long double x = r / 64, term = x, sum = 0;

    for (int i = 2; i < 18; i++) {
        sum += term;
        term *= x / i;
    }
    for (int i = 0; i < 6; i++)
        sum *= sum + 2;
    return sum;
}

static long double exponential(long double x)
{
    long double k;

    if (!__builtin_isfinite(x))
        return x == -__builtin_infl() ? 0 : x;
    x = x > 12000 ? 12000 : x < -12000 ? -12000
                                       : x; /* infinity, and 0 */
    k = rintl(x / ln2);
    return scale(1 + small_expm1(x - k * ln2_high - k * ln2_low), (long)k);
}
TOLD(expl, exponential, FE_OVERFLOW)

static long double exponential_less_1(long double x)
{
    if (__builtin_fabsl(x) < 0x1p-120L)
        return x;
    return __builtin_fabsl(x) < 0.35L ? small_expm1(x) : exponential(x) - 1;
}
TOLD(expm1l, exponential_less_1, FE_OVERFLOW)

static long double power_of_2(long double x)
{
    long double k = rintl(x);

    if (!(__builtin_fabsl(x) < 17000))
        return exponential(x * ln2);
    return scale(1 + small_expm1((x - k) * ln2), (long)k);
}
TOLD(exp2l, power_of_2, FE_OVERFLOW)

/* ln(1 + d) for 1 + d near 1: from the double logarithm by one step of Halley's method. */
static long double near_log1p(long double d)
{
    long double y = log1p((double)d), e = small_expm1(y);

    return y + 2 * (d - e) / (d + e + 2);
}

static long double logarithm(long double x)
{
    long double m;
    int k;

    if (!(x > 0) || __builtin_isinf(x))
        return x == 0 ? -__builtin_infl() : x < 0 ? __builtin_nanl("")
                                                  : x;
    m = frexpl(x, &k);
    if (m < 0.70710678L)
        m *= 2, k--;
    return k * ln2_high + (near_log1p(m - 1) + k * ln2_low);
}
TOLD(logl, logarithm, FE_DIVBYZERO)

static long double logarithm_of_1_more(long double x)
{
    return x > -0.25L && x < 0.25L ? (x == 0 ? x : near_log1p(x)) : logarithm(1 + x);
}
TOLD(log1pl, logarithm_of_1_more, FE_DIVBYZERO)

static long double logarithm_to_2(long double x)
{
    int k;
    long double m = frexpl(x, &k);

    if (!(x > 0) || __builtin_isinf(x))
        return logarithm(x);
    if (m < 0.70710678L)
        m *= 2, k--;
    return k + near_log1p(m - 1) / ln2;
}
TOLD(log2l, logarithm_to_2, FE_DIVBYZERO)

static long double logarithm_to_10(long double x)
{
    return logarithm(x) / 2.30258509299404568401799145468436421L;
}
TOLD(log10l, logarithm_to_10, FE_DIVBYZERO)

/* A double that lies where x lies: of the same sign and class, on the same side of 1, as whole and as odd as x. */
static double like(long double x)
{
    double sign = signbit(x) ? -1 : 1;
    long double a = __builtin_fabsl(x);

    if (a == 0 || a != a || __builtin_isinf(a))
        return (double)x;
    if (truncl(a) == a)
        return sign * (a == 1 ? 1 : fmodl(a, 2) == 1 ? 3
                                                     : 2);
    return sign * (a < 1 ? 0.5 : 1.5);
}

static long double power_of(long double x, long double y)
{
    long double power = 1, base = x;
    bool odd = __builtin_fabsl(y) < TO_INTEGER * 2 && fmodl(y, 2) != 0;

    if (x != x || y != y)
        return x == 1 || y == 0 ? 1 : x + y;
    if (x == 0 || y == 0 || x == 1 || __builtin_isinf(x) || __builtin_isinf(y) || (x < 0 && truncl(y) != y))
        return pow(like(x), like(y)); /* what C defines for them does not depend on the rest of their digits */
    if (truncl(y) == y && __builtin_fabsl(y) <= 1024) {
        for (unsigned n = (unsigned)__builtin_fabsl(y); n; n >>= 1, base *= base)
            if (n & 1)
                power *= base;
        if (__builtin_isfinite(power) && power != 0)
            return y < 0 ? 1 / power : power;
    }
    power = exponential(y * logarithm(__builtin_fabsl(x)));
    return x < 0 && odd ? -power : power;
}
TOLD_OF_TWO(powl, power_of)

static long double power_of_10(long double x)
{
    return power_of(10, x);
}
TOLD(exp10l, power_of_10, FE_OVERFLOW)

static long double cube_root(long double x)
{
    long double m, y;
    int k, rest;

    if (x == 0 || !__builtin_isfinite(x))
        return x;
    m = frexpl(x, &k);
    rest = (k % 3 + 3) % 3;
    m = scale(m, rest);
    y = cbrt((double)m);
    for (int i = 0; i < 2; i++)
        y -= (y * y * y - m) / (3 * y * y);
    return scale(y, (k - rest) / 3);
}
TOLD(cbrtl, cube_root, 0)
