#include "kernel/pager/writeback.h"

#include "arch/hart.h"
#include "kernel/pager/batch_private.h"
#include "kernel/log.h"
#include "kernel/pager/page_wait.h"
#include "kernel/thread/sched.h"
#include "kernel/pager/victims.h"
#include "kernel/pager/windows.h"

#define AHEAD_MOST 16 /* victims that are written beyond what a fault needs; */
#define AHEAD_SHARE 8 /* ... and one in so many frames of the pool */

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

/* A page that could not be written is not the next victim once more: that is the business of others, for a while. */
static void pass_over(struct pool *pool, const struct region *r, uint32_t page)
{
    if (pool->nframes < 2 * (WRITE_TRIES + POOL_MIN_FRAMES * hart_count()))
        return; /* nor may those that are left be too few */
    struct hold *oldest = &pool->unwritable[pool->nunwritable++ % WRITE_TRIES];
    pool_release(pool, oldest);
    *oldest = pool_hold(pool, pool_slot(pool, page_pa(&r->pages[page])), PAGE_SIZE);
}

bool writeback_try_again(struct pool *pool)
{
    bool any = false;
    for (uint32_t i = 0; i < WRITE_TRIES; i++) {
        any |= pool->unwritable[i].va != 0;
        pool_release(pool, &pool->unwritable[i]);
    }
    return any;
}

/*
 * Victims have been written, or stay where they are. One that cannot be written fails its request with all the neighbours that are in it,
 * so that for a turn of the pool they go one after the other (QEMU makes one write of neighbours that it finds in the queue together); one
 * that fails alone is named: the fault that wants a frame is about another page.
 */
static void note_outcome(const struct batch *b, uint32_t nfailed)
{
    struct pool *pool = b->regions[0]->pool;
    pool->writing--;
    pool->write_apart -= MIN(pool->write_apart, b->npages);
    if (nfailed < b->npages)
        pool->failed_writes = 0;
    if (pool->write_apart == 0)
        writeback_try_again(pool);
    if (nfailed == 0)
        return;
    pool->failed_writes += nfailed == b->npages;
    pool->write_apart = pool->nframes;
    pool->write_error = b->error;
    if (b->npages > 1)
        return;
    const struct region *r = b->regions[0];
    uint64_t key = (uint64_t)r->id << 32 | b->pages[0];
    pass_over(pool, r, b->pages[0]);
    if (pool->write_named != key)
        log_printf("bower: %s: page %u, byte %lu, could not be written to make room: error %d%s\n", r->name, b->pages[0],
                   (unsigned long)(((uint64_t)b->pages[0] << PAGE_SHIFT) + (r->shared ? r->offset : 0)), -b->error, log_errno(-b->error));
    pool->write_named = key;
}

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
            r->counters.evicted--;
            pool_mark_used(r->pool, pool_slot(r->pool, page_pa(p)));
            windows_map(r, &page, &b->pa[i], 1, true, PAGE_NONE);
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
    struct batch *b = batch_begin(BATCH_WRITE, refs[0].region, 0, PAGE_NONE);
    b->keep = keep;
    if (!keep)
        refs[0].region->pool->writing++;
    return b;
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
            q = batch_open_request(b, i, target, offset, 1, true);
            q->io.length = bytes;
        }
    }
    b->npages = (uint32_t)n;
}

/* All requests are in: the pages are what they were, or gone. */
static void finish_write(struct batch *b)
{
    uint32_t next = 0, nfailed = 0;
    for (uint32_t i = 0; i < b->npages; i++) {
        const struct batch_request *q = next < b->nrequests ? &b->requests[next] : NULL;
        int error = 0;
        if (q && i >= q->first) {
            bool whole = q->io.transferred == q->io.length;
            error = q->io.error || whole ? q->io.error : -EIO;
            if (i + 1 == q->first + q->io.npages) {
                batch_count_io(b->regions[i], q);
                next++;
            }
        }
        if (error && nfailed++ == 0)
            b->error = error;
        settle_written(b, i, error, b->keep);
        region_use_end(b->regions[i]);
    }
    if (!b->keep)
        note_outcome(b, nfailed);
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
    bool waited = b->waited;
    if (!waited)
        batch_end(b);
    spin_unlock(&pager_lock);
    sched_count_work(hart_instret() - begin);
    if (waited)
        complete(&b->done);
}

