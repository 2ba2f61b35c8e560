// run:
// Ten thousand threads, one after the other, each using what newlib keeps for a thread: no memory is lost.
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>

#include "check.h"

#define DEEP (1 << 20)

static pthread_key_t key;
static sig_atomic_t ended;

static void *work(void *argument)
{
    char text[] = "a b", number[400];
    time_t now = 1000;

    errno = 1;
    strtok(text, " ");
    snprintf(number, sizeof(number), "%.17g %.300f", 1e300, 1e-300); /* big numbers of newlib's own */
    localtime(&now);
    strtod(number, NULL);
    pthread_setspecific(key, malloc(100));
    return argument;
}

static void *end_detached(void *argument)
{
    work(argument);
    __atomic_fetch_add((int *)&ended, 1, __ATOMIC_RELEASE);
    return NULL;
}

static void *work_deeply(void *argument)
{
    volatile char deep[DEEP];

    for (int i = 0; i < DEEP; i += 4096)
        deep[i] = 1;
    return work(argument);
}

static void run(int n)
{
    for (int i = 0; i < n; i++) {
        pthread_t thread;

        CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
    }
}

static void run_detached(int n)
{
    for (int i = 0; i < n; i++) {
        pthread_t thread;

        CHECK(pthread_create(&thread, NULL, end_detached, NULL) == 0);
        CHECK(pthread_detach(thread) == 0);
        while (__atomic_load_n((int *)&ended, __ATOMIC_ACQUIRE) != i + 1)
            sched_yield();
    }
    ended = 0;
}

/* As many at once as the kernel keeps stacks of for the next ones, and more; they have been deep in them. */
static void run_at_once(int n)
{
    pthread_t threads[n];

    for (int i = 0; i < n; i++)
        CHECK(pthread_create(&threads[i], NULL, work_deeply, NULL) == 0);
    for (int i = 0; i < n; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(void)
{
    struct sysinfo first, before, after;
    int heap;

    pthread_key_create(&key, free);
    sysinfo(&first);
    run_at_once(30);
    run_detached(20);
    run(100); /* and the last detached one is gone */
    sysinfo(&before);
    CHECK(before.freeram + 1024 >= first.freeram); /* the stacks that are kept are not kept as deep as they were */
    heap = mallinfo().uordblks;
    run(10000);
    run_detached(500);
    run_at_once(30);
    run(10); /* the last detached ones are gone by now */
    sysinfo(&after);
    CHECK(mallinfo().uordblks == heap);
    CHECK(after.freeram + 32 >= before.freeram); /* pages; some that the kernel keeps for objects to come */
    return done();
}
