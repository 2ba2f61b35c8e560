/* stdio.c: what newlib's stdio and stdlib lack, or have under other names. */
#include "runtime/stdio.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/lock.h>
#include <unistd.h>

#include "runtime/alarm.h"
#include "runtime/api.h"
#include "runtime/signal.h"

API ssize_t getline(char **restrict line, size_t *restrict size, FILE *restrict stream)
{
    return __getline(line, size, stream);
}

API ssize_t getdelim(char **restrict line, size_t *restrict size, int delimiter, FILE *restrict stream)
{
    return __getdelim(line, size, delimiter, stream);
}

/* newlib makes a stream's lock when the stream is first used: fileno does that and no more. */
void stream_lock(FILE *stream)
{
    fileno(stream);
    __lock_acquire_recursive(stream->_lock);
}

void stream_unlock(FILE *stream)
{
    __lock_release_recursive(stream->_lock);
}

API void flockfile(FILE *stream)
{
    stream_lock(stream);
}

API int ftrylockfile(FILE *stream)
{
    fileno(stream);
    return __lock_try_acquire_recursive(stream->_lock) ? 0 : -1;
}

API void funlockfile(FILE *stream)
{
    stream_unlock(stream);
}

API void bower_keep_mask(sigjmp_buf env, int with_mask)
{
    env->with_mask = with_mask;
    if (with_mask)
        signal_change_mask(SIG_BLOCK, NULL, &env->mask);
}

API void siglongjmp(sigjmp_buf env, int value)
{
    alarm_check_jump((const uintptr_t *)env->registers);
    if (env->with_mask)
        signal_change_mask(SIG_SETMASK, &env->mask, NULL);
    (longjmp)(env->registers, value);
}
