#include "kernel/pager/batch_private.h"

#include "arch/pt.h"
#include "kernel/pager/page_wait.h"
#include "kernel/pager/pager.h"
#include "kernel/pager/reclaim.h"
#include "kernel/plan/plan.h"
#include "kernel/thread/sched.h"
#include "kernel/pager/victims.h"
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
        end = MIN(end, at + (page == alone ? 1 : BATCH_TOGETHER));
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
    bool apart = b->npages > BATCH_TOGETHER && !pager_repeats;
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
    batch_settle_request(b, q);
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
        if (!batch_submit(b, batch_read_done)) {
            settle_answered(b);
            return alone ? NULL : b;
        }
    }
    batch_finish_read(b);
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
