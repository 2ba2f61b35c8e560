#include "kernel/batch.h"

#include "arch/pt.h"
#include "kernel/mem.h"

#include <string.h>

struct batch batch_ring[BATCH_RING];

static uint64_t batches_begun;

static struct batch *batch_begin(enum batch_kind kind, struct region *region, vaddr_t address, uint32_t demanded)
{
    struct batch *b;
    unsigned tried = 0;
    do {
        b = &batch_ring[batches_begun++ % BATCH_RING];
        ASSERT(tried++ < BATCH_RING);
    } while (b->busy);
    b->busy = true;
    b->number = batches_begun;
    b->kind = kind;
    b->address = address;
    b->region = region;
    b->demanded = demanded;
    b->npages = b->npredicted = b->nvictims = b->nrequests = 0;
    b->error = 0;
    b->beyond_end = false;
    b->done.done = 0;
    return b;
}

/* ---- requests: one for each run of neighbours that come from one place */

/* Where an absent page's contents are; NULL: nowhere yet, it is zeros. */
static struct backing *page_source(const struct region *r, uint32_t page, uint64_t *offset)
{
    *offset = (uint64_t)page << PAGE_SHIFT;
    if (__builtin_expect(r->pages[page].flags & PAGE_SWAPPED, 0))
        return r->swap;
    *offset += r->offset;
    return r->backing;
}

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
                                          uint32_t bytes, bool write)
{
    struct batch_request *q = &b->requests[b->nrequests++];
    q->batch = b;
    q->backing = backing;
    q->first = i;
    q->io.write = write;
    q->io.offset = offset;
    q->io.length = bytes;
    q->io.npages = 1;
    q->io.pages = &b->pa[i];
    q->io.error = 0;
    q->io.transferred = 0;
    return q;
}

static struct region *request_region(const struct batch_request *q)
{
    return q->batch->refs[q->first].region;
}

