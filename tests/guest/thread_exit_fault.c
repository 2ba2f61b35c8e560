// setup: truncate -s 2M {files}/data
// exit: 7
// stats: frames_leaked == 0
// run: --frames 32
// run: --frames 32 --icount
// run: --frames 32 --harts 2
// run: --frames 32 --harts 4
// The program ends while other threads are in the middle of faults: they hold pages, frames and the region that the end needs.
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

#define PAGES 512
#define THREADS 6

static unsigned char *map;

static void *write_anywhere(void *argument)
{
    unsigned x = (unsigned)(size_t)argument;

    for (;;) {
        x = x * 1664525u + 1013904223u;
        map[(size_t)(x >> 8) % PAGES * 4096]++;
    }
    return NULL;
}

int main(void)
{
    struct timespec while_they_write = { 0, 20000000 };
    int fd = open("data", O_RDWR);

    map = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, fd, 0);
    if (map == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, write_anywhere, (void *)(i * 7919 + 1)) != 0)
            return 2;
    }
    nanosleep(&while_they_write, NULL);
    return 7;
}
