// run:
// A program's own malloc is its own from the first call on, and nothing calls it before its constructors.
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "check.h"

static _Alignas(16) char heap[1 << 20];
static size_t used;
static unsigned calls;
static int ready;

__attribute__((constructor)) static void prepare(void)
{
    CHECK(calls == 0);
    ready = 1;
}

void *malloc(size_t n)
{
    char *block = heap + used;

    calls++;
    used += (n + 15) & ~(size_t)15;
    return ready && used <= sizeof(heap) ? block : NULL;
}

void free(void *block)
{
    (void)block;
}

int main(void)
{
    char *block;
    unsigned before = calls;

    CHECK(before == 0);
    CHECK(strcmp(getenv("HOME"), "/") == 0 && calls == before);
    block = malloc(5);
    CHECK(calls == before + 1 && block >= heap && block < heap + sizeof(heap));
    CHECK(setenv("NAME", "value", 1) == 0 && calls > before + 1);
    free(block);
    return done();
}
