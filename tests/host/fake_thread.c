#include "tests/host/fake_thread.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

struct waiter {
    const uint32_t *address;
    struct waiter *next;
    pthread_cond_t woken;
    bool is_woken;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* protects all below */
static struct waiter *first;                             /* longest waiting first */
static unsigned long sleeps;
static unsigned sleeping;

uint64_t fake_time_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

unsigned long fake_sleeps(void)
{
    unsigned long n;

    pthread_mutex_lock(&lock);
    n = sleeps;
    pthread_mutex_unlock(&lock);
    return n;
}

unsigned fake_sleeping(void)
{
    unsigned n;

    pthread_mutex_lock(&lock);
    n = sleeping;
    pthread_mutex_unlock(&lock);
    return n;
}

static void append(struct waiter *w)
{
    struct waiter **end = &first;

    while (*end)
        end = &(*end)->next;
    *end = w;
}

static void take_out(struct waiter *w)
{
    struct waiter **at = &first;

    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
}

static void sleep_until(struct waiter *me, uint64_t deadline_ns)
{
    struct timespec until = { (time_t)(deadline_ns / 1000000000u), (long)(deadline_ns % 1000000000u) };

    if (deadline_ns == THREAD_FOREVER)
        pthread_cond_wait(&me->woken, &lock);
    else
        pthread_cond_timedwait(&me->woken, &lock, &until);
}

int thread_wait(const uint32_t *address, uint32_t expected, uint64_t deadline_ns)
{
    struct waiter me = { .address = address };
    pthread_condattr_t monotonic;
    int error = 0;

    pthread_mutex_lock(&lock);
    if (__atomic_load_n(address, __ATOMIC_SEQ_CST) != expected) {
        pthread_mutex_unlock(&lock);
        return -EAGAIN;
    }
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&me.woken, &monotonic);
    pthread_condattr_destroy(&monotonic);
    append(&me);
    sleeps++;
    sleeping++;
    while (!me.is_woken) {
        if (deadline_ns != THREAD_FOREVER && fake_time_ns() >= deadline_ns) {
            take_out(&me);
            error = -ETIMEDOUT;
            break;
        }
        sleep_until(&me, deadline_ns);
    }
    sleeping--;
    pthread_mutex_unlock(&lock);
    pthread_cond_destroy(&me.woken);
    return error;
}

unsigned thread_wake(const uint32_t *address, unsigned n)
{
    unsigned woken = 0;

    pthread_mutex_lock(&lock);
    for (struct waiter **at = &first; *at && woken < n;) {
        struct waiter *w = *at;

        if (w->address != address) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        w->is_woken = true;
        pthread_cond_signal(&w->woken);
        woken++;
    }
    pthread_mutex_unlock(&lock);
    return woken;
}

void thread_yield(void)
{
    sched_yield();
}
