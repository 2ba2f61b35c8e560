// setup: $ROOT/tests/guest/native.sh thread_errors
// check: cmp want stdout
// run:
// Which error each call reports, and what of several wrong things counts first: as glibc does.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static const struct timespec past = { 1, 0 }, before_all = { -1, 0 }, bad = { 1, 1000000000 }, negative = { 1, -1 };
static const struct timespec *const times[] = { &past, &before_all, &bad, &negative };
static const clockid_t clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_PROCESS_CPUTIME_ID, 99 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void show(const char *what, int error)
{
    printf("%s: %s\n", what, strerror(error));
}

static void *on_another(void *(*work)(void *), void *argument)
{
    pthread_t thread;
    void *result;

    pthread_create(&thread, NULL, work, argument);
    pthread_join(thread, &result);
    return result;
}

/* ---- mutexes, seen by their holder and by another thread */

static void *try_mutex(void *argument)
{
    pthread_mutex_t *m = argument;

    show(" try", pthread_mutex_trylock(m));
    for (size_t i = 0; i < COUNT(times); i++)
        show(" timed", pthread_mutex_timedlock(m, times[i]));
    for (size_t i = 0; i < COUNT(clocks); i++)
        show(" clock", pthread_mutex_clocklock(m, clocks[i], &past));
    show(" clock, bad time", pthread_mutex_clocklock(m, CLOCK_MONOTONIC, &bad));
    show(" bad clock and time", pthread_mutex_clocklock(m, 99, &bad));
    return NULL;
}

static void *unlock_mutex(void *argument)
{
    show(" unlock", pthread_mutex_unlock(argument));
    return NULL;
}

static void mutex(int type)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t m;

    printf("mutex of type %d\n", type);
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, type);
    pthread_mutex_init(&m, &attr);
    for (size_t i = 0; i < COUNT(times); i++) { /* it is free */
        int error = pthread_mutex_timedlock(&m, times[i]);

        show(" free", error);
        if (!error)
            pthread_mutex_unlock(&m);
    }
    show(" free, bad clock", pthread_mutex_clocklock(&m, 99, &past));
    if (type == PTHREAD_MUTEX_ERRORCHECK)
        show(" unlock", pthread_mutex_unlock(&m));
    pthread_mutex_lock(&m);
    show(" destroy", pthread_mutex_destroy(&m));
    if (type == PTHREAD_MUTEX_ERRORCHECK) {
        show(" lock", pthread_mutex_lock(&m));
        try_mutex(&m);
    }
    on_another(try_mutex, &m);
    if (type == PTHREAD_MUTEX_RECURSIVE || type == PTHREAD_MUTEX_ERRORCHECK)
        on_another(unlock_mutex, &m);
    pthread_mutex_unlock(&m);
    show(" destroy", pthread_mutex_destroy(&m));
}

/* ---- read-write locks */

static void *try_rwlock(void *argument)
{
    pthread_rwlock_t *l = argument;

    show(" try to read", pthread_rwlock_tryrdlock(l));
    show(" try to write", pthread_rwlock_trywrlock(l));
    for (size_t i = 0; i < COUNT(times); i++) {
        show(" read", pthread_rwlock_timedrdlock(l, times[i]));
        show(" write", pthread_rwlock_timedwrlock(l, times[i]));
    }
    for (size_t i = 0; i < COUNT(clocks); i++) {
        show(" read by clock", pthread_rwlock_clockrdlock(l, clocks[i], &past));
        show(" write by clock", pthread_rwlock_clockwrlock(l, clocks[i], &past));
    }
    return NULL;
}

static void rwlocks(void)
{
    pthread_rwlock_t l = PTHREAD_RWLOCK_INITIALIZER, free_one = PTHREAD_RWLOCK_INITIALIZER;

    printf("rwlock, free\n");
    show(" read, bad time", pthread_rwlock_timedrdlock(&free_one, &bad));
    show(" write, bad time", pthread_rwlock_timedwrlock(&free_one, &bad));
    show(" bad clock", pthread_rwlock_clockwrlock(&free_one, CLOCK_BOOTTIME, &past));
    show(" write, late", pthread_rwlock_timedwrlock(&free_one, &past));
    pthread_rwlock_wrlock(&l);
    printf("written by the caller\n");
    try_rwlock(&l);
    show(" read", pthread_rwlock_rdlock(&l));
    show(" write", pthread_rwlock_wrlock(&l));
    printf("written by another\n");
    on_another(try_rwlock, &l);
    pthread_rwlock_unlock(&l);
}

