/* math.h: newlib's, without the names that Linux's header leaves to programs, and with the functions of long double. */
#ifndef BOWER_MATH_H
#define BOWER_MATH_H
#define infinity newlib_infinity
#define infinityf newlib_infinityf
#define pow10 newlib_pow10
#define pow10f newlib_pow10f
#define pow10l newlib_pow10l
#include_next <math.h>
#undef infinity
#undef infinityf
#undef pow10
#undef pow10f
#undef pow10l
#undef M_TWOPI
#undef M_3PI_4
#undef M_SQRTPI
#undef M_SQRT3
#undef M_LOG2_E
/* These are log(x) / log(2), which misses every fifth power of two; the functions do not. */
#undef log2
#undef log2f

#if __ISO_C_VISIBLE >= 1999
__BEGIN_DECLS
long double acosl(long double x);
long double acoshl(long double x);
long double asinl(long double x);
long double asinhl(long double x);
long double atanl(long double x);
long double atanhl(long double x);
long double cbrtl(long double x);
long double ceill(long double x);
long double cosl(long double x);
long double coshl(long double x);
long double expl(long double x);
long double exp2l(long double x);
long double expm1l(long double x);
long double fabsl(long double x);
long double floorl(long double x);
long double logl(long double x);
long double log10l(long double x);
long double log1pl(long double x);
long double log2l(long double x);
long double logbl(long double x);
long double nearbyintl(long double x);
long double rintl(long double x);
long double roundl(long double x);
long double sinl(long double x);
long double sinhl(long double x);
long double sqrtl(long double x);
long double tanl(long double x);
long double tanhl(long double x);
long double truncl(long double x);
long double atan2l(long double x, long double y);
long double copysignl(long double x, long double y);
long double fdiml(long double x, long double y);
long double fmaxl(long double x, long double y);
long double fminl(long double x, long double y);
long double fmodl(long double x, long double y);
long double hypotl(long double x, long double y);
long double nextafterl(long double x, long double y);
long double nexttowardl(long double x, long double y);
long double powl(long double x, long double y);
long double remainderl(long double x, long double y);
long double remquol(long double x, long double y, int *quotient);
long double frexpl(long double x, int *exponent);
long double ldexpl(long double x, int n);
long double modfl(long double x, long double *whole);
long double scalblnl(long double x, long n);
long double scalbnl(long double x, int n);
int ilogbl(long double x);
long lrintl(long double x);
long lroundl(long double x);
long long llrintl(long double x);
long long llroundl(long double x);
double nexttoward(double x, long double y);
float nexttowardf(float x, long double y);
__END_DECLS
#endif
#if __GNU_VISIBLE
__BEGIN_DECLS
double roundeven(double x);
float roundevenf(float x);
long double roundevenl(long double x);
long double exp10l(long double x);
__END_DECLS
#endif
#if __MISC_VISIBLE || __XSI_VISIBLE
__BEGIN_DECLS
double scalb(double x, double n);
float scalbf(float x, float n);
double significand(double x);
float significandf(float x);
__END_DECLS
#endif

#endif
