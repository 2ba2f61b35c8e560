#include "kernel/pager/turn.h"

#include "arch/hart.h"
#include "kernel/pager/page_wait.h"
#include "kernel/thread/sched.h"
#include "kernel/thread/timer.h"

#define THREADS 64           /* that are told apart; others share a record: a turn too many, or one that comes later */
#define IN_VAIN 2            /* times that a thread has come back for a page that it had just been given */
#define LONGEST_NS 20000000u /* from a page of the turn to the next one, after which nobody waits any longer */

/* The pages that a thread demanded last. */
static struct record {
    vaddr_t last, before;
    uint32_t again;
} records[THREADS];

const struct thread *turn_holder; /* protected by pager_lock, as everything here */
static struct timer limit;

static void give_up(void)
{
    turn_holder = NULL;
    page_wake();
}

/* The thread needs no further page, or none soon: the others go on. */
static void too_long(void *arg)
{
    (void)arg;
    spin_lock(&pager_lock);
    give_up();
    spin_unlock(&pager_lock);
}

bool turn_is_not_mine(void)
{
    return turn_holder != thread_self();
}

bool turn_begin_among(vaddr_t va)
{
    struct record *r = &records[thread_number(thread_self()) % THREADS];
    if (turn_is_others()) {
        frame_wait();
        return true;
    }
    r->again = va == r->before ? r->again + 1 : 0;
    r->before = r->last;
    r->last = va;
    if (!turn_holder && r->again >= IN_VAIN)
        turn_holder = thread_self();
    return false;
}

void turn_end_mine(bool both)
{
    if (turn_holder != thread_self())
        return;
    if (both)
        give_up();
    else if (!limit.armed)
        timer_start(&limit, time_ns() + LONGEST_NS, too_long, NULL);
}
