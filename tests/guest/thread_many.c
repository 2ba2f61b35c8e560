// run: --mem 128M
// As many threads as memory allows: then EAGAIN, and once they have ended there is room again.
#include <pthread.h>
#include <stdlib.h>

#include "check.h"

#define MOST 100000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_t threads[MOST];
static int go;

static void *wait_for_go(void *argument)
{
    pthread_mutex_lock(&mutex);
    while (!go)
        pthread_cond_wait(&changed, &mutex);
    pthread_mutex_unlock(&mutex);
    return argument;
}

static int start_all(void)
{
    int n = 0, error = 0;

    go = 0;
    while (n < MOST && (error = pthread_create(&threads[n], NULL, wait_for_go, NULL)) == 0)
        n++;
    CHECK(n > 100);
    CHECK(n == MOST || error == EAGAIN);
    return n;
}

static void end_all(int n)
{
    pthread_mutex_lock(&mutex);
    go = 1;
    pthread_mutex_unlock(&mutex);
    pthread_cond_broadcast(&changed);
    for (int i = 0; i < n; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(void)
{
    int first = start_all(), second;

    end_all(first);
    second = start_all();
    end_all(second);
    CHECK(second >= first - first / 10);
    return done();
}
