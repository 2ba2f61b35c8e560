#include "kernel/thread/sched_private.h"

/* A switch has 200 instructions: no frame pointers; backtraces step over the functions of this file. */
#ifndef SAMPLED /* profiles walk by frame pointers */
#pragma GCC optimize("omit-frame-pointer")
#endif

#include "kernel/boot.h"
#include "kernel/thread/timer.h"

#define FREEZE_LIMIT_NS 2000000000u /* for threads that hold something at the end; somebody may wait for input with a semaphore */
#define FREEZE_LOOK_NS 200000u

struct queue sched_queues[MAX_HARTS];
static bool harts_are_many;    /* more than run at the same time. Until it is known, nobody switches to the boot hart's idle thread */
static struct thread *freezer; /* atomic; set once: the only thread that may still run, with those that hold something */

static inline bool must_stop(const struct thread *t)
{
    const struct thread *f = __atomic_load_n(&freezer, __ATOMIC_RELAXED);
    return __builtin_expect(f != NULL, 0) && f != t && t->holds == 0 && !t->idle;
}

/* ---- queues; lock held */

static inline void append(struct queue *q, struct thread *t)
{
    t->next = NULL;
    if (q->last)
        q->last->next = t;
    else
        q->first = t;
    q->last = t;
    q->length++;
}

static inline struct thread *take_first(struct queue *q)
{
    struct thread *t;
    while ((t = q->first) != NULL) {
        q->first = t->next;
        if (!q->first)
            q->last = NULL;
        q->length--;
        if (t->woken) {
            t->woken = false;
            q->woken--;
        }
        if (!must_stop(t))
            return t;
        t->state = THREAD_FROZEN;
    }
    return NULL;
}

static void end_slice(void *arg)
{
    struct queue *q = arg;
    q->slice_armed = false;
    q->slice_over = true;
}

/* Does the queue's hart have to hear that it changes threads, or sooner than it thinks? */
static inline bool slice_is_due(const struct queue *q)
{
    return !q->slice_armed || (q->woken > 0 && !q->slice_is_short);
}

/* On the queue's own hart: whoever runs has so long from now on, if somebody waits. */
static __attribute__((noinline)) void start_slice(struct queue *q)
{
    if (q->slice_armed)
        timer_stop(&q->slice);
    q->slice_armed = true;
    q->slice_is_short = q->woken > 0;
    timer_start(&q->slice, time_ns() + (q->slice_is_short ? WOKEN_SLICE_NS : SLICE_NS), end_slice, q);
}

static inline void arm_slice(struct queue *q)
{
    if (q->length > 0 && slice_is_due(q))
        start_slice(q);
}

/* ---- switching */

static __attribute__((noinline)) void settle_left(struct queue *q, struct thread *t);

/* Lock held. The thread that runs here now lets it go; what comes back from the switch is in another one. */
static inline void end_switch(void)
{
    struct queue *q = own_queue();
    struct thread *left = q->left;
    q->left = NULL;
    arm_slice(q);
    unlock_queue(q);
    if (left)
        settle_left(q, left);
}

static inline __attribute__((always_inline)) void switch_to(struct queue *q, struct thread *next)
{
    struct thread *me = q->current;
    uint64_t now = time_ns(), spent = now - q->since_ns;
    me->busy_ns += spent;
    q->busy_ns += spent;
    q->since_ns = now;
    q->current = next;
    q->switches++;
    next->state = THREAD_RUNNING;
    context_switch(&me->context, &next->context);
    end_switch();
}

/* The running thread will not go on here: it is in this state now. */
static void switch_away(struct queue *q, enum thread_state state)
{
    struct thread *next = take_first(q);
    q->current->state = (uint8_t)state;
    switch_to(q, next ? next : q->idle_thread);
}

/* Lock held on entry, not on return. */
static void freeze_self(struct queue *q)
{
    switch_away(q, THREAD_FROZEN);
    panic("a frozen thread runs");
}

void sched_begin_thread(void)
{
    end_switch();
}

/* ---- idling */

static void poke(const struct queue *q)
{
    if (q != own_queue())
        hart_send_ipi(index_of(q));
}

/* One that was given a thread and has yet to hear of it does not sleep any more. */
static inline bool sleeps(const struct queue *q)
{
    return __atomic_load_n(&q->idling, __ATOMIC_RELAXED) && q->length == 0;
}

