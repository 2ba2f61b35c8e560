// run: -- 0
// stderr~: guard below the stack, it overflowed: stack of thread 2 'diver'
// exit: 134
// run: --harts 4 -- 65536
// stderr~: guard below the stack, it overflowed: stack of thread [0-9]+ 'diver'
// exit: 134
// A thread that overflows its stack, of the default size or of one that it was given, is named in the report.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int dive(volatile char *above, int n)
{
    volatile char here[20000]; /* frames that leap over a page */

    here[0] = above[0] + 1;
    if (n == -1)
        return here[0];
    return dive(here, n + 1) + here[0];
}

static void *work(void *argument)
{
    char top[1] = { 0 };

    pthread_setname_np(pthread_self(), "diver");
    printf("%d\n", dive(top, 0));
    return argument;
}

int main(int argc, char **argv)
{
    pthread_attr_t attr;
    pthread_t thread;
    size_t size = argc > 1 ? (size_t)atol(argv[1]) : 0;

    pthread_attr_init(&attr);
    if (size)
        pthread_attr_setstacksize(&attr, size);
    pthread_create(&thread, &attr, work, NULL);
    pthread_join(thread, NULL);
    return 0;
}
