// stats: frames_leaked == 0
// run: --mem 128M
// run: --mem 128M -- llm
// Mappings that are too large for the memory, or hinted at where there are no addresses: a call that fails costs nothing.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define GIB ((size_t)1 << 30)
#define MANY ((size_t)8 << 20)
#define RW (PROT_READ | PROT_WRITE)

static void use_memory(void)
{
    char *p = malloc(MANY);
    CHECK(p != NULL);
    if (p)
        memset(p, 1, MANY);
    free(p);
}

/* Their page tables, or their tables of pages, do not fit. */
static void too_large(int flags)
{
    use_memory();
    for (size_t length = 120 * GIB; length >= 60 * GIB; length /= 2)
        for (int again = 0; again < 3; again++) {
            CHECK_ERRNO(mmap(NULL, length, RW, flags, -1, 0) == MAP_FAILED ? -1 : 0, ENOMEM);
            use_memory();
        }
}

/* Here, at some length, the table of pages fits, and what the policy needs does not. */
static void as_large_as_may_be(int flags)
{
    for (size_t length = 30 * GIB; length > 0; length -= GIB) {
        void *p = mmap(NULL, length, RW, flags, -1, 0);
        CHECK(p != MAP_FAILED || (errno == ENOMEM && length > GIB));
        CHECK(p == MAP_FAILED || munmap(p, length) == 0);
        use_memory();
    }
}

/* A hint is a hint, also one behind which the range would not fit. */
static void hinted(int flags)
{
    static const uintptr_t hints[] = { (uintptr_t)-PAGE, (uintptr_t)-1, 0x3000000000 - PAGE, 0x3000000000, 0x1000000000 - PAGE, 1 };
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        volatile char *p = mmap((void *)hints[i], 2 * PAGE, RW, flags, -1, 0);
        CHECK(p != MAP_FAILED);
        if (p == MAP_FAILED)
            continue;
        p[2 * PAGE - 1] = 1;
        CHECK(munmap((void *)p, 2 * PAGE) == 0);
    }
}

int main(int argc, char **argv)
{
    (void)argv;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | (argc > 1 ? MAP_LLM : 0);
    too_large(flags);
    as_large_as_may_be(flags);
    hinted(flags);
    return done();
}
