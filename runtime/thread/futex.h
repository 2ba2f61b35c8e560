/*
 * futex.h: locks, conditions, semaphores and their kin on words that threads sleep on (thread_wait and thread_wake of
 * kernel/thread/thread.h). Everything that programs synchronise with is made of these.
 *
 * Any thread context, no spinlock held. All words zero is the initial state: free, nobody waits, count 0. Uncontended
 * operations are a few inline instructions; who must wait sleeps and leaves its hart to others. Deadlines are in time_ns();
 * THREAD_FOREVER: none. Results are 0 or a negative errno. The host's tests run this file under ThreadSanitizer.
 *
 * An object may be destroyed (its memory used for something else) as soon as POSIX says so: after an unlock, post or signal
 * has changed the word, that call uses the word's address alone.
 */
#ifndef RUNTIME_THREAD_FUTEX_H
#define RUNTIME_THREAD_FUTEX_H

#include "kernel/thread/thread.h"
#include "kernel/types.h"

/* ---- Cancellation: where a thread sleeps while another may ask it to end. */

#define CANCEL_ASKED 1u    /* somebody wants the thread to end */
#define CANCEL_DISABLED 2u /* it does not want to for now */
#define CANCEL_ENDING 4u   /* it is ending already: whether it wants to makes no difference any more */

struct cancellation {
    uint32_t flags;           /* CANCEL_*, atomic */
    const uint32_t *waits_at; /* the word that it sleeps at, or is about to; atomic */
};

static inline bool cancellation_is_due(const struct cancellation *c)
{
    return __atomic_load_n(&c->flags, __ATOMIC_SEQ_CST) == CANCEL_ASKED;
}

/* thread_wait, but -ECANCELED if c (may be NULL: never) asks for the end before or meanwhile; then it may have been woken, too. */
int futex_wait(const uint32_t *word, uint32_t expected, uint64_t deadline, struct cancellation *c);
/* Asks the thread to end, and wakes it if it sleeps in a futex_wait that can be cancelled. */
void futex_cancel(struct cancellation *c);

/* ---- Who is still inside a call: what may be destroyed as soon as all who wait have been woken needs to know. */

struct futex_visitors {
    uint32_t word; /* how many, atomic; bit 31: somebody waits for 0 */
};

static inline void futex_visitors_enter(struct futex_visitors *v)
{
    __atomic_fetch_add(&v->word, 1, __ATOMIC_RELAXED);
}

void futex_visitors_leave(struct futex_visitors *v);
/* Returns once the last one has left; nobody may enter any more. */
void futex_visitors_end(struct futex_visitors *v);

/* ---- A lock: not recursive, no owner. */

enum { FUTEX_FREE = 0,
       FUTEX_HELD = 1,
       FUTEX_CONTENDED = 2 }; /* held, and somebody may sleep */

struct futex_lock {
    uint32_t word;
};

int futex_lock_slowly(struct futex_lock *lock, uint64_t deadline);

static inline bool futex_try_lock(struct futex_lock *lock)
{
    uint32_t free = FUTEX_FREE;

    return __atomic_compare_exchange_n(&lock->word, &free, FUTEX_HELD, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* -ETIMEDOUT. */
static inline int futex_lock_until(struct futex_lock *lock, uint64_t deadline)
{
    return futex_try_lock(lock) ? 0 : futex_lock_slowly(lock, deadline);
}

static inline void futex_lock(struct futex_lock *lock)
{
    futex_lock_until(lock, THREAD_FOREVER);
}

/* Lets the lock go; true: the caller must wake somebody who sleeps at it. */
static inline bool futex_let_go(struct futex_lock *lock)
{
    return __atomic_exchange_n(&lock->word, FUTEX_FREE, __ATOMIC_RELEASE) == FUTEX_CONTENDED;
}

static inline void futex_unlock(struct futex_lock *lock)
{
    if (futex_let_go(lock))
        thread_wake(&lock->word, 1);
}

/* ---- A condition: waiters hold the lock when they look at what they wait for. They may wake without reason. */

struct futex_condition {
    uint32_t word;                /* bit 0: somebody may sleep; above: counts signals, so that none is lost before the sleep */
    struct futex_visitors inside; /* from prepare to the end of wait */
};

/* What a waiter must note before it lets go of the lock that protects what it waits for. It must call one of the next two. */
uint32_t futex_condition_prepare(struct futex_condition *c);
/* Sleeps unless a signal came since prepare. -ETIMEDOUT, -ECANCELED (then another waiter has got the signal). */
int futex_condition_wait(struct futex_condition *c, uint32_t prepared, uint64_t deadline, struct cancellation *cancel);
/* The waiter does not wait after all. */
void futex_condition_abandon(struct futex_condition *c);
/* All waiters have been woken, as POSIX wants; returns once the last one is through with the condition. */
void futex_condition_destroy(struct futex_condition *c);
void futex_condition_signal(struct futex_condition *c);
void futex_condition_broadcast(struct futex_condition *c);

/* ---- A lock for many readers or one writer. Readers go first, so that a reader may lock it again. */

#define FUTEX_RW_WRITER (1u << 31)
#define FUTEX_RW_WAITERS (1u << 30)
#define FUTEX_RW_READERS (FUTEX_RW_WAITERS - 1)

struct futex_rwlock {
    uint32_t word; /* how many read, FUTEX_RW_* */
};

/* -EAGAIN: too many readers. -EBUSY: would have to wait, and deadline is 0. -ETIMEDOUT. */
int futex_rwlock_read(struct futex_rwlock *lock, uint64_t deadline);
int futex_rwlock_write(struct futex_rwlock *lock, uint64_t deadline);
void futex_rwlock_unlock(struct futex_rwlock *lock);

/* ---- A barrier of count threads. */

/* More than count may be there at once: who comes too late for a round is in the next one. */
struct futex_barrier {
    uint64_t arrived; /* in all, atomic: which of them a thread is tells its round */
    uint32_t count;   /* how many meet */
    uint32_t rounds;  /* that are over, modulo 2^32; atomic, and where threads sleep */
    struct futex_visitors inside;
};

/* True for exactly one thread of each round. */
bool futex_barrier_wait(struct futex_barrier *b);
/* Returns once the last one has left. */
void futex_barrier_destroy(struct futex_barrier *b);

/* ---- A counting semaphore. */

#define FUTEX_SEMAPHORE_MAX 0x7fffffffu

struct futex_semaphore {
    uint64_t state; /* low half: the count; high half: how many wait */
};

/* -EAGAIN: the count is 0. */
int futex_semaphore_try(struct futex_semaphore *s);
/* -ETIMEDOUT, -ECANCELED. */
int futex_semaphore_wait(struct futex_semaphore *s, uint64_t deadline, struct cancellation *cancel);
/* -EOVERFLOW. */
int futex_semaphore_post(struct futex_semaphore *s);

/* ---- Something that happens once. */

enum { FUTEX_ONCE_NEW = 0,
       FUTEX_ONCE_RUNNING = 1,
       FUTEX_ONCE_WAITED_FOR = 2, /* running, and somebody may sleep */
       FUTEX_ONCE_DONE = 3 };

struct futex_once {
    uint32_t word;
};

/* True: the caller does it and calls futex_once_end; false: it is done. Waits while another does it. */
bool futex_once_begin(struct futex_once *once);
/* done: false if it has to be done again after all. */
void futex_once_end(struct futex_once *once, bool done);

static inline bool futex_once_is_done(const struct futex_once *once)
{
    return __atomic_load_n(&once->word, __ATOMIC_ACQUIRE) == FUTEX_ONCE_DONE;
}

#endif
