/* memory.c: the heap behind malloc, and aligned allocation. */
#include <malloc.h>
#include <reent.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernel/mem.h"
#include "kernel/vm/vm.h"
#include "runtime/api.h"
#include "runtime/thread/futex.h"

static struct futex_lock lock; /* of the heap's end: malloc, which has its own, and the program's own sbrk move it */

static int64_t move_end(int64_t increment)
{
    int64_t old;

    futex_lock(&lock);
    old = vm_sbrk(increment);
    futex_unlock(&lock);
    return old;
}

#define KEPT_SHARE 16 /* of memory: the most that free() does not give back */

static size_t kept; /* malloc's lock */

/*
 * For malloc alone. A program that fills and frees a large block in a loop would have all its pages mapped and cleared anew each time: once
 * so much has been given back, twice as much stays malloc's the next time, which takes a failure for that. (glibc's threshold moves alike.)
 */
void *_sbrk_r(struct _reent *reent, ptrdiff_t increment)
{
    size_t less = increment < 0 ? -(size_t)increment : 0;
    int64_t old;

    if (less > 0 && less <= kept)
        return (void *)-1;
    if (less > 0)
        kept = MIN(2 * less, mem_total_count() / KEPT_SHARE << PAGE_SHIFT);
    old = move_end(increment);

    if (old >= 0)
        return (void *)old;
    reent->_errno = (int)-old;
    return (void *)-1;
}

API void *sbrk(ptrdiff_t increment)
{
    return (void *)api_result(move_end(increment));
}

API int brk(void *end)
{
    int64_t now, old;

    futex_lock(&lock);
    now = vm_sbrk(0);
    old = now < 0 ? now : vm_sbrk((int64_t)(uintptr_t)end - now);
    futex_unlock(&lock);
    return old < 0 ? api_status(old) : 0;
}

API int malloc_trim(size_t pad)
{
    int any;

    __malloc_lock(_REENT);
    kept = 0;
    any = _malloc_trim_r(_REENT, pad);
    __malloc_unlock(_REENT);
    return any;
}

/* As on Linux: a size of 0 frees, where newlib would keep a block that nobody frees. */
API void *realloc(void *block, size_t size)
{
    if (size || !block)
        return _realloc_r(_REENT, block, size);
    free(block);
    return NULL;
}

/* newlib's multiplies without a look at what comes of it. */
API void *calloc(size_t n, size_t size)
{
    size_t total;

    if (!__builtin_mul_overflow(n, size, &total))
        return _calloc_r(_REENT, n, size);
    errno = ENOMEM;
    return NULL;
}

API int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *memory;

    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    memory = memalign(alignment, size ? size : 1);
    if (!memory)
        return ENOMEM;
    *out = memory;
    return 0;
}
