// setup: $ROOT/tests/guest/native.sh thread_create
// check: cmp want stdout
// run:
// run: --harts 4 --cflags "-pthread -O1" --ldflags "-lpthread -lrt"
// Threads: creation, results, joining, detaching, attributes, and what must be refused.
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static sem_t go, done;
static _Thread_local int own = 7;

static void *square(void *argument)
{
    long n = (long)argument;

    own += (int)n;
    errno = (int)n;
    sched_yield();
    return own == 7 + n && errno == n ? (void *)(n * n) : NULL;
}

static void many(void)
{
    pthread_t threads[50];
    long sum = 0;

    for (long i = 0; i < 50; i++)
        printf("%s", pthread_create(&threads[i], NULL, square, (void *)i) ? "no thread\n" : "");
    for (int i = 0; i < 50; i++) {
        void *result;

        pthread_join(threads[i], &result);
        sum += (long)result;
    }
    printf("sum %ld, own %d\n", sum, own);
}

static void *exit_deep(void *argument)
{
    if ((long)argument == 0)
        pthread_exit("from the depth");
    return exit_deep((void *)((long)argument - 1)) ? "returned" : NULL;
}

static void *wait_for_go(void *argument)
{
    sem_wait(&go);
    sem_post(&done);
    return argument;
}

static void ends(void)
{
    pthread_t thread, self = pthread_self();
    void *result;

    pthread_create(&thread, NULL, exit_deep, (void *)10);
    pthread_join(thread, &result);
    printf("result: %s\n", (char *)result);
    printf("equal %d %d\n", pthread_equal(self, pthread_self()) != 0, pthread_equal(self, thread) != 0);
    printf("join myself: %s\n", strerror(pthread_join(pthread_self(), NULL)));
    pthread_create(&thread, NULL, wait_for_go, "waited");
    printf("try join: %s\n", strerror(pthread_tryjoin_np(thread, &result)));
    sem_post(&go);
    pthread_join(thread, &result);
    printf("then: %s\n", (char *)result);
    sem_wait(&done);
    pthread_create(&thread, NULL, wait_for_go, NULL);
    printf("detach %s\n", strerror(pthread_detach(thread)));
    printf("join detached: %s\n", strerror(pthread_join(thread, NULL)));
    printf("detach again: %s\n", strerror(pthread_detach(thread)));
    sem_post(&go);
    sem_wait(&done);
}

static void *show_stack(void *argument)
{
    pthread_attr_t attr;
    void *stack;
    size_t size;
    char here;

    pthread_getattr_np(pthread_self(), &attr);
    pthread_attr_getstack(&attr, &stack, &size);
    pthread_attr_destroy(&attr);
    printf("inside %d, at least as big %d\n", &here > (char *)stack && &here < (char *)stack + size, size >= (size_t)argument);
    return NULL;
}

static void *use_stack(void *argument)
{
    volatile char big[200000];

    memset((void *)big, 1, sizeof(big));
    return (char *)big > (char *)argument && (char *)big < (char *)argument + 400000 ? "on my stack" : "elsewhere";
}