/* A guess: two who ask at once may both hear yes. */
static bool another_may_wake(void)
{
    if (!harts_are_many)
        return true;
    unsigned awake = 0;
    for (unsigned i = 0; i < MAX_HARTS; i++)
        awake += sched_queues[i].current && !sleeps(&sched_queues[i]);
    return awake < boot_processors();
}

/*
 * The next hart, from this one on, that sleeps and may be given a thread; NULL: none, or enough are awake. Where harts are many, others
 * than this one are looked for among the first ones, which take interrupts.
 */
static struct queue *a_free_queue(const struct queue *from)
{
    unsigned first = harts_are_many && (index_of(from) >= boot_processors() || !sleeps(from)) ? 0 : index_of(from);
    if (!another_may_wake())
        return NULL;
    for (unsigned i = 0; i < MAX_HARTS; i++) {
        struct queue *q = &sched_queues[(first + i) % MAX_HARTS];
        if (sleeps(q))
            return q;
    }
    return NULL;
}

/* From another queue's head. No lock held. */
static struct thread *steal(const struct queue *own)
{
    for (unsigned i = 1; i < MAX_HARTS; i++) {
        struct queue *q = &sched_queues[(index_of(own) + i) % MAX_HARTS];
        if (q->length == 0)
            continue;
        lock_queue(q);
        struct thread *t = take_first(q);
        if (t)
            t->queue = (uint8_t)index_of(own);
        unlock_queue(q);
        if (t)
            return t;
    }
    return NULL;
}

static void stop_counting(struct queue *q)
{
    uint64_t spent = time_ns() - q->since_ns;
    q->current->busy_ns += spent;
    q->busy_ns += spent;
    uint64_t instret = hart_instret();
    q->busy_instret += instret - q->since_instret;
    q->since_instret = instret;
}

static void start_counting(struct queue *q)
{
    uint64_t instret = hart_instret();
    __atomic_fetch_add(&q->idle_instret, instret - q->since_instret, __ATOMIC_RELAXED);
    q->since_instret = instret;
    q->since_ns = time_ns();
}

/* This hart has stopped idling, with so many threads to run. It alone may have been told of them: then one that still idles looks, too. */
static __attribute__((noinline)) void share_work(const struct queue *own, unsigned here)
{
    bool more = here > 1;
    for (unsigned i = 0; i < MAX_HARTS && !more; i++)
        more = &sched_queues[i] != own && sched_queues[i].length > 0;
    const struct queue *to;
    if (more && (to = a_free_queue(own)) != NULL)
        poke(to);
}

/*
 * Until somebody wakes the thread on whose stack this is, or there is another to run. Lock held on entry and on return, interrupts off.
 *
 * No wake-up is lost: who wakes this thread, or puts one into this queue, does so under the lock and finds idling set; the
 * interrupt that it sends is pending before wfi. Who puts a thread into another queue looks for harts that idle after that, and
 * this hart looks at the queues after it has said so. If enough harts are awake it need not: each of those looks when it idles, and
 * sees who said so before.
 */
static void idle(struct queue *q)
{
    struct thread *me = q->current, *stolen;
    stop_counting(q);
    __atomic_store_n(&q->idling, true, __ATOMIC_SEQ_CST);
    unlock_queue(q);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    while ((stolen = another_may_wake() ? steal(q) : NULL) == NULL) {
        hart_idle();
        if (__atomic_load_n(&me->token, __ATOMIC_RELAXED) || q->length > 0 || must_stop(me))
            break;
    }
    lock_queue(q);
    __atomic_store_n(&q->idling, false, __ATOMIC_RELAXED);
    if (stolen)
        append(q, stolen);
    if (q->length > 0)
        share_work(q, q->length + me->token);
    start_counting(q);
}

void thread_park(void)
{
    bool were_on = irq_save();
    struct queue *q = lock_own_queue();
    struct thread *me = q->current;
    while (!me->token || must_stop(me)) {
        if (must_stop(me))
            freeze_self(q);
        struct thread *next = take_first(q);
        if (!next && !me->idle && harts_are_many)
            next = q->idle_thread; /* when this thread is woken, the hart may have to stay asleep */
        if (next) {
            me->state = THREAD_PARKED;
            switch_to(q, next);
            q = lock_own_queue(); /* perhaps another one */
        } else {
            idle(q);
        }
    }
    me->token = false;
    arm_slice(q);
    unlock_queue(q);
    irq_restore(were_on);
}

