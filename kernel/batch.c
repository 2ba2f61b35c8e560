#include "kernel/batch.h"

#include "arch/pt.h"
#include "kernel/mem.h"
#include "kernel/page_wait.h"
#include "kernel/pager.h"
#include "kernel/plan.h"
#include "kernel/sched.h"

#include <string.h>

struct batch batch_ring[BATCH_RING];

static uint64_t batches_begun;
static uint32_t batches_busy;

/* A place in the ring must be free. */
static struct batch *batch_begin(enum batch_kind kind, struct region *region, vaddr_t address, uint32_t demanded)
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
    b->hold.va = 0;
    b->done.done = 0;
    return b;
}

static void batch_end(struct batch *b)
{
    b->busy = false;
    if (batches_busy-- == BATCH_RING)
        page_wake();
}

/* ---- requests: one for each run of neighbours that come from one place */

/* Where a dirty page goes. Nothing is written beyond the end of a file: limit is the first byte that isn't. */
static struct backing *page_target(const struct region *r, uint32_t page, uint64_t *offset, uint64_t *limit)
{
    *offset = (uint64_t)page << PAGE_SHIFT;
    *limit = UINT64_MAX;
    if (!r->shared)
        return r->swap;
    *offset += r->offset;
    *limit = r->file_size;
    return r->backing;
}

static struct batch_request *open_request(struct batch *b, uint32_t i, struct backing *backing, uint64_t offset,
                                          uint32_t npages, bool write)
{
    struct batch_request *q = &b->requests[b->nrequests++];
    q->batch = b;
    q->backing = backing;
    q->first = i;
    q->io.write = write;
    q->io.offset = offset;
    q->io.length = npages << PAGE_SHIFT;
    q->io.npages = npages;
    q->io.pages = &b->pa[i];
    q->io.error = 0;
    q->io.transferred = 0;
    return q;
}

/*
 * The request that brings the demanded page goes first; requests to one backing ring its doorbell once. True: all of them are done
 * already, and whoever was told last left the end of the batch to the caller, who holds pager_lock.
 */
