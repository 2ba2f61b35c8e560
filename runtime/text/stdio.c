/* stdio.c: what newlib's stdio and stdlib lack, or have under other names. */
#include "runtime/text/stdio.h"

#include <stdlib.h>
#include <sys/lock.h>
#include <unistd.h>

#include "runtime/api.h"

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
