/* check.h: what guest tests say when something is not as it should be; done() is their exit status. */
#ifndef TESTS_GUEST_CHECK_H
#define TESTS_GUEST_CHECK_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int check_failures;

#define CHECK(cond) \
    do { \
        if (!(cond)) { \
            fprintf(stderr, "%s:%d: not so: %s (errno %d, %s)\n", __FILE__, __LINE__, #cond, errno, strerror(errno)); \
            check_failures++; \
        } \
    } while (0)

/* The call fails with this errno. */
#define CHECK_ERRNO(call, expected) \
    do { \
        errno = 0; \
        long check_result = (long)(call); \
        if (check_result != -1 || errno != (expected)) { \
            fprintf(stderr, "%s:%d: %s is %ld with errno %d (%s), not %s\n", __FILE__, __LINE__, #call, check_result, errno, \
                    strerror(errno), #expected); \
            check_failures++; \
        } \
    } while (0)

static inline int done(void)
{
    return check_failures ? 1 : 0;
}

#endif