static bool submit(struct batch *b, void (*done)(struct io_request *))
{
    struct io_request *queue[BATCH_MAX];
    uint32_t n = b->nrequests;
    b->pending = n + 1; /* one is the caller's: a dead device answers from within submit */
    for (uint32_t i = 0; i < n; i++) {
        struct batch_request *q = &b->requests[i];
        q->io.done = done;
        queue[i] = &q->io;
        if (i > 0 && b->demanded - b->pages[q->first] < q->io.npages) {
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

static void count_io(struct region *r, const struct batch_request *q)
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

/* Some pages did not come. */
static __attribute__((noinline)) void map_what_came(struct batch *b)
{
    struct region *r = b->region;
    uint32_t pages[BATCH_MAX], n = 0;
    paddr_t pa[BATCH_MAX];
    for (uint32_t i = 0; i < b->npages; i++) {
        if (r->pages[b->pages[i]].state != PAGE_RESIDENT)
            continue;
        pages[n] = b->pages[i];
        pa[n++] = b->pa[i];
    }
    region_map(r, pages, pa, n, false, b->demanded);
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

/* Pages that have come: the demanded one counts as used, the others wait for their first use. */
static void settle(struct batch *b)
{
    struct region *r = b->region;
    struct pool *pool = r->pool;
    struct page *pages = r->pages;
    uint32_t slots[BATCH_MAX], came = 0;
    r->peak = MAX(r->peak, r->resident);
    if (b->demanded != PAGE_NONE && settle_page(&pages[b->demanded], 0) && pool) {
        uint32_t slot = pool_slot(pool, page_pa(&pages[b->demanded]));
        pool_mark_used(pool, slot);
        b->hold = pool_hold(pool, slot, b->address);
    }
    if (!pool) {
        for (uint32_t i = 0; i < b->npredicted; i++)
            settle_page(&pages[b->predicted[i]], 0);
        return;
    }
    uint32_t base = (uint32_t)(pool->base >> PAGE_SHIFT);
    for (const uint32_t *at = b->predicted, *end = at + b->npredicted; at < end; at++) {
        struct page *p = &pages[*at];
        if (settle_page(p, PAGE_UNTOUCHED))
            slots[came++] = p->pfn - base;
    }
    pool_mark_untouched(pool, slots, came);
    r->untouched += came;
    r->counters.prefetched += came;
}

/* All requests are in: states move on and one call installs every leaf. */
static void finish_read(struct batch *b)
{
    bool whole = true;
    for (const struct batch_request *q = b->requests; q < b->requests + b->nrequests; q++) {
        uint32_t good = pages_read(q);
        count_io(b->region, q);
        if (__builtin_expect(good != q->io.npages, 0)) {
            fail_pages(b, q->first + good, q->first + q->io.npages, q->io.error);
            whole = false;
        }
    }
    settle(b);
    if (__builtin_expect(whole, 1))
        region_map(b->region, b->pages, b->pa, b->npages, false, b->demanded);
    else
        map_what_came(b);
    page_wake();
}

/* Any context, no lock held. */
static void read_done(struct io_request *io)
{
    struct batch *b = CONTAINER_OF(io, struct batch_request, io)->batch;
    if (__atomic_sub_fetch(&b->pending, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    uint64_t begin = hart_instret();
    spin_lock(&pager_lock);
    finish_read(b);
    bool alone = b->alone;
    if (alone)
        batch_end(b);
    spin_unlock(&pager_lock);
    sched_count_work(hart_instret() - begin);
    if (!alone)
        complete(&b->done);
}

/* ---- frames for a read */

enum { WAITED = -1 };

#define WRITE_TRIES 4 /* victims that could not be written, one after the other, before a fault fails for it */

/* Some victims are dirty: the frames of the others go to the free list, and these are written first. */
static __attribute__((noinline)) int write_victims(struct pool *pool, const uint32_t *slots, unsigned n)
{
    struct page_ref dirty[BATCH_MAX];
    size_t ndirty = 0;
    for (unsigned i = 0; i < n; i++) {
        const struct frame *f = &pool->frames[slots[i]];
        if (f->region->pages[f->page].flags & PAGE_DIRTY)
            dirty[ndirty++] = (struct page_ref){ f->region, f->page };
        else
            pool_give_back(pool, slots[i]);
    }
    return batch_write(dirty, ndirty, false);
}

/*
 * Unmaps n victims at once and takes their frames into slots[]. If any is dirty it is written instead, and none is taken: WAITED,
 * and the batch has ended, so that no batch waits for another one's place in the ring.
 */
static int take_victims(struct batch *b, struct pool *pool, unsigned n, uint32_t *slots, bool last_resort, int *error)
{
    unsigned picked = pool_pick_victims(pool, n, slots, last_resort);
    b->nvictims += picked;
    if (__builtin_expect(pool_evict(pool, slots, picked) == 0, 1))
        return (int)picked;
    batch_end(b);
    int failed = write_victims(pool, slots, picked);
    pool->failed_writes = failed ? pool->failed_writes + 1 : 0;
    if (pool->failed_writes >= WRITE_TRIES)
        *error = failed;
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
        victims = take_victims(b, pool, wanted - got, slots + got, false, error);
    if (got == 0 && victims == 0 && b->demanded != PAGE_NONE)
        victims = take_victims(b, pool, 1, slots, plan_dissolve(BATCH_MAX) == 0, error);
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
    while (got < wanted && (b->pa[got] = mem_pages(1)) != 0)
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
static uint32_t claim_run(struct batch *b, uint32_t i)
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
    do
        claim_page(r, p++, page++, *pa++, frames, base);
    while (++at < end && *at == page && p->condition == PAGE_CONDITION(PAGE_ABSENT, 0));
    length = (uint32_t)(at - &b->pages[i]);
    if (source)
        open_request(b, i, source, offset + (source == r->swap ? 0 : r->offset), length, false);
    for (uint32_t zero = i; !source && zero < i + length; zero++)
        memset(pa_to_kva(b->pa[zero]), 0, PAGE_SIZE);
    return length;
}

static void claim_pages(struct batch *b)
{
    _Static_assert(BATCH_MAX <= IO_MAX_PAGES, "a batch of neighbours is one request");
    for (uint32_t i = 0; i < b->npages;)
        i += claim_run(b, i);
    b->region->resident += b->npages;
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
    int got = take_frames(b, (unsigned)n + demand, error);
    if (__builtin_expect(got <= 0, 0)) {
        if (got != WAITED)
            batch_end(b);
        if (got == 0 && demand && !*error)
            frame_wait(); /* others hold every frame: one of them is done soon */
        return NULL;
    }
    b->alone = alone;
    list_pages(b, wanted, (uint32_t)got - demand);
    claim_pages(b);
    if (b->nrequests > 0) {
        r->counters.batches++;
        if (!submit(b, read_done))
            return alone ? NULL : b;
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
    batch_end(b);
}

/* ---- writes */

/* Page i of a write is on its way to the host, or is not: then it is as before, mapped and dirty. */
static void settle_written(struct batch *b, uint32_t i, int error, bool keep)
{
    struct region *r = b->regions[i];
    uint32_t page = b->pages[i];
    struct page *p = &r->pages[page];
    page_set_state(p, PAGE_WRITING, PAGE_RESIDENT);
    if (keep && r->pool)
        pool_unhold(r->pool, pool_slot(r->pool, page_pa(p)));
    if (error) {
        p->flags |= PAGE_DIRTY;
        if (!keep) {
            pool_mark_used(r->pool, pool_slot(r->pool, page_pa(p)));
            region_map(r, &page, &b->pa[i], 1, true, PAGE_NONE);
        }
        return;
    }
    r->counters.written_back++;
    if (!r->shared)
        p->flags |= PAGE_SWAPPED;
    if (!keep)
        region_free_page(r, page);
}

/*
 * RESIDENT -> WRITING: nobody else has these pages from here on, though the lock may go; frames that stay with their pages are no
 * victims meanwhile. Returns a batch, after a wait if need be.
 */
static struct batch *begin_write(const struct page_ref *refs, size_t n, bool keep)
{
    for (size_t i = 0; i < n; i++) {
        struct region *r = refs[i].region;
        struct page *p = &r->pages[refs[i].page];
        page_set_state(p, PAGE_RESIDENT, PAGE_WRITING);
        p->flags &= (uint8_t)~PAGE_DIRTY;
        region_use_begin(r);
        if (keep && r->pool)
            pool_hold(r->pool, pool_slot(r->pool, page_pa(p)), 0);
    }
    while (batches_busy == BATCH_RING)
        frame_wait();
    return batch_begin(BATCH_WRITE, refs[0].region, 0, PAGE_NONE);
}

static void list_written(struct batch *b, const struct page_ref *refs, size_t n)
{
    struct batch_request *q = NULL;
    for (uint32_t i = 0; i < n; i++) {
        const struct page *p = &refs[i].region->pages[refs[i].page];
        b->regions[i] = refs[i].region;
        b->pages[i] = refs[i].page;
        b->pa[i] = page_pa(p);
        uint64_t offset, limit;
        struct backing *target = page_target(refs[i].region, refs[i].page, &offset, &limit);
        if (offset >= limit)
            continue;
        uint32_t bytes = (uint32_t)MIN(PAGE_SIZE, limit - offset);
        if (q && target == q->backing && offset == q->io.offset + q->io.length && q->first + q->io.npages == i &&
            q->io.npages < IO_MAX_PAGES) {
            q->io.npages++;
            q->io.length += bytes;
        } else {
            q = open_request(b, i, target, offset, 1, true);
            q->io.length = bytes;
        }
    }
    b->npages = (uint32_t)n;
}

/* All requests are in: the pages are what they were, or gone. */
static void finish_write(struct batch *b)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < b->npages; i++) {
        const struct batch_request *q = next < b->nrequests ? &b->requests[next] : NULL;
        int error = 0;
        if (q && i >= q->first) {
            bool whole = q->io.transferred == q->io.length;
            error = q->io.error || whole ? q->io.error : -EIO;
            if (i + 1 == q->first + q->io.npages) {
                count_io(b->regions[i], q);
                next++;
            }
        }
        if (error && !b->error)
            b->error = error;
        settle_written(b, i, error, b->keep);
        region_use_end(b->regions[i]);
    }
    page_wake();
}

/* Any context, no lock held. Whoever waits may be frozen for good by now, when the program ends: the pages must not depend on it. */
static void write_done(struct io_request *io)
{
    struct batch *b = CONTAINER_OF(io, struct batch_request, io)->batch;
    if (__atomic_sub_fetch(&b->pending, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    uint64_t begin = hart_instret();
    spin_lock(&pager_lock);
    finish_write(b);
    spin_unlock(&pager_lock);
    sched_count_work(hart_instret() - begin);
    complete(&b->done);
}

int batch_write(const struct page_ref *refs, size_t n, bool keep)
{
    struct batch *b = begin_write(refs, n, keep);
    b->keep = keep;
    list_written(b, refs, n);
    if (b->nrequests == 0 || submit(b, write_done)) {
        finish_write(b);
        complete(&b->done);
    }
    batch_wait(b);
    return b->error;
}