_Noreturn static void idle_forever(void)
{
    irq_save();
    for (;;)
        thread_park(); /* an idle thread has no token */
}

/* ---- waking */

/* Of the harts that are awake the one with the shortest queue; this one where none is: it will be. */
static struct queue *an_awake_queue(struct queue *q)
{
    struct queue *best = q;
    for (unsigned i = 0; i < MAX_HARTS; i++) {
        struct queue *other = &sched_queues[i];
        if (other->current && !sleeps(other) && (sleeps(best) || other->length < best->length))
            best = other;
    }
    return best;
}

/* Where a thread goes of which q's hart has heard; `here`: it stays unless it runs elsewhere at once. */
static inline struct queue *queue_for(struct queue *q, bool here)
{
    struct queue *to = a_free_queue(q);
    if (to)
        return to;
    return here && !harts_are_many ? q : an_awake_queue(q);
}

/* A thread that is READY, in no queue and belongs to q, whose lock is held, gets into another one, or q. Lets the lock go. */
static void place(struct queue *q, struct thread *t, struct queue *to)
{
    if (must_stop(t)) {
        t->state = THREAD_FROZEN;
        unlock_queue(q);
        return;
    }
    if (to != q) {
        __atomic_store_n(&t->queue, (uint8_t)index_of(to), __ATOMIC_RELAXED);
        unlock_queue(q);
        q = to;
        lock_queue(q);
    }
    append(q, t);
    q->woken += t->woken;
    bool must_poke = q->idling || slice_is_due(q), runs_soon = q->idling && q->length == 1;
    if (q == own_queue() && !q->idling)
        arm_slice(q);
    unlock_queue(q);
    if (must_poke)
        poke(q);
    /* A hart that began to idle just now has not seen this queue: see idle(). */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!runs_soon && (to = a_free_queue(q)) != NULL)
        poke(to);
}

void thread_unpark(struct thread *t)
{
    bool were_on = irq_save();
    struct queue *q = lock_queue_of(t);
    t->token = true;
    if (t->state == THREAD_PARKED) {
        t->state = THREAD_READY;
        t->woken = true;
        place(q, t, queue_for(q, true));
    } else {
        bool asleep = q->current == t && q->idling;
        unlock_queue(q);
        if (asleep)
            poke(q);
    }
    irq_restore(were_on);
}

void sched_add(struct thread *t)
{
    bool were_on = irq_save();
    struct queue *q = lock_own_queue();
    t->queue = (uint8_t)index_of(q);
    t->state = THREAD_READY;
    place(q, t, queue_for(q, false));
    irq_restore(were_on);
}

/* After the switch: the thread that ran here before goes on elsewhere, or is over. No lock held. */
static void settle_left(struct queue *q, struct thread *t)
{
    struct queue *to = q->left_for;
    if (!to) {
        thread_put(t);
        return;
    }
    lock_queue(q);
    place(q, t, to);
}

/* ---- giving the hart away */

/* Lock held; lets it go. The running thread goes to the end of this queue or another. */
static inline void take_turns(struct queue *q, struct queue *to)
{
    struct thread *next = take_first(q), *me = q->current;
    q->slice_over = false;
    if (!next) {
        unlock_queue(q);
        return;
    }
    me->state = THREAD_READY;
    if (to == q) {
        append(q, me);
    } else {
        q->left = me; /* nobody else may run it before the switch */
        q->left_for = to;
    }
    switch_to(q, next);
}

void thread_yield(void)
{
    bool were_on = irq_save();
    struct queue *q = lock_own_queue();
    take_turns(q, q);
    irq_restore(were_on);
}

void sched_poke(void)
{
    struct queue *q = own_queue();
    if (!q->current)
        return; /* boot measures what an interrupt costs */
    lock_queue(q);
    if (!q->idling)
        arm_slice(q);
    unlock_queue(q);
}

void sched_end_interrupt(void)
{
    struct queue *q = own_queue();
    struct thread *me = q->current;
    if (__builtin_expect(!q->slice_over && !__atomic_load_n(&freezer, __ATOMIC_RELAXED), 1) || !me)
        return;
    lock_queue(q);
    if (must_stop(me))
        freeze_self(q);
    /* Where no more wait it takes the place there: so all have a fair share, of three that compute on two harts, too. */
    take_turns(q, an_awake_queue(q));
}

_Noreturn void sched_leave(void)
{
    irq_save();
    struct queue *q = lock_own_queue();
    q->left = q->current;
    q->left_for = NULL;
    switch_away(q, THREAD_DEAD);
    panic("a dead thread runs");
}

