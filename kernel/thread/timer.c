#include "kernel/thread/timer.h"

#include "arch/irq.h"
#include "kernel/thread/sync.h"

/* One for each hart. Its lock is taken inside every other but those of fire, under which it is not held. */
struct timer_list {
    struct spinlock lock; /* protects first, firing, and the timers on the list */
    struct timer *first;
    struct timer *firing; /* off the list already */
};

static struct timer_list lists[MAX_HARTS];

static void run_expired(void *arg);

/* Lock held, on the hart of the list. */
static void aim(struct timer_list *l)
{
    if (l->first)
        timer_set(l->first->deadline_ns, run_expired, l);
    else
        timer_cancel();
}

/* Interrupt context. */
static void run_expired(void *arg)
{
    struct timer_list *l = arg;
    struct timer *t;

    spin_lock(&l->lock);
    while ((t = l->first) != NULL && t->deadline_ns <= time_ns()) {
        l->first = t->next;
        t->armed = false;
        l->firing = t;
        spin_unlock(&l->lock);
        t->fire(t->arg);
        spin_lock(&l->lock);
        l->firing = NULL;
    }
    aim(l);
    spin_unlock(&l->lock);
}

void timer_start(struct timer *t, uint64_t deadline_ns, void (*fire)(void *arg), void *arg)
{
    bool were_on = irq_save(); /* from choosing the hart to setting its clock */
    struct timer_list *l = &lists[hart_index()];

    ASSERT(!t->armed);
    spin_lock(&l->lock);
    *t = (struct timer){ .deadline_ns = deadline_ns, .fire = fire, .arg = arg, .hart = (uint8_t)hart_index(), .armed = true };
    struct timer **at = &l->first;
    while (*at && (*at)->deadline_ns <= deadline_ns)
        at = &(*at)->next;
    t->next = *at;
    *at = t;
    if (l->first == t)
        aim(l);
    spin_unlock(&l->lock);
    irq_restore(were_on);
}

static bool is_firing(void *timer)
{
    const struct timer *t = timer;
    return __atomic_load_n(&lists[t->hart].firing, __ATOMIC_ACQUIRE) == t;
}

bool timer_stop(struct timer *t)
{
    struct timer_list *l = &lists[t->hart];

    spin_lock(&l->lock);
    bool was = t->armed;
    if (was) {
        struct timer **at = &l->first;
        while (*at != t)
            at = &(*at)->next;
        *at = t->next;
        t->armed = false;
        /* Its hart's clock may still come: it finds nothing to do then. */
    }
    bool firing_elsewhere = l->firing == t && t->hart != hart_index();
    spin_unlock(&l->lock);
    bool were_on = irq_save();
    if (firing_elsewhere)
        hart_wait_while(is_firing, t);
    irq_restore(were_on);
    return was;
}
