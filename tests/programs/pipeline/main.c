/*
 * pipeline [-w WORKERS] [-q QUEUE] [-n JOBS]: readers make jobs, workers do them, one thread puts the results in order; beside
 * it the other tools of <pthread.h>: barriers, reader-writer locks, keys, once, timed waits, cancellation of nothing.
 */
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "queue.h"

#define NREADERS 2

struct job {
    int number;
    uint64_t input, output;
    int steps;
};

static struct queue todo, done;
static int nworkers = 4, njobs = 400;
static atomic_int total_steps, destroyed;
static pthread_key_t scratch_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int once_count;

static void free_scratch(void *scratch)
{
    free(scratch);
    atomic_fetch_add(&destroyed, 1);
}

static void make_key(void)
{
    once_count++;
    pthread_key_create(&scratch_key, free_scratch);
}

static void *reader(void *argument)
{
    for (int i = (int)(intptr_t)argument; i < njobs; i += NREADERS) {
        struct job *job = calloc(1, sizeof(*job));

        job->number = i;
        job->input = 27 + (uint64_t)i * 31;
        queue_put(&todo, job);
    }
    queue_end(&todo);
    return NULL;
}

/* The Collatz sequence: its length and highest member; the path is kept in the thread's own memory. */
static void work(struct job *job, uint64_t *path)
{
    uint64_t n = job->input;

    for (job->steps = 0; n != 1 && job->steps < 1000; job->steps++) {
        path[job->steps] = n;
        n = n % 2 ? 3 * n + 1 : n / 2;
    }
    for (int i = 0; i < job->steps; i++)
        job->output = path[i] > job->output ? path[i] : job->output;
}

static void *worker(void *argument)
{
    long count = 0;
    struct job *job;

    (void)argument;
    pthread_once(&once, make_key);
    pthread_setspecific(scratch_key, malloc(1000 * sizeof(uint64_t)));
    while ((job = queue_get(&todo))) {
        work(job, pthread_getspecific(scratch_key));
        atomic_fetch_add(&total_steps, job->steps);
        queue_put(&done, job);
        count++;
    }
    queue_end(&done);
    return (void *)count;
}

static void *collector(void *argument)
{
    struct job **waiting = calloc((size_t)njobs, sizeof(*waiting)), *job;
    uint64_t *checksum = argument;
    int next = 0;

    while ((job = queue_get(&done))) {
        waiting[job->number] = job;
        for (; next < njobs && waiting[next]; next++) {
            struct job *j = waiting[next];

            *checksum = *checksum * 31 + j->output;
            if (next % 50 == 0)
                printf("job %d: %llu takes %d steps up to %llu\n", next, (unsigned long long)j->input, j->steps,
                       (unsigned long long)j->output);
            free(j);
        }
    }
    free(waiting);
    return (void *)(intptr_t)next;
}

static void pipeline(size_t queue_length)
{
    pthread_t readers[NREADERS], workers[64], last;
    uint64_t checksum = 0;
    long worked = 0;
    void *result;

    queue_init(&todo, queue_length, NREADERS);
    queue_init(&done, queue_length, nworkers);
    pthread_create(&last, NULL, collector, &checksum);
    for (int i = 0; i < nworkers; i++)
        pthread_create(&workers[i], NULL, worker, NULL);
    for (int i = 0; i < NREADERS; i++)
        pthread_create(&readers[i], NULL, reader, (void *)(intptr_t)i);
    for (int i = 0; i < NREADERS; i++)
        pthread_join(readers[i], NULL);
    for (int i = 0; i < nworkers; i++) {
        pthread_join(workers[i], &result);
        worked += (long)result;
    }
    pthread_join(last, &result);
    printf("%d in order, %ld worked, %d steps, checksum %llx\n", (int)(intptr_t)result, worked, atomic_load(&total_steps),
           (unsigned long long)checksum);
    printf("queues %s, key made %d time(s), %d destroyed\n",
           todo.most <= queue_length && done.most <= queue_length ? "bounded" : "too long", once_count, atomic_load(&destroyed));
    queue_destroy(&todo);
    queue_destroy(&done);
}

