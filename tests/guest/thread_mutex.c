// setup: $ROOT/tests/guest/native.sh thread_mutex
// check: cmp want stdout
// run:
// run: --harts 4
// Mutexes of all types.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t adaptive = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
static long count;

static void *add(void *mutex)
{
    for (int i = 0; i < 20000; i++) {
        pthread_mutex_lock(mutex);
        count++;
        pthread_mutex_unlock(mutex);
    }
    return NULL;
}

static void exclude(const char *name, pthread_mutex_t *mutex)
{
    pthread_t threads[4];

    count = 0;
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, add, mutex);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    printf("%s: %ld\n", name, count);
}

#define SAY(call) printf("%s: %s\n", #call, strerror(pthread_mutex_##call))

static void *try_them(void *argument)
{
    struct timespec until;

    (void)argument;
    SAY(trylock(&plain));
    SAY(trylock(&recursive));
    SAY(trylock(&checked));
    SAY(unlock(&recursive));
    SAY(unlock(&checked));
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 2000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    SAY(timedlock(&plain, &until));
    SAY(timedlock(&recursive, &until));
    until.tv_nsec = 2000000000;
    SAY(timedlock(&checked, &until));
    clock_gettime(CLOCK_MONOTONIC, &until);
    SAY(clocklock(&plain, CLOCK_MONOTONIC, &until));
    return NULL;
}

static void held(void)
{
    pthread_t thread;
    struct timespec past = { 1, 0 };

    SAY(lock(&plain));
    SAY(lock(&recursive));
    SAY(lock(&recursive));
    SAY(trylock(&recursive));
    SAY(lock(&checked));
    SAY(lock(&checked));
    SAY(trylock(&checked));
    SAY(timedlock(&checked, &past));
    pthread_create(&thread, NULL, try_them, NULL);
    pthread_join(thread, NULL);
    SAY(destroy(&plain));
    SAY(unlock(&plain));
    SAY(timedlock(&plain, &past)); /* it is free: the time does not matter */
    SAY(unlock(&plain));
    for (int i = 0; i < 4; i++)
        SAY(unlock(&recursive));
    SAY(unlock(&checked));
    SAY(unlock(&checked));
}

static void attributes(void)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t mutex;
    int n;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_gettype(&attr, &n);
    printf("default %d\n", n == PTHREAD_MUTEX_DEFAULT);
    printf("bad type: %s\n", strerror(pthread_mutexattr_settype(&attr, 99)));
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_getpshared(&attr, &n);
    printf("shared %d\n", n == PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_getrobust(&attr, &n);
    printf("stalled %d\n", n == PTHREAD_MUTEX_STALLED);
    pthread_mutex_init(&mutex, &attr);
    pthread_mutexattr_destroy(&attr);
    pthread_mutex_lock(&mutex);
    printf("twice: %s\n", strerror(pthread_mutex_lock(&mutex)));
    pthread_mutex_unlock(&mutex);
    pthread_mutex_unlock(&mutex);
    printf("destroy: %s\n", strerror(pthread_mutex_destroy(&mutex)));
}

int main(void)
{
    exclude("plain", &plain);
    exclude("recursive", &recursive);
    exclude("checked", &checked);
    exclude("adaptive", &adaptive);
    held();
    attributes();
    return 0;
}
