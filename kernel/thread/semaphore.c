#include "kernel/thread/semaphore.h"

#include "kernel/thread/sched.h"

void semaphore_down(struct semaphore *s)
{
    struct semaphore_waiter me = { .next = NULL };
    stack_probe_deep(); /* whoever takes a sleeping lock goes on to spinlocks, one inside another */
    sched_hold();       /* from here on: somebody who waits in line is not frozen either, or the turn would end with him */
    spin_lock(&s->lock);
    if (s->count > 0) {
        s->count--;
        spin_unlock(&s->lock);
        return;
    }
    if (s->last)
        s->last->next = &me;
    else
        s->first = &me;
    s->last = &me;
    spin_unlock(&s->lock);
    completion_wait(&me.turn);
}

void semaphore_up(struct semaphore *s)
{
    spin_lock(&s->lock);
    struct semaphore_waiter *w = s->first;
    if (w) {
        /* The turn passes straight on: nobody who comes now can take it away. */
        s->first = w->next;
        if (!s->first)
            s->last = NULL;
    } else {
        s->count++;
    }
    spin_unlock(&s->lock);
    if (w)
        complete(&w->turn);
    sched_let_go();
}
