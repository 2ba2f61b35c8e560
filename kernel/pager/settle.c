/*
 * settle.c: what the device made of a read: pages that came are RESIDENT and mapped, the frames of the others go back. pager_lock held, but
 * for batch_read_done, which takes it.
 */
#include "kernel/pager/batch_private.h"

#include "kernel/pager/page_wait.h"
#include "kernel/pager/pager.h"
#include "kernel/pager/windows.h"
#include "kernel/thread/sched.h"

#include <string.h>

void batch_count_io(struct region *r, const struct batch_request *q)
{
    struct counters *c = &r->counters;
    if (q->io.write) {
        c->io_writes++;
        c->bytes_written += q->io.transferred;
    } else {
        c->io_reads++;
        c->bytes_read += q->io.transferred;
    }
}

/* Pages [from, to) of the batch did not come: their frames go back. */
static void fail_pages(struct batch *b, uint32_t from, uint32_t to, int error)
{
    for (uint32_t i = from; i < to; i++) {
        uint32_t page = b->pages[i];
        if (page == b->demanded) {
            b->error = error;
            b->beyond_end = error == 0;
        }
        region_free_page(b->region, page);
    }
}

/* Pages of this request that came whole. */
static inline uint32_t pages_read(const struct batch_request *q)
{
    return q->io.error ? 0 : (uint32_t)((q->io.transferred + PAGE_MASK) >> PAGE_SHIFT);
}

/* READING -> RESIDENT, with these flags. False: the page has failed. */
static inline bool settle_page(struct page *p, unsigned flags)
{
    if (__builtin_expect(p->condition == PAGE_CONDITION(PAGE_READING, 0), 1)) {
        p->condition = PAGE_CONDITION(PAGE_RESIDENT, flags);
        return true;
    }
    if (p->state != PAGE_READING)
        return false;
    page_set_state(p, PAGE_READING, PAGE_RESIDENT);
    p->flags |= (uint8_t)flags;
    return true;
}

/* The demanded page has come: it counts as used, and is held for whoever waits for it. */
static void settle_demanded(struct batch *b)
{
    struct pool *pool = b->region->pool;
    const struct page *p = &b->region->pages[b->demanded];
    if (!settle_page(&b->region->pages[b->demanded], 0) || !pool)
        return;
    uint32_t slot = pool_slot(pool, page_pa(p));
    pool_mark_used(pool, slot);
    b->hold = pool_hold(pool, slot, b->address);
}

/* These pages, as far as they are READING still, have come and wait for their first use; PAGE_NONE is passed over. */
static void settle_ahead(struct region *r, const uint32_t *at, uint32_t n)
{
    struct pool *pool = r->pool;
    struct page *pages = r->pages;
    uint32_t slots[BATCH_MAX], came = 0;
    const uint32_t *end = at + n;
    if (!pool) {
        for (; at < end; at++)
            if (*at != PAGE_NONE)
                settle_page(&pages[*at], 0);
        return;
    }
    uint32_t base = (uint32_t)(pool->base >> PAGE_SHIFT);
    for (; at < end; at++) {
        if (__builtin_expect(*at == PAGE_NONE, 0))
            continue;
        struct page *p = &pages[*at];
        if (settle_page(p, PAGE_UNTOUCHED))
            slots[came++] = p->pfn - base;
    }
    pool_mark_untouched(pool, slots, came);
    r->untouched += came;
    r->counters.prefetched += came;
}

/* What the device made of a request: counted, and pages that did not come fail. True: all of them came. */
static inline bool take_request(struct batch *b, struct batch_request *q)
{
    q->settled = true;
    q->came = pages_read(q);
    batch_count_io(b->region, q);
    if (__builtin_expect(q->came == q->io.npages, 1))
        return true;
    fail_pages(b, q->first + q->came, q->first + q->io.npages, q->io.error);
    return false;
}

/* Some pages did not come, or are mapped already. Those of no request are zeros. */
static __attribute__((noinline)) void map_what_came(struct batch *b)
{
    uint32_t pages[BATCH_MAX], n = 0;
    paddr_t pa[BATCH_MAX];
    const struct batch_request *q = b->requests, *end = q + b->nrequests;
    for (uint32_t i = 0; i < b->npages; i++) {
        while (q < end && i >= q->first + q->io.npages)
            q++;
        if (q < end && i >= q->first && i - q->first >= q->came)
            continue;
        pages[n] = b->pages[i];
        pa[n++] = b->pa[i];
    }
    windows_map(b->region, pages, pa, n, false, b->demanded);
}

