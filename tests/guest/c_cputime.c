// run: --harts 2
// run: --harts 4
// stdout~: ^0 steps back, thread, process and elapsed in order: 1$
// The processor time of a program begins with it, and never goes back while harts fall asleep and wake.
#include <bower.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

static volatile int ended;

static long long now(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* Works for a while and sleeps for a moment: its hart has a stretch to add each time. */
static void *naps(void *unused)
{
    const struct timespec moment = { 0, 1000 };

    while (!ended) {
        for (volatile int i = 0; i < 20000; i++)
            ;
        nanosleep(&moment, NULL);
    }
    return unused;
}

int main(void)
{
    struct bower_counters counters;
    long long own = now(CLOCK_THREAD_CPUTIME_ID), first = now(CLOCK_PROCESS_CPUTIME_ID), end = now(CLOCK_MONOTONIC) + 1500000000, last = 0;
    int back = 0;
    pthread_t thread;

    bower_counters(&counters);
    pthread_create(&thread, NULL, naps, NULL);
    while (now(CLOCK_MONOTONIC) < end)
        for (int i = 0; i < 100; i++) {
            long long next = now(CLOCK_PROCESS_CPUTIME_ID);

            back += next < last;
            last = next;
        }
    ended = 1;
    pthread_join(thread, NULL);
    printf("%d steps back, thread, process and elapsed in order: %d\n", back, first <= (long long)counters.time_ns && own <= first);
    return 0;
}
