/*
 * math_errno.c: errors of domain and range in errno, as on Linux. newlib's functions say them in its POSIX mode (runtime_start sets it), in
 * which powers would have other values than IEEE 754 and Linux.
 */
#include <errno.h>
#include <math.h>

#include "runtime/api.h"

double __ieee754_pow(double x, double y);
float __ieee754_powf(float x, float y);

/* Of finite arguments: nothing is a domain error, infinity a pole or an overflow, 0 an underflow. */
static void tell(double x, double y, double power)
{
    if (isfinite(x) && isfinite(y) && (!isfinite(power) || (power == 0 && x != 0)))
        errno = isnan(power) ? EDOM : ERANGE;
}

API double pow(double x, double y)
{
    double power = isnan(y) && x < 0 ? y : __ieee754_pow(x, y); /* which takes -1 for 1 there */

    tell(x, y, power);
    return power;
}

API float powf(float x, float y)
{
    float power = isnan(y) && x < 0 ? y : __ieee754_powf(x, y);

    tell((double)x, (double)y, (double)power);
    return power;
}
