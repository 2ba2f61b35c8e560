// run: --harts 2 -- 5
// run: --harts 2 -- 9
// run: --harts 4 -- 9
// Threads that compute have equal shares of all harts, also where there are not equally many for each. In real time, since harts that
// count instructions take turns; the host may run one less than the other, and on a busy one it takes several tries.
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"

#define MOST 16
#define TRIES 6

static atomic_bool stop;

static void *computes(void *rounds)
{
    while (!stop)
        ++*(volatile long *)rounds;
    return NULL;
}

static bool share_evenly(int n)
{
    static struct {
        _Alignas(64) long rounds;
    } done_by[MOST];
    pthread_t threads[MOST];
    long sum = 0;
    bool even = true;

    stop = false;
    for (int i = 0; i < n; i++) {
        done_by[i].rounds = 0;
        CHECK(pthread_create(&threads[i], NULL, computes, &done_by[i].rounds) == 0);
    }
    nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
    stop = true;
    for (int i = 0; i < n; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        sum += done_by[i].rounds;
    }
    for (int i = 0; i < n; i++) {
        double share = (double)done_by[i].rounds * n / (double)sum;
        printf("%.2f of an equal share\n", share);
        even = even && share > 0.5 && share < 1.7;
    }
    return even;
}

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 1, tries = 0;

    while (tries < TRIES && !share_evenly(n))
        tries++;
    CHECK(tries < TRIES);
    return done();
}
