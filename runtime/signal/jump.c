/* jump.c: what <setjmp.h> adds to newlib's: signal masks that come back, and handlers that cannot be left. */
#include <setjmp.h>
#include <signal.h>

#include "runtime/api.h"
#include "runtime/signal/itimer.h"
#include "runtime/signal/signal.h"

API void bower_keep_mask(sigjmp_buf env, int with_mask)
{
    env->with_mask = with_mask;
    if (with_mask)
        signal_change_mask(SIG_BLOCK, NULL, &env->mask);
}

API void siglongjmp(sigjmp_buf env, int value)
{
    itimer_check_jump((const uintptr_t *)env->registers);
    if (env->with_mask)
        signal_change_mask(SIG_SETMASK, &env->mask, NULL);
    (longjmp)(env->registers, value);
}

API long long *bower_before_jump(long long *env)
{
    itimer_check_jump((const uintptr_t *)env);
    return env;
}
