// setup: $ROOT/tests/guest/native.sh mman_private
// check: cmp want stdout
// stats: frames_leaked == 0 and frames_peak <= frames
// run: -- plain
// run: --frames 4 -- llm
// run: --frames 64 --policy readahead -- llm
// Private mappings: their writes stay theirs, also after the pages have had to leave; anonymous memory starts as zeros, and loses what it
// holds by advice only if it is private.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MAP_LLM
#define MAP_LLM 0
#endif
#define PAGE 4096
#define PAGES 40
#define RW (PROT_READ | PROT_WRITE)

static int llm;

static unsigned char byte(int page)
{
    return (unsigned char)(page * 5 + 3);
}

static int make(const char *name)
{
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
    unsigned char page[PAGE];

    for (int i = 0; i < PAGES; i++) {
        memset(page, byte(i), PAGE);
        write(fd, page, PAGE);
    }
    return fd;
}

static int file_differs(int fd)
{
    unsigned char page[PAGE];
    int wrong = 0;

    for (int i = 0; i < PAGES; i++) {
        pread(fd, page, PAGE, i * PAGE);
        for (int k = 0; k < PAGE; k++)
            wrong += page[k] != byte(i);
    }
    return wrong;
}

static void of_file(void)
{
    int fd = make("file"), ro = open("file", O_RDONLY), wrong = 0;
    unsigned char *a = mmap(NULL, PAGES * PAGE, RW, MAP_PRIVATE | llm, ro, 0);
    unsigned char *b = mmap(NULL, PAGES * PAGE, RW, MAP_PRIVATE | llm, fd, 0);

    for (int i = 0; i < PAGES; i += 2)
        memset(a + i * PAGE + 100, 0xaa, 200);
    for (int i = 0; i < PAGES; i += 3)
        memset(b + i * PAGE + 100, 0xbb, 200);
    for (int i = 0; i < PAGES; i++) {
        wrong += a[i * PAGE + 150] != (i % 2 ? byte(i) : 0xaa) || a[i * PAGE] != byte(i);
        wrong += b[i * PAGE + 150] != (i % 3 ? byte(i) : 0xbb) || b[i * PAGE + 4095] != byte(i);
    }
    msync(a, PAGES * PAGE, MS_SYNC);
    printf("private: wrong %d, file %d\n", wrong, file_differs(fd));
    munmap(a, PAGES * PAGE);
    wrong = 0;
    for (int i = PAGES - 1; i >= 0; i--)
        wrong += b[i * PAGE + 150] != (i % 3 ? byte(i) : 0xbb);
    munmap(b, PAGES * PAGE);
    printf("the other: wrong %d, file %d\n", wrong, file_differs(fd));
    close(fd);
    close(ro);
}

static void dropped(void)
{
    int fd = make("file"), wrong = 0;
    unsigned char *p = mmap(NULL, PAGES * PAGE, RW, MAP_PRIVATE | llm, fd, 0);

    memset(p, 1, PAGES * PAGE);
    printf("DONTNEED %d\n", madvise(p + 2 * PAGE, 5 * PAGE, MADV_DONTNEED));
    for (int i = 0; i < PAGES; i++)
        wrong += p[i * PAGE + 9] != (i >= 2 && i < 7 ? byte(i) : 1);
    printf("file's bytes are back: wrong %d\n", wrong);
    munmap(p, PAGES * PAGE);
    close(fd);
}

static void anonymous(int sharing)
{
    int wrong = 0;
    unsigned char *p = mmap(NULL, PAGES * PAGE, RW, sharing | MAP_ANONYMOUS | llm, -1, 0);

    for (long i = 0; i < PAGES * PAGE; i += 7)
        wrong += p[i] != 0;
    for (int i = 0; i < PAGES; i++)
        memset(p + i * PAGE, i + 1, PAGE);
    for (int i = 0; i < PAGES; i++)
        wrong += p[i * PAGE] != i + 1 || p[i * PAGE + 4095] != i + 1;
    madvise(p, 3 * PAGE, MADV_DONTNEED); /* what is shared has no other place and stays */
    wrong += p[5] != (sharing == MAP_PRIVATE ? 0 : 1) || p[2 * PAGE] != (sharing == MAP_PRIVATE ? 0 : 3) || p[3 * PAGE] != 4;
    munmap(p + PAGE, 2 * PAGE);
    wrong += p[3 * PAGE] != 4 || p[(PAGES - 1) * PAGE] != PAGES;
    printf("anonymous: wrong %d\n", wrong);
    munmap(p, PAGES * PAGE);
    p = mmap(NULL, PAGES * PAGE, RW, sharing | MAP_ANONYMOUS | llm, -1, 0);
    for (long i = 0; i < PAGES * PAGE; i += 4096)
        wrong += p[i] != 0;
    printf("again zeros: wrong %d\n", wrong);
    munmap(p, PAGES * PAGE);
}

int main(int argc, char **argv)
{
    llm = argc > 1 && strcmp(argv[1], "llm") == 0 ? MAP_LLM : 0;
    of_file();
    dropped();
    anonymous(MAP_PRIVATE);
    anonymous(MAP_SHARED);
    return 0;
}
