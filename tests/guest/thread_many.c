// run: --mem 128M
// run: --icount --harts 1 --mem 128M
// As many threads as memory allows: then EAGAIN, and once they have ended there is room again. What a thread needs to wait is there before
// it begins, however late its hart comes to it.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

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

static void *begin(void *begun)
{
    atomic_store((atomic_bool *)begun, true);
    return NULL;
}

static void have_stack_before(void)
{
    atomic_bool begun = false;
    unsigned char there[4];
    pthread_attr_t attr;
    size_t size;
    void *stack;

    CHECK(pthread_create(&threads[0], NULL, begin, &begun) == 0);
    CHECK(pthread_getattr_np(threads[0], &attr) == 0 && pthread_attr_getstack(&attr, &stack, &size) == 0);
    CHECK(mincore((char *)stack + size - sizeof(there) * 4096, sizeof(there) * 4096, there) == 0);
    CHECK(atomic_load(&begun) || memcmp(there, "\1\1\1\1", sizeof(there)) == 0);
    CHECK(pthread_join(threads[0], NULL) == 0);
}

int main(void)
{
    int first, second;

    have_stack_before();
    first = start_all();
    end_all(first);
    second = start_all();
    end_all(second);
    CHECK(second >= first - first / 10);
    return done();
}