void batch_finish_read(struct batch *b)
{
    struct region *r = b->region;
    b->finished = true;
    if (b->npages == 1 && b->nrequests == 1 && b->nsettled == 0 && b->demanded != PAGE_NONE && take_request(b, b->requests)) {
        r->peak = MAX(r->peak, r->resident);
        settle_demanded(b);
        windows_map(r, b->pages, b->pa, 1, true, PAGE_NONE);
        page_wake();
        return;
    }
    bool whole = b->nsettled == 0, is_here = b->urgent != NO_REQUEST && b->requests[b->urgent].settled;
    for (struct batch_request *q = b->requests; q < b->requests + b->nrequests; q++)
        if (__builtin_expect(!q->settled, 1))
            whole &= take_request(b, q);
        else
            whole = false;
    r->peak = MAX(r->peak, r->resident);
    if (b->demanded != PAGE_NONE && !is_here)
        settle_demanded(b);
    if (b->npredicted > 0)
        settle_ahead(r, b->predicted, b->npredicted);
    if (__builtin_expect(whole, 1))
        windows_map(r, b->pages, b->pa, b->npages, false, b->demanded);
    else
        map_what_came(b);
    page_wake();
}

void batch_settle_request(struct batch *b, struct batch_request *q)
{
    struct region *r = b->region;
    const uint32_t *pages = &b->pages[q->first];
    if (b->predicted != b->expected)
        memcpy(b->expected, b->predicted, b->npredicted * sizeof *b->expected);
    b->predicted = b->expected;
    for (uint32_t i = 0; i < b->npredicted; i++)
        if (b->expected[i] - pages[0] < q->io.npages)
            b->expected[i] = PAGE_NONE;
    take_request(b, q);
    r->peak = MAX(r->peak, r->resident);
    if (b->demanded - pages[0] < q->came)
        settle_demanded(b); /* and settle_ahead finds it RESIDENT */
    settle_ahead(r, pages, q->came);
    windows_map(r, pages, q->io.pages, q->came, false, b->demanded);
    q->came = 0;
    b->nsettled++;
    page_wake();
}

bool batch_settle_done(void)
{
    bool any = false;
    if (pager_repeats)
        return false;
    for (struct batch *b = batch_ring; b < batch_ring + BATCH_RING; b++) {
        if (!b->busy || b->kind == BATCH_WRITE || b->finished)
            continue;
        for (struct batch_request *q = b->requests; q < b->requests + b->nrequests; q++)
            if (q->done && !q->settled) {
                batch_settle_request(b, q);
                any = true;
            }
    }
    return any;
}

/*
 * One more request is done. True: whoever waits for the batch is to be woken. Who waits for something else may wait for a page of
 * this request; else a short one is left for batch_finish_read, which is cheaper by the page and knows the order of prediction.
 */
static bool take_done(struct batch *b, struct batch_request *q)
{
    const struct batch_request *urgent = b->urgent != NO_REQUEST ? &b->requests[b->urgent] : NULL;
    bool woken = urgent && urgent->settled;
    if (b->pending == 0)
        batch_finish_read(b);
    else if (q == urgent || page_waiters || q->io.npages >= BATCH_TOGETHER / 2)
        batch_settle_request(b, q);
    return b->waited && !woken && (b->finished || q == urgent);
}

void batch_read_done(struct io_request *io)
{
    struct batch_request *q = CONTAINER_OF(io, struct batch_request, io);
    struct batch *b = q->batch;
    if (pager_repeats) {
        if (__atomic_sub_fetch(&b->pending, 1, __ATOMIC_ACQ_REL) > 0)
            return;
    } else if (spin_is_mine(&pager_lock)) {
        q->done = true;
        b->pending--;
        return;
    }
    uint64_t begin = hart_instret();
    spin_lock(&pager_lock);
    if (!pager_repeats) {
        q->done = true;
        b->pending--;
    }
    bool wake = take_done(b, q);
    if (b->finished && !b->waited)
        batch_end(b);
    spin_unlock(&pager_lock);
    sched_count_work(hart_instret() - begin);
    if (wake)
        complete(&b->done);
}