/* True: all is done already. */
static bool start_write(struct batch *b, const struct page_ref *refs, size_t n)
{
    list_written(b, refs, n);
    if (b->nrequests > 0 && !batch_submit(b, write_done))
        return false;
    finish_write(b);
    return true;
}

int writeback_pages(const struct page_ref *refs, size_t n, bool keep)
{
    struct batch *b = begin_write(refs, n, keep);
    b->waited = true;
    if (start_write(b, refs, n))
        complete(&b->done);
    batch_wait(b);
    int error = b->error;
    if (!error || !keep || n == 1)
        return error;
    /* One page fails a request for all of its neighbours: each for itself. */
    error = 0;
    for (size_t i = 0; i < n; i++) {
        const struct page *p = &refs[i].region->pages[refs[i].page];
        int failed = p->state == PAGE_RESIDENT && (p->flags & PAGE_DIRTY) ? writeback_pages(&refs[i], 1, true) : 0;
        error = error ? error : failed;
    }
    return error;
}

/*
 * Of n frames that victims_evict has dealt with: at most `most` dirty pages to be written; others are mapped again. The slots of clean ones
 * come first in slots[]. Returns how many are to be written.
 */
static unsigned choose(struct pool *pool, uint32_t *slots, unsigned n, struct page_ref *dirty, unsigned most, unsigned *clean)
{
    unsigned ndirty = 0;
    if (pool->write_apart > 0)
        most = pool->writing > 0 ? 0 : MIN(most, 1u);
    *clean = 0;
    for (unsigned i = 0; i < n; i++) {
        const struct frame *f = &pool->frames[slots[i]];
        if (f->region->pages[f->page].state != PAGE_RESIDENT) /* what was clean is ABSENT by now */
            slots[(*clean)++] = slots[i];
        else if (ndirty < most)
            dirty[ndirty++] = (struct page_ref){ f->region, f->page };
        else
            (void)victims_restore_dirty(pool, slots[i]);
    }
    return ndirty;
}

int writeback_wait(struct pool *pool, uint32_t *slots, unsigned n)
{
    struct page_ref dirty[BATCH_MAX];
    unsigned clean, ndirty = choose(pool, slots, n, dirty, n, &clean);
    if (ndirty == 0 && clean == 0)
        frame_wait(); /* another thread's victim, which may fail, is on its way */
    while (clean > 0)
        pool_give_back(pool, slots[--clean]);
    return ndirty > 0 ? writeback_pages(dirty, ndirty, false) : 0;
}

unsigned writeback_behind(struct pool *pool, uint32_t *slots, unsigned n, unsigned wanted, unsigned room)
{
    struct page_ref dirty[BATCH_MAX];
    unsigned most = MIN(MIN(pool->write_ahead, pool->nframes / AHEAD_SHARE), room - n);
    unsigned more = most > 0 && pool->write_apart == 0 ? pool_pick_victims(pool, most, slots + n, false) : 0;
    victims_evict(pool, slots + n, more);
    n += more;
    unsigned clean, ndirty = choose(pool, slots, n, dirty, batches_busy < BATCH_RING ? n : 0, &clean);
    if (ndirty > 0) {
        struct batch *b = begin_write(dirty, ndirty, false);
        b->waited = false;
        if (start_write(b, dirty, ndirty))
            batch_end(b);
    }
    pool->write_ahead = clean == 0 ? MIN(2 * pool->write_ahead + 1, (uint32_t)AHEAD_MOST) : pool->write_ahead / 2;
    if (clean > 0)
        pool->failed_writes = 0; /* nobody waits for those that failed */
    while (clean > wanted)
        pool_give_back(pool, slots[--clean]);
    return clean;
}
