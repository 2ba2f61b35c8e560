/*
 * complex.c: complex functions, those of float by way of double. newlib's long double ones are compiled without a declaration of the
 * real ones, and its others compute `x + y * I`: where y is infinite, x is a NaN then, signs of zeros are lost, and with them the sides
 * of branch cuts. The inverse functions are Kahan's ("Branch cuts for complex elementary functions").
 */
#include <complex.h>
#include <float.h>
#include <math.h>

#include "runtime/api.h"

#define pair __builtin_complex

static const long double half_pi = 1.57079632679489661923132169163975144L;

/* e^x may be too large where e^x cos y is not. `most`: the largest number; near it a sum of squares would be too large. */
#define DEFINE_POWERS(type, f, most) \
    API type complex cexp##f(type complex z) \
    { \
        type x = creal##f(z), y = cimag##f(z), size = exp##f(x); \
        if (y == 0) \
            return pair(size, y); \
        if (!isfinite(y) && isinf(x)) \
            return x < 0 ? pair((type)0, (type)0) : pair(x, y - y); \
        if (isinf(size) && isfinite(x)) { \
            size = exp##f(x / 2); \
            return pair(size * cos##f(y) * size, size * sin##f(y) * size); \
        } \
        return pair(size * cos##f(y), size * sin##f(y)); \
    } \
    API type complex clog##f(type complex z) \
    { \
        type x = fabs##f(creal##f(z)), y = fabs##f(cimag##f(z)), size = hypot##f(x, y); \
        type more = fmax##f(x, y), less = fmin##f(x, y); \
        if (isgreater(size, (type)0.5) && isless(size, 2)) \
            return pair(log1p##f((more - 1) * (more + 1) + less * less) / 2, carg##f(z)); \
        return pair(log##f(size), carg##f(z)); \
    } \
    API type complex cpow##f(type complex z, type complex w) \
    { \
        return cexp##f(w * clog##f(z)); \
    } \
    API type complex csqrt##f(type complex z) \
    { \
        type x = creal##f(z), y = cimag##f(z), scale = 1, root; \
        if (isinf(y)) \
            return pair(fabs##f(y), y); \
        if (x == 0 && y == 0) \
            return pair((type)0, y); \
        if (fabs##f(x) > (most) / 4 || fabs##f(y) > (most) / 4) \
            x /= 16, y /= 16, scale = 4; \
        root = sqrt##f((fabs##f(x) + hypot##f(x, y)) / 2); \
        if (x >= 0 || isnan(x)) \
            return pair(scale * root, scale * (y / (2 * root))); \
        return pair(scale * (fabs##f(y) / (2 * root)), copysign##f(scale * root, y)); \
    }

/* i z and -i z, without a product. */
#define TIMES_I(z, f) pair(-cimag##f(z), creal##f(z))
#define OVER_I(z, f) pair(cimag##f(z), -creal##f(z))

/* `large`: from here on the hyperbolic tangent is 1. */
#define DEFINE_HYPERBOLIC(type, f, large) \
    API type complex csinh##f(type complex z) \
    { \
        type x = creal##f(z), y = cimag##f(z); \
        return y == 0 ? pair(sinh##f(x), y) : pair(sinh##f(x) * cos##f(y), cosh##f(x) * sin##f(y)); \
    } \
    API type complex ccosh##f(type complex z) \
    { \
        type x = creal##f(z), y = cimag##f(z); \
        return y == 0 ? pair(cosh##f(x), copysign##f(0, x) * y) : pair(cosh##f(x) * cos##f(y), sinh##f(x) * sin##f(y)); \
    } \
    API type complex ctanh##f(type complex z) \
    { \
        type x = creal##f(z), y = cimag##f(z), tangent = tan##f(y), more = 1 + tangent * tangent, s; \
        if (fabs##f(x) > (large)) \
            return pair(copysign##f(1, x), copysign##f(0, isfinite(y) ? sin##f(2 * y) : y)); \
        s = sinh##f(x); \
        return pair(more * sqrt##f(1 + s * s) * s / (1 + more * s * s), tangent / (1 + more * s * s)); \
    } \
    API type complex csin##f(type complex z) \
    { \
        type complex w = csinh##f(TIMES_I(z, f)); \
        return OVER_I(w, f); \
    } \
    API type complex ccos##f(type complex z) \
    { \
        return ccosh##f(TIMES_I(z, f)); \
    } \
    API type complex ctan##f(type complex z) \
    { \
        type complex w = ctanh##f(TIMES_I(z, f)); \
        return OVER_I(w, f); \
    }

/* Of what is infinite only the angle is left. */
#define IS_INFINITE(z, f) (isinf(creal##f(z)) || isinf(cimag##f(z)))

#define DEFINE_INVERSE(type, f) \
    API type complex casin##f(type complex z) \
    { \
        type x = creal##f(z), y = cimag##f(z); \
        type complex less = csqrt##f(pair(1 - x, -y)), more = csqrt##f(pair(1 + x, y)); \
        if (IS_INFINITE(z, f)) \
            return pair(atan2##f(x, fabs##f(y)), copysign##f((type)INFINITY, y)); \
        return pair(atan2##f(x, creal##f(less) * creal##f(more) - cimag##f(less) * cimag##f(more)), \
                    asinh##f(creal##f(less) * cimag##f(more) - cimag##f(less) * creal##f(more))); \
    } \
    API type complex cacos##f(type complex z) \
    { \
        type x = creal##f(z), y = cimag##f(z); \
        type complex less = csqrt##f(pair(1 - x, -y)), more = csqrt##f(pair(1 + x, y)); \
        if (IS_INFINITE(z, f)) \
            return pair(atan2##f(fabs##f(y), x), copysign##f((type)INFINITY, -y)); \
        return pair(2 * atan2##f(creal##f(less), creal##f(more)), \
                    asinh##f(creal##f(more) * cimag##f(less) - cimag##f(more) * creal##f(less))); \
    } \
    API type complex cacosh##f(type complex z) \
    { \
        type x = creal##f(z), y = cimag##f(z); \
        type complex less = csqrt##f(pair(x - 1, y)), more = csqrt##f(pair(x + 1, y)); \
        if (IS_INFINITE(z, f)) \
            return pair((type)INFINITY, atan2##f(y, x)); \
        return pair(asinh##f(creal##f(less) * creal##f(more) + cimag##f(less) * cimag##f(more)), \
                    2 * atan2##f(cimag##f(less), creal##f(more))); \
    } \
    API type complex casinh##f(type complex z) \
    { \
        type complex w = casin##f(OVER_I(z, f)); \
        return TIMES_I(w, f); \
    }

/* `large`: beyond it 1 / z is as good, and squares overflow. Of x the sign is left out, beside which digits would be lost near -1. */
#define DEFINE_ARC_TANGENTS(type, f, large) \
    API type complex catanh##f(type complex z) \
    { \
        type x = creal##f(z), y = cimag##f(z), a = fabs##f(x), size; \
        if (isgreater(a, (large)) || isgreater(fabs##f(y), (large))) { \
            size = hypot##f(x, y); \
            return pair(copysign##f(isinf(size) ? 0 : a / size / size, x), copysign##f((type)half_pi, y)); \
        } \
        return pair(copysign##f(log1p##f(4 * a / ((1 - a) * (1 - a) + y * y)) / 4, x), \
                    atan2##f(2 * y, (1 - a) * (1 + a) - y * y) / 2); \
    } \
    API type complex catan##f(type complex z) \
    { \
        type complex w = catanh##f(TIMES_I(z, f)); \
        return OVER_I(w, f); \
    }

DEFINE_POWERS(double, , DBL_MAX)
DEFINE_POWERS(long double, l, LDBL_MAX)
DEFINE_HYPERBOLIC(double, , 40)
DEFINE_HYPERBOLIC(long double, l, 100)
DEFINE_INVERSE(double, )
DEFINE_INVERSE(long double, l)
DEFINE_ARC_TANGENTS(double, , 0x1p500)
DEFINE_ARC_TANGENTS(long double, l, 0x1p8000L)

API long double cabsl(long double complex z) { return hypotl(creall(z), cimagl(z)); }
API long double cargl(long double complex z) { return atan2l(cimagl(z), creall(z)); }

#define DEFINE_FLOAT(name) \
    API float complex name##f(float complex z) \
    { \
        return (float complex)name((double complex)z); \
    }
DEFINE_FLOAT(cexp)
DEFINE_FLOAT(clog)
DEFINE_FLOAT(csqrt)
DEFINE_FLOAT(csinh)
DEFINE_FLOAT(ccosh)
DEFINE_FLOAT(ctanh)
DEFINE_FLOAT(csin)
DEFINE_FLOAT(ccos)
DEFINE_FLOAT(ctan)
DEFINE_FLOAT(casin)
DEFINE_FLOAT(cacos)
DEFINE_FLOAT(cacosh)
DEFINE_FLOAT(casinh)
DEFINE_FLOAT(catan)
DEFINE_FLOAT(catanh)

API float complex cpowf(float complex z, float complex w) { return (float complex)cpow((double complex)z, (double complex)w); }
