/*
 * sample: the nine-page program of the lab's text. It creates weight.dat, makes it nine pages long, maps it shared, writes
 * one letter to each of five pages, prints them through the mapping, and lets go of everything.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MAP_LLM
#define MAP_LLM 0
#endif

#define PAGE 4096
#define PAGES 9

static void fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

int main(void)
{
    static const int pages[] = { 0, 2, 5, 6, 8 };
    const size_t n = sizeof(pages) / sizeof(pages[0]);
    char *weights;
    int fd = open("weight.dat", O_RDWR | O_CREAT | O_TRUNC, 0644);

    if (fd < 0)
        fail("weight.dat");
    if (ftruncate(fd, PAGES * PAGE) != 0)
        fail("ftruncate");
    weights = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, fd, 0);
    if (weights == MAP_FAILED)
        fail("mmap");
    for (size_t i = 0; i < n; i++)
        weights[pages[i] * PAGE] = (char)('A' + pages[i]);
    for (size_t i = 0; i < n; i++)
        printf("page %d: %c\n", pages[i], weights[pages[i] * PAGE]);
    if (munmap(weights, PAGES * PAGE) != 0)
        fail("munmap");
    if (close(fd) != 0)
        fail("close");
    return 0;
}
