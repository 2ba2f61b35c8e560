/* mathl_told.c: mathl_told.h. */
#include "runtime/math/mathl_told.h"

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

/* What the caller has while steps on the way to a result round to nearest and raise exceptions of their own. */
struct caller {
    fenv_t environment;
    int error;
};

static struct caller set_aside(void)
{
    struct caller c = { .error = errno };

    fegetenv(&c.environment);
    fesetenv(FE_DFL_ENV);
    return c;
}

/* Was a step inexact? */
static bool bring_back(const struct caller *c)
{
    bool inexact = fetestexcept(FE_INEXACT) != 0;

    fesetenv(&c->environment);
    errno = c->error;
    return inexact;
}

long double mathl_told(long double (*compute)(long double), long double x, int infinite)
{
    struct caller caller = set_aside();
    long double y = compute(x);

    tell(y, isfinite(x), isnan(x), infinite, bring_back(&caller));
    return y;
}

long double mathl_told_of_two(long double (*compute)(long double, long double), long double x, long double y)
{
    struct caller caller = set_aside();
    long double z = compute(x, y);

    tell(z, isfinite(x) && isfinite(y), isnan(x) || isnan(y), x == 0 ? FE_DIVBYZERO : FE_OVERFLOW, bring_back(&caller));
    return z;
}
