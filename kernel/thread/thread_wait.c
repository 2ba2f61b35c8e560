/* thread_wait.c: sleeping on a word of memory (thread.h): what mutexes, condition variables and all their kin stand on. */
#include "kernel/log.h"
#include "kernel/thread/sched.h"
#include "kernel/thread/sync.h"
#include "kernel/thread/timer.h"

#include "arch/report.h"

#define BUCKETS 64u /* a power of two */
#define WAKES_AT_ONCE 16u

struct waiter {
    struct thread *thread;
    const uint32_t *address;
    struct waiter *next, *prev;
    bool forever; /* has no deadline */
    bool queued;  /* cleared by who takes it off the list */
};

struct bucket {
    struct spinlock lock; /* protects the rest; inside it only the scheduler's locks */
    struct waiter *first, *last;
    uint32_t wakes; /* counts calls of thread_wake */
};

static struct bucket buckets[BUCKETS];

static struct bucket *bucket_of(const uint32_t *address)
{
    uint64_t hash = (uint64_t)address / sizeof *address * 0x9E3779B97F4A7C15u;
    return &buckets[hash >> 58];
}
_Static_assert(BUCKETS == 1u << (64 - 58), "bucket_of");

static void enqueue(struct bucket *b, struct waiter *w)
{
    w->queued = true;
    w->next = NULL;
    w->prev = b->last;
    if (b->last)
        b->last->next = w;
    else
        b->first = w;
    b->last = w;
}

static void dequeue(struct bucket *b, struct waiter *w)
{
    if (w->prev)
        w->prev->next = w->next;
    else
        b->first = w->next;
    if (w->next)
        w->next->prev = w->prev;
    else
        b->last = w->prev;
    __atomic_store_n(&w->queued, false, __ATOMIC_RELEASE); /* the waiter may be gone from here on */
}

void thread_check_deadlock(void)
{
    uint64_t census = __atomic_load_n(&thread_census, __ATOMIC_SEQ_CST), stuck = census / CENSUS_STUCK;
    if (stuck == 0 || stuck != census % CENSUS_STUCK)
        return;
    report_begin();
    log_printf("deadlock: every thread that has not ended waits for another\n");
    for (const struct thread *t = threads_first(); t; t = t->all)
        if (t->waits_for)
            log_printf("  thread %u%s%s waits at 0x%lx\n", t->number, t->name[0] ? " " : "", t->name, (unsigned long)t->waits_for);
    report_backtrace_and_exit();
}

/*
 * The word is read without the lock, since it may be on a page that is not there. A wake in between is noticed by the count of wakes
 * of the bucket: then it is read again. (If the word changes without a wake, nobody has promised anything.)
 */
static int begin_wait(struct bucket *b, struct waiter *w, uint32_t expected)
{
    for (;;) {
        uint32_t wakes = __atomic_load_n(&b->wakes, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(w->address, __ATOMIC_SEQ_CST) != expected)
            return -EAGAIN;
        spin_lock(&b->lock);
        bool current = b->wakes == wakes;
        if (current) {
            enqueue(b, w);
            w->thread->waits_for = w->address;
            if (w->forever)
                __atomic_add_fetch(&thread_census, CENSUS_STUCK, __ATOMIC_SEQ_CST);
        }
        spin_unlock(&b->lock);
        if (current)
            return 0;
    }
}

static void wake_waiter(void *arg)
{
    thread_unpark(arg);
}

int thread_wait(const uint32_t *address, uint32_t expected, uint64_t deadline_ns)
{
    struct bucket *b = bucket_of(address);
    struct waiter w = { .thread = thread_self(), .address = address, .forever = deadline_ns == THREAD_FOREVER };
    struct timer timer = { .armed = false };
    stack_probe_deep();
    int result = begin_wait(b, &w, expected);
    if (result)
        return result;
    if (w.forever)
        thread_check_deadlock();
    else
        timer_start(&timer, deadline_ns, wake_waiter, w.thread);
    while (__atomic_load_n(&w.queued, __ATOMIC_ACQUIRE) && time_ns() < deadline_ns)
        thread_park();
    if (!w.forever)
        timer_stop(&timer);
    spin_lock(&b->lock); /* also: whoever took this waiter off the list has let go of it */
    if (w.queued) {
        dequeue(b, &w);
        result = -ETIMEDOUT;
    }
    spin_unlock(&b->lock);
    w.thread->waits_for = NULL;
    return result;
}

/* Takes at most n waiters at this address off their list. */
static unsigned take_waiters(struct bucket *b, const uint32_t *address, unsigned n, struct thread **out)
{
    unsigned taken = 0;
    spin_lock(&b->lock);
    __atomic_store_n(&b->wakes, b->wakes + 1, __ATOMIC_SEQ_CST);
    for (struct waiter *w = b->first, *next; w && taken < n; w = next) {
        next = w->next;
        if (w->address != address)
            continue;
        out[taken++] = w->thread;
        if (w->forever)
            __atomic_sub_fetch(&thread_census, CENSUS_STUCK, __ATOMIC_SEQ_CST);
        dequeue(b, w);
    }
    spin_unlock(&b->lock);
    return taken;
}

/* Threads are woken without the lock: the firmware is asked to interrupt their harts. They may look before, and find themselves woken. */
unsigned thread_wake(const uint32_t *address, unsigned n)
{
    struct bucket *b = bucket_of(address);
    struct thread *threads[WAKES_AT_ONCE];
    unsigned woken = 0, taken, most;
    do {
        most = MIN(n - woken, WAKES_AT_ONCE);
        taken = take_waiters(b, address, most, threads);
        for (unsigned i = 0; i < taken; i++)
            thread_unpark(threads[i]);
        woken += taken;
    } while (taken == WAKES_AT_ONCE && woken < n);
    return woken;
}
