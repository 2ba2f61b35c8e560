// run: --icount
// stdout~: ^mutex lock and unlock: [0-9]+ instructions$
// What it costs to lock and unlock a mutex that nobody else wants: at most 40 instructions.
#include <pthread.h>
#include <semaphore.h>
#include <threads.h>

#include "check.h"

#define TIMES 1000

static long instret(void)
{
    long n;

    __asm__ volatile("csrr %0, instret"
                     : "=r"(n));
    return n;
}

/* Instructions for each time that the statement runs, loop included. */
#define COST(statement) \
    ({ \
        long before = instret(); \
        for (int i = 0; i < TIMES; i++) { \
            statement; \
        } \
        (instret() - before) / TIMES; \
    })

int main(void)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    static mtx_t c11;
    static sem_t sem;
    long plain, again, of_c11, of_sem;

    mtx_init(&c11, mtx_plain);
    sem_init(&sem, 0, 1);
    plain = COST(pthread_mutex_lock(&mutex); pthread_mutex_unlock(&mutex));
    again = COST(pthread_mutex_lock(&recursive); pthread_mutex_unlock(&recursive));
    of_c11 = COST(mtx_lock(&c11); mtx_unlock(&c11));
    of_sem = COST(sem_wait(&sem); sem_post(&sem));
    printf("mutex lock and unlock: %ld instructions\n", plain);
    printf("recursive: %ld, C11's: %ld, semaphore: %ld\n", again, of_c11, of_sem);
    CHECK(plain <= 40);
    CHECK(of_c11 <= 50);
    CHECK(again <= 100);
    CHECK(of_sem <= 120);
    return done();
}
