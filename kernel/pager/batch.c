#include "kernel/pager/batch_private.h"

#include "arch/pt.h"
#include "kernel/pager/page_wait.h"
#include "kernel/pager/pager.h"
#include "kernel/pager/reclaim.h"
#include "kernel/plan/plan.h"
#include "kernel/thread/sched.h"
#include "kernel/pager/victims.h"
#include "kernel/pager/windows.h"
#include "kernel/pager/writeback.h"

#include <string.h>

struct batch batch_ring[BATCH_RING];

static uint64_t batches_begun;
uint32_t batches_busy;

struct batch *batch_begin(enum batch_kind kind, struct region *region, vaddr_t address, uint32_t demanded)
{
    struct batch *b;
    ASSERT(batches_busy < BATCH_RING);
    do
        b = &batch_ring[batches_begun++ % BATCH_RING];
    while (b->busy);
    b->busy = true;
    batches_busy++;
    b->number = batches_begun;
    b->kind = kind;
    b->address = address;
    b->region = region;
    b->demanded = demanded;
    b->npages = b->npredicted = b->nvictims = b->nrequests = 0;
    b->error = 0;
    b->beyond_end = false;
    b->urgent = NO_REQUEST;
    b->nsettled = 0;
    b->finished = false;
    b->hold.va = 0;
    b->done.done = 0;
    return b;
}

void batch_end(struct batch *b)
{
    b->busy = false;
    if (batches_busy-- == BATCH_RING)
        page_wake();
}

/*
 * Whoever touches a page waits for its request. So few pages come at the cost of little more than the latency of one; of more, the
 * demanded one comes by itself. Where everything is waited for they are one request.
 */
#define TOGETHER 8

/* ---- requests: one for each run of neighbours that come from one place */

struct batch_request *batch_open_request(struct batch *b, uint32_t i, struct backing *backing, uint64_t offset, uint32_t npages, bool write)
{
    struct batch_request *q = &b->requests[b->nrequests++];
    q->batch = b;
    q->backing = backing;
    q->first = i;
    q->done = q->settled = false;
    q->io.write = write;
    q->io.offset = offset;
    q->io.length = npages << PAGE_SHIFT;
    q->io.npages = npages;
    q->io.pages = &b->pa[i];
    q->io.error = 0;
    q->io.transferred = 0;
    return q;
}

bool batch_submit(struct batch *b, void (*done)(struct io_request *))
{
    struct io_request *queue[BATCH_MAX];
    uint32_t n = b->nrequests;
    b->pending = n + 1; /* one is the caller's: a dead device answers from within submit */
    if (n == 1) {
        struct batch_request *q = b->requests;
        q->io.done = done;
        b->urgent = b->demanded - b->pages[q->first] < q->io.npages ? 0 : NO_REQUEST;
        queue[0] = &q->io;
        q->backing->ops->submit(q->backing, queue, 1);
        return __atomic_sub_fetch(&b->pending, 1, __ATOMIC_ACQ_REL) == 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        struct batch_request *q = &b->requests[i];
        q->io.done = done;
        queue[i] = &q->io;
        if (b->demanded - b->pages[q->first] < q->io.npages) {
            b->urgent = i;
            queue[i] = queue[0];
            queue[0] = &q->io;
        }
    }
    for (uint32_t i = 0, run; i < n; i += run) {
        struct backing *backing = CONTAINER_OF(queue[i], struct batch_request, io)->backing;
        for (run = 1; i + run < n; run++)
            if (CONTAINER_OF(queue[i + run], struct batch_request, io)->backing != backing)
                break;
        backing->ops->submit(backing, &queue[i], run);
    }
    return __atomic_sub_fetch(&b->pending, 1, __ATOMIC_ACQ_REL) == 0;
}

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

/* ---- reads */

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

/* All requests are in: states move on and one call installs every leaf that is not there yet. */
static void finish_read(struct batch *b)
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

