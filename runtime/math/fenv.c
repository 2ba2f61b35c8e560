/* fenv.c: traps of floating-point exceptions. RISC-V has none, and the answers are those of glibc for RISC-V. */
#include <fenv.h>

#include "runtime/api.h"

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
