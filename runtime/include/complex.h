/* complex.h: newlib's, and the CMPLX of C11: a number from its parts, whatever they are. */
#ifndef BOWER_COMPLEX_H
#define BOWER_COMPLEX_H
#include_next <complex.h>

#if __ISO_C_VISIBLE >= 2011
#define CMPLX(x, y) __builtin_complex((double)(x), (double)(y))
#define CMPLXF(x, y) __builtin_complex((float)(x), (float)(y))
#define CMPLXL(x, y) __builtin_complex((long double)(x), (long double)(y))
#endif

#endif