/* ---- conditions and semaphores */

static void conditions(void)
{
    pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER, check = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
    pthread_cond_t c = PTHREAD_COND_INITIALIZER;
    pthread_condattr_t attr;
    clockid_t clock;

    printf("condition\n");
    show(" not locked", pthread_cond_wait(&c, &check));
    show(" not locked", pthread_cond_timedwait(&c, &check, &past));
    show(" not locked, bad time", pthread_cond_timedwait(&c, &check, &bad));
    pthread_mutex_lock(&m);
    for (size_t i = 0; i < COUNT(times); i++)
        show(" timed", pthread_cond_timedwait(&c, &m, times[i]));
    for (size_t i = 0; i < COUNT(clocks); i++)
        show(" clock", pthread_cond_clockwait(&c, &m, clocks[i], &past));
    pthread_mutex_unlock(&m);
    show(" destroy", pthread_cond_destroy(&c));
    pthread_condattr_init(&attr);
    for (size_t i = 0; i < COUNT(clocks); i++)
        show(" attribute", pthread_condattr_setclock(&attr, clocks[i]));
    pthread_condattr_getclock(&attr, &clock);
    printf(" clock %d\n", clock == CLOCK_MONOTONIC);
    show(" shared", pthread_condattr_setpshared(&attr, 2));
}

static void semaphores(void)
{
    sem_t s;

    printf("semaphore\n");
    for (unsigned value = 0; value < 2; value++) {
        sem_init(&s, 0, value);
        for (size_t i = 0; i < COUNT(times); i++) {
            int result = sem_timedwait(&s, times[i]);

            show(" timed", result ? errno : 0);
            if (!result)
                sem_post(&s);
        }
        for (size_t i = 0; i < COUNT(clocks); i++) {
            int result = sem_clockwait(&s, clocks[i], &past);

            show(" clock", result ? errno : 0);
            if (!result)
                sem_post(&s);
        }
        sem_destroy(&s);
    }
}

/* ---- threads */

static void *nothing(void *argument)
{
    return argument;
}

static void *wait_for_sem(void *argument)
{
    sem_wait(argument);
    return NULL;
}

static void joining(void)
{
    pthread_t self = pthread_self(), thread;
    pthread_attr_t attr;
    void *result = NULL;
    sem_t s;
    int error;

    printf("join\n");
    sem_init(&s, 0, 0);
    show(" itself", pthread_join(self, NULL));
    show(" itself, try", pthread_tryjoin_np(self, NULL));
    show(" itself, timed", pthread_timedjoin_np(self, NULL, &past));
    pthread_create(&thread, NULL, wait_for_sem, &s);
    show(" try", pthread_tryjoin_np(thread, &result));
    show(" timed", pthread_timedjoin_np(thread, &result, &past));
    sem_post(&s);
    show(" late", pthread_timedjoin_np(thread, &result, NULL));
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_create(&thread, &attr, wait_for_sem, &s);
    show(" detached", pthread_join(thread, NULL));
    show(" detached, try", pthread_tryjoin_np(thread, NULL));
    show(" detach again", pthread_detach(thread));
    sem_post(&s);
    usleep(200000);
    show(" detached, ended", pthread_join(thread, NULL));
    show(" detached, ended, again", pthread_detach(thread));
    pthread_create(&thread, NULL, nothing, NULL);
    while ((error = pthread_tryjoin_np(thread, &result)) == EBUSY)
        usleep(1000);
    show(" after a while", error);
    sem_destroy(&s);
}

