#include "arch/riscv64/pt_fence.h"

#include "arch/barrier.h"
#include "arch/riscv64/sbi.h"

#define SURELY 4        /* in a row; one may be chance: another hart was faster */
#define PATIENCE 100000 /* looks: some 10 ms */

pt_ticket pt_last_ticket, pt_wanted_ticket, pt_fenced_ticket;

void fence_local(const vaddr_t *va, size_t n)
{
    if (n > TLB_FENCE_ALL) {
        fence_all_local();
        return;
    }
    count_local_fence();
    for (size_t i = 0; i < n; i++)
        sfence_page(va[i]);
}

/* A hart that idles or waits notes the fence and makes it before it goes on (hart.c): true. Any other must be asked. */
static bool put_off(struct hart *h)
{
    uint32_t lazy = __atomic_load_n(&h->lazy, __ATOMIC_SEQ_CST);

    while (lazy & LAZY_ON)
        if (__atomic_compare_exchange_n(&h->lazy, &lazy, lazy | LAZY_STALE, true, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            return true;
    return false;
}

/* Has this other hart yet to fence for the ticket? */
static bool lags(struct hart *h, pt_ticket ticket)
{
    return h->online && h != this_hart() && __atomic_load_n(&h->fenced, __ATOMIC_ACQUIRE) < ticket && !put_off(h);
}

bool pt_have_left(pt_ticket ticket)
{
    if (this_hart()->fenced < ticket)
        return false;
    for (unsigned i = 0; hart_online_count > 1 && i < MAX_HARTS; i++)
        if (lags(&harts[i], ticket))
            return false;
    raise_ticket(&pt_fenced_ticket, ticket);
    return true;
}

void pt_want_left(pt_ticket ticket)
{
    raise_ticket(&pt_wanted_ticket, ticket);
    if (this_hart()->fenced < ticket)
        fence_all_local();
}

void pt_ask_to_leave(void *unused)
{
    (void)unused;
    __atomic_fetch_add(&this_hart()->fences_remote, 1, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < MAX_HARTS; i++)
        if (lags(&harts[i], __atomic_load_n(&pt_wanted_ticket, __ATOMIC_RELAXED)))
            hart_send_ipi(i);
}

void pt_catch_up(void)
{
    if (pt_is_behind())
        fence_all_local();
}

/* The firmware's, which stops the other harts whatever they do. Ids are dense enough for one mask on every machine with MAX_HARTS harts. */
static void fence_by_firmware(void)
{
    uint64_t mask = 0, base = harts[0].id;

    for (unsigned i = 0; i < MAX_HARTS; i++)
        if (harts[i].online && harts[i].id < base)
            base = harts[i].id;
    for (unsigned i = 0; i < MAX_HARTS; i++)
        if (harts[i].online && &harts[i] != this_hart())
            mask |= (uint64_t)1 << (harts[i].id - base);
    sbi_remote_sfence(mask, base, 0, (uint64_t)-1);
}

struct leaving {
    pt_ticket ticket;
    uint32_t looks;
};

/*
 * A hart that runs answers an interrupt; one that idles or waits for a lock is not asked. The call to the firmware would spin until the
 * last of them has been given a processor by the host; so it is for harts that do not answer.
 */
static bool have_not_left(void *arg)
{
    struct leaving *l = arg;

    if (pt_have_left(l->ticket))
        return false;
    if (++l->looks < PATIENCE)
        return true;
    fence_by_firmware();
    for (unsigned i = 0; i < MAX_HARTS; i++)
        if (harts[i].online)
            raise_ticket(&harts[i].fenced, l->ticket);
    return false;
}

/* This hart fences; the others hear that they are to follow. */
static pt_ticket begin_fence(void)
{
    pt_ticket ticket = __atomic_add_fetch(&pt_last_ticket, 1, __ATOMIC_ACQ_REL);

    BARRIER(rw, rw); /* the stores to the table come before the look at the other harts */
    pt_want_left(ticket);
    return ticket;
}

static void fence_others(void)
{
    struct leaving l = { begin_fence(), 0 };

    if (pt_have_left(l.ticket))
        return;
    pt_ask_to_leave(NULL);
    hart_wait_while(have_not_left, &l);
}

void fence_soon(void)
{
    bool were_on = irq_save();

    if (hart_online_count > 1)
        begin_fence();
    else
        fence_all_local();
    irq_restore(were_on);
}

void pt_fence_running(void)
{
    fence_soon();
    if (hart_online_count > 1)
        pt_ask_to_leave(NULL);
}

void fence_all_harts(const vaddr_t *va, size_t n)
{
    bool were_on = irq_save(); /* "other" means other than the one that was fenced here */

    if (__builtin_expect(hart_online_count == 1, 1))
        fence_local(va, n);
    else
        fence_others();
    irq_restore(were_on);
}

void pt_make_leave(void)
{
    bool were_on = irq_save();

    if (!pt_have_left(__atomic_load_n(&pt_last_ticket, __ATOMIC_ACQUIRE)))
        fence_all_harts(NULL, TLB_FENCE_ALL + 1);
    irq_restore(were_on);
}

struct pt_fence_counts pt_fence_counts(void)
{
    struct pt_fence_counts sum = { 0, 0 };

    for (unsigned i = 0; i < MAX_HARTS; i++) {
        sum.local += __atomic_load_n(&harts[i].fences_local, __ATOMIC_RELAXED);
        sum.remote += __atomic_load_n(&harts[i].fences_remote, __ATOMIC_RELAXED);
    }
    return sum;
}

void fence_shown(vaddr_t va, size_t n)
{
    struct hart *me = this_hart();

    if (me->shown_again == SURELY)
        pt_fence_range(va, n);
    else if (me->shown != 0)
        me->shown_again = 0;
    me->shown = va;
}

void pt_fence_page(vaddr_t va)
{
    struct hart *me = this_hart();

    if (me->shown == va) {
        me->shown = 0;
        me->shown_again = MIN(me->shown_again + 1, SURELY);
    }
    fence_local(&va, 1);
}

void pt_fence_range(vaddr_t va, size_t n)
{
    fence_local(&va, n == 1 ? 1 : TLB_FENCE_ALL + 1);
}
