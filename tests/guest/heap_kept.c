// run:
// A program that allocates and frees a large block in a loop has its pages mapped once: what free() gives back the first time it keeps the
// second, but never more than a sixteenth of the memory.
#include "check.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#define PAGE 4096
#define BLOCK (1 << 20)
#define LARGE (40 << 20) /* more than a sixteenth of 256 MiB */

/* Bytes that the heap gave back when it freed so much. */
static size_t gives_back(size_t size)
{
    char *volatile block = malloc(size), *end = sbrk(0);

    CHECK(block);
    memset(block, 0xFF, size);
    errno = 0;
    free(block);
    CHECK(errno == 0);
    return (size_t)(end - (char *)sbrk(0));
}

static int is_zero(const char *bytes, size_t size)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

int main(void)
{
    long before = get_avphys_pages();
    char *block;

    CHECK(gives_back(BLOCK) >= BLOCK);
    for (int i = 0; i < 8; i++)
        CHECK(gives_back(BLOCK) == 0);
    block = calloc(1, BLOCK);
    CHECK(block && is_zero(block, BLOCK));
    free(block);
    for (int i = 0; i < 3; i++)
        CHECK(gives_back(LARGE) >= LARGE);
    CHECK(before - get_avphys_pages() < get_phys_pages() / 16);
    CHECK(gives_back(BLOCK) == 0);
    CHECK(malloc_trim(0) == 1 && before - get_avphys_pages() < BLOCK / PAGE);
    return done();
}
