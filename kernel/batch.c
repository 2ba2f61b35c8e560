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

static struct backing *page_source(const struct page_ref *ref, uint64_t *offset)
{
    const struct region *r = ref->region;
    if (!r->shared && (r->pages[ref->page].flags & PAGE_SWAPPED)) {
        *offset = (uint64_t)ref->page << PAGE_SHIFT;
        return r->swap;
    }
    *offset = r->offset + ((uint64_t)ref->page << PAGE_SHIFT);
    return r->backing;
}

/* Where a dirty page goes. Nothing is written beyond the end of a file: limit is the first byte that isn't. */
static struct backing *page_target(const struct page_ref *ref, uint64_t *offset, uint64_t *limit)
{
    const struct region *r = ref->region;
    *offset = (uint64_t)ref->page << PAGE_SHIFT;
    *limit = UINT64_MAX;
    if (!r->shared)
        return r->swap;
    *offset += r->offset;
    *limit = r->file_size;
    return r->backing;
}

static void add_page(struct batch *b, struct backing *backing, uint64_t offset, uint64_t limit, bool write, uint32_t i,
                     struct backing **last)
{
    struct batch_request *q = b->nrequests ? &b->requests[b->nrequests - 1] : NULL;
    uint32_t bytes = (uint32_t)MIN(PAGE_SIZE, limit - offset);
    if (q && *last == backing && q->io.npages < IO_MAX_PAGES && q->first + q->io.npages == i &&
        q->io.offset + ((uint64_t)q->io.npages << PAGE_SHIFT) == offset) {
        q->io.npages++;
        q->io.length += bytes;
        return;
    }
    q = &b->requests[b->nrequests++];
    q->batch = b;
    q->first = i;
    q->io.write = write;
    q->io.offset = offset;
    q->io.length = bytes;
    q->io.npages = 1;
    q->io.pages = &b->pa[i];
    q->io.error = 0;
    q->io.transferred = 0;
    *last = backing;
}

static struct region *request_region(const struct batch_request *q)
{
    return q->batch->refs[q->first].region;
}

static struct backing *request_backing(const struct batch_request *q)
{
    uint64_t offset, limit;
    const struct page_ref *ref = &q->batch->refs[q->first];
    return q->io.write ? page_target(ref, &offset, &limit) : page_source(ref, &offset);
}

/* The request that brings the demanded page goes first; requests to one backing ring its doorbell once. */
static void submit(struct batch *b, void (*done)(struct io_request *))
{
    struct io_request *queue[BATCH_MAX];
    b->pending = b->nrequests;
    for (uint32_t i = 0; i < b->nrequests; i++) {
        b->requests[i].io.done = done;
        queue[i] = &b->requests[i].io;
        const struct batch_request *q = &b->requests[i];
        if (i > 0 && b->demanded - b->refs[q->first].page < q->io.npages) {
            queue[i] = queue[0];
            queue[0] = &b->requests[i].io;
        }
    }
    for (uint32_t i = 0, n; i < b->nrequests; i += n) {
        struct backing *backing = request_backing(CONTAINER_OF(queue[i], struct batch_request, io));
        for (n = 1; i + n < b->nrequests; n++)
            if (request_backing(CONTAINER_OF(queue[i + n], struct batch_request, io)) != backing)
                break;
        backing->ops->submit(backing, &queue[i], n);
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

/* Page i of the batch arrived, or did not: false. */
static bool settle_page(struct batch *b, uint32_t i, int error, bool beyond_end)
{
    struct region *r = b->region;
    struct page *p = &r->pages[b->refs[i].page];
    if (error == 0 && !beyond_end) {
        page_set_state(p, PAGE_READING, PAGE_RESIDENT);
        r->peak = MAX(r->peak, r->resident);
        return true;
    }
    if (b->refs[i].page == b->demanded) {
        b->error = error;
        b->beyond_end = beyond_end;
    }
    p->flags |= PAGE_FAILED;
    region_free_page(r, b->refs[i].page);
    return false;
}

/* The frames of pages that have come: the demanded one counts as used, the others wait for their first use. */
static void settle_frames(struct batch *b)
{
    struct region *r = b->region;
    if (b->demanded != PAGE_NONE && r->pages[b->demanded].state == PAGE_RESIDENT && r->pool)
        pool_mark_used(r->pool, pool_slot(r->pool, page_pa(&r->pages[b->demanded])));
    for (uint32_t i = 0; i < b->npredicted && r->pool; i++) {
        struct page *p = &r->pages[b->predicted[i]];
        if (p->state != PAGE_RESIDENT)
            continue;
        p->flags |= PAGE_UNTOUCHED;
        r->untouched++;
        r->counters.prefetched++;
        pool_mark_untouched(r->pool, pool_slot(r->pool, page_pa(p)));
    }
}

/* All requests are in: states move on and one call installs every leaf. */
static void finish_read(struct batch *b)
{
    uint32_t arrived[BATCH_MAX];
    size_t narrived = 0;
    uint32_t next = 0;
    for (uint32_t i = 0; i < b->npages; i++) {
        const struct batch_request *q = next < b->nrequests ? &b->requests[next] : NULL;
        int error = 0;
        bool beyond = false;
        if (q && i >= q->first) { /* else: a page of zeros, which needed no request */
            error = q->io.error;
            beyond = !error && (uint64_t)(i - q->first) << PAGE_SHIFT >= q->io.transferred;
            if (i + 1 == q->first + q->io.npages) {
                count_io(q);
                next++;
            }
        }
        if (settle_page(b, i, error, beyond))
            arrived[narrived++] = b->refs[i].page;
    }
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
static void sort_pages(struct batch *b, uint32_t page)
{
    uint32_t at = b->npages++;
    for (; at > 0 && b->refs[at - 1].page > page; at--)
        b->refs[at] = b->refs[at - 1];
    b->refs[at] = (struct page_ref){ b->region, page };
}

/* Every page of the batch gets its frame and becomes READING; requests are made up as the pages go by. */
static void claim_pages(struct batch *b)
{
    struct region *r = b->region;
    struct backing *last = NULL;
    for (uint32_t i = 0; i < b->npages; i++) {
        struct page *p = &r->pages[b->refs[i].page];
        page_set_state(p, PAGE_ABSENT, PAGE_READING);
        p->flags &= (uint8_t)~PAGE_FAILED;
        p->pfn = (uint32_t)(b->pa[i] >> PAGE_SHIFT);
        if (r->pool)
            pool_assign(r->pool, pool_slot(r->pool, b->pa[i]), r, b->refs[i].page);
        uint64_t offset;
        struct backing *source = page_source(&b->refs[i], &offset);
        if (source)
            add_page(b, source, offset, UINT64_MAX, false, i, &last);
        else
            memset(pa_to_kva(b->pa[i]), 0, PAGE_SIZE);
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
    if (demand)
        sort_pages(b, demanded);
    for (unsigned i = 0; i < (unsigned)got - demand; i++) {
        b->predicted[b->npredicted++] = wanted[i];
        sort_pages(b, wanted[i]);
    }
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
    struct backing *last = NULL;
    for (uint32_t i = 0; i < n; i++) {
        struct page *p = &refs[i].region->pages[refs[i].page];
        page_set_state(p, PAGE_RESIDENT, PAGE_WRITING);
        p->flags &= (uint8_t)~PAGE_DIRTY;
        b->refs[i] = refs[i];
        b->pa[i] = page_pa(p);
        uint64_t offset, limit;
        struct backing *target = page_target(&refs[i], &offset, &limit);
        if (offset < limit)
            add_page(b, target, offset, limit, true, i, &last);
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
