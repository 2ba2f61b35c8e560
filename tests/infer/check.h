/* One TEST line per named test of a host program; see test_infer.py. */
#ifndef INFER_CHECK_H
#define INFER_CHECK_H

#include <stdbool.h>
#include <stdio.h>

struct check {
    const char *name;
    int failed; /* of all tests so far */
    bool bad;   /* of this one */
};

static inline void check_end(struct check *c)
{
    if (c->name != NULL && !c->bad) {
        printf("TEST %s: OK\n", c->name);
    }
    c->name = NULL;
}

static inline void check_begin(struct check *c, const char *name)
{
    check_end(c);
    c->name = name;
    c->bad = false;
}

/* Only the first reason of a test is printed. */
#define CHECK(c, condition, ...) \
    do { \
        if (!(condition) && !(c)->bad) { \
            (c)->bad = true; \
            (c)->failed++; \
            printf("TEST %s: FAIL %s:%d %s: ", (c)->name, __FILE__, __LINE__, #condition); \
            printf(__VA_ARGS__); \
            printf("\n"); \
        } \
    } while (0)

/* xorshift64: the same numbers everywhere */
static inline uint64_t check_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif
