/* For test_killed.py: what msync has confirmed, and a file that is cut short while it is mapped. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGES 64
#define PAGE 4096

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    int fd = open("mapped.dat", O_RDWR | O_CREAT, 0666);
    if (fd < 0 || (strcmp(what, "kill") == 0 && ftruncate(fd, PAGES * PAGE) != 0))
        return 1;
    volatile unsigned char *map = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, fd, 0);
    if (map == MAP_FAILED)
        return 1;
    if (strcmp(what, "kill") == 0)
        for (int i = 0; i < PAGES; i++)
            map[i * PAGE + i] = (unsigned char)(i + 1);
    if (strcmp(what, "kill") == 0 && msync((void *)map, PAGES * PAGE, MS_SYNC) != 0)
        return 1;
    printf("ready\n");
    fflush(stdout);
    getchar(); /* the test kills the machine here, or cuts the file short and says so */
    return map[(PAGES - 1) * PAGE];
}
