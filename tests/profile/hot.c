/* Where its time goes is known: three() does three times the work of one(), two threads do the same, and then come faults. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGES 256
#define NOINLINE __attribute__((noinline))

static NOINLINE unsigned work(unsigned n)
{
    volatile unsigned sum = 0;
    for (unsigned i = 0; i < n; i++)
        sum += i;
    return sum;
}

static NOINLINE unsigned one(void) { return work(100000) + 1; }
static NOINLINE unsigned three(void) { return work(300000) + 1; }

static void *first_thread(void *arg) { return work(2000000) ? arg : NULL; }
static void *second_thread(void *arg) { return work(2000000) ? arg : NULL; }

/* Until one of them has been on the second hart: the host may have taken that one's processor away for a while. */
static void *on_any_hart(void *arg)
{
    static volatile int done;
    do {
        int second = sched_getcpu() == 1;
        work(2000000);
        done |= second;
    } while (!done);
    return arg;
}

static NOINLINE unsigned touch(const char *pages, unsigned rounds)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < rounds * PAGES; i++)
        sum += (unsigned char)pages[i * 97 % PAGES * 4096];
    return sum;
}

static NOINLINE unsigned fault(unsigned rounds)
{
    static char page[4096];
    int fd = open("pages", O_RDWR | O_CREAT | O_TRUNC, 0666);
    memset(page, 1, sizeof page);
    for (unsigned i = 0; i < PAGES; i++)
        if (write(fd, page, sizeof page) != sizeof page)
            abort();
    char *pages = mmap(NULL, sizeof page * PAGES, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    return touch(pages, rounds);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "crash") == 0)
        *(volatile int *)8 = 1;
    if (argc > 1 && (strcmp(argv[1], "threads") == 0 || strcmp(argv[1], "harts") == 0)) {
        int any = strcmp(argv[1], "harts") == 0;
        pthread_t threads[2];
        pthread_create(&threads[0], NULL, any ? on_any_hart : first_thread, NULL);
        pthread_create(&threads[1], NULL, any ? on_any_hart : second_thread, NULL);
        pthread_join(threads[0], NULL);
        pthread_join(threads[1], NULL);
        return 0;
    }
    unsigned sum = 0;
    for (int i = 0; i < 40; i++)
        sum += (three() != 0) + (one() != 0);
    printf("%u %u\n", sum, fault(40));
    return 3;
}