/*
 * One request is in, and others of its batch are not: its pages are there, in the order of the file, and are not expected any more, so
 * that finish_read finds those that are left, in the order in which they were predicted.
 */
static __attribute__((noinline)) void settle_request(struct batch *b, struct batch_request *q)
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
                settle_request(b, q);
                any = true;
            }
    }
    return any;
}

/*
 * One more request is done. True: whoever waits for the batch is to be woken. Who waits for something else may wait for a page of
 * this request; else a short one is left for finish_read, which is cheaper by the page and knows the order of prediction.
 */
static bool take_done(struct batch *b, struct batch_request *q)
{
    const struct batch_request *urgent = b->urgent != NO_REQUEST ? &b->requests[b->urgent] : NULL;
    bool woken = urgent && urgent->settled;
    if (b->pending == 0)
        finish_read(b);
    else if (q == urgent || page_waiters || q->io.npages >= TOGETHER / 2)
        settle_request(b, q);
    return b->waited && !woken && (b->finished || q == urgent);
}

/* Any context, no lock held, but for a device that is dead: it answers from within submission, and the submitter looks afterwards. */
static void read_done(struct io_request *io)
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

/* ---- frames for a read */

enum { WAITED = -1 };
/*
 * Unmaps n victims at once; the frames of those that are clean come into slots[], which ends where the array of BATCH_MAX does. WAITED:
 * there are none; the batch has ended, so that no batch waits for another one's place in the ring.
 */
static int take_victims(struct batch *b, struct pool *pool, unsigned n, uint32_t *slots, unsigned room, bool last_resort, int *error)
{
    unsigned picked = pool_pick_victims(pool, n, slots, last_resort);
    b->nvictims += picked;
    if (__builtin_expect(victims_evict(pool, slots, picked) == 0, 1))
        return (int)picked;
    if (!pager_repeats)
        return (int)writeback_behind(pool, slots, picked, n, room);
    batch_end(b);
    if (writeback_wait(pool, slots, picked) != 0)
        *error = writeback_error(pool);
    return WAITED;
}

/*
 * Frames of the pool, free ones first, else victims. A page that is only predicted never takes a frame whose page still waits
 * for its first use; a demanded one does if nothing else is left.
 */
static int take_pool_frames(struct batch *b, unsigned wanted, uint32_t *slots, int *error)
{
    struct pool *pool = b->region->pool;
    unsigned got = pool->nfree ? pool_take_free(pool, wanted, slots) : 0;
    int victims = 0;
    if (got < wanted)
        victims = take_victims(b, pool, wanted - got, slots + got, BATCH_MAX - got, false, error);
    if (got == 0 && victims == 0 && b->demanded != PAGE_NONE)
        victims = take_victims(b, pool, 1, slots, BATCH_MAX, plan_dissolve(BATCH_MAX) == 0, error);
    if (victims != WAITED)
        return (int)got + victims;
    while (got > 0)
        pool_give_back(pool, slots[--got]);
    return WAITED;
}

/* Frames for up to `wanted` pages, as physical addresses; the pool's are in flight and have no owner yet. */
static int take_frames(struct batch *b, unsigned wanted, int *error)
{
    struct pool *pool = b->region->pool;
    if (pool) {
        uint32_t slots[BATCH_MAX];
        int got = take_pool_frames(b, wanted, slots, error);
        paddr_t base = pool->base, *pa = b->pa;
        for (const uint32_t *slot = slots; slot < slots + got; slot++)
            *pa++ = base + ((paddr_t)*slot << PAGE_SHIFT);
        return got;
    }
    unsigned got = 0;
    while (got < wanted && (b->pa[got] = reclaim_page()) != 0)
        got++;
    if (got == 0)
        *error = -ENOMEM;
    return (int)got;
}

