/*
 * sync.h: how OpenMP's threads wait: a lock of one word, and events. Both spin for a while, then sleep on the word: a
 * short while where harts outnumber the host's processors. Thread context.
 */
#ifndef RUNTIME_GOMP_SYNC_H
#define RUNTIME_GOMP_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/gomp/platform.h"

/* A lock: 0 free, 1 held, 2 held and perhaps somebody sleeps. */
void gomp_lock_slowly(uint32_t *lock);

static inline bool gomp_try_lock(uint32_t *lock)
{
    uint32_t free = 0;

    return __atomic_compare_exchange_n(lock, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline void gomp_lock(uint32_t *lock)
{
    if (!gomp_try_lock(lock))
        gomp_lock_slowly(lock);
}

static inline void gomp_unlock(uint32_t *lock)
{
    if (__atomic_exchange_n(lock, 0, __ATOMIC_RELEASE) == 2)
        platform_wake(lock, 1);
}

/*
 * An event: "something that you may wait for has changed". Who waits counts himself in, takes the ticket, looks once more, and
 * sleeps while the ticket is current; who changes something looks afterwards whether anybody is counted in. Both are
 * read-modify-writes of `waiters`: whichever comes second sees what the other has done, so no wake-up is lost.
 */
struct gomp_event {
    uint32_t sequence, waiters; /* atomic; never reset: late waiters of an earlier use may still count themselves out */
};

static inline uint32_t gomp_event_ticket(struct gomp_event *event)
{
    __atomic_fetch_add(&event->waiters, 1, __ATOMIC_ACQ_REL);
    return __atomic_load_n(&event->sequence, __ATOMIC_ACQUIRE);
}

static inline void gomp_event_leave(struct gomp_event *event)
{
    __atomic_fetch_sub(&event->waiters, 1, __ATOMIC_ACQ_REL);
}

/* After the change. Wakes at most n of those who sleep. */
static inline void gomp_event_notify(struct gomp_event *event, unsigned n)
{
    if (__atomic_fetch_add(&event->waiters, 0, __ATOMIC_ACQ_REL) == 0)
        return;
    __atomic_fetch_add(&event->sequence, 1, __ATOMIC_ACQ_REL);
    platform_wake(&event->sequence, n);
}

#define GOMP_ALL UINT32_MAX

/* Returns once the condition, an expression that reads atomically, has been seen to hold. */
#define GOMP_AWAIT(event, spins, condition) \
    do { \
        unsigned spins_left = (spins); \
        while (spins_left > 0 && !(condition)) \
            spins_left--; \
        while (!(condition)) { \
            uint32_t ticket = gomp_event_ticket(event); \
            if (!(condition)) \
                platform_wait(&(event)->sequence, ticket); \
            gomp_event_leave(event); \
        } \
    } while (0)

#endif
