// run: --icount --harts 1
// Beside threads that compute, one that is woken and does little has its turn within a short slice of each of them, not a whole one; and
// they share what is left.
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define COMPUTING 2
#define TIMES 40
#define SHORT_MS 1 /* WOKEN_SLICE_NS */

static atomic_bool stop;

static void *computes(void *rounds)
{
    while (!stop)
        ++*(volatile long *)rounds;
    return NULL;
}

static long milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(void)
{
    static long rounds[COMPUTING];
    pthread_t threads[COMPUTING];
    long took;

    for (int i = 0; i < COMPUTING; i++)
        CHECK(pthread_create(&threads[i], NULL, computes, &rounds[i]) == 0);
    usleep(100);
    took = milliseconds();
    for (int i = 0; i < TIMES; i++)
        usleep(100);
    took = milliseconds() - took;
    stop = true;
    for (int i = 0; i < COMPUTING; i++)
        pthread_join(threads[i], NULL);
    printf("%d times in %ld ms, rounds %ld and %ld\n", TIMES, took, rounds[0], rounds[1]);
    CHECK(took <= TIMES * (COMPUTING * SHORT_MS + 1));
    CHECK(rounds[0] / 3 < rounds[1] && rounds[1] / 3 < rounds[0]);
    return done();
}
