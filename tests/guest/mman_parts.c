// setup: $ROOT/tests/guest/native.sh mman_parts
// check: cmp want stdout
// stats: frames_leaked == 0 and frames_peak <= frames
// run: -- plain
// run: --frames 4 -- llm
// run: --frames 64 --policy readahead -- llm
// Parts of mappings: munmap in the middle, MAP_FIXED over what is there, hints, mprotect of a part, mincore.
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
#define RW (PROT_READ | PROT_WRITE)

static int llm;

static int make(const char *name, int pages, char first)
{
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
    char page[PAGE];

    for (int i = 0; i < pages; i++) {
        memset(page, first + i, PAGE);
        write(fd, page, PAGE);
    }
    return fd;
}

static void show(const char *what, const char *p, int pages)
{
    printf("%s:", what);
    for (int i = 0; i < pages; i++)
        printf(" %c", p[i * PAGE + 17]);
    printf("\n");
}

static void map_of(const char *what, char *p, int pages)
{
    unsigned char vec[1];

    printf("%s:", what);
    for (int i = 0; i < pages; i++)
        printf(" %d", mincore(p + i * PAGE, PAGE, vec) == 0);
    printf("\n");
}

static void file(const char *name, int pages)
{
    int fd = open(name, O_RDONLY);
    char c;

    printf("file %s:", name);
    for (int i = 0; i < pages; i++) {
        pread(fd, &c, 1, i * PAGE + 17);
        printf(" %c", c);
    }
    printf("\n");
    close(fd);
}

int main(int argc, char **argv)
{
    int fd = make("letters", 9, 'a'), other = make("digits", 9, '1');
    char *p, *q;

    llm = argc > 1 && strcmp(argv[1], "llm") == 0 ? MAP_LLM : 0;
    p = mmap(NULL, 9 * PAGE, RW, MAP_SHARED | llm, fd, 0);
    show("whole", p, 9);
    for (int i = 0; i < 9; i++)
        p[i * PAGE + 17] -= 'a' - 'A';
    printf("munmap %d\n", munmap(p + 3 * PAGE, 2 * PAGE));
    map_of("hole", p, 9);
    show("below", p, 3);
    show("above", p + 5 * PAGE, 4);
    file("letters", 9);
    q = mmap(p + 2 * PAGE, 3 * PAGE, RW, MAP_SHARED | MAP_FIXED | llm, other, 4 * PAGE);
    printf("fixed %d\n", q == p + 2 * PAGE);
    show("mixed", p, 9);
    q[17] = 'x';
    printf("munmap %d\n", munmap(p + PAGE, 7 * PAGE));
    map_of("ends", p, 9);
    show("first", p, 1);
    show("last", p + 8 * PAGE, 1);
    file("letters", 9);
    file("digits", 9);
    printf("munmap over holes %d\n", munmap(p, 9 * PAGE));
    map_of("gone", p, 9);
    q = mmap(p, 2 * PAGE, PROT_READ, MAP_PRIVATE | llm, fd, 0);
    printf("hint taken %d\n", q == p);
    q = mmap(p, 2 * PAGE, PROT_READ, MAP_PRIVATE | llm, fd, 0);
    printf("hint in use %d\n", q != p && q != MAP_FAILED);
    munmap(p, 2 * PAGE);
    munmap(q, 2 * PAGE);
    p = mmap(NULL, 6 * PAGE, RW, MAP_SHARED | llm, fd, 0);
    printf("mprotect %d\n", mprotect(p + PAGE, 2 * PAGE, PROT_READ));
    p[17] = '0';
    p[3 * PAGE + 17] = '3';
    show("protected", p, 6);
    printf("mprotect %d\n", mprotect(p + 2 * PAGE, PAGE, RW));
    p[2 * PAGE + 17] = '2';
    printf("mprotect none %d\n", mprotect(p + 4 * PAGE, PAGE, PROT_NONE));
    printf("mprotect some %d\n", mprotect(p + 4 * PAGE, PAGE, PROT_READ));
    show("protected", p, 6);
    printf("msync %d\n", msync(p, 6 * PAGE, MS_SYNC));
    file("letters", 9);
    printf("munmap %d\n", munmap(p, 6 * PAGE));
    /* twenty mappings side by side, every other one let go, then all of the range at once */
    p = mmap(NULL, 20 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 20; i++)
        mmap(p + i * PAGE, PAGE, RW, MAP_FIXED | llm | (i % 3 ? MAP_SHARED : MAP_PRIVATE), fd, i % 9 * PAGE);
    for (int i = 0; i < 20; i += 2)
        munmap(p + i * PAGE, PAGE);
    map_of("every other", p, 20);
    for (int i = 1; i < 20; i += 2)
        printf(" %c", p[i * PAGE + 17]);
    printf("\nmunmap %d\n", munmap(p, 20 * PAGE));
    file("letters", 9);
    return 0;
}