static void attributes(void)
{
    pthread_attr_t attr;
    pthread_t thread;
    size_t size;
    int n;
    void *result, *memory = NULL;
    struct sched_param param = { 0 };

    pthread_attr_init(&attr);
    pthread_attr_getdetachstate(&attr, &n);
    printf("joinable %d\n", n == PTHREAD_CREATE_JOINABLE);
    pthread_attr_getguardsize(&attr, &size);
    printf("guard %zu\n", size);
    printf("stack of 1000: %s\n", strerror(pthread_attr_setstacksize(&attr, 1000)));
    printf("stack of 1 MiB: %s\n", strerror(pthread_attr_setstacksize(&attr, 1 << 20)));
    pthread_attr_getstacksize(&attr, &size);
    printf("size %zu\n", size);
    pthread_create(&thread, &attr, show_stack, (void *)(1l << 20));
    pthread_join(thread, NULL);
    printf("bad state: %s\n", strerror(pthread_attr_setdetachstate(&attr, 5)));
    printf("scope: %s", strerror(pthread_attr_setscope(&attr, PTHREAD_SCOPE_SYSTEM)));
    printf(", %s\n", strerror(pthread_attr_setscope(&attr, PTHREAD_SCOPE_PROCESS)));
    printf("policy: %s", strerror(pthread_attr_setschedpolicy(&attr, 77)));
    printf(", %s\n", strerror(pthread_attr_setschedpolicy(&attr, SCHED_OTHER)));
    param.sched_priority = 3;
    printf("priority 3: %s\n", strerror(pthread_attr_setschedparam(&attr, &param)));
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    printf("detached %s\n", strerror(pthread_create(&thread, &attr, wait_for_go, NULL)));
    printf("join it: %s\n", strerror(pthread_join(thread, NULL)));
    sem_post(&go);
    sem_wait(&done);
    pthread_attr_destroy(&attr);
    pthread_attr_init(&attr);
    posix_memalign(&memory, 4096, 400000 & ~4095);
    printf("own stack: %s\n", strerror(pthread_attr_setstack(&attr, memory, 400000 & ~4095)));
    for (int i = 0; i < 200; i++) {
        pthread_create(&thread, &attr, use_stack, memory);
        pthread_join(thread, &result);
        memset(memory, 0xff, 400000 & ~4095); /* nobody is on it any more */
    }
    printf("%s\n", (char *)result);
    free(memory);
    pthread_attr_destroy(&attr);
}

static void names(void)
{
    char name[16];
    cpu_set_t set;
    pthread_attr_t attr;
    pthread_t thread;
    clockid_t clock;
    struct timespec now;

    pthread_setname_np(pthread_self(), "main thread");
    printf("too long: %s\n", strerror(pthread_setname_np(pthread_self(), "a name of sixteen")));
    pthread_getname_np(pthread_self(), name, sizeof(name));
    printf("name %s\n", name);
    printf("small buffer: %s\n", strerror(pthread_getname_np(pthread_self(), name, 5)));
    pthread_create(&thread, NULL, wait_for_go, NULL);
    pthread_getname_np(thread, name, sizeof(name));
    printf("inherited %s\n", name);
    pthread_setname_np(thread, "worker");
    pthread_getname_np(thread, name, sizeof(name));
    printf("set %s\n", name);
    sem_post(&go);
    pthread_join(thread, NULL);
    sem_wait(&done);
    CPU_ZERO(&set);
    printf("no processor: %s\n", strerror(pthread_setaffinity_np(pthread_self(), sizeof(set), &set)));
    CPU_SET(0, &set);
    printf("first processor: %s\n", strerror(pthread_setaffinity_np(pthread_self(), sizeof(set), &set)));
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof(set), &set);
    printf("count %d\n", CPU_COUNT(&set));
    pthread_attr_init(&attr);
    CPU_ZERO(&set);
    printf("none: %s", strerror(pthread_attr_setaffinity_np(&attr, sizeof(set), &set)));
    CPU_SET(0, &set);
    printf(", one: %s\n", strerror(pthread_attr_setaffinity_np(&attr, sizeof(set), &set)));
    CPU_ZERO(&set);
    pthread_attr_getaffinity_np(&attr, sizeof(set), &set);
    printf("kept %d %d\n", CPU_COUNT(&set), CPU_ISSET(0, &set) != 0);
    pthread_attr_destroy(&attr);
    printf("kill 0: %s\n", strerror(pthread_kill(pthread_self(), 0)));
    pthread_getcpuclockid(pthread_self(), &clock);
    printf("clock %d", clock_gettime(clock, &now));
    printf(", runs %d\n", now.tv_sec > 0 || now.tv_nsec > 0);
}

int main(void)
{
    sem_init(&go, 0, 0);
    sem_init(&done, 0, 0);
    many();
    ends();
    attributes();
    names();
    return 0;
}
