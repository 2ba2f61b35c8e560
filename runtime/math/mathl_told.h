/*
 * mathl_told.h: what functions of long double tell besides their result, errno and exceptions, as on Linux: of the result, not
 * of the steps on the way to it, which round to nearest in every mode.
 *
 * TOLD(name, compute, infinite) defines the API function of one argument around compute; `infinite` is the exception of an infinite
 * result, FE_OVERFLOW or FE_DIVBYZERO. TOLD_OF_TWO does for two arguments, where only x = 0 can be a pole.
 */
#ifndef RUNTIME_MATH_MATHL_TOLD_H
#define RUNTIME_MATH_MATHL_TOLD_H

#include "runtime/api.h"

long double mathl_told(long double (*compute)(long double), long double x, int infinite);
long double mathl_told_of_two(long double (*compute)(long double, long double), long double x, long double y);

#define TOLD(name, compute, infinite) \
    API long double name(long double x) \
    { \
        return mathl_told(compute, x, infinite); \
    }
#define TOLD_OF_TWO(name, compute) \
    API long double name(long double x, long double y) \
    { \
        return mathl_told_of_two(compute, x, y); \
    }

#endif
