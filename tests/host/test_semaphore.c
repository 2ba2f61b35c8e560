// sources: kernel/thread/semaphore.c
// sanitize: thread
// The kernel's sleeping lock on the host's threads under ThreadSanitizer: who may have it, and who was there first.
#include "kernel/thread/semaphore.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "kernel/thread/sched.h"
#include "tests/host/check.h"

#define THREADS 4
#define ROUNDS 5000

static atomic_bool no_turns; /* who sleeps goes on sleeping, woken or not */
static atomic_uint asleep;

/* ---- what the semaphore stands on */

void spin_lock(struct spinlock *lock)
{
    while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
        sched_yield();
}

void spin_unlock(struct spinlock *lock)
{
    __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

void complete(struct completion *c)
{
    __atomic_store_n(&c->done, COMPLETION_DONE, __ATOMIC_RELEASE);
}

void completion_wait(struct completion *c)
{
    asleep++;
    while (!__atomic_load_n(&c->done, __ATOMIC_ACQUIRE) || no_turns)
        sched_yield();
    asleep--;
}

struct thread *thread_self(void)
{
    static _Thread_local struct thread self;

    return &self;
}

void sched_may_freeze(void)
{
}

/* ---- tests */

static struct semaphore mutex = SEMAPHORE_INIT(1), pair = SEMAPHORE_INIT(2);
static long shared; /* not atomic: the mutex must order the accesses */
static atomic_int inside;
static atomic_bool crowded;

static void *count(void *argument)
{
    (void)argument;
    for (int i = 0; i < ROUNDS; i++) {
        semaphore_down(&mutex);
        shared++;
        semaphore_up(&mutex);
    }
    return NULL;
}

static void *enter(void *argument)
{
    (void)argument;
    for (int i = 0; i < ROUNDS; i++) {
        semaphore_down(&pair);
        if (++inside > 2)
            crowded = true;
        inside--;
        semaphore_up(&pair);
    }
    return NULL;
}

static void on_threads(void *(*work)(void *))
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void at_most_so_many_hold_it(void)
{
    on_threads(count);
    CHECK(shared == (long)THREADS * ROUNDS);
    CHECK(mutex.count == 1 && mutex.woken == 0 && !mutex.first && !mutex.last);
    on_threads(enter);
    CHECK(!crowded);
    CHECK(pair.count == 2 && pair.woken == 0 && !pair.first && !pair.last);
}

static void *have_it_once(void *has_had_it)
{
    semaphore_down(&mutex);
    *(atomic_bool *)has_had_it = true;
    semaphore_up(&mutex);
    return NULL;
}

/* How often the one that waits has looked in vain. */
static uint32_t looked_in_vain(void)
{
    spin_lock(&mutex.lock);
    uint32_t n = mutex.first ? mutex.first->in_vain : 0;
    spin_unlock(&mutex.lock);
    return n;
}

/* Who runs need not wait for the turn of one that sleeps, which gets it in the end all the same. */
static void sleepers_are_overtaken_a_few_times(void)
{
    atomic_bool has_had_it = false;
    pthread_t waiter;

    semaphore_down(&mutex);
    no_turns = true;
    pthread_create(&waiter, NULL, have_it_once, &has_had_it);
    while (asleep == 0)
        sched_yield();
    for (uint32_t i = 0; i < SEMAPHORE_PATIENCE; i++) {
        for (int more = 0; more < 10; more++) {
            semaphore_up(&mutex);
            semaphore_down(&mutex);
        }
        CHECK(looked_in_vain() == i);
        no_turns = false;
        while (looked_in_vain() == i)
            sched_yield();
        no_turns = true;
    }
    semaphore_up(&mutex);
    CHECK(mutex.count == 0 && !mutex.first && !has_had_it); /* it has it, though it sleeps */
    no_turns = false;
    semaphore_down(&mutex);
    CHECK(has_had_it);
    semaphore_up(&mutex);
    pthread_join(waiter, NULL);
    CHECK(mutex.count == 1 && mutex.woken == 0);
}

int main(void)
{
    RUN(at_most_so_many_hold_it);
    RUN(sleepers_are_overtaken_a_few_times);
    return check_status;
}
