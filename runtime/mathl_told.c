/* mathl_told.c: mathl_told.h. */
#include "runtime/mathl_told.h"

#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>

/* `finite`: so are all arguments, `nothing`: one is a NaN. */
static void tell(long double y, bool finite, bool nothing, int infinite, bool inexact)
{
    int exceptions = inexact ? FE_INEXACT : 0;

    if (isnan(y) || !finite)
        exceptions = 0;
    if (isnan(y) && !nothing) {
        errno = EDOM;
        exceptions = FE_INVALID;
    } else if (isinf(y) && finite) {
        errno = ERANGE;
        exceptions = infinite == FE_OVERFLOW ? FE_OVERFLOW | FE_INEXACT : infinite;
    } else if (fabsl(y) < LDBL_MIN && exceptions) {
        errno = y == 0 ? ERANGE : errno;
        exceptions |= FE_UNDERFLOW;
    }
    if (exceptions)
        feraiseexcept(exceptions);
}

long double mathl_told(long double (*compute)(long double), long double x, int infinite)
{
    int error = errno, inexact;
    long double y;
    fenv_t before;

    fegetenv(&before);
    fesetenv(FE_DFL_ENV);
    y = compute(x);
    inexact = fetestexcept(FE_INEXACT);
    fesetenv(&before);
    errno = error;
    tell(y, isfinite(x), isnan(x), infinite, inexact);
    return y;
}

long double mathl_told_of_two(long double (*compute)(long double, long double), long double x, long double y)
{
    int error = errno, inexact;
    long double z;
    fenv_t before;

    fegetenv(&before);
    fesetenv(FE_DFL_ENV);
    z = compute(x, y);
    inexact = fetestexcept(FE_INEXACT);
    fesetenv(&before);
    errno = error;
    tell(z, isfinite(x) && isfinite(y), isnan(x) || isnan(y), x == 0 ? FE_DIVBYZERO : FE_OVERFLOW, inexact);
    return z;
}
