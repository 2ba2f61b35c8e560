/* check.h: checks of the host's C tests. A test is a function; its first failed check is reported and ends it. */
#ifndef TESTS_HOST_CHECK_H
#define TESTS_HOST_CHECK_H

#include <stdbool.h>
#include <stdio.h>

static bool check_failed;
static int check_status;

#define CHECK(cond) \
    do { \
        if (!(cond)) { \
            if (!check_failed) \
                printf("%s:%d: %s\n", __FILE__, __LINE__, #cond); \
            check_failed = true; \
            return; \
        } \
    } while (0)

#define RUN(test) \
    do { \
        check_failed = false; \
        test(); \
        printf("TEST " #test ": %s\n", check_failed ? "FAIL see the line above" : "OK"); \
        check_status |= check_failed; \
    } while (0)

#endif
