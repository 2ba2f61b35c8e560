/*
 * tgmath.h: <math.h> and <complex.h> by the types of their arguments. newlib's is wrong on RISC-V: its macros have no parentheses
 * around ?:, and know no long double.
 */
#ifndef _TGMATH_H
#define _TGMATH_H
#include <complex.h>
#include <math.h>

__BEGIN_DECLS
/* Those that newlib does not declare. Not all can be linked: see docs/programs.md. */
long double erfl(long double x);
long double erfcl(long double x);
long double tgammal(long double x);
long double lgammal(long double x);
long double fmal(long double x, long double y, long double z);
__END_DECLS

#define BOWER_REAL(name, ...) __builtin_tgmath(name##f, name, name##l, __VA_ARGS__)
#define BOWER_BOTH(name, ...) __builtin_tgmath(name##f, name, name##l, c##name##f, c##name, c##name##l, __VA_ARGS__)

#define acos(z) BOWER_BOTH(acos, z)
#define asin(z) BOWER_BOTH(asin, z)
#define atan(z) BOWER_BOTH(atan, z)
#define acosh(z) BOWER_BOTH(acosh, z)
#define asinh(z) BOWER_BOTH(asinh, z)
#define atanh(z) BOWER_BOTH(atanh, z)
#define cos(z) BOWER_BOTH(cos, z)
#define sin(z) BOWER_BOTH(sin, z)
#define tan(z) BOWER_BOTH(tan, z)
#define cosh(z) BOWER_BOTH(cosh, z)
#define sinh(z) BOWER_BOTH(sinh, z)
#define tanh(z) BOWER_BOTH(tanh, z)
#define exp(z) BOWER_BOTH(exp, z)
#define log(z) BOWER_BOTH(log, z)
#define pow(z, w) BOWER_BOTH(pow, z, w)
#define sqrt(z) BOWER_BOTH(sqrt, z)
#define fabs(z) __builtin_tgmath(fabsf, fabs, fabsl, cabsf, cabs, cabsl, z)

#undef log2
#define atan2(y, x) BOWER_REAL(atan2, y, x)
#define cbrt(x) BOWER_REAL(cbrt, x)
#define ceil(x) BOWER_REAL(ceil, x)
#define copysign(x, y) BOWER_REAL(copysign, x, y)
#define erf(x) BOWER_REAL(erf, x)
#define erfc(x) BOWER_REAL(erfc, x)
#define exp2(x) BOWER_REAL(exp2, x)
#define expm1(x) BOWER_REAL(expm1, x)
#define fdim(x, y) BOWER_REAL(fdim, x, y)
#define floor(x) BOWER_REAL(floor, x)
#define fma(x, y, z) BOWER_REAL(fma, x, y, z)
#define fmax(x, y) BOWER_REAL(fmax, x, y)
#define fmin(x, y) BOWER_REAL(fmin, x, y)
#define fmod(x, y) BOWER_REAL(fmod, x, y)
#define frexp(x, exponent) BOWER_REAL(frexp, x, exponent)
#define hypot(x, y) BOWER_REAL(hypot, x, y)
#define ilogb(x) BOWER_REAL(ilogb, x)
#define ldexp(x, n) BOWER_REAL(ldexp, x, n)
#define lgamma(x) BOWER_REAL(lgamma, x)
#define llrint(x) BOWER_REAL(llrint, x)
#define llround(x) BOWER_REAL(llround, x)
#define log10(x) BOWER_REAL(log10, x)
#define log1p(x) BOWER_REAL(log1p, x)
#define log2(x) BOWER_REAL(log2, x)
#define logb(x) BOWER_REAL(logb, x)
#define lrint(x) BOWER_REAL(lrint, x)
#define lround(x) BOWER_REAL(lround, x)
#define nearbyint(x) BOWER_REAL(nearbyint, x)
#define nextafter(x, y) BOWER_REAL(nextafter, x, y)
#define nexttoward(x, y) BOWER_REAL(nexttoward, x, y)
#define remainder(x, y) BOWER_REAL(remainder, x, y)
#define remquo(x, y, quotient) BOWER_REAL(remquo, x, y, quotient)
#define rint(x) BOWER_REAL(rint, x)
#define round(x) BOWER_REAL(round, x)
#define scalbln(x, n) BOWER_REAL(scalbln, x, n)
#define scalbn(x, n) BOWER_REAL(scalbn, x, n)
#define tgamma(x) BOWER_REAL(tgamma, x)
#define trunc(x) BOWER_REAL(trunc, x)

#define carg(z) BOWER_REAL(carg, z)
#define cimag(z) BOWER_REAL(cimag, z)
#define conj(z) BOWER_REAL(conj, z)
#define cproj(z) BOWER_REAL(cproj, z)
#define creal(z) BOWER_REAL(creal, z)

#endif
