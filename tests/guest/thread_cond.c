// setup: $ROOT/tests/guest/native.sh thread_cond
// check: cmp want stdout
// run:
// run: --harts 4
// Condition variables: a queue between threads, broadcasts, timeouts on both clocks.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ITEMS 20000
#define PLACES 4

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER, not_empty = PTHREAD_COND_INITIALIZER, changed;
static int queue[PLACES], in, out, used, taken, waiting, generation;

static void *produce(void *argument)
{
    for (int i = (int)(long)argument; i < ITEMS; i += 2) {
        pthread_mutex_lock(&mutex);
        while (used == PLACES)
            pthread_cond_wait(&not_full, &mutex);
        queue[in] = i;
        in = (in + 1) % PLACES;
        used++;
        pthread_cond_signal(&not_empty);
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static void *consume(void *argument)
{
    long sum = 0;

    (void)argument;
    for (;;) {
        pthread_mutex_lock(&mutex);
        while (used == 0 && taken < ITEMS)
            pthread_cond_wait(&not_empty, &mutex);
        if (used == 0)
            break;
        sum += queue[out];
        out = (out + 1) % PLACES;
        used--;
        if (++taken == ITEMS)
            pthread_cond_broadcast(&not_empty);
        pthread_cond_signal(&not_full);
        pthread_mutex_unlock(&mutex);
    }
    pthread_mutex_unlock(&mutex);
    return (void *)sum;
}

static void through_a_queue(void)
{
    pthread_t threads[4];
    long sum = 0;

    for (long i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, i < 2 ? produce : consume, (void *)i);
    for (int i = 0; i < 4; i++) {
        void *result;

        pthread_join(threads[i], &result);
        sum += (long)result;
    }
    printf("taken %d, sum %ld\n", taken, sum);
}

static void *wait_for_change(void *argument)
{
    int seen;

    (void)argument;
    pthread_mutex_lock(&mutex);
    seen = generation;
    waiting++;
    while (seen == generation)
        pthread_cond_wait(&changed, &mutex);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static void to_all(void)
{
    pthread_t threads[8];

    pthread_cond_init(&changed, NULL);
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, wait_for_change, NULL);
    for (int all = 0; !all;) {
        pthread_mutex_lock(&mutex);
        all = waiting == 8;
        generation += all;
        pthread_mutex_unlock(&mutex);
    }
    pthread_cond_broadcast(&changed);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    printf("all woke, destroy: %s\n", strerror(pthread_cond_destroy(&changed)));
}

static struct timespec later(clockid_t clock, long ms)
{
    struct timespec t;

    clock_gettime(clock, &t);
    t.tv_nsec += ms * 1000000;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

static int has_passed(clockid_t clock, const struct timespec *t)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec > t->tv_sec || (now.tv_sec == t->tv_sec && now.tv_nsec >= t->tv_nsec);
}

static int wait_in_vain(pthread_cond_t *cond, const struct timespec *until)
{
    int error;

    while ((error = pthread_cond_timedwait(cond, &mutex, until)) == 0) /* it may wake without reason */
        ;
    return error;
}

static void timeouts(void)
{
    pthread_condattr_t attr;
    pthread_cond_t monotonic;
    clockid_t clock;
    struct timespec until;

    pthread_mutex_lock(&mutex);
    until = later(CLOCK_REALTIME, 5);
    printf("real: %s", strerror(wait_in_vain(&not_full, &until)));
    printf(", %d\n", has_passed(CLOCK_REALTIME, &until));
    pthread_condattr_init(&attr);
    printf("bad clock: %s\n", strerror(pthread_condattr_setclock(&attr, CLOCK_PROCESS_CPUTIME_ID)));
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_condattr_getclock(&attr, &clock);
    printf("clock %d\n", clock == CLOCK_MONOTONIC);
    pthread_cond_init(&monotonic, &attr);
    pthread_condattr_destroy(&attr);
    until = later(CLOCK_MONOTONIC, 5);
    printf("monotonic: %s", strerror(wait_in_vain(&monotonic, &until)));
    printf(", %d\n", has_passed(CLOCK_MONOTONIC, &until));
    until = later(CLOCK_MONOTONIC, 1);
    printf("either: %s\n", strerror(pthread_cond_clockwait(&not_full, &mutex, CLOCK_MONOTONIC, &until)));
    until.tv_nsec = -1;
    printf("bad time: %s\n", strerror(pthread_cond_timedwait(&not_full, &mutex, &until)));
    until = (struct timespec){ 1, 0 };
    printf("past: %s\n", strerror(pthread_cond_timedwait(&not_full, &mutex, &until)));
    pthread_mutex_unlock(&mutex);
    pthread_cond_destroy(&monotonic);
}

int main(void)
{
    through_a_queue();
    to_all();
    timeouts();
    return 0;
}
