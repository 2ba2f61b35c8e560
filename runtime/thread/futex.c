#include "runtime/thread/futex.h"

#define EVERYBODY UINT32_MAX

int futex_wait(const uint32_t *word, uint32_t expected, uint64_t deadline, struct cancellation *c)
{
    int error;

    if (!c || (__atomic_load_n(&c->flags, __ATOMIC_RELAXED) & ~CANCEL_ASKED)) /* which the thread alone changes */
        return thread_wait(word, expected, deadline);
    __atomic_store_n(&c->waits_at, word, __ATOMIC_SEQ_CST);
    /* Either this look sees the wish, or the one who has it sees waits_at: both orders are sequentially consistent. */
    error = cancellation_is_due(c) ? 0 : thread_wait(word, expected, deadline);
    __atomic_store_n(&c->waits_at, NULL, __ATOMIC_SEQ_CST);
    return cancellation_is_due(c) ? -ECANCELED : error;
}

void futex_cancel(struct cancellation *c)
{
    const uint32_t *word;

    __atomic_fetch_or(&c->flags, CANCEL_ASKED, __ATOMIC_SEQ_CST);
    /*
     * The thread may stand between its look at the flags and its sleep, where a wake would be lost: it is woken until it has
     * been seen outside. Others that sleep at the same word wake without reason, which all of them allow.
     */
    while ((word = __atomic_load_n(&c->waits_at, __ATOMIC_SEQ_CST)) != NULL) {
        thread_wake(word, EVERYBODY);
        if (__atomic_load_n(&c->waits_at, __ATOMIC_SEQ_CST) != NULL)
            thread_yield();
    }
}

int futex_lock_slowly(struct futex_lock *lock, uint64_t deadline)
{
    /* Who has slept takes the lock as contended: it cannot know whether others still sleep. */
    while (__atomic_exchange_n(&lock->word, FUTEX_CONTENDED, __ATOMIC_ACQUIRE) != FUTEX_FREE) {
        if (thread_wait(&lock->word, FUTEX_CONTENDED, deadline) == -ETIMEDOUT)
            return -ETIMEDOUT;
    }
    return 0;
}

#define VISITORS_AWAITED (1u << 31)

void futex_visitors_leave(struct futex_visitors *v)
{
    if (__atomic_fetch_sub(&v->word, 1, __ATOMIC_RELEASE) == (VISITORS_AWAITED | 1))
        thread_wake(&v->word, EVERYBODY);
}

void futex_visitors_end(struct futex_visitors *v)
{
    uint32_t inside = __atomic_or_fetch(&v->word, VISITORS_AWAITED, __ATOMIC_ACQUIRE);

    while (inside != VISITORS_AWAITED) {
        thread_wait(&v->word, inside, THREAD_FOREVER);
        inside = __atomic_load_n(&v->word, __ATOMIC_ACQUIRE);
    }
}

/* The bit tells signals that somebody may sleep; only a broadcast, which leaves nobody asleep, takes it away. */
uint32_t futex_condition_prepare(struct futex_condition *c)
{
    futex_visitors_enter(&c->inside);
    return __atomic_or_fetch(&c->word, 1, __ATOMIC_RELAXED);
}

int futex_condition_wait(struct futex_condition *c, uint32_t prepared, uint64_t deadline, struct cancellation *cancel)
{
    int error = futex_wait(&c->word, prepared, deadline, cancel);

    /* POSIX: who is cancelled does not use a signal up. Perhaps one woke us: then it is the next one's. */
    if (error == -ECANCELED)
        futex_condition_signal(c);
    futex_visitors_leave(&c->inside);
    return error == -EAGAIN ? 0 : error;
}

void futex_condition_abandon(struct futex_condition *c)
{
    futex_visitors_leave(&c->inside);
}

void futex_condition_destroy(struct futex_condition *c)
{
    futex_visitors_end(&c->inside);
}

/*
 * Who waits has called prepare before it let go of the lock under which the caller changed what is waited for: its bit is
 * seen here, and a changed word keeps it from sleeping.
 */
void futex_condition_signal(struct futex_condition *c)
{
    if (!(__atomic_load_n(&c->word, __ATOMIC_RELAXED) & 1))
        return;
    __atomic_fetch_add(&c->word, 2, __ATOMIC_RELAXED);
    thread_wake(&c->word, 1);
}

