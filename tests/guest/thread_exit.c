// run: -- other
// exit: 7
// run: --harts 4 -- other
// exit: 7
// run: -- main
// exit: 3
// run: --harts 4 -- main
// exit: 3
// run: --harts 4 -- both
// exit: 5
// run: --harts 4 -- _exit
// exit: 9
// stdout!~: .
// run: --harts 4 -- abort
// exit: 134
// stdout!~: .
// run: -- locked
// exit: 4
// stdout~: ^buffered$
// The program ends while other threads run, spin, sleep, and hold the lock of a stream.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_barrier_t started;
static const char *mode;

static void *spin(void *argument)
{
    volatile long *count = argument;

    pthread_barrier_wait(&started);
    for (;;)
        (*count)++;
}

static void *sleep_long(void *argument)
{
    pthread_barrier_wait(&started);
    sleep(100000);
    return argument;
}

static void *keep_stdout(void *argument)
{
    flockfile(stdout);
    return sleep_long(argument);
}

static void *print_on(void *argument)
{
    FILE *file = fopen("out", "w");

    pthread_barrier_wait(&started);
    for (long i = 0;; i++)
        fprintf(file, "%ld\n", i);
    return argument;
}

static void *end(void *argument)
{
    pthread_barrier_wait(&started);
    if (strcmp(mode, "_exit") == 0)
        _exit(9);
    if (strcmp(mode, "abort") == 0)
        abort();
    if (strcmp(mode, "both") == 0)
        exit(5);
    if (strcmp(mode, "other") == 0)
        exit(7);
    return argument;
}

int main(int argc, char **argv)
{
    void *(*const work[])(void *) = { spin, sleep_long, print_on, keep_stdout, end };
    pthread_t threads[5];
    static long count;

    mode = argc > 1 ? argv[1] : "";
    pthread_barrier_init(&started, NULL, 6);
    printf("buffered\n");
    for (int i = 0; i < 5; i++)
        pthread_create(&threads[i], NULL, strcmp(mode, "locked") != 0 && work[i] == keep_stdout ? sleep_long : work[i], &count);
    pthread_barrier_wait(&started);
    if (strcmp(mode, "both") == 0)
        exit(5);
    if (strcmp(mode, "main") == 0)
        return 3;
    if (strcmp(mode, "locked") == 0)
        return 4;
    pthread_join(threads[0], NULL);
    return 1;
}