/* The request that brings the demanded page goes first; requests to one backing ring its doorbell once. */
static void submit(struct batch *b, void (*done)(struct io_request *))
{
    struct io_request *queue[BATCH_MAX];
    uint32_t n = b->nrequests;
    b->pending = n;
    for (uint32_t i = 0; i < n; i++) {
        struct batch_request *q = &b->requests[i];
        q->io.done = done;
        queue[i] = &q->io;
        if (i > 0 && b->demanded - b->refs[q->first].page < q->io.npages) {
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
}

static void count_io(const struct batch_request *q)
{
    struct counters *c = &request_region(q)->counters;
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
        uint32_t page = b->refs[i].page;
        if (page == b->demanded) {
            b->error = error;
            b->beyond_end = error == 0;
        }
        b->region->pages[page].flags |= PAGE_FAILED;
        region_free_page(b->region, page);
    }
}

/* Pages [from, to) of the batch are in their frames; arrived[] collects them. */
static void settle_pages(struct batch *b, uint32_t from, uint32_t to, uint32_t *arrived, size_t *narrived)
{
    struct page *pages = b->region->pages;
    size_t n = *narrived;
    for (uint32_t i = from; i < to; i++) {
        uint32_t page = b->refs[i].page;
        page_set_state(&pages[page], PAGE_READING, PAGE_RESIDENT);
        arrived[n++] = page;
    }
    *narrived = n;
}

/* The frames of pages that have come: the demanded one counts as used, the others wait for their first use. */
static void settle_frames(struct batch *b)
{
    struct region *r = b->region;
    struct pool *pool = r->pool;
    uint32_t came = 0;
    r->peak = MAX(r->peak, r->resident);
    if (!pool)
        return;
    if (b->demanded != PAGE_NONE && r->pages[b->demanded].state == PAGE_RESIDENT)
        pool_mark_used(pool, pool_slot(pool, page_pa(&r->pages[b->demanded])));
    for (uint32_t i = 0; i < b->npredicted; i++) {
        struct page *p = &r->pages[b->predicted[i]];
        if (p->state != PAGE_RESIDENT)
            continue;
        p->flags |= PAGE_UNTOUCHED;
        pool_mark_untouched(pool, pool_slot(pool, page_pa(p)));
        came++;
    }
    r->untouched += came;
    r->counters.prefetched += came;
}

/* All requests are in: states move on and one call installs every leaf. Pages between requests are zeros: they needed none. */
static void finish_read(struct batch *b)
{
    uint32_t arrived[BATCH_MAX];
    size_t narrived = 0;
    uint32_t at = 0;
    for (uint32_t k = 0; k < b->nrequests; k++) {
        const struct batch_request *q = &b->requests[k];
        uint32_t end = q->first + q->io.npages;
        uint32_t good = q->io.error ? 0 : (uint32_t)((q->io.transferred + PAGE_MASK) >> PAGE_SHIFT);
        settle_pages(b, at, q->first + good, arrived, &narrived);
        fail_pages(b, q->first + good, end, q->io.error);
        count_io(q);
        at = end;
    }
    settle_pages(b, at, b->npages, arrived, &narrived);
    region_map(b->region, arrived, narrived, false, b->demanded);
    settle_frames(b);
}

/* Any context, no lock held. */
static void read_done(struct io_request *io)
{
    struct batch *b = CONTAINER_OF(io, struct batch_request, io)->batch;
    if (__atomic_sub_fetch(&b->pending, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    spin_lock(&pager_lock);
    finish_read(b);
    spin_unlock(&pager_lock);
    complete(&b->done);
}

/* ---- frames for a read */

enum { WAITED = -1 };

/*
 * Unmaps n victims at once and takes their frames into slots[]. If any is dirty, all frames go to the free list and the dirty pages
 * are written first: WAITED.
 */
static int take_victims(struct batch *b, struct pool *pool, unsigned n, uint32_t *slots, bool last_resort, int *error)
{
    struct page_ref *refs = b->refs; /* free until the pages of the batch are known */
    unsigned picked = pool_pick_victims(pool, n, slots, last_resort), clean = 0, ndirty = 0;
    for (unsigned i = 0; i < picked; i++)
        refs[i] = (struct page_ref){ pool->frames[slots[i]].region, pool->frames[slots[i]].page };
    region_unmap(refs, picked);
    for (unsigned i = 0; i < picked; i++) {
        refs[i].region->counters.evicted++;
        if (refs[i].region->pages[refs[i].page].flags & PAGE_DIRTY) {
            refs[ndirty++] = refs[i];
        } else {
            region_detach_frame(refs[i].region, refs[i].page);
            slots[clean++] = slots[i];
        }
    }
    b->nvictims += picked;
    if (ndirty == 0)
        return (int)clean;
    for (unsigned i = 0; i < clean; i++)
        pool_give_back(pool, slots[i]);
    *error = batch_write(refs, ndirty, false);
    return WAITED;
}

/*
 * Frames of the pool, free ones first, else victims. A page that is only predicted never takes a frame whose page still waits
 * for its first use; a demanded one does if nothing else is left.
 */
static int take_pool_frames(struct batch *b, unsigned wanted, uint32_t *slots, int *error)
{
    struct pool *pool = b->region->pool;
    unsigned got = 0;
    while (got < wanted && (slots[got] = pool_take_free(pool)) != FRAME_NONE)
        got++;
    int victims = 0;
    if (got < wanted)
        victims = take_victims(b, pool, wanted - got, slots + got, false, error);
    if (got == 0 && victims == 0 && b->demanded != PAGE_NONE)
        victims = take_victims(b, pool, 1, slots, true, error);
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
        for (int i = 0; i < got; i++)
            b->pa[i] = pool_pa(pool, slots[i]);
        return got;
    }
    unsigned got = 0;
    while (got < wanted && (b->pa[got] = mem_pages(1)) != 0)
        got++;
    if (got == 0)
        *error = -ENOMEM;
    return (int)got;
}

/* refs in the order of the file: neighbours become one request. Predictions mostly come sorted, so insertion is cheap. */
static void sort_pages(struct batch *b, const uint32_t *wanted, uint32_t n)
{
    struct page_ref *refs = b->refs;
    struct region *r = b->region;
    uint32_t count = 0;
    if (b->demanded != PAGE_NONE)
        refs[count++] = (struct page_ref){ r, b->demanded };
    for (uint32_t i = 0; i < n; i++) {
        uint32_t page = wanted[i], at = count++;
        b->predicted[i] = page;
        for (; at > 0 && refs[at - 1].page > page; at--)
            refs[at] = refs[at - 1];
        refs[at].region = r;
        refs[at].page = page;
    }
    b->npages = count;
    b->npredicted = n;
}

/* Every page of the batch gets its frame and becomes READING; requests are made up as the pages go by. */
static void claim_pages(struct batch *b)
{
    struct region *r = b->region;
    struct pool *pool = r->pool;
    struct batch_request *q = NULL;
    uint64_t next = 0; /* offset at which the open request could go on */
    for (uint32_t i = 0, n = b->npages; i < n; i++) {
        uint32_t page = b->refs[i].page;
        struct page *p = &r->pages[page];
        paddr_t pa = b->pa[i];
        uint64_t offset;
        struct backing *source = page_source(r, page, &offset);
        page_set_state(p, PAGE_ABSENT, PAGE_READING);
        p->flags &= (uint8_t)~PAGE_FAILED;
        p->pfn = (uint32_t)(pa >> PAGE_SHIFT);
        if (pool)
            pool_assign(pool, pool_slot(pool, pa), r, page);
        if (q && offset == next && source == q->backing && q->io.npages < IO_MAX_PAGES) {
            q->io.npages++;
            q->io.length += PAGE_SIZE;
        } else if (source) {
            q = open_request(b, i, source, offset, PAGE_SIZE, false);
        } else {
            q = NULL;
            memset(pa_to_kva(pa), 0, PAGE_SIZE);
        }
        next = offset + PAGE_SIZE;
    }
    r->resident += b->npages;
}

struct batch *batch_read(struct region *r, vaddr_t address, uint32_t demanded, const uint32_t *wanted, size_t n, int *error)
{
    struct batch *b = batch_begin(demanded != PAGE_NONE ? BATCH_FAULT : BATCH_ADVICE, r, address, demanded);
    unsigned demand = demanded != PAGE_NONE;
    ASSERT(n + demand <= BATCH_MAX);
    *error = 0;
    int got = take_frames(b, (unsigned)n + demand, error);
    if (got <= 0) {
        b->busy = false;
        return NULL;
    }
    sort_pages(b, wanted, (uint32_t)got - demand);
    claim_pages(b);
    if (b->nrequests > 0) {
        r->counters.batches++;
        submit(b, read_done);
    } else {
        finish_read(b);
        complete(&b->done);
    }
    return b;
}

void batch_wait(struct batch *b)
{
    if (!completion_try(&b->done)) {
        spin_unlock(&pager_lock);
        completion_wait(&b->done);
        spin_lock(&pager_lock);
    }
    b->busy = false;
}

void batch_wait_for_any(void)
{
    spin_unlock(&pager_lock);
    bool were_on = irq_save();
    hart_wait_for_interrupt();
    irq_restore(were_on);
    spin_lock(&pager_lock);
}

/* ---- writes */

static void write_done(struct io_request *io)
{
    struct batch *b = CONTAINER_OF(io, struct batch_request, io)->batch;
    if (__atomic_sub_fetch(&b->pending, 1, __ATOMIC_ACQ_REL) == 0)
        complete(&b->done);
}

/* Page i of a write is on its way to the host, or is not: then it is as before, mapped and dirty. */
static void settle_written(struct batch *b, uint32_t i, int error, bool keep)
{
    struct region *r = b->refs[i].region;
    uint32_t page = b->refs[i].page;
    struct page *p = &r->pages[page];
    page_set_state(p, PAGE_WRITING, PAGE_RESIDENT);
    if (error) {
        p->flags |= PAGE_DIRTY;
        if (!keep) {
            pool_mark_used(r->pool, pool_slot(r->pool, page_pa(p)));
            region_map(r, &page, 1, true, PAGE_NONE);
        }
        return;
    }
    r->counters.written_back++;
    if (!r->shared)
        p->flags |= PAGE_SWAPPED;
    if (!keep)
        region_free_page(r, page);
}

static void claim_written(struct batch *b, const struct page_ref *refs, size_t n)
{
    struct batch_request *q = NULL;
    for (uint32_t i = 0; i < n; i++) {
        struct page *p = &refs[i].region->pages[refs[i].page];
        page_set_state(p, PAGE_RESIDENT, PAGE_WRITING);
        p->flags &= (uint8_t)~PAGE_DIRTY;
        b->refs[i] = refs[i];
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
            q = open_request(b, i, target, offset, bytes, true);
        }
    }
    b->npages = (uint32_t)n;
}

int batch_write(const struct page_ref *refs, size_t n, bool keep)
{
    struct batch *b = batch_begin(BATCH_WRITE, refs[0].region, 0, PAGE_NONE);
    claim_written(b, refs, n);
    if (b->nrequests > 0)
        submit(b, write_done);
    else
        complete(&b->done);
    batch_wait(b);
    uint32_t next = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct batch_request *q = next < b->nrequests ? &b->requests[next] : NULL;
        int error = 0;
        if (q && i >= q->first) {
            error = q->io.error ? q->io.error : q->io.transferred < q->io.length ? -EIO : 0;
            if (i + 1 == q->first + q->io.npages) {
                count_io(q);
                next++;
            }
        }
        if (error && !b->error)
            b->error = error;
        settle_written(b, i, error, keep);
    }
    return b->error;
}
