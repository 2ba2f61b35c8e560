#include "kernel/thread/semaphore.h"

#include "kernel/thread/sched.h"

/* ---- the list of those who wait; lock held */

static void append(struct semaphore *s, struct semaphore_waiter *w)
{
    if (s->last)
        s->last->next = w;
    else
        s->first = w;
    s->last = w;
}

static void remove(struct semaphore *s, const struct semaphore_waiter *w)
{
    struct semaphore_waiter *before = NULL;
    for (struct semaphore_waiter *i = s->first; i != w; i = i->next)
        before = i;
    if (before)
        before->next = w->next;
    else
        s->first = w->next;
    if (s->last == w)
        s->last = before;
}

/* It has been woken, and looks. False: somebody else came first; it sleeps on. */
static bool take_or_stay(struct semaphore *s, struct semaphore_waiter *w)
{
    if (w->has_it)
        return true;
    s->woken--;
    if (s->count > 0) {
        s->count--;
        remove(s, w);
        return true;
    }
    w->woken = false;
    w->in_vain++;
    w->turn = (struct completion){ 0 };
    return false;
}

/* Somebody lets it go: who is to be told, if anybody. */
static struct semaphore_waiter *give(struct semaphore *s)
{
    struct semaphore_waiter *w = s->first;
    while (w && w->woken)
        w = w->next;
    if (w && w->in_vain >= SEMAPHORE_PATIENCE) {
        w->has_it = true;
        remove(s, w);
        return w;
    }
    s->count++;
    if (!w || s->woken >= s->count)
        return NULL;
    w->woken = true;
    s->woken++;
    return w;
}

/* ---- for all */

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
    append(s, &me);
    do {
        spin_unlock(&s->lock);
        completion_wait(&me.turn);
        spin_lock(&s->lock);
    } while (!take_or_stay(s, &me));
    spin_unlock(&s->lock);
}

void semaphore_up(struct semaphore *s)
{
    spin_lock(&s->lock);
    struct semaphore_waiter *w = give(s);
    spin_unlock(&s->lock);
    if (w)
        complete(&w->turn); /* nobody else tells it, so that it is still there */
    sched_let_go();
}
