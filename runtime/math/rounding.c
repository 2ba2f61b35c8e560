/*
 * rounding.c: what of <math.h> the machine has as instructions, for double and float: the same results and exceptions as on Linux,
 * in every rounding mode. newlib 3.3 computes these functions in integers: there lround loses digits beyond 2^52, fmaf rounds
 * twice, sqrt and lrint do not say FE_INEXACT, and nearbyint does.
 */
#include <errno.h>
#include <fenv.h>
#include <math.h>

#include "runtime/api.h"

#pragma GCC optimize("no-math-errno") /* the built-in functions below are instructions then, and no calls */

/* `whole`: from here on every number is. The compiler may move nothing that raises exceptions past a question for them: volatile. */
#define DEFINE(type, f, whole) \
    API type rint##f(type x) \
    { \
        volatile type rounded; \
        if (!isless(__builtin_fabs##f(x), (whole))) \
            return isnan(x) ? x + x : x; \
        rounded = (type)__builtin_lrint##f(x); \
        return __builtin_copysign##f(rounded, x); \
    } \
    API type nearbyint##f(type x) \
    { \
        int inexact = fetestexcept(FE_INEXACT); \
        volatile type y = rint##f(x); \
        if (!inexact) \
            feclearexcept(FE_INEXACT); \
        return y; \
    } \
    API type roundeven##f(type x) /* half a number away from zero, unless that is odd */ \
    { \
        type y = round##f(x); \
        return isfinite(x) && __builtin_fabs##f(x - y) == (type)0.5 ? __builtin_copysign##f(2 * round##f(x / 2), x) : y; \
    } \
    API long lrint##f(type x) \
    { \
        return __builtin_lrint##f(x); \
    } \
    API long long llrint##f(type x) \
    { \
        return __builtin_lrint##f(x); \
    } \
    API long lround##f(type x) \
    { \
        return __builtin_lround##f(x); \
    } \
    API long long llround##f(type x) \
    { \
        return __builtin_lround##f(x); \
    } \
    API type fma##f(type x, type y, type z) \
    { \
        return __builtin_fma##f(x, y, z); \
    } \
    API type sqrt##f(type x) \
    { \
        if (isless(x, 0)) { /* otherwise the compiler would call sqrt for it */ \
            errno = EDOM; \
            return (x - x) / (x - x); \
        } \
        return __builtin_sqrt##f(x); \
    } \
    API type fmax##f(type x, type y) /* of a number and nothing the number, of two zeros the one above */ \
    { \
        if (isnan(x) || isnan(y)) \
            return isnan(x) ? y : x; \
        return x > y || (x == y && !signbit(x)) ? x : y; \
    } \
    API type fmin##f(type x, type y) \
    { \
        if (isnan(x) || isnan(y)) \
            return isnan(x) ? y : x; \
        return x < y || (x == y && signbit(x)) ? x : y; \
    } \
    API type modf##f(type x, type *whole_part) \
    { \
        type part = isnan(x) ? x + x : __builtin_trunc##f(x); \
        *whole_part = part; \
        return __builtin_copysign##f(isinf(x) ? 0 : x - part, x); \
    }
DEFINE(double, , 0x1p52)
DEFINE(float, f, 0x1p23f)