/* Rows of a table are computed by all threads in turn, each row from the one before: barriers keep them together. */
#define ROWS 200
#define COLUMNS 64
#define PARTS 4
static uint32_t table[ROWS][COLUMNS];
static pthread_barrier_t barrier;
static atomic_int serial;

static void *sweep(void *argument)
{
    int part = (int)(intptr_t)argument;

    for (int row = 1; row < ROWS; row++) {
        for (int c = part * COLUMNS / PARTS; c < (part + 1) * COLUMNS / PARTS; c++)
            table[row][c] = 3 * table[row - 1][c] + table[row - 1][(c + 1) % COLUMNS] + (uint32_t)row;
        if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
            atomic_fetch_add(&serial, 1);
    }
    return NULL;
}

static void barriers(void)
{
    pthread_t threads[PARTS];
    uint32_t sum = 0;

    for (int c = 0; c < COLUMNS; c++)
        table[0][c] = (uint32_t)(c * c);
    pthread_barrier_init(&barrier, NULL, PARTS);
    for (int i = 0; i < PARTS; i++)
        pthread_create(&threads[i], NULL, sweep, (void *)(intptr_t)i);
    for (int i = 0; i < PARTS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);
    for (int c = 0; c < COLUMNS; c++)
        sum = sum * 17 + table[ROWS - 1][c];
    printf("barriers: %08x, %d serial\n", (unsigned)sum, atomic_load(&serial));
}

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static long pair[2];
static atomic_int torn;
static sem_t finished;

static void *read_pairs(void *argument)
{
    (void)argument;
    for (int i = 0; i < 2000; i++) {
        pthread_rwlock_rdlock(&rwlock);
        if (pair[0] != pair[1])
            atomic_fetch_add(&torn, 1);
        pthread_rwlock_unlock(&rwlock);
    }
    sem_post(&finished);
    return NULL;
}

static void *write_pairs(void *argument)
{
    (void)argument;
    for (int i = 0; i < 1000; i++) {
        pthread_rwlock_wrlock(&rwlock);
        pair[0]++;
        pair[1]++;
        pthread_rwlock_unlock(&rwlock);
    }
    sem_post(&finished);
    return NULL;
}

static void locks(void)
{
    pthread_mutex_t mutex;
    pthread_mutexattr_t attributes;
    pthread_cond_t never = PTHREAD_COND_INITIALIZER;
    struct timespec soon;
    pthread_t threads[5];

    sem_init(&finished, 0, 0);
    for (int i = 0; i < 5; i++) {
        pthread_create(&threads[i], NULL, i < 3 ? read_pairs : write_pairs, NULL);
        pthread_detach(threads[i]);
    }
    for (int i = 0; i < 5; i++)
        sem_wait(&finished);
    sem_destroy(&finished);
    printf("rwlock: %ld %ld, torn %d\n", pair[0], pair[1], atomic_load(&torn));
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&mutex, &attributes);
    printf("error check: %s", strerror(pthread_mutex_unlock(&mutex)));
    pthread_mutex_lock(&mutex);
    printf(", %s", strerror(pthread_mutex_lock(&mutex)));
    printf(", %s\n", strerror(pthread_mutex_trylock(&mutex)));
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 20000000;
    if (soon.tv_nsec >= 1000000000) {
        soon.tv_sec++;
        soon.tv_nsec -= 1000000000;
    }
    printf("timed wait: %s\n", strerror(pthread_cond_timedwait(&never, &mutex, &soon)));
    pthread_mutex_unlock(&mutex);
    pthread_mutex_destroy(&mutex);
    printf("join self: %s\n", strerror(pthread_join(pthread_self(), NULL)));
}

int main(int argc, char **argv)
{
    size_t queue_length = 8;
    int option;

    while ((option = getopt(argc, argv, "w:q:n:")) != -1) {
        switch (option) {
        case 'w': nworkers = atoi(optarg); break;
        case 'q': queue_length = strtoul(optarg, NULL, 10); break;
        case 'n': njobs = atoi(optarg); break;
        default: return 2;
        }
    }
    if (nworkers < 1 || nworkers > 64 || queue_length < 1 || njobs < 1)
        return 2;
    pipeline(queue_length);
    barriers();
    locks();
    return 0;
}