void futex_condition_broadcast(struct futex_condition *c)
{
    uint32_t seen = __atomic_load_n(&c->word, __ATOMIC_RELAXED);

    do {
        if (!(seen & 1))
            return;
    } while (!__atomic_compare_exchange_n(&c->word, &seen, (seen + 2) & ~1u, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    thread_wake(&c->word, EVERYBODY);
}

/* Marks the word as waited for and sleeps. seen: what it was. */
static int rwlock_sleep(struct futex_rwlock *lock, uint32_t seen, uint64_t deadline)
{
    uint32_t marked = seen | FUTEX_RW_WAITERS;

    if (deadline == 0)
        return -EBUSY;
    if (seen != marked && !__atomic_compare_exchange_n(&lock->word, &seen, marked, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return 0;
    return thread_wait(&lock->word, marked, deadline);
}

int futex_rwlock_read(struct futex_rwlock *lock, uint64_t deadline)
{
    uint32_t seen = __atomic_load_n(&lock->word, __ATOMIC_RELAXED);

    for (;;) {
        if (seen & FUTEX_RW_WRITER) {
            int error = rwlock_sleep(lock, seen, deadline);

            if (error == -ETIMEDOUT || error == -EBUSY)
                return error;
            seen = __atomic_load_n(&lock->word, __ATOMIC_RELAXED);
        } else if ((seen & FUTEX_RW_READERS) == FUTEX_RW_READERS) {
            return -EAGAIN;
        } else if (__atomic_compare_exchange_n(&lock->word, &seen, seen + 1, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
            return 0;
        }
    }
}

int futex_rwlock_write(struct futex_rwlock *lock, uint64_t deadline)
{
    uint32_t seen = __atomic_load_n(&lock->word, __ATOMIC_RELAXED);

    for (;;) {
        if (seen & ~FUTEX_RW_WAITERS) {
            int error = rwlock_sleep(lock, seen, deadline);

            if (error == -ETIMEDOUT || error == -EBUSY)
                return error;
            seen = __atomic_load_n(&lock->word, __ATOMIC_RELAXED);
        } else if (__atomic_compare_exchange_n(&lock->word, &seen, seen | FUTEX_RW_WRITER, true, __ATOMIC_ACQUIRE,
                                               __ATOMIC_RELAXED)) {
            return 0;
        }
    }
}

/* The last one out wakes all who wait; who does not get the lock marks the word again. */
void futex_rwlock_unlock(struct futex_rwlock *lock)
{
    uint32_t seen = __atomic_load_n(&lock->word, __ATOMIC_RELAXED), next;

    do {
        next = seen & FUTEX_RW_WRITER ? seen & ~FUTEX_RW_WRITER : seen - 1;
        if (next == FUTEX_RW_WAITERS)
            next = 0;
    } while (!__atomic_compare_exchange_n(&lock->word, &seen, next, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    if (next == 0 && (seen & FUTEX_RW_WAITERS))
        thread_wake(&lock->word, EVERYBODY);
}

bool futex_barrier_wait(struct futex_barrier *b)
{
    uint32_t mine, rounds;
    uint64_t before;
    bool last;

    futex_visitors_enter(&b->inside);
    before = __atomic_fetch_add(&b->arrived, 1, __ATOMIC_ACQ_REL);
    mine = (uint32_t)(before / b->count);
    last = before % b->count == b->count - 1;
    if (last) {
        /* The last one of the next round may be here before us: it ends ours, whose arrivals come before its own, and we end that. */
        __atomic_fetch_add(&b->rounds, 1, __ATOMIC_ACQ_REL);
        thread_wake(&b->rounds, EVERYBODY);
    } else {
        while ((int32_t)((rounds = __atomic_load_n(&b->rounds, __ATOMIC_ACQUIRE)) - mine) <= 0)
            thread_wait(&b->rounds, rounds, THREAD_FOREVER);
    }
    futex_visitors_leave(&b->inside);
    return last;
}

void futex_barrier_destroy(struct futex_barrier *b)
{
    futex_visitors_end(&b->inside);
}

#define SEMAPHORE_WAITER ((uint64_t)1 << 32)

static uint32_t *count_of(struct futex_semaphore *s)
{
    return (uint32_t *)&s->state; /* little-endian: the low half */
}

/* Takes one if there is one; waiters: what leaves the high half along with it. */
static bool take_one(struct futex_semaphore *s, uint64_t waiters)
{
    uint64_t seen = __atomic_load_n(&s->state, __ATOMIC_RELAXED);

    while ((uint32_t)seen != 0) {
        if (__atomic_compare_exchange_n(&s->state, &seen, seen - 1 - waiters, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return true;
    }
    return false;
}

int futex_semaphore_try(struct futex_semaphore *s)
{
    return take_one(s, 0) ? 0 : -EAGAIN;
}

int futex_semaphore_wait(struct futex_semaphore *s, uint64_t deadline, struct cancellation *cancel)
{
    int error = 0;

    if (take_one(s, 0))
        return 0;
    __atomic_fetch_add(&s->state, SEMAPHORE_WAITER, __ATOMIC_RELAXED);
    while (!take_one(s, SEMAPHORE_WAITER)) {
        if (error == -ETIMEDOUT || error == -ECANCELED) {
            __atomic_fetch_sub(&s->state, SEMAPHORE_WAITER, __ATOMIC_RELAXED);
            return error;
        }
        error = futex_wait(count_of(s), 0, deadline, cancel);
    }
    return 0;
}

int futex_semaphore_post(struct futex_semaphore *s)
{
    uint64_t seen = __atomic_load_n(&s->state, __ATOMIC_RELAXED);

    do {
        if ((uint32_t)seen == FUTEX_SEMAPHORE_MAX)
            return -EOVERFLOW;
    } while (!__atomic_compare_exchange_n(&s->state, &seen, seen + 1, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    if (seen >= SEMAPHORE_WAITER)
        thread_wake(count_of(s), 1);
    return 0;
}

bool futex_once_begin(struct futex_once *once)
{
    uint32_t seen = FUTEX_ONCE_NEW;

    while (!__atomic_compare_exchange_n(&once->word, &seen, FUTEX_ONCE_RUNNING, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
        if (seen == FUTEX_ONCE_DONE)
            return false;
        if (seen == FUTEX_ONCE_WAITED_FOR ||
            __atomic_compare_exchange_n(&once->word, &seen, FUTEX_ONCE_WAITED_FOR, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            thread_wait(&once->word, FUTEX_ONCE_WAITED_FOR, THREAD_FOREVER);
        seen = FUTEX_ONCE_NEW;
    }
    return true;
}

void futex_once_end(struct futex_once *once, bool done)
{
    uint32_t now = done ? FUTEX_ONCE_DONE : FUTEX_ONCE_NEW;

    if (__atomic_exchange_n(&once->word, now, __ATOMIC_RELEASE) == FUTEX_ONCE_WAITED_FOR)
        thread_wake(&once->word, EVERYBODY);
}