/* It has ended, but nobody has joined it. */
static void after_the_end(void)
{
    pthread_t thread;
    sem_t s;
    int error;

    printf("ended\n");
    sem_init(&s, 0, 0);
    pthread_create(&thread, NULL, wait_for_sem, &s);
    show(" no signal", pthread_kill(thread, 0));
    show(" bad signal", pthread_kill(thread, 1000));
    show(" bad signal", pthread_kill(thread, -1));
    sem_post(&s);
    while ((error = pthread_kill(thread, 1000)) == EINVAL) /* until it has ended */
        usleep(1000);
    show(" bad signal", error);
    show(" no signal", pthread_kill(thread, 0));
    show(" a signal", pthread_kill(thread, SIGUSR1));
    show(" cancel", pthread_cancel(thread));
    pthread_join(thread, NULL);
    sem_destroy(&s);
}

/* A thread that ends cannot be cancelled any more, whatever its handlers do. */
static void ending_handler(void *argument)
{
    int old = -1;

    printf(" handler %s:", (char *)argument);
    printf(" state %d", pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old));
    printf(" was %d\n", old);
    pthread_testcancel();
    usleep(1);
    printf(" handler %s goes on\n", (char *)argument);
}

static void *be_cancelled(void *argument)
{
    pthread_cleanup_push(ending_handler, "outer");
    pthread_cleanup_push(ending_handler, "inner");
    pthread_cancel(pthread_self());
    if (argument)
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    pthread_testcancel();
    pthread_exit("not cancelled");
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(0);
    return NULL;
}

static void cancelling(void)
{
    pthread_key_t key;

    printf("cancelled\n");
    printf(" %d\n", on_another(be_cancelled, NULL) == PTHREAD_CANCELED);
    printf(" %s\n", (char *)on_another(be_cancelled, "disabled"));
    pthread_key_create(&key, NULL);
    show(" delete", pthread_key_delete(key));
    show(" delete again", pthread_key_delete(key));
    show(" set", pthread_setspecific(key, "value"));
    printf(" get %d\n", pthread_getspecific(key) == NULL);
    show(" no such key", pthread_setspecific(12345, NULL));
}

static void attributes(void)
{
    pthread_attr_t attr;
    size_t size;

    printf("attributes\n");
    pthread_attr_init(&attr);
    show(" detach state", pthread_attr_setdetachstate(&attr, 2));
    show(" scope", pthread_attr_setscope(&attr, PTHREAD_SCOPE_PROCESS));
    show(" scope", pthread_attr_setscope(&attr, 9));
    show(" inheritance", pthread_attr_setinheritsched(&attr, 9));
    show(" policy", pthread_attr_setschedpolicy(&attr, 9));
    show(" priority", pthread_attr_setschedparam(&attr, &(struct sched_param){ 1 }));
    show(" stack", pthread_attr_setstacksize(&attr, 1));
    pthread_attr_getstacksize(&attr, &size);
    printf(" %zu\n", size);
    show(" concurrency", pthread_setconcurrency(-1));
    show(" concurrency", pthread_setconcurrency(7));
    printf(" %d\n", pthread_getconcurrency());
}

static void in_c11(void)
{
    mtx_t m;
    cnd_t c;

    printf("C11\n");
    printf(" %d", mtx_init(&m, mtx_timed | mtx_recursive));
    printf(" %d", mtx_trylock(&m));
    printf(" %d", mtx_trylock(&m));
    printf(" %d\n", mtx_timedlock(&m, &bad));
    mtx_unlock(&m);
    mtx_unlock(&m);
    mtx_unlock(&m);
    cnd_init(&c);
    mtx_lock(&m);
    printf(" %d", cnd_timedwait(&c, &m, &past));
    printf(" %d\n", cnd_timedwait(&c, &m, &bad));
    mtx_unlock(&m);
    cnd_destroy(&c);
    printf(" %d", thrd_sleep(&bad, NULL) < -1);
    printf(" %d\n", thrd_sleep(&(struct timespec){ 0, 1 }, NULL));
}

int main(void)
{
    mutex(PTHREAD_MUTEX_NORMAL);
    mutex(PTHREAD_MUTEX_RECURSIVE);
    mutex(PTHREAD_MUTEX_ERRORCHECK);
    mutex(PTHREAD_MUTEX_ADAPTIVE_NP);
    rwlocks();
    conditions();
    semaphores();
    joining();
    after_the_end();
    cancelling();
    attributes();
    in_c11();
    return 0;
}