static __attribute__((noinline)) void sort_pages(struct batch *b, const uint32_t *wanted, uint32_t n)
{
    uint32_t *pages = b->pages, count = b->npages - n;
    b->predicted = b->expected;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t page = wanted[i], at = count++;
        b->expected[i] = page;
        for (; at > 0 && pages[at - 1] > page; at--)
            pages[at] = pages[at - 1];
        pages[at] = page;
    }
}

/* The pages in the order of the file: neighbours become one request. Predictions mostly come sorted. */
static void list_pages(struct batch *b, const uint32_t *wanted, uint32_t n)
{
    uint32_t *at = b->pages, last = 0;
    bool sorted = true;
    if (b->demanded != PAGE_NONE)
        last = *at++ = b->demanded;
    b->predicted = at;
    b->npredicted = n;
    for (const uint32_t *from = wanted, *end = wanted + n; from < end; from++) {
        sorted &= *from >= last;
        last = *at++ = *from;
    }
    b->npages = (uint32_t)(at - b->pages);
    if (!sorted)
        sort_pages(b, wanted, n);
}

/* An absent page with a flag: its contents are in the swap file, unless the flag is stale. */
static __attribute__((noinline)) struct backing *odd_source(const struct region *r, struct page *p)
{
    ASSERT(p->state == PAGE_ABSENT);
    return p->flags & PAGE_SWAPPED ? r->swap : r->backing;
}

/* The page gets its frame and becomes READING. */
static inline void claim_page(struct region *r, struct page *p, uint32_t page, paddr_t pa, struct frame *frames, size_t base)
{
    size_t pfn = pa >> PAGE_SHIFT;
    p->state = PAGE_READING;
    p->pfn = (uint32_t)pfn;
    if (frames) {
        frames[pfn - base].region = r;
        frames[pfn - base].page = page;
    }
}

/* Pages i.. of the batch that are neighbours of one source, or one page. Returns how many: one request, or zeros. */
static uint32_t claim_run(struct batch *b, uint32_t i, bool apart)
{
    struct region *r = b->region;
    struct frame *frames = r->pool ? r->pool->frames : NULL;
    size_t base = r->pool ? r->pool->base >> PAGE_SHIFT : 0;
    const uint32_t *at = &b->pages[i], *end = &b->pages[b->npages];
    const paddr_t *pa = &b->pa[i];
    uint32_t page = *at, length;
    struct page *p = &r->pages[page];
    struct backing *source = r->backing;
    uint64_t offset = (uint64_t)page << PAGE_SHIFT;
    if (__builtin_expect(p->condition != PAGE_CONDITION(PAGE_ABSENT, 0), 0)) {
        source = odd_source(r, p);
        end = at + 1;
    }
    uint32_t alone = apart ? b->demanded : PAGE_NONE;
    if (apart)
        end = MIN(end, at + (page == alone ? 1 : TOGETHER));
    do
        claim_page(r, p++, page++, *pa++, frames, base);
    while (++at < end && *at == page && page != alone && p->condition == PAGE_CONDITION(PAGE_ABSENT, 0));
    length = (uint32_t)(at - &b->pages[i]);
    if (source)
        batch_open_request(b, i, source, offset + (source == r->swap ? 0 : r->offset), length, false);
    for (uint32_t zero = i; !source && zero < i + length; zero++)
        memset(pa_to_kva(b->pa[zero]), 0, PAGE_SIZE);
    return length;
}

/* The demanded page and nothing else, from the region's backing: what most faults ask for where nothing can be predicted. True: done. */
static inline bool claim_single(struct batch *b)
{
    struct region *r = b->region;
    uint32_t page = b->demanded;
    if (!r->pool || !r->backing || r->pages[page].condition != PAGE_CONDITION(PAGE_ABSENT, 0))
        return false;
    b->pages[0] = page;
    b->predicted = b->pages;
    b->npages = 1;
    claim_page(r, &r->pages[page], page, b->pa[0], r->pool->frames, r->pool->base >> PAGE_SHIFT);
    batch_open_request(b, 0, r->backing, ((uint64_t)page << PAGE_SHIFT) + r->offset, 1, false);
    r->resident++;
    return true;
}

