/*
 * sched.h: which thread runs on which hart.
 *
 * Each hart has a queue of threads that could run. A hart whose thread sleeps runs the next one of its queue, or takes one
 * from another's, or sleeps in wfi on the stack of the thread that it ran last ("idling"): with one thread to a hart, sleeping
 * and waking up is no switch at all. A thread that is woken goes to the hart that it ran on, or to one that idles. While somebody
 * waits in its queue, a hart changes threads every SLICE_NS, and every WOKEN_SLICE_NS while one of those was woken: who waits for a page
 * or a message and does little with it is not kept for long by those that compute. All have their turns in the order in which they came;
 * who has had one goes to the end of the shortest queue, its own or another that is no longer, so that they share all harts evenly.
 *
 * Where there are more harts than the host has processors (boot_processors), no more of them are awake at a time, but for a moment: a
 * hart that the host does not run may be the one that all others wait for. There a hart idles as its idle thread, so that
 * whoever slept on it can go on elsewhere.
 *
 * Lock order: a queue's lock is inside every lock but mem's and the timers'. Two queues are never locked at once.
 */
#ifndef KERNEL_THREAD_SCHED_H
#define KERNEL_THREAD_SCHED_H

#include "arch/context.h"
#include "arch/hart.h"
#include "kernel/thread/thread.h"
#include "kernel/types.h"

#define SLICE_NS 5000000u
#define WOKEN_SLICE_NS 1000000u

enum thread_state { THREAD_RUNNING, /* on a hart, which may be idling on its stack */
                    THREAD_READY,   /* in a queue, or on its way into one */
                    THREAD_PARKED,  /* until thread_unpark */
                    THREAD_FROZEN,  /* never again: the program has ended */
                    THREAD_DEAD };

/* Never given back to the allocator, only used again: whoever still has a pointer wakes somebody who just looks again. */
struct thread {
    struct context context;
    struct thread *next; /* of its queue, or of the list of dead ones */
    struct thread *all;  /* list of all threads ever made */
    uint32_t number;     /* 1: main */
    uint32_t refs;       /* atomic: its life, and the creator's reference */
    uint32_t holds;      /* what keeps it from being frozen (sched_hold); its own */
    uint8_t state;       /* enum thread_state; under the lock of its queue */
    uint8_t queue;       /* where it runs or is queued; changes under the lock of the queue it leaves */
    bool token;          /* somebody has woken it; under the lock of its queue */
    bool woken;          /* it waits in its queue since it was woken; under the lock of that queue */
    bool idle;           /* the thread that a hart falls back to: nothing but idling */
    uint64_t busy_ns;    /* on harts so far */
    uint64_t copying;    /* its sp in copy_checked (arch/catch.h), else 0; its own */
    vaddr_t catch_stack; /* of fault_catch_on (arch/catch.h); its own */
    uint64_t catch_stack_size;
    void (*entry)(void *);
    void *arg;
    void *tp;    /* its thread-local storage */
    vaddr_t map; /* guard, stack, guard page, trap stack; 0: not of thread.c's making */
    vaddr_t stack;
    uint64_t stack_size;
    const uint32_t *waits_for; /* address of thread_wait, or NULL; for reports */
    char name[16];
};

/* Boot hart, interrupts off: the code that runs is the main thread from now on; it may wait, but nobody else runs yet. */
void sched_init(struct thread *main_thread, struct thread *idle_thread);
/* The main thread needs nothing of the boot stack any more: it is the idle thread's from now on. */
void sched_leave_boot_stack(void);
/* On a further hart, once, with interrupts off: runs threads from here on. */
_Noreturn void sched_start_hart(struct thread *idle_thread);

/* A thread that never ran becomes ready. */
void sched_add(struct thread *t);
/* The running thread is over; `t` is its own. */
_Noreturn void sched_leave(void);
/* The first thing that a new thread does: ends the switch that brought it here. Interrupts are off. */
void sched_begin_thread(void);

/* Interrupt context: another hart has put something into the queue, or asks to look at it. */
void sched_poke(void);
/* At the end of an interrupt that came in thread context: gives the hart to the next thread if the slice is over. */
void sched_end_interrupt(void);

/*
 * All other threads stop, for good: those that hold something (sched_hold) once they have let it go, within a bounded time. Thread
 * context; the caller is the only one to run from here on.
 */
void sched_freeze_others(void);
/* The running thread has let go the last thing that it held. */
void sched_may_freeze(void);
/* The same where it cannot stop yet, inside a fault: it stops as soon as interrupts are on. Interrupts are off. */
void sched_stop_soon(void);
/*
 * Between the two the running thread has something in hands without which the program could not end: a semaphore, a region. They nest.
 * Who waits for a completion holds as well.
 */
static inline void sched_hold(void)
{
    thread_self()->holds++;
}
static inline void sched_let_go(void)
{
    struct thread *me = thread_self();
    if (me->holds > 0 && --me->holds == 0) /* the first ups of a semaphore that begins at 0 give back what nobody took */
        sched_may_freeze();
}

/* thread.c's and thread_wait.c's, for each other: threads ever made, in a list by `all`. */
struct thread *threads_first(void);
/*
 * Threads that have not ended, idle ones aside, and times CENSUS_STUCK those of them that wait without a deadline. Atomic, and one
 * word: two could not be read at one moment.
 */
extern uint64_t thread_census;
#define CENSUS_STUCK ((uint64_t)1 << 32)
static inline uint32_t threads_live(void)
{
    return (uint32_t)__atomic_load_n(&thread_census, __ATOMIC_SEQ_CST);
}
void thread_put(struct thread *t); /* one reference less; any context */
/* Reports it and stops if every live thread waits for another. */
void thread_check_deadlock(void);

/* Does another thread run, or could it? A guess: it may change at once. Any context. */
bool sched_others_run(void);
/* The same, the interrupted one included: all others wait. */
bool sched_any_runs(void);

/* sched_count.c: instructions retired so far, of all harts, without idling and interrupts; nanoseconds of all harts that were not idle. */
uint64_t sched_instret(void);
uint64_t sched_busy_ns(void);
/* What a completion did in place of a fault counts as work although an interrupt did it. */
void sched_count_work(uint64_t instructions);
/*
 * What is retired between the two calls, on one hart without a switch, counts as idling, but for what was counted as work: whether
 * a wait finds that it need not wait depends on when devices answer. Interrupts off from the first call to the second.
 */
struct sched_mark {
    const void *queue;
    uint64_t work, switches;
};
struct sched_mark sched_mark(void);
void sched_discount(const struct sched_mark *since);
/* Instructions retired by this hart while it idled, since boot. pager_lock or interrupts off. */
uint64_t sched_idle_instret(void);

#endif
