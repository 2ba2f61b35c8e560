/*
 * complexl.c: complex functions of long double. newlib's are wrong: it compiles them without a declaration of the real ones. The inverse
 * functions are Kahan's ("Branch cuts for complex elementary functions"), of which the signs of zeros come out right.
 * catan and catanh stand here for double and float, too: newlib's are infinite on the imaginary axis beyond i.
 */
#include <complex.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "runtime/api.h"

typedef long double complex complexl;

static const long double half_pi = 1.57079632679489661923132169163975144L;

static complexl pair(long double x, long double y)
{
    return __builtin_complex(x, y);
}

/* i z and -i z, without a product. */
static complexl times_i(complexl z) { return pair(-cimagl(z), creall(z)); }
static complexl over_i(complexl z) { return pair(cimagl(z), -creall(z)); }

API long double cabsl(complexl z) { return hypotl(creall(z), cimagl(z)); }
API long double cargl(complexl z) { return atan2l(cimagl(z), creall(z)); }

API complexl cexpl(complexl z)
{
    long double x = creall(z), y = cimagl(z), size = expl(x);

    if (y == 0)
        return pair(size, y);
    if (!isfinite(y) && isinf(x))
        return x < 0 ? pair(0, 0) : pair(x, y - y);
    return pair(size * cosl(y), size * sinl(y));
}

API complexl clogl(complexl z)
{
    long double x = fabsl(creall(z)), y = fabsl(cimagl(z)), size = hypotl(x, y), more = fmaxl(x, y), less = fminl(x, y);

    if (isgreater(size, 0.5L) && isless(size, 2))
        return pair(log1pl((more - 1) * (more + 1) + less * less) / 2, cargl(z));
    return pair(logl(size), cargl(z));
}

API complexl csqrtl(complexl z)
{
    long double x = creall(z), y = cimagl(z), scale = 1, root;

    if (isinf(y))
        return pair(fabsl(y), y);
    if (x == 0 && y == 0)
        return pair(0, y);
    if (fabsl(x) > LDBL_MAX / 4 || fabsl(y) > LDBL_MAX / 4)
        x /= 16, y /= 16, scale = 4;
    root = sqrtl((fabsl(x) + hypotl(x, y)) / 2);
    if (x >= 0 || isnan(x))
        return pair(scale * root, scale * (y / (2 * root)));
    return pair(scale * (fabsl(y) / (2 * root)), copysignl(scale * root, y));
}

API complexl cpowl(complexl z, complexl w) { return cexpl(w * clogl(z)); }

API complexl csinhl(complexl z)
{
    long double x = creall(z), y = cimagl(z);

    return y == 0 ? pair(sinhl(x), y) : pair(sinhl(x) * cosl(y), coshl(x) * sinl(y));
}

API complexl ccoshl(complexl z)
{
    long double x = creall(z), y = cimagl(z);

    return y == 0 ? pair(coshl(x), copysignl(0, x) * y) : pair(coshl(x) * cosl(y), sinhl(x) * sinl(y));
}

API complexl ctanhl(complexl z)
{
    long double x = creall(z), y = cimagl(z), tangent = tanl(y), more = 1 + tangent * tangent, s = sinhl(x);

    if (fabsl(x) > 100)
        return pair(copysignl(1, x), copysignl(0, isfinite(y) ? sinl(2 * y) : y));
    return pair(more * sqrtl(1 + s * s) * s / (1 + more * s * s), tangent / (1 + more * s * s));
}

API complexl csinl(complexl z) { return over_i(csinhl(times_i(z))); }
API complexl ccosl(complexl z) { return ccoshl(times_i(z)); }
API complexl ctanl(complexl z) { return over_i(ctanhl(times_i(z))); }

API complexl casinl(complexl z)
{
    complexl less = csqrtl(pair(1 - creall(z), -cimagl(z))), more = csqrtl(pair(1 + creall(z), cimagl(z)));

    return pair(atan2l(creall(z), creall(less) * creall(more) - cimagl(less) * cimagl(more)),
                asinhl(creall(less) * cimagl(more) - cimagl(less) * creall(more)));
}

API complexl cacosl(complexl z)
{
    complexl less = csqrtl(pair(1 - creall(z), -cimagl(z))), more = csqrtl(pair(1 + creall(z), cimagl(z)));

    return pair(2 * atan2l(creall(less), creall(more)), asinhl(creall(more) * cimagl(less) - cimagl(more) * creall(less)));
}

API complexl cacoshl(complexl z)
{
    complexl less = csqrtl(pair(creall(z) - 1, cimagl(z))), more = csqrtl(pair(creall(z) + 1, cimagl(z)));

    return pair(asinhl(creall(less) * creall(more) + cimagl(less) * cimagl(more)), 2 * atan2l(cimagl(less), creall(more)));
}

API complexl casinhl(complexl z) { return times_i(casinl(over_i(z))); }

/* `large`: beyond it 1 / z is as good, and squares overflow. Of x the sign is left out, beside which digits would be lost near -1. */
#define DEFINE_ARC_TANGENTS(type, f, large) \
    API type complex catanh##f(type complex z) \
    { \
        type x = creal##f(z), y = cimag##f(z), a = fabs##f(x), size; \
        if (isgreater(a, (large)) || isgreater(fabs##f(y), (large))) { \
            size = hypot##f(x, y); \
            return __builtin_complex(copysign##f(isinf(size) ? 0 : a / size / size, x), copysign##f((type)half_pi, y)); \
        } \
        return __builtin_complex(copysign##f(log1p##f(4 * a / ((1 - a) * (1 - a) + y * y)) / 4, x), \
                                 atan2##f(2 * y, (1 - a) * (1 + a) - y * y) / 2); \
    } \
    API type complex catan##f(type complex z) \
    { \
        type complex w = catanh##f(__builtin_complex(-cimag##f(z), creal##f(z))); \
        return __builtin_complex(cimag##f(w), -creal##f(w)); \
    }
DEFINE_ARC_TANGENTS(double, , 1e150)
DEFINE_ARC_TANGENTS(float, f, 1e18f)
DEFINE_ARC_TANGENTS(long double, l, 1e2400L)
