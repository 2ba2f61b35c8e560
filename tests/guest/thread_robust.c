// setup: $ROOT/tests/guest/native.sh thread_robust -pthread
// check: cmp want stdout
// run:
// run: --harts 4
// Robust mutexes, whose holder may end with them.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex, second;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int holding, waiting;

#define SAY(call) printf("%s: %s\n", #call, strerror(pthread_mutex_##call))

static void make(pthread_mutex_t *m, int type)
{
    pthread_mutexattr_t attr;
    int robust;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, type);
    printf("other: %s\n", strerror(pthread_mutexattr_setrobust(&attr, 2)));
    printf("robust: %s\n", strerror(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST)));
    pthread_mutexattr_getrobust(&attr, &robust);
    printf("kept: %d\n", robust == PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(m, &attr);
}

static void *ends_with_both(void *argument)
{
    (void)argument;
    pthread_mutex_lock(&mutex);
    pthread_mutex_lock(&second);
    return NULL;
}

static void *ends_when_waited_for(void *argument)
{
    (void)argument;
    pthread_mutex_lock(&mutex);
    __atomic_store_n(&holding, 1, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&waiting, __ATOMIC_ACQUIRE))
        usleep(1000);
    usleep(20000);
    pthread_exit(NULL);
}

static void *waits(void *argument)
{
    (void)argument;
    __atomic_store_n(&waiting, 1, __ATOMIC_RELEASE);
    return (void *)(long)pthread_mutex_lock(&mutex);
}

static void *changes(void *argument)
{
    (void)argument;
    pthread_mutex_lock(&mutex);
    waiting = 2;
    pthread_cond_signal(&changed);
    return NULL;
}

static void run(void *(*entry)(void *))
{
    pthread_t thread;

    pthread_create(&thread, NULL, entry, NULL);
    pthread_join(thread, NULL);
}

static void *try_it(void *argument)
{
    (void)argument;
    SAY(trylock(&mutex));
    SAY(unlock(&mutex));
    return NULL;
}

static void mended(void)
{
    run(ends_with_both);
    SAY(trylock(&mutex));
    SAY(lock(&second));
    SAY(trylock(&mutex));
    run(try_it);
    SAY(consistent(&mutex));
    SAY(consistent(&mutex));
    SAY(unlock(&mutex));
    SAY(lock(&mutex));
    SAY(unlock(&mutex));
    SAY(unlock(&mutex));
    SAY(unlock(&second)); /* and nobody has mended it */
    SAY(lock(&second));
    SAY(trylock(&second));
    SAY(consistent(&second));
    SAY(destroy(&second));
}

/* The second one sleeps at the mutex when its holder ends; a third one, when what it protects is given up. */
static void waited_for(void)
{
    struct timespec past = { 1, 0 };
    pthread_t holder, waiter;
    void *result;

    pthread_create(&holder, NULL, ends_when_waited_for, NULL);
    while (!__atomic_load_n(&holding, __ATOMIC_ACQUIRE))
        usleep(1000);
    SAY(timedlock(&mutex, &past));
    pthread_create(&waiter, NULL, waits, NULL);
    pthread_join(holder, NULL);
    pthread_join(waiter, &result);
    printf("waiter: %s\n", strerror((int)(long)result));
    SAY(lock(&mutex));
    pthread_create(&waiter, NULL, waits, NULL);
    usleep(20000);
    SAY(unlock(&mutex));
    pthread_join(waiter, &result);
    printf("waiter: %s\n", strerror((int)(long)result));
}

static void condition(void)
{
    pthread_t thread;
    int error = 0;

    waiting = 0;
    SAY(lock(&mutex));
    pthread_create(&thread, NULL, changes, NULL);
    while (waiting != 2)
        error = pthread_cond_wait(&changed, &mutex);
    printf("condition: %s\n", strerror(error));
    SAY(consistent(&mutex));
    SAY(unlock(&mutex));
    pthread_join(thread, NULL);
}

static void recursive(void)
{
    make(&mutex, PTHREAD_MUTEX_RECURSIVE);
    make(&second, PTHREAD_MUTEX_ERRORCHECK);
    run(ends_with_both);
    SAY(lock(&mutex));
    SAY(lock(&mutex));
    SAY(lock(&second));
    SAY(lock(&second));
    SAY(consistent(&mutex));
    SAY(unlock(&mutex));
    SAY(unlock(&mutex));
    SAY(unlock(&mutex));
}

int main(void)
{
    make(&mutex, PTHREAD_MUTEX_NORMAL);
    make(&second, PTHREAD_MUTEX_NORMAL);
    mended();
    waited_for();
    make(&mutex, PTHREAD_MUTEX_NORMAL);
    condition();
    recursive();
    return 0;
}
