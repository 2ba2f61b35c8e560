#include "kernel/thread/sync.h"

#include "kernel/thread/sched.h"

#if !defined(__riscv)
#define SYNC_INLINE
#include "kernel/thread/sync_inline.h"
#endif

#define DEFERRED_MAX 32 /* every queue of every device */

struct deferred {
    void (*call)(void *arg);
    void *arg;
};

static struct deferred deferred[MAX_HARTS][DEFERRED_MAX]; /* of each hart, for itself */

void spin_defer(void (*call)(void *arg), void *arg)
{
    uint32_t *locks = hart_locks(this_hart());
    if (hart_count() == 1 || *locks % SPIN_DEFERRED == 0) { /* nobody waits for the locks meanwhile */
        call(arg);
        return;
    }
    struct deferred *mine = deferred[hart_index()];
    uint32_t n = *locks / SPIN_DEFERRED;
    for (uint32_t i = 0; i < n; i++)
        if (mine[i].call == call && mine[i].arg == arg)
            return;
    ASSERT(n < DEFERRED_MAX);
    mine[n] = (struct deferred){ call, arg };
    *locks += SPIN_DEFERRED;
}

static bool is_held(void *word)
{
    return __atomic_load_n((const uint32_t *)word, __ATOMIC_RELAXED) != 0;
}

void spin_wait(uint32_t *held)
{
    hart_wait_while(is_held, held);
}

void spin_run_deferred(void)
{
    uint32_t *locks = hart_locks(this_hart()), n = *locks / SPIN_DEFERRED;
    const struct deferred *mine = deferred[hart_index()];
    *locks = 0;
    for (uint32_t i = 0; i < n; i++)
        mine[i].call(mine[i].arg);
}

/* What the thread holds meanwhile, beside what it held before, or else nothing: then the end of the program does not wait for it. */
static inline void wait_holding(struct completion *c, bool more)
{
    /* Interrupts stay off between the look and the sleep, which a pending interrupt ends all the same: no lost wake-up. */
    bool were_on = irq_save();
    struct sched_mark mark = sched_mark();
    struct thread *me = thread_self();
    uintptr_t nobody = 0;
    uint32_t before = me->holds;
    me->holds = more ? before + 1 : 0;
    __atomic_compare_exchange_n(&c->done, &nobody, (uintptr_t)me, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    while (!completion_try(c))
        thread_park();
    me->holds = before;
    sched_stop_soon();
    sched_discount(&mark);
    irq_restore(were_on);
}

/* What is waited for comes soon, and a fault then has a page in hands that the shutdown would wait for. */
void completion_wait(struct completion *c)
{
    wait_holding(c, true);
}

void completion_wait_for_people(struct completion *c)
{
    wait_holding(c, false);
}
