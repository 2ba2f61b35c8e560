/*
 * fenv.c: what newlib's <fenv.h> lacks, and what it gets wrong. RISC-V has no traps of floating-point exceptions; the answers are those of
 * glibc for RISC-V.
 */
#include <fenv.h>

#include "runtime/api.h"

#define ROUNDING_SHIFT 5 /* Unpriv. 11.2: fcsr, which is what fenv_t holds, has the rounding mode above the five flags */

API int feenableexcept(int exceptions)
{
    return exceptions ? -1 : 0;
}

API int fedisableexcept(int exceptions)
{
    (void)exceptions;
    return 0;
}

API int fegetexcept(void)
{
    return 0;
}

/* newlib's says that it failed whenever it has raised something. */
API int feraiseexcept(int exceptions)
{
    fenv_t now;

    fegetenv(&now);
    now |= (fenv_t)(exceptions & FE_ALL_EXCEPT);
    return fesetenv(&now);
}

/* newlib's lowers no flag. */
API int fesetexceptflag(const fexcept_t *flags, int exceptions)
{
    fenv_t now, which = (fenv_t)(exceptions & FE_ALL_EXCEPT);

    fegetenv(&now);
    now = (now & ~which) | (*flags & which);
    return fesetenv(&now);
}

/* newlib's installs what is no rounding mode, too: then the next instruction that rounds is an illegal one. */
API int fesetround(int mode)
{
    fenv_t now;

    if (mode != FE_TONEAREST && mode != FE_TOWARDZERO && mode != FE_DOWNWARD && mode != FE_UPWARD)
        return -1;
    fegetenv(&now);
    now = (now & FE_ALL_EXCEPT) | (fenv_t)mode << ROUNDING_SHIFT;
    return fesetenv(&now);
}
