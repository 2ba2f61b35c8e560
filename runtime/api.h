/*
 * api.h: how the runtime defines what programs may call.
 *
 * Everything marked API is listed in exports.txt and stays visible in the linked runtime; all else becomes local, so that a
 * program may use the same names. API functions are weak: a program that brings its own wins, for itself and for newlib.
 * The runtime therefore calls no API function itself but those whose names ISO C reserves.
 */
#ifndef RUNTIME_API_H
#define RUNTIME_API_H

#include <errno.h>
#include <stdint.h>

#include "arch/catch.h"

#define API __attribute__((weak, used))

/* Turns "count or negative errno" into "count, or -1 and errno". */
static inline int64_t api_result(int64_t result)
{
    if (result >= 0)
        return result;
    errno = (int)-result;
    return -1;
}

/* The same for functions that return int. */
static inline int api_status(int64_t result)
{
    return (int)api_result(result);
}

/* What a call answers goes into the program's memory: EFAULT if that is not to be written. */
static inline int api_copy_out(void *to, const void *from, size_t n)
{
    return copy_checked(to, from, n) == n ? 0 : api_status(-EFAULT);
}

#endif
