// setup: $ROOT/tests/guest/native.sh thread_locks
// check: cmp want stdout
// run:
// run: --harts 4
// Read-write locks, barriers, spin locks, once, semaphores.
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_spinlock_t spin;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sem_t sem;
static long left, right, count, serial;
static int initialised;

static void on_threads(void *(*work)(void *))
{
    pthread_t threads[4];
    long sum = 0;

    for (long i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < 4; i++) {
        void *result;

        pthread_join(threads[i], &result);
        sum += (long)result;
    }
    printf("sum %ld\n", sum);
}

static void *read_or_write(void *argument)
{
    long bad = 0;

    for (int i = 0; i < 5000; i++) {
        if (i % 4 == (long)argument) {
            pthread_rwlock_wrlock(&rwlock);
            left++;
            if (i % 64 == 0)
                sched_yield();
            right++;
        } else {
            pthread_rwlock_rdlock(&rwlock);
            bad += left != right;
        }
        pthread_rwlock_unlock(&rwlock);
    }
    return (void *)bad;
}

static void *try_rwlock(void *argument)
{
    struct timespec past = { 1, 0 };

    printf("%s: try %s", (char *)argument, strerror(pthread_rwlock_tryrdlock(&rwlock)));
    printf(", %s", strerror(pthread_rwlock_trywrlock(&rwlock)));
    printf(", timed %s\n", strerror(pthread_rwlock_timedwrlock(&rwlock, &past)));
    return NULL;
}

static void on_one(void *(*work)(void *), void *argument)
{
    pthread_t thread;

    pthread_create(&thread, NULL, work, argument);
    pthread_join(thread, NULL);
}

static void rwlocks(void)
{
    struct timespec past = { 1, 0 };

    on_threads(read_or_write);
    printf("written %ld %ld\n", left, right);
    pthread_rwlock_rdlock(&rwlock);
    printf("read again: %s\n", strerror(pthread_rwlock_rdlock(&rwlock)));
    pthread_rwlock_unlock(&rwlock);
    on_one(try_rwlock, "read"); /* it keeps what it got: two readers now */
    pthread_rwlock_unlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
    pthread_rwlock_wrlock(&rwlock);
    printf("write again: %s", strerror(pthread_rwlock_wrlock(&rwlock)));
    printf(", read: %s\n", strerror(pthread_rwlock_rdlock(&rwlock)));
    printf("try: %s\n", strerror(pthread_rwlock_tryrdlock(&rwlock)));
    printf("timed: %s\n", strerror(pthread_rwlock_timedrdlock(&rwlock, &past)));
    on_one(try_rwlock, "written");
    printf("unlock %s", strerror(pthread_rwlock_unlock(&rwlock)));
    printf(", destroy %s\n", strerror(pthread_rwlock_destroy(&rwlock)));
}

static void *meet(void *argument)
{
    long late = 0;

    (void)argument;
    for (long i = 1; i <= 500; i++) {
        __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
        if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
            __atomic_fetch_add(&serial, 1, __ATOMIC_RELAXED);
        late += __atomic_load_n(&count, __ATOMIC_RELAXED) != 4 * i;
        pthread_barrier_wait(&barrier);
    }
    return (void *)late;
}

static void barriers(void)
{
    printf("of none: %s\n", strerror(pthread_barrier_init(&barrier, NULL, 0)));
    pthread_barrier_init(&barrier, NULL, 4);
    on_threads(meet);
    printf("serial %ld\n", serial);
    printf("destroy %s\n", strerror(pthread_barrier_destroy(&barrier)));
}

static void *add_spinning(void *argument)
{
    (void)argument;
    for (int i = 0; i < 5000; i++) {
        pthread_spin_lock(&spin);
        count++;
        pthread_spin_unlock(&spin);
    }
    return NULL;
}

static void spins(void)
{
    count = 0;
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    on_threads(add_spinning);
    printf("count %ld\n", count);
    printf("try %s", strerror(pthread_spin_trylock(&spin)));
    printf(", %s\n", strerror(pthread_spin_trylock(&spin)));
    pthread_spin_unlock(&spin);
    pthread_spin_destroy(&spin);
}

static void initialise(void)
{
    sched_yield();
    initialised++;
}

static void *call_once_each(void *argument)
{
    (void)argument;
    pthread_once(&once, initialise);
    return (void *)(long)initialised;
}

static void *take_and_give(void *argument)
{
    (void)argument;
    for (int i = 0; i < 5000; i++) {
        sem_wait(&sem);
        count++;
        sem_post(&sem);
    }
    return NULL;
}

static void semaphores(void)
{
    struct timespec past = { 1, 0 }, bad = { 1, -1 };
    int value, result;

    count = 0;
    sem_init(&sem, 0, 1);
    on_threads(take_and_give);
    sem_getvalue(&sem, &value);
    printf("count %ld, value %d\n", count, value);
    sem_wait(&sem);
    result = sem_trywait(&sem);
    printf("try %d %s\n", result, strerror(errno));
    result = sem_timedwait(&sem, &past);
    printf("timed %d %s\n", result, strerror(errno));
    result = sem_timedwait(&sem, &bad);
    printf("bad time %d %s\n", result, strerror(errno));
    sem_post(&sem);
    printf("timed, there is one %d\n", sem_timedwait(&sem, &bad));
    sem_destroy(&sem);
    result = sem_init(&sem, 0, 1u + SEM_VALUE_MAX);
    printf("too many %d %s\n", result, strerror(errno));
    sem_init(&sem, 0, SEM_VALUE_MAX);
    result = sem_post(&sem);
    printf("one more %d %s\n", result, strerror(errno));
}

int main(void)
{
    rwlocks();
    barriers();
    spins();
    on_threads(call_once_each);
    printf("initialised %d\n", initialised);
    semaphores();
    return 0;
}
