// run: --icount --harts 4
// run: --harts 8
// Where the machine's host has fewer processors than there are harts (with --icount it has one), threads run on as many harts.
#define _GNU_SOURCE
#include <bower.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "check.h"

#define THREADS 6
#define ROUNDS 100
#define MOMENTS 20 /* one look in so many may be on a hart too many */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned looks[64];

static void *work(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        for (volatile int k = 0; k < 10000; k++) {
        }
        pthread_mutex_lock(&lock);
        looks[sched_getcpu()]++;
        if (i % 10 == 0) {
            usleep(50); /* the others wait meanwhile, and all harts sleep */
        }
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    unsigned processors = bower_processors(), beyond = 0;

    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    for (unsigned hart = processors; hart < 64; hart++) {
        beyond += looks[hart];
    }
    CHECK(beyond <= THREADS * ROUNDS / MOMENTS);
    return done();
}
