// setup: truncate -s 80K {files}/data
// stats: frames_leaked == 0
// run:
// run: --frames 8 -- llm
// Shared mappings that have some pages of a file in common and cannot be windows onto one another: as long as there are two of them nobody
// may write to those pages, be it by mmap or by mprotect, since the other one would not show it. What one of them has written before the
// other one came is in both.
#include <fcntl.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define LOWER 10 /* pages, from the first on */
#define UPPER 5  /* first page */
#define UPPER_PAGES (20 - UPPER)
#define COMMON 7

static int fd, flags;

static volatile char *map(int page, int pages, int prot)
{
    return mmap(NULL, (size_t)pages * PAGE, prot, flags, fd, (off_t)page * PAGE);
}

int main(int argc, char **argv)
{
    (void)argv;
    flags = MAP_SHARED | (argc > 1 ? MAP_LLM : 0);
    fd = open("data", O_RDWR);
    volatile char *upper = map(UPPER, UPPER_PAGES, PROT_READ), *lower = map(0, LOWER, PROT_READ), *common = map(COMMON, 1, PROT_READ);
    CHECK(upper != MAP_FAILED && lower != MAP_FAILED && common != MAP_FAILED);
    CHECK(upper[(COMMON - UPPER) * PAGE] == 0 && lower[COMMON * PAGE] == 0 && common[0] == 0);

    CHECK(mprotect((void *)lower, UPPER * PAGE, PROT_READ | PROT_WRITE) == 0);
    CHECK_ERRNO(mprotect((void *)lower, LOWER * PAGE, PROT_READ | PROT_WRITE), ENOTSUP);
    CHECK_ERRNO(mprotect((void *)(upper + (COMMON - UPPER) * PAGE), PAGE, PROT_READ | PROT_WRITE), ENOTSUP);
    CHECK_ERRNO((long)map(COMMON, 1, PROT_READ | PROT_WRITE), ENOTSUP);
    lower[0] = 1;

    CHECK(munmap((void *)lower, LOWER * PAGE) == 0);
    CHECK(mprotect((void *)upper, UPPER_PAGES * PAGE, PROT_READ | PROT_WRITE) == 0);
    upper[(COMMON - UPPER) * PAGE] = 2;
    CHECK(common[0] == 2);
    lower = map(UPPER, LOWER - UPPER, PROT_READ | PROT_WRITE);
    CHECK(lower != MAP_FAILED && lower[(COMMON - UPPER) * PAGE] == 2);

    lower[(COMMON - UPPER) * PAGE] = 3;
    CHECK(mprotect((void *)upper, UPPER_PAGES * PAGE, PROT_READ) == 0 && mprotect((void *)lower, (LOWER - UPPER) * PAGE, PROT_READ) == 0);
    volatile char *all = map(0, UPPER + UPPER_PAGES, PROT_READ);
    CHECK(all != MAP_FAILED && all[COMMON * PAGE] == 3);
    return done();
}