static void claim_pages(struct batch *b)
{
    _Static_assert(BATCH_MAX <= IO_MAX_PAGES, "a batch of neighbours is one request");
    bool apart = b->npages > TOGETHER && !pager_repeats;
    for (uint32_t i = 0; i < b->npages;)
        i += claim_run(b, i, apart);
    b->region->resident += b->npages;
}

/* A device that is dead has answered from within submission, and there is another one that has not. */
static inline void settle_answered(struct batch *b)
{
    struct batch_request *q = b->urgent != NO_REQUEST ? &b->requests[b->urgent] : NULL;
    if (__builtin_expect(!q || !q->done || pager_repeats, 1))
        return;
    settle_request(b, q);
    if (b->waited)
        complete(&b->done);
}

/*
 * No frame for a demanded page: others hold every one, or it is being written; one of them is done soon. Not if that came about already,
 * in a device that answers at once: `failed` is what failed_writes was before.
 */
static __attribute__((noinline)) void wait_for_frame(struct pool *pool, uint32_t failed)
{
    if (pool && (pool->nfree > 0 || pool->failed_writes != failed))
        return;
    if (!pool || pool->writing > 0 || !writeback_try_again(pool)) /* a plan may have all the others */
        frame_wait();
}

/* batch_read; alone: nobody waits, and NULL is returned. */
static struct batch *start_read(struct region *r, vaddr_t address, uint32_t demanded, const uint32_t *wanted, size_t n, bool alone,
                                int *error)
{
    unsigned demand = demanded != PAGE_NONE;
    ASSERT(n + demand <= BATCH_MAX);
    *error = 0;
    if (__builtin_expect(batches_busy == BATCH_RING, 0)) {
        frame_wait();
        return NULL;
    }
    struct batch *b = batch_begin(demand ? BATCH_FAULT : BATCH_ADVICE, r, address, demanded);
    uint32_t failed = r->pool ? r->pool->failed_writes : 0;
    int got = take_frames(b, (unsigned)n + demand, error);
    if (__builtin_expect(got <= 0, 0)) {
        if (got != WAITED)
            batch_end(b);
        if (got == 0 && demand && !*error && !(*error = r->pool ? writeback_error(r->pool) : 0))
            wait_for_frame(r->pool, failed);
        return NULL;
    }
    b->waited = !alone;
    if (n > 0 || !demand || !claim_single(b)) {
        list_pages(b, wanted, (uint32_t)got - demand);
        claim_pages(b);
    }
    if (b->nrequests > 0) {
        r->counters.batches++;
        if (!batch_submit(b, read_done)) {
            settle_answered(b);
            return alone ? NULL : b;
        }
    }
    finish_read(b);
    if (alone)
        batch_end(b);
    else
        complete(&b->done);
    return alone ? NULL : b;
}

struct batch *batch_read(struct region *r, vaddr_t address, uint32_t demanded, const uint32_t *wanted, size_t n, int *error)
{
    return start_read(r, address, demanded, wanted, n, false, error);
}

void batch_read_ahead(struct region *r, const uint32_t *wanted, size_t n)
{
    int ignored;
    if (batches_busy == BATCH_RING)
        return;
    struct batch *b = start_read(r, 0, PAGE_NONE, wanted, n, !pager_repeats, &ignored);
    if (b)
        batch_wait(b);
}

void batch_wait(struct batch *b)
{
    if (!completion_try(&b->done)) {
        spin_unlock(&pager_lock);
        completion_wait(&b->done);
        spin_lock(&pager_lock);
    }
    b->waited = false;
    if (b->finished || b->kind == BATCH_WRITE)
        batch_end(b);
}
