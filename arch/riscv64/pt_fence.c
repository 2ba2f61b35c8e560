#include "arch/riscv64/pt_fence.h"

#include "arch/barrier.h"
#include "arch/riscv64/platform_priv.h"
#include "arch/riscv64/sbi.h"

pt_ticket pt_last_ticket, pt_wanted_ticket;

void pt_fence_hart(void)
{
    fence_all_local();
}

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

/* An idle hart notes the fence and makes it before it goes on (hart_idle): true. Any other must be asked. */
static bool put_off(struct hart *h)
{
    uint32_t lazy = __atomic_load_n(&h->lazy, __ATOMIC_SEQ_CST);

    while (lazy & LAZY_IDLE)
        if (__atomic_compare_exchange_n(&h->lazy, &lazy, lazy | LAZY_STALE, true, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            return true;
    return false;
}

/* Other harts that run something in this address space. Ids are dense enough for one mask on every machine with MAX_HARTS harts. */
static uint64_t other_harts(uint64_t *base)
{
    uint64_t mask = 0;

    *base = harts[0].id;
    for (unsigned i = 0; i < MAX_HARTS; i++)
        if (harts[i].online && harts[i].id < *base)
            *base = harts[i].id;
    for (unsigned i = 0; i < MAX_HARTS; i++)
        if (harts[i].online && &harts[i] != this_hart() && !put_off(&harts[i]))
            mask |= (uint64_t)1 << (harts[i].id - *base);
    return mask;
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
    return true;
}

void pt_want_left(pt_ticket ticket)
{
    if (__atomic_load_n(&pt_wanted_ticket, __ATOMIC_RELAXED) < ticket)
        __atomic_store_n(&pt_wanted_ticket, ticket, __ATOMIC_RELAXED); /* two at once: the other hart's is made good for at the next call */
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

static void fence_remote(const vaddr_t *va, size_t n)
{
    uint64_t base, mask;

    if (__builtin_expect(hart_online_count == 1, 1))
        return;
    BARRIER(rw, rw); /* P15: the stores to the table come before the look at the other harts, and before the call */
    mask = other_harts(&base);
    if (mask == 0)
        return;
    __atomic_fetch_add(&this_hart()->fences_remote, 1, __ATOMIC_RELAXED);
    if (n == 1)
        sbi_remote_sfence(mask, base, va[0], PAGE_SIZE);
    else
        sbi_remote_sfence(mask, base, 0, (uint64_t)-1);
}

void fence_all_harts(const vaddr_t *va, size_t n)
{
    bool were_on = irq_save(); /* "other" means other than the one that was fenced here */

    fence_local(va, n);
    fence_remote(va, n);
    irq_restore(were_on);
}

/* Harts that fence meanwhile on their own may note an older ticket than this one: they then fence once more. */
void pt_make_leave(void)
{
    vaddr_t anything = 0;
    pt_ticket ticket = __atomic_load_n(&pt_last_ticket, __ATOMIC_ACQUIRE);

    if (pt_have_left(ticket))
        return;
    fence_all_harts(&anything, TLB_FENCE_ALL + 1);
    for (unsigned i = 0; i < MAX_HARTS; i++)
        if (harts[i].online)
            __atomic_store_n(&harts[i].fenced, ticket, __ATOMIC_RELEASE);
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

void pt_fence_page(vaddr_t va)
{
    fence_local(&va, 1);
}
