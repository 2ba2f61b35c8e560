// run:
// run: --harts 4
// Threads that are created, cancelled, detached and joined at any moment of their lives: none is lost, none waits for ever.
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

#define PARENTS 3
#define CHILDREN 4
#define ROUNDS 25

static sem_t never;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void unlock(void *m)
{
    pthread_mutex_unlock(m);
}

static void wait_on_cond(void)
{
    pthread_mutex_lock(&mutex);
    pthread_cleanup_push(unlock, &mutex);
    for (;;)
        pthread_cond_wait(&changed, &mutex);
    pthread_cleanup_pop(1);
}

static void *live(void *argument)
{
    char text[64];

    switch ((long)argument % 4) {
    case 0: usleep(100); break;
    case 1: sem_wait(&never); break;
    case 2: wait_on_cond(); break;
    default:
        snprintf(text, sizeof(text), "%g", (double)(long)argument);
        free(malloc(100));
    }
    return argument;
}

/* How many calls went wrong. Children that wait end because they are cancelled, the others perhaps. */
static void *raise_children(void *argument)
{
    unsigned seed = (unsigned)(long)argument;
    long bad = 0;

    for (int round = 0; round < ROUNDS; round++) {
        pthread_t children[CHILDREN];
        long kinds[CHILDREN];
        void *result;

        for (int i = 0; i < CHILDREN; i++) {
            kinds[i] = rand_r(&seed) % 1000;
            bad += pthread_create(&children[i], NULL, live, (void *)kinds[i]) != 0;
        }
        for (int i = 0; i < CHILDREN; i++) {
            if (rand_r(&seed) % 2)
                sched_yield();
            bad += pthread_cancel(children[i]) != 0;
            if (rand_r(&seed) % 3 == 0) {
                bad += pthread_detach(children[i]) != 0;
                continue;
            }
            bad += pthread_join(children[i], &result) != 0;
            bad += result != PTHREAD_CANCELED && (result != (void *)kinds[i] || kinds[i] % 4 == 1 || kinds[i] % 4 == 2);
        }
        pthread_cond_broadcast(&changed);
    }
    return (void *)bad;
}

int main(void)
{
    pthread_t parents[PARENTS];

    sem_init(&never, 0, 0);
    for (long i = 0; i < PARENTS; i++)
        CHECK(pthread_create(&parents[i], NULL, raise_children, (void *)(i + 1)) == 0);
    for (int i = 0; i < PARENTS; i++) {
        void *bad;

        CHECK(pthread_join(parents[i], &bad) == 0);
        CHECK(bad == NULL);
    }
    return done();
}
