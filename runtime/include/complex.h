/* complex.h: newlib's, the functions of long double that it shows to Cygwin alone, and the CMPLX of C11: a number from its parts. */
#ifndef BOWER_COMPLEX_H
#define BOWER_COMPLEX_H
#include_next <complex.h>

__BEGIN_DECLS
long double complex cacoshl(long double complex z);
long double complex cacosl(long double complex z);
long double complex casinhl(long double complex z);
long double complex catanhl(long double complex z);
long double complex ccoshl(long double complex z);
long double complex ccosl(long double complex z);
long double complex cexpl(long double complex z);
long double complex conjl(long double complex z);
long double complex cpowl(long double complex z, long double complex w);
long double complex cprojl(long double complex z);
long double complex csinhl(long double complex z);
long double complex csinl(long double complex z);
long double complex ctanhl(long double complex z);
long double complex ctanl(long double complex z);
__END_DECLS

#if __ISO_C_VISIBLE >= 2011
#define CMPLX(x, y) __builtin_complex((double)(x), (double)(y))
#define CMPLXF(x, y) __builtin_complex((float)(x), (float)(y))
#define CMPLXL(x, y) __builtin_complex((long double)(x), (long double)(y))
#endif

#endif
