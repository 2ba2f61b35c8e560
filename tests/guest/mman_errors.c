// setup: $ROOT/tests/guest/native.sh mman_errors
// check: cmp want stdout
// stats: frames_leaked == 0 and frames_peak <= frames
// run: -- plain
// run: --frames 4 -- llm
// run: --frames 64 --policy readahead -- llm
// What each call refuses, with the errno that POSIX and Linux name.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MAP_LLM
#define MAP_LLM 0
#endif
#define RW (PROT_READ | PROT_WRITE)

static const char *name(int error)
{
    switch (error) {
    case 0: return "0";
    case EINVAL: return "EINVAL";
    case ENOMEM: return "ENOMEM";
    case EBADF: return "EBADF";
    case EACCES: return "EACCES";
    case ENODEV: return "ENODEV";
    case EEXIST: return "EEXIST";
    case EOVERFLOW: return "EOVERFLOW";
    case ESPIPE: return "ESPIPE";
    default: return "another";
    }
}

#define MAP(...) \
    do { \
        errno = 0; \
        void *mapped = mmap(__VA_ARGS__); \
        printf("mmap(%s): %s %s\n", #__VA_ARGS__, mapped == MAP_FAILED ? "failed" : "mapped", name(errno)); \
        if (mapped != MAP_FAILED) \
            munmap(mapped, 4096); \
    } while (0)
#define CALL(call) \
    do { \
        errno = 0; \
        int result = (int)(call); \
        printf("%s: %d %s\n", #call, result, name(errno)); \
    } while (0)

static void populate(int llm)
{
    char *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | llm, -1, 0);

    CALL(madvise(p, 4096, MADV_POPULATE_READ));
    CALL(madvise(p, 4096, MADV_POPULATE_WRITE));
    mprotect(p, 4096, RW);
    CALL(madvise(p, 4096, MADV_POPULATE_WRITE));
    mprotect(p, 4096, PROT_NONE);
    CALL(madvise(p, 4096, MADV_POPULATE_READ));
    CALL(madvise(p, 4096, MADV_POPULATE_WRITE));
    munmap(p, 4096);
    CALL(madvise(p, 4096, MADV_POPULATE_READ));
}

/* A descriptor that cannot write: shared memory of it never can, private memory may. */
static void read_only(int ro, int llm)
{
    char *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED | llm, ro, 0);

    CALL(mprotect(p, 4096, RW));
    p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | llm, ro, 0);
    CALL(mprotect(p, 4096, RW));
}

static void lengths(int fd, int llm)
{
    CALL(munmap(NULL, (size_t)-100));
    CALL(munmap((void *)(1ul << 60), 4096));
    CALL(mprotect(NULL, (size_t)-100, RW));
    CALL(madvise(NULL, (size_t)-100, MADV_NORMAL));
    CALL(ftruncate(fd, (off_t)1 << 40)); /* a page of a huge file costs no more than a page */
    MAP(NULL, 4096, RW, MAP_SHARED | llm, fd, 4096);
    CALL(ftruncate(fd, 5 * 4096));
}

static void mapped(int fd, int ro, int wo, int llm)
{
    int dir = open(".", O_RDONLY);

    MAP(NULL, 0, RW, MAP_SHARED | llm, fd, 0);
    MAP(NULL, 4096, RW, MAP_SHARED | llm, fd, 1);
    MAP(NULL, 4096, RW, MAP_SHARED | llm, fd, 512);
    MAP(NULL, 4096, RW, 0 | llm, fd, 0);
    MAP(NULL, 4096, RW, MAP_SHARED | llm, -1, 0);
    MAP(NULL, 4096, RW, MAP_SHARED | llm, 1000, 0);
    MAP(NULL, 4096, RW, MAP_SHARED | llm, ro, 0);
    MAP(NULL, 4096, PROT_READ, MAP_SHARED | llm, ro, 0);
    MAP(NULL, 4096, RW, MAP_PRIVATE | llm, ro, 0);
    MAP(NULL, 4096, PROT_READ, MAP_SHARED | llm, wo, 0);
    MAP(NULL, 4096, PROT_READ, MAP_PRIVATE | llm, wo, 0);
    MAP(NULL, 4096, PROT_READ, MAP_PRIVATE | llm, dir, 0);
    MAP((void *)0x1234567, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED | llm, fd, 0);
    MAP(NULL, (size_t)1 << 47, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MAP(NULL, 4096, PROT_READ, MAP_PRIVATE | llm, fd, (off_t)1 << 20);
}

int main(int argc, char **argv)
{
    int llm = argc > 1 && strcmp(argv[1], "llm") == 0 ? MAP_LLM : 0, fd, ro, wo;
    unsigned char vec[16];
    char *p, *hole;

    fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644);
    ftruncate(fd, 5 * 4096);
    ro = open("f", O_RDONLY);
    wo = open("f", O_WRONLY);
    mapped(fd, ro, wo, llm);
    p = mmap(NULL, 5 * 4096, RW, MAP_SHARED | llm, fd, 0);
    CALL(munmap(p + 1, 4096));
    CALL(munmap(p, 0));
    CALL(munmap(p + 4096, 4096));
    CALL(munmap(p + 4096, 4096));
    hole = p + 4096;
    CALL(msync(p, 5 * 4096, MS_SYNC));
    CALL(msync(p, 4096, MS_SYNC));
    CALL(msync(p, 4096, MS_ASYNC));
    CALL(msync(p, 4096, MS_SYNC | MS_ASYNC));
    CALL(msync(p + 1, 4096, MS_SYNC));
    CALL(msync(p, 4096, 1024));
    CALL(msync(p, 0, MS_SYNC));
    CALL(mprotect(p, 4096, PROT_READ));
    CALL(mprotect(p + 1, 4096, PROT_READ));
    CALL(mprotect(hole, 4096, PROT_READ));
    CALL(mprotect(p, 5 * 4096, RW));
    CALL(mprotect(p, 0, RW));
    CALL(madvise(p, 4096, MADV_WILLNEED));
    CALL(madvise(p + 1, 4096, MADV_WILLNEED));
    CALL(madvise(p, 4096, 9999));
    CALL(madvise(hole, 4096, MADV_WILLNEED));
    CALL(madvise(p, 4096, MADV_DONTDUMP));
    CALL(madvise(hole, 4096, MADV_DONTFORK));
    CALL(posix_madvise(p, 4096, POSIX_MADV_SEQUENTIAL));
    CALL(posix_madvise(p, 4096, 77) == EINVAL);
    CALL(mincore(p, 4096, vec));
    CALL(mincore(p + 1, 4096, vec));
    CALL(mincore(hole, 4096, vec));
    CALL(mincore(p, 5 * 4096, vec));
    MAP(p, 4096, RW, MAP_SHARED | MAP_FIXED_NOREPLACE | llm, fd, 0);
    MAP(hole, 4096, RW, MAP_SHARED | MAP_FIXED_NOREPLACE | llm, fd, 4096);
    CALL(munmap(p, 5 * 4096));
    lengths(fd, llm);
    read_only(ro, llm);
    populate(llm);
    return 0;
}
