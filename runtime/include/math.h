/* math.h: newlib's, without the names that Linux's header leaves to programs. */
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
#endif
