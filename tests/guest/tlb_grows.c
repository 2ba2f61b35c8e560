// run:
// stats: sfence_local >= 4
// run: --harts 2 -- 2
// stats: sfence_local >= 7
// run: --icount
// stats: sfence_local < 4
/*
 * Harts that compute are fenced now and then, though no page comes or goes: QEMU makes a TLB larger only when it is flushed
 * (kernel/vm/tlb.h). Where counts must repeat they are not. In real time: seven fences of each hart, on a host that gives it a processor.
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"

#define COMPUTE_MS 800
#define MOST 2

static void *compute(void *arg)
{
    struct timespec begin, now;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1000000 < COMPUTE_MS);
    return arg;
}

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 1;
    pthread_t others[MOST];
    for (int i = 1; i < n; i++)
        CHECK(pthread_create(&others[i], NULL, compute, NULL) == 0);
    (void)compute(NULL);
    for (int i = 1; i < n; i++)
        CHECK(pthread_join(others[i], NULL) == 0);
    return done();
}