/* ---- the end of the program */

static void poke_all(void)
{
    for (unsigned i = 0; i < MAX_HARTS; i++)
        if (sched_queues[i].current)
            poke(&sched_queues[i]);
}

/* Will this thread run any more? */
static bool has_stopped(const struct thread *t)
{
    bool were_on = irq_save();
    struct queue *q = lock_queue_of(t);
    uint8_t state = t->state;
    bool idles = q->current == t && q->idling;
    unlock_queue(q);
    irq_restore(were_on);
    if (t->idle || state == THREAD_FROZEN || state == THREAD_DEAD)
        return true;
    return t->holds == 0 && (state != THREAD_RUNNING || idles);
}

static bool others_have_stopped(const struct thread *me)
{
    for (const struct thread *t = threads_first(); t; t = t->all)
        if (t != me && !has_stopped(t))
            return false;
    return true;
}

void sched_freeze_others(void)
{
    struct thread *me = thread_self(), *none = NULL;
    uint64_t end = time_ns() + FREEZE_LIMIT_NS;
    if (!__atomic_compare_exchange_n(&freezer, &none, me, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        for (;;)
            thread_park(); /* somebody else ends the program; this one stops here */
    poke_all();
    while (!others_have_stopped(me) && time_ns() < end)
        thread_sleep_until(time_ns() + FREEZE_LOOK_NS);
}

void sched_may_freeze(void)
{
    if (__builtin_expect(__atomic_load_n(&freezer, __ATOMIC_RELAXED) == NULL, 1))
        return;
    bool were_on = irq_save();
    struct queue *q = lock_own_queue();
    if (must_stop(q->current))
        freeze_self(q);
    unlock_queue(q);
    irq_restore(were_on);
}

void sched_stop_soon(void)
{
    if (must_stop(own_queue()->current))
        hart_send_ipi(hart_index());
}

/* ---- threads and harts */

struct thread *thread_self(void)
{
    bool were_on = irq_save();
    struct thread *me = own_queue()->current;
    irq_restore(were_on);
    return me;
}

static void adopt(struct thread *running, struct thread *idle_thread)
{
    struct queue *q = own_queue();
    running->state = THREAD_RUNNING;
    running->queue = (uint8_t)index_of(q);
    idle_thread->idle = true;
    idle_thread->queue = running->queue;
    q->idle_thread = idle_thread;
    q->since_ns = time_ns();
    q->since_instret = hart_instret();
    __atomic_store_n(&q->current, running, __ATOMIC_RELEASE);
}

void sched_init(struct thread *main_thread, struct thread *idle_thread)
{
    main_thread->context.trap_sp = hart_trap_stack();
    adopt(main_thread, idle_thread);
    own_queue()->since_instret = boot_instret_start;
}

/* Where the first switch to the boot hart's idle thread leads. */
static void start_idle(void)
{
    end_switch();
    idle_forever();
}

void sched_leave_boot_stack(void)
{
    struct thread *idle_thread = own_queue()->idle_thread;
    /* An idle thread takes no traps, so that one stack is enough. The frames of this call begin below what is written here (entry.S). */
    context_init(&idle_thread->context, hart_boot_stack(), start_idle);
    idle_thread->state = THREAD_PARKED;
    harts_are_many = boot_processors() < hart_count();
}

_Noreturn void sched_start_hart(struct thread *idle_thread)
{
    idle_thread->context.trap_sp = hart_trap_stack();
    adopt(idle_thread, idle_thread);
    idle_forever();
}

/* Does a thread run, or could it, on another hart than this one? */
static bool any_runs_but_on(const struct queue *own)
{
    for (unsigned i = 0; i < MAX_HARTS; i++) {
        const struct queue *q = &sched_queues[i];
        const struct thread *t = __atomic_load_n(&q->current, __ATOMIC_RELAXED);
        bool idles = __atomic_load_n(&q->idling, __ATOMIC_RELAXED) && !__atomic_load_n(&t->token, __ATOMIC_RELAXED);
        if ((t && !t->idle && q != own && !idles) || q->length > 0)
            return true;
    }
    return false;
}

bool sched_others_run(void)
{
    return threads_live() > 1 && any_runs_but_on(own_queue()); /* with one, whoever asks does so on its behalf */
}

bool sched_any_runs(void)
{
    return any_runs_but_on(NULL);
}
