// sources: runtime/thread/futex.c tests/host/fake_thread.c
// sanitize: thread
// What programs synchronise with, run by many of the host's threads under ThreadSanitizer, over a fake of the kernel.
#include "runtime/thread/futex.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tests/host/check.h"
#include "tests/host/fake_thread.h"

#define THREADS 4
#define ROUNDS 3000
#define MS 1000000u

static long shared; /* not atomic: what is tested must order the accesses, or ThreadSanitizer sees a race */

/* Runs work(0) to work(THREADS - 1) at once. */
static void on_threads(void *(*work)(void *))
{
    pthread_t threads[THREADS];

    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static pthread_t start(void *(*work)(void *), void *argument)
{
    pthread_t thread;

    pthread_create(&thread, NULL, work, argument);
    return thread;
}

static long result_of(pthread_t thread)
{
    void *result;

    pthread_join(thread, &result);
    return (long)result;
}

/* Until n threads sleep: then they are where the test wants them. */
static void until_sleeping(unsigned n)
{
    while (fake_sleeping() != n)
        thread_yield();
}

static struct futex_lock mutex;

static void *count_under_lock(void *argument)
{
    (void)argument;
    for (int i = 0; i < ROUNDS; i++) {
        futex_lock(&mutex);
        shared++;
        futex_unlock(&mutex);
    }
    return NULL;
}

static void a_lock_excludes(void)
{
    shared = 0;
    on_threads(count_under_lock);
    CHECK(shared == (long)THREADS * ROUNDS);
    CHECK(mutex.word == FUTEX_FREE);
}

static void *lock_and_count(void *argument)
{
    (void)argument;
    futex_lock(&mutex);
    shared++;
    futex_unlock(&mutex);
    return NULL;
}

static void a_lock_that_is_held_lets_sleep(void)
{
    pthread_t threads[3];
    unsigned long before;

    shared = 0;
    futex_lock(&mutex);
    CHECK(!futex_try_lock(&mutex));
    CHECK(futex_lock_until(&mutex, fake_time_ns() + MS) == -ETIMEDOUT);
    before = fake_sleeps();
    for (int i = 0; i < 3; i++)
        threads[i] = start(lock_and_count, NULL);
    until_sleeping(3);
    CHECK(fake_sleeps() == before + 3); /* each sleeps once: nobody spins */
    CHECK(shared == 0);
    futex_unlock(&mutex);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    CHECK(shared == 3);
    CHECK(futex_try_lock(&mutex));
    futex_unlock(&mutex);
}

/* A queue of one place: producers and consumers wait for each other. */
static struct futex_condition changed;
static int place; /* 0: empty */

static void wait_until_place_is(bool full)
{
    while ((place != 0) != full) {
        uint32_t prepared = futex_condition_prepare(&changed);

        futex_unlock(&mutex);
        futex_condition_wait(&changed, prepared, THREAD_FOREVER, NULL);
        futex_lock(&mutex);
    }
}

static void *produce_or_consume(void *argument)
{
    bool produces = ((long)argument & 1) == 0;

    for (int i = 1; i <= ROUNDS; i++) {
        futex_lock(&mutex);
        wait_until_place_is(!produces);
        shared += place;
        place = produces ? i : 0;
        futex_unlock(&mutex);
        futex_condition_broadcast(&changed);
    }
    return NULL;
}

static void a_condition_loses_no_broadcast(void)
{
    shared = 0;
    on_threads(produce_or_consume);
    CHECK(place == 0);
    CHECK(shared == (long)ROUNDS * (ROUNDS + 1) / 2 * (THREADS / 2));
}

static void *wait_for_place(void *argument)
{
    (void)argument;
    futex_lock(&mutex);
    wait_until_place_is(true);
    place--;
    futex_unlock(&mutex);
    return NULL;
}

static void a_signal_wakes_one(void)
{
    pthread_t threads[3];

    for (int i = 0; i < 3; i++)
        threads[i] = start(wait_for_place, NULL);
    until_sleeping(3);
    for (unsigned left = 3; left-- > 0;) {
        futex_lock(&mutex);
        place++;
        futex_unlock(&mutex);
        futex_condition_signal(&changed);
        until_sleeping(left);
    }
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    CHECK(place == 0);
    CHECK(futex_condition_wait(&changed, futex_condition_prepare(&changed), fake_time_ns() + MS, NULL) == -ETIMEDOUT);
}

/* Who wakes all waiters may destroy and free the condition at once; one of them has not slept yet. */
struct short_lived {
    struct futex_condition condition;
    bool over; /* atomic */
};

static void *come_late(void *argument)
{
    struct short_lived *c = argument;
    uint32_t prepared;

    futex_lock(&mutex);
    prepared = futex_condition_prepare(&c->condition);
    shared++;
    futex_unlock(&mutex);
    while (!__atomic_load_n(&c->over, __ATOMIC_RELAXED))
        thread_yield();
    futex_condition_wait(&c->condition, prepared, THREAD_FOREVER, NULL);
    return NULL;
}

static bool somebody_prepared(void)
{
    bool yes;

    futex_lock(&mutex);
    yes = shared > 0;
    futex_unlock(&mutex);
    return yes;
}

static void a_condition_can_go_at_once(void)
{
    for (int i = 0; i < 200; i++) {
        struct short_lived *c = calloc(1, sizeof(*c));
        pthread_t thread;

        shared = 0;
        thread = start(come_late, c);
        while (!somebody_prepared())
            thread_yield();
        futex_condition_broadcast(&c->condition);
        __atomic_store_n(&c->over, true, __ATOMIC_RELAXED);
        futex_condition_destroy(&c->condition);
        memset(c, 0xff, sizeof(*c));
        free(c);
        pthread_join(thread, NULL);
    }
}

static struct futex_rwlock rwlock;
static long pair[2];

static void *read_and_write(void *argument)
{
    long bad = 0;

    for (int i = 0; i < ROUNDS; i++) {
        if (i % 4 == (long)argument % 4) {
            futex_rwlock_write(&rwlock, THREAD_FOREVER);
            pair[0]++;
            pair[1]++;
        } else {
            futex_rwlock_read(&rwlock, THREAD_FOREVER);
            bad += pair[0] != pair[1];
        }
        futex_rwlock_unlock(&rwlock);
    }
    futex_lock(&mutex);
    shared += bad;
    futex_unlock(&mutex);
    return NULL;
}

static void a_rwlock_orders_writers(void)
{
    shared = 0;
    on_threads(read_and_write);
    CHECK(shared == 0);
    CHECK(pair[0] == (long)THREADS * ROUNDS / 4);
    CHECK(rwlock.word == 0);
}

static void a_rwlock_knows_when_to_wait(void)
{
    CHECK(futex_rwlock_read(&rwlock, 0) == 0);
    CHECK(futex_rwlock_read(&rwlock, 0) == 0);
    CHECK(futex_rwlock_write(&rwlock, 0) == -EBUSY);
    CHECK(futex_rwlock_write(&rwlock, fake_time_ns() + MS) == -ETIMEDOUT);
    CHECK(futex_rwlock_read(&rwlock, 0) == 0); /* though a writer has asked */
    futex_rwlock_unlock(&rwlock);
    futex_rwlock_unlock(&rwlock);
    futex_rwlock_unlock(&rwlock);
    CHECK(futex_rwlock_write(&rwlock, 0) == 0);
    CHECK(futex_rwlock_read(&rwlock, 0) == -EBUSY);
    CHECK(futex_rwlock_read(&rwlock, fake_time_ns() + MS) == -ETIMEDOUT);
    futex_rwlock_unlock(&rwlock);
    CHECK(rwlock.word == 0);
    rwlock.word = FUTEX_RW_READERS;
    CHECK(futex_rwlock_read(&rwlock, THREAD_FOREVER) == -EAGAIN);
    rwlock.word = 0;
}

static struct futex_barrier *barrier;
static long slots[THREADS], serial;

static void *meet(void *argument)
{
    long me = (long)argument, bad = 0;

    for (long i = 1; i <= ROUNDS; i++) {
        slots[me] = i;
        if (futex_barrier_wait(barrier))
            __atomic_fetch_add(&serial, 1, __ATOMIC_RELAXED);
        bad += slots[(me + 1) % THREADS] != i;
        futex_barrier_wait(barrier);
    }
    __atomic_fetch_add(&shared, bad, __ATOMIC_RELAXED);
    return NULL;
}

static void a_barrier_holds_all_back(void)
{
    barrier = calloc(1, sizeof(*barrier));
    barrier->count = THREADS;
    shared = serial = 0;
    on_threads(meet);
    CHECK(shared == 0);
    CHECK(serial == ROUNDS);
    futex_barrier_destroy(barrier);
    free(barrier);
}

/* Whoever is the serial one destroys and frees the barrier at once, as POSIX allows; the others may still be leaving. */
static void *meet_once(void *argument)
{
    struct futex_barrier *b = argument;

    if (futex_barrier_wait(b)) {
        futex_barrier_destroy(b);
        memset(b, 0xff, sizeof(*b));
        free(b);
    }
    return NULL;
}

static void a_barrier_can_go_at_once(void)
{
    for (int i = 0; i < 200; i++) {
        struct futex_barrier *b = calloc(1, sizeof(*b));
        pthread_t threads[THREADS];

        b->count = THREADS;
        for (int t = 0; t < THREADS; t++)
            threads[t] = start(meet_once, b);
        for (int t = 0; t < THREADS; t++)
            pthread_join(threads[t], NULL);
    }
}

/* Four threads meet in twos, whoever comes first. */
static void *meet_one_other(void *argument)
{
    return (void *)(long)futex_barrier_wait(argument);
}

static void a_barrier_may_have_more_threads_than_meet(void)
{
    static struct futex_barrier b = { .count = 2 };

    for (int i = 0; i < 1000; i++) {
        pthread_t threads[THREADS];
        long first = 0;

        for (int t = 0; t < THREADS; t++)
            threads[t] = start(meet_one_other, &b);
        for (int t = 0; t < THREADS; t++)
            first += result_of(threads[t]);
        CHECK(first == THREADS / 2);
    }
    futex_barrier_destroy(&b);
}

static struct futex_semaphore empty, full;

static void *through_semaphores(void *argument)
{
    bool produces = ((long)argument & 1) == 0;

    for (int i = 0; i < ROUNDS; i++) {
        futex_semaphore_wait(produces ? &empty : &full, THREAD_FOREVER, NULL);
        shared++; /* one token in all: the semaphores exclude */
        futex_semaphore_post(produces ? &full : &empty);
    }
    return NULL;
}

static void a_semaphore_counts(void)
{
    shared = 0;
    empty.state = 1;
    on_threads(through_semaphores);
    CHECK(shared == (long)THREADS * ROUNDS);
    CHECK(empty.state == 1 && full.state == 0);
    CHECK(futex_semaphore_try(&empty) == 0);
    CHECK(futex_semaphore_try(&empty) == -EAGAIN);
    CHECK(futex_semaphore_wait(&empty, fake_time_ns() + MS, NULL) == -ETIMEDOUT);
    CHECK(empty.state == 0);
    empty.state = FUTEX_SEMAPHORE_MAX;
    CHECK(futex_semaphore_post(&empty) == -EOVERFLOW);
    empty.state = 0;
}

/* The waiter frees the semaphore as soon as it has it: post may not touch it any more. */
static void *post_it(void *argument)
{
    futex_semaphore_post(argument);
    return NULL;
}

static void a_semaphore_can_go_at_once(void)
{
    for (int i = 0; i < 200; i++) {
        struct futex_semaphore *s = calloc(1, sizeof(*s));
        pthread_t thread = start(post_it, s);

        futex_semaphore_wait(s, THREAD_FOREVER, NULL);
        free(s);
        pthread_join(thread, NULL);
    }
}

static struct futex_once once;
static long initialised;

static void *initialise(void *argument)
{
    (void)argument;
    while (futex_once_begin(&once)) {
        bool done = ++initialised == 2; /* the first try fails */

        thread_yield();
        futex_once_end(&once, done);
    }
    return (void *)initialised;
}

static void once_is_once(void)
{
    for (int i = 0; i < 100; i++) {
        once.word = FUTEX_ONCE_NEW;
        initialised = 0;
        on_threads(initialise);
        CHECK(initialised == 2);
        CHECK(futex_once_is_done(&once));
    }
}

static struct cancellation cancel;
static struct futex_semaphore never;

static void *wait_for_ever(void *argument)
{
    (void)argument;
    return (void *)(long)futex_semaphore_wait(&never, THREAD_FOREVER, &cancel);
}

static void *wait_for_signal(void *argument)
{
    uint32_t prepared = futex_condition_prepare(&changed);

    return (void *)(long)futex_condition_wait(&changed, prepared, THREAD_FOREVER, argument);
}

static void cancelling_wakes(void)
{
    for (int i = 0; i < 300; i++) { /* at different times of the wait */
        pthread_t thread;

        cancel = (struct cancellation){ 0 };
        thread = start(wait_for_ever, NULL);
        if (i % 3 == 0)
            until_sleeping(1);
        futex_cancel(&cancel);
        CHECK(result_of(thread) == -ECANCELED);
        CHECK(never.state == 0);
    }
}

static void a_cancelled_waiter_passes_the_signal_on(void)
{
    pthread_t first_in, second;

    cancel = (struct cancellation){ 0 };
    first_in = start(wait_for_signal, &cancel);
    until_sleeping(1);
    second = start(wait_for_signal, NULL);
    until_sleeping(2);
    __atomic_fetch_or(&cancel.flags, CANCEL_ASKED, __ATOMIC_SEQ_CST); /* and now the signal comes to the first */
    futex_condition_signal(&changed);
    CHECK(result_of(first_in) == -ECANCELED);
    CHECK(result_of(second) == 0);
}

static void cancelling_can_be_off(void)
{
    pthread_t thread;

    cancel = (struct cancellation){ .flags = CANCEL_DISABLED };
    thread = start(wait_for_ever, NULL);
    until_sleeping(1);
    futex_cancel(&cancel);
    CHECK(fake_sleeping() == 1);
    futex_semaphore_post(&never);
    CHECK(result_of(thread) == 0);
}

int main(void)
{
    RUN(a_lock_excludes);
    RUN(a_lock_that_is_held_lets_sleep);
    RUN(a_condition_loses_no_broadcast);
    RUN(a_signal_wakes_one);
    RUN(a_condition_can_go_at_once);
    RUN(a_rwlock_orders_writers);
    RUN(a_rwlock_knows_when_to_wait);
    RUN(a_barrier_holds_all_back);
    RUN(a_barrier_can_go_at_once);
    RUN(a_barrier_may_have_more_threads_than_meet);
    RUN(a_semaphore_counts);
    RUN(a_semaphore_can_go_at_once);
    RUN(once_is_once);
    RUN(cancelling_wakes);
    RUN(a_cancelled_waiter_passes_the_signal_on);
    RUN(cancelling_can_be_off);
    return check_status;
}
