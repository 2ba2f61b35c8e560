/*
 * sys/_intsup.h: newlib takes the fast types from the compiler, for which they are int on bare metal; on 64-bit Linux they are a
 * byte and longs, and a program that counts on it (%lu, sums beyond 32 bits) computes something else with others.
 */
#ifndef _SYS__INTSUP_H
#undef __INT_FAST8_TYPE__
#undef __INT_FAST8_MAX__
#undef __INT_FAST16_TYPE__
#undef __INT_FAST16_MAX__
#undef __INT_FAST32_TYPE__
#undef __INT_FAST32_MAX__
#undef __UINT_FAST8_TYPE__
#undef __UINT_FAST8_MAX__
#undef __UINT_FAST16_TYPE__
#undef __UINT_FAST16_MAX__
#undef __UINT_FAST32_TYPE__
#undef __UINT_FAST32_MAX__
#define __INT_FAST8_TYPE__ signed char
#define __INT_FAST8_MAX__ __INT_LEAST8_MAX__
#define __INT_FAST16_TYPE__ long int
#define __INT_FAST16_MAX__ __INT_FAST64_MAX__
#define __INT_FAST32_TYPE__ long int
#define __INT_FAST32_MAX__ __INT_FAST64_MAX__
#define __UINT_FAST8_TYPE__ unsigned char
#define __UINT_FAST8_MAX__ __UINT_LEAST8_MAX__
#define __UINT_FAST16_TYPE__ long unsigned int
#define __UINT_FAST16_MAX__ __UINT_FAST64_MAX__
#define __UINT_FAST32_TYPE__ long unsigned int
#define __UINT_FAST32_MAX__ __UINT_FAST64_MAX__
#endif
#include_next <sys/_intsup.h>
