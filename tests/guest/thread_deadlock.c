// run: -- myself
// stderr~: ^deadlock: every thread that has not ended waits for another$
// stderr~: thread 1 thread_deadlock waits at 0x
// exit: 134
// run: --harts 4 -- each
// stderr~: ^deadlock: every thread that has not ended waits for another$
// stderr~: thread 2 left waits at 0x
// stderr~: thread 3 right waits at 0x
// exit: 134
// run: --harts 2 -- end
// stderr~: ^deadlock: every thread that has not ended waits for another$
// exit: 134
// Threads that wait for each other, or for what nobody will do any more: a report in place of a run that never ends.
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>

static pthread_mutex_t locks[2] = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER };
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t both;

static void *take_both(void *argument)
{
    long first = (long)argument;

    pthread_setname_np(pthread_self(), first ? "right" : "left");
    pthread_mutex_lock(&locks[first]);
    pthread_barrier_wait(&both);
    pthread_mutex_lock(&locks[1 - first]);
    return NULL;
}

static void *wait_for_main(void *argument)
{
    pthread_mutex_lock(&locks[0]);
    for (;;)
        pthread_cond_wait(&never, &locks[0]);
    return argument;
}

int main(int argc, char **argv)
{
    pthread_t threads[2];

    if (argc < 2)
        return 1;
    if (strcmp(argv[1], "myself") == 0) {
        pthread_mutex_lock(&locks[0]);
        pthread_mutex_lock(&locks[0]);
    }
    if (strcmp(argv[1], "end") == 0) {
        pthread_create(&threads[0], NULL, wait_for_main, NULL);
        pthread_exit(NULL);
    }
    pthread_barrier_init(&both, NULL, 2);
    for (long i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, take_both, (void *)i);
    pthread_join(threads[0], NULL);
    return 1;
}
