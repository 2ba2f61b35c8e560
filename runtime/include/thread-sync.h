/*
 * thread-sync.h: spin locks, mutexes, condition variables and semaphores under the names of the parallel programming lab
 * (see thread.h).
 */
#ifndef BOWER_THREAD_SYNC_H
#define BOWER_THREAD_SYNC_H
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>

typedef int spinlock_t;
#define SPIN_INIT() 0

__attribute__((unused)) static int atomic_xchg(volatile int *address, int value)
{
    return __atomic_exchange_n(address, value, __ATOMIC_SEQ_CST);
}

/* A holder that lost its hart gets one back: who spins lets others run now and then. */
__attribute__((unused)) static void spin_lock(spinlock_t *lock)
{
    for (int i = 1; atomic_xchg(lock, 1) != 0; i++)
        if (i % 100 == 0)
            sched_yield();
}

__attribute__((unused)) static void spin_unlock(spinlock_t *lock)
{
    atomic_xchg(lock, 0);
}

typedef pthread_mutex_t mutex_t;
#define MUTEX_INIT() PTHREAD_MUTEX_INITIALIZER

__attribute__((unused)) static void mutex_lock(mutex_t *lock)
{
    pthread_mutex_lock(lock);
}

__attribute__((unused)) static void mutex_unlock(mutex_t *lock)
{
    pthread_mutex_unlock(lock);
}

typedef pthread_cond_t cond_t;
#define COND_INIT() PTHREAD_COND_INITIALIZER
#define cond_wait pthread_cond_wait
#define cond_signal pthread_cond_signal
#define cond_broadcast pthread_cond_broadcast

#define P sem_wait
#define V sem_post
#define SEM_INIT(sem, value) sem_init(sem, 0, value)

#endif
